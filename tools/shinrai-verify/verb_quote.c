// SPDX-License-Identifier: MIT
/*
 * quote: one TPM quote with its signature against a key, a nonce and PCR
 * values.  Exit: 0 valid; 3 refused.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include <shinrai/hex.h>
#include <shinrai/quote.h>

#include "verify.h"

enum { ATTEST, SIGNATURE, KEY, NONCE, PCRS, FILES };

struct args {
	const char *path[FILES]; /* NONCE holds the text itself */
	bool no_resettable;
};

/* What the input structure points to. */
struct material {
	u8 *data[FILES];
	size_t len[FILES];
	EVP_PKEY *key;
	struct shinrai_pcrs pcrs;
	u8 nonce[64];
};

static void material_free(struct material *m)
{
	size_t i;

	for (i = 0; i < FILES; i++)
		free(m->data[i]);
	EVP_PKEY_free(m->key);
}

static const char *scheme_name(u16 scheme)
{
	switch (scheme) {
	case SHINRAI_ALG_RSASSA:
		return "rsassa";
	case SHINRAI_ALG_RSAPSS:
		return "rsapss";
	default:
		return "ecdsa";
	}
}

/* "sha256:15,16,22", bank after bank. */
static json_t *json_selection(const struct shinrai_selection *s)
{
	json_t *all = json_object(), *list;
	unsigned int pcr;
	char name[16];
	u32 i;

	for (i = 0; i < s->count; i++) {
		list = json_array();
		for (pcr = 0; pcr < 32; pcr++) {
			if (s->bank[i].mask >> pcr & 1)
				json_array_append_new(list, json_integer(pcr));
		}
		snprintf(name, sizeof(name), "0x%04x", s->bank[i].alg);
		json_object_set_new(all,
				    shinrai_bank_name(s->bank[i].alg) ?
					    shinrai_bank_name(s->bank[i].alg) :
					    name,
				    list);
	}
	return all;
}

static json_t *json_attest(const struct shinrai_attest *a)
{
	return json_pack(
		"{s:s, s:s, s:o, s:o, s:I, s:I, s:I, s:b, s:o, s:o, s:o}",
		"magic", "ff544347", "type", "quote", "signer",
		verify_json_hex(a->signer.p, a->signer.len), "extra_data",
		verify_json_hex(a->extra.p, a->extra.len), "clock",
		(json_int_t)a->clock, "reset_count", (json_int_t)a->reset_count,
		"restart_count", (json_int_t)a->restart_count, "safe", a->safe,
		"firmware", json_sprintf("%016" PRIx64, a->firmware), "pcrs",
		json_selection(&a->selection), "pcr_digest",
		verify_json_hex(a->pcr_digest.p, a->pcr_digest.len));
}

static int print_json(struct verify *v, const struct shinrai_quote_result *q,
		      const struct material *m, int status)
{
	json_t *faults = json_array(), *checked = json_array();
	json_t *out;
	unsigned int f;

	for (f = 0; f < SHINRAI_QUOTE_FAULTS; f++) {
		if (q->checked >> f & 1)
			json_array_append_new(
				checked,
				json_string(shinrai_quote_fault_code(f)));
		if (q->faults >> f & 1)
			json_array_append_new(
				faults,
				json_pack("{s:s, s:s}", "code",
					  shinrai_quote_fault_code(f), "text",
					  shinrai_quote_fault_text(f)));
	}
	out = json_pack("{s:s, s:o, s:o}", "result",
			status == VERIFY_GOOD ? "valid" : "refused", "faults",
			faults, "checked", checked);
	if (q->have_attest)
		json_object_set_new(out, "attest", json_attest(&q->attest));
	if (q->have_signature)
		json_object_set_new(
			out, "signature",
			json_pack("{s:s, s:s}", "scheme",
				  scheme_name(q->signature.scheme), "hash",
				  shinrai_bank_text(q->signature.hash)));
	if (m->pcrs.count)
		json_object_set_new(out, "pcrs", verify_json_pcrs(&m->pcrs));
	return verify_json(v, out, status);
}

static void print_hex(const char *name, const struct shinrai_bytes *b)
{
	SHINRAI_FREE char *hex = malloc(2 * b->len + 1);

	printf("%-13s %s\n", name,
	       hex ? shinrai_hex_encode(b->p, b->len, hex) : "");
}

static void print_attest(const struct shinrai_attest *a)
{
	const struct shinrai_selection_bank *b;
	unsigned int pcr;

	printf("%-13s %08x\n%-13s quote\n", "magic", a->magic, "type");
	print_hex("signer", &a->signer);
	print_hex("extra data", &a->extra);
	printf("%-13s %" PRIu64 " ms, %s\n", "clock", a->clock,
	       a->safe ? "safe" : "not safe");
	printf("%-13s %u\n%-13s %u\n", "reset count", a->reset_count,
	       "restart count", a->restart_count);
	printf("%-13s %016" PRIx64 "\n", "firmware", a->firmware);
	for (b = a->selection.bank; b < a->selection.bank + a->selection.count;
	     b++) {
		printf("%-13s %s:", "PCRs", shinrai_bank_text(b->alg));
		for (pcr = 0; pcr < 32; pcr++) {
			if (b->mask >> pcr & 1)
				printf(" %u", pcr);
		}
		putchar('\n');
	}
	print_hex("PCR digest", &a->pcr_digest);
}

static int print_text(struct verify *v, const struct shinrai_quote_result *q,
		      int status)
{
	unsigned int f;

	if (q->have_attest)
		print_attest(&q->attest);
	if (q->have_signature)
		printf("%-13s %s %s\n", "signature",
		       scheme_name(q->signature.scheme),
		       shinrai_bank_text(q->signature.hash));
	for (f = 0; f < SHINRAI_QUOTE_FAULTS; f++) {
		if (q->faults >> f & 1)
			printf("refused: %s (%s)\n",
			       shinrai_quote_fault_text(f),
			       shinrai_quote_fault_code(f));
	}
	if (!(q->checked >> SHINRAI_QUOTE_NONCE & 1))
		puts("not checked: freshness (no --nonce)");
	if (!(q->checked >> SHINRAI_QUOTE_PCR_MISSING & 1))
		puts("not checked: PCR values (no --pcrs)");
	puts(status == VERIFY_GOOD ? "valid" : "refused");
	return verify_finish(v, status);
}

/* Either format of PCR values: tpm2-tools' one is always 8-byte regular. */
static int parse_pcrs(struct material *m)
{
	if (!shinrai_pcrs_parse(m->data[PCRS], m->len[PCRS], &m->pcrs))
		return 0;
	return shinrai_pcrs_parse_tools(m->data[PCRS], m->len[PCRS], &m->pcrs);
}

static int load(struct verify *v, const struct args *a, struct material *m,
		struct shinrai_quote_input *in)
{
	int i;

	for (i = 0; i < FILES; i++) {
		if (i == NONCE || !a->path[i])
			continue;
		if (verify_read(v, a->path[i], VERIFY_MAX_ITEM, &m->data[i],
				&m->len[i]))
			return VERIFY_FAILURE;
	}
	in->attest = (struct shinrai_bytes){ m->data[ATTEST], m->len[ATTEST] };
	in->signature =
		(struct shinrai_bytes){ m->data[SIGNATURE], m->len[SIGNATURE] };
	if (shinrai_key_from_pem(m->data[KEY], m->len[KEY], &m->key))
		return verify_error(v, "key",
				    "PEM public key or certificate is needed",
				    "no key in %s", a->path[KEY]);
	in->key = m->key;
	if (a->path[NONCE]) {
		if (shinrai_hex_parse(a->path[NONCE], m->nonce,
				      sizeof(m->nonce), &in->nonce_len))
			return verify_usage(v, "--nonce is not hexadecimal of"
					       " at most 64 bytes");
		in->nonce = m->nonce;
	}
	if (a->path[PCRS]) {
		if (parse_pcrs(m))
			return verify_error(v, "pcrs",
					    "PROTOCOL.md 2.5 or tpm2_quote"
					    " --pcr is needed",
					    "no PCR values in %s",
					    a->path[PCRS]);
		in->pcrs = &m->pcrs;
	}
	if (a->no_resettable)
		in->refused_pcrs = SHINRAI_PCR_RESETTABLE;
	return 0;
}

static int check(struct verify *v, const struct args *a)
{
	struct material m = { 0 };
	struct shinrai_quote_input in = { 0 };
	struct shinrai_quote_result q;
	int ret, status;

	ret = load(v, a, &m, &in);
	if (ret)
		goto out;
	ret = shinrai_quote_check(&in, &q);
	if (ret && ret != -EKEYREJECTED) {
		ret = verify_error(v, "memory", NULL,
				   "cannot check the quote: %s",
				   strerror(-ret));
		goto out;
	}
	status = ret ? VERIFY_BAD : VERIFY_GOOD;
	ret = v->json ? print_json(v, &q, &m, status) :
			print_text(v, &q, status);
out:
	material_free(&m);
	return ret;
}

int verb_quote(struct verify *v, int argc, char **argv)
{
	static const struct option options[] = {
		{ "attest", required_argument, NULL, ATTEST },
		{ "signature", required_argument, NULL, SIGNATURE },
		{ "key", required_argument, NULL, KEY },
		{ "nonce", required_argument, NULL, NONCE },
		{ "pcrs", required_argument, NULL, PCRS },
		{ "no-resettable", no_argument, NULL, 'r' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct args a = { 0 };
	int opt;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'h')
			return verify_help(v);
		if (opt == 'r')
			a.no_resettable = true;
		else if (opt >= 0 && opt < FILES)
			a.path[opt] = optarg;
		else if (opt != 'j')
			return verify_usage(v,
					    "unknown or incomplete option:"
					    " %s",
					    argv[optind - 1]);
	}
	if (optind != argc)
		return verify_usage(v, "unexpected operand: %s", argv[optind]);
	if (!a.path[ATTEST] || !a.path[SIGNATURE] || !a.path[KEY])
		return verify_usage(v, "--attest, --signature and --key are"
				       " needed");
	return check(v, &a);
}
