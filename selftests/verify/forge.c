// SPDX-License-Identifier: MIT
/* Evidence made from nothing, for tests; see forge.h. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/sha.h>

#include "forge_parts.h"

void forge_extend(u8 pcr[32], const u8 digest[32])
{
	u8 both[64];

	memcpy(both, pcr, 32);
	memcpy(both + 32, digest, 32);
	SHA256(both, sizeof(both), pcr);
}

void forge_raw(u8 *p, size_t *n, const void *data, size_t len)
{
	assert(*n + len <= FORGE_ITEM);
	if (len)
		memcpy(p + *n, data, len);
	*n += len;
}

static char *make_digests(void)
{
	static const char *const known[][2] = {
		{ "init", "exec" }, { "libc", "lib" },	{ "ls", "exec" },
		{ "lib", "lib" },   { "sh", "script" }, { "mod", "module" },
		{ "id", "exec" },   { "both", "any" },
	};
	static char text[2048];
	size_t i, k, n;
	u8 d[32];

	n = (size_t)sprintf(text, "# shinrai-digests v1\n"
				  "# source: forged for a test\n");
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		SHA256((const u8 *)known[i][0], strlen(known[i][0]), d);
		for (k = 0; k < 32; k++)
			n += (size_t)sprintf(text + n, "%02x", d[k]);
		n += (size_t)sprintf(text + n, " %s /%s\n", known[i][1],
				     known[i][0]);
	}
	return text;
}

void forge_init(struct forge *f, EVP_PKEY *key)
{
	memset(f, 0, sizeof(*f));
	f->key = f->signer = key;
	f->attributes = 0x00050072;
	f->public_scheme_hash = 0x0b;
	f->magic = 0xff544347;
	f->type = 0x8018;
	f->clock = 100000;
	f->resets = 7;
	f->restarts = 1;
	f->mask = f->asked_mask = 0x77ff;
	f->bank = 0x0b;
	f->sig_hash = 0x0b;
	memset(f->boot_id, 0xb0, 16);
	memset(f->nonce, 1, 32);
	memset(f->session_nonce, 1, 32);
	memset(f->exporter, 2, 32);
	memset(f->verifier_key, 3, 32);
	f->session.nonce_len = 32;
	memset(f->session.exporter, 2, 32);
	memset(f->session.verifier_key, 3, 32);
	f->session.time = 1700000000;
	f->module_id = "0123456789ABCDEF0123456";
	memcpy(f->programs, "\1b0123456789abcdef0123456789abcdef", 34);
	f->reference_module = FORGE_MODULE("0123456789ABCDEF0123456", "61");
	f->nima = 2;
	f->own[0] = 12;
	f->own[1] = 13;
	forge_plan_log(f);
	forge_plan_boot(f);
	forge_plan_ima(f);
	f->digests = make_digests();
	f->reference = "";
}

void forge_build_machine(struct forge *f)
{
	char *text = (char *)f->item[SHINRAI_ITEM_MACHINE];
	int n = sprintf(text, "{\"name\":\"plc-7\"");

	if (!f->ima_whole)
		n += sprintf(text + n, ",\"ima_first\":%llu",
			     (unsigned long long)f->ima_from);
	if (f->boots)
		n += sprintf(text + n, ",\"boots\":%s", f->boots);
	n += sprintf(text + n, "}");
	f->len[SHINRAI_ITEM_MACHINE] = (size_t)n;
}

void forge_build(struct forge *f)
{
	struct forge *reference = malloc(sizeof(*reference));

	/* References are of the boot as planned, not as bent. */
	forge_init(reference, f->key);
	reference->no_arms = f->no_arms;
	reference->reference_pcr14 = f->reference_pcr14;
	reference->reference_module = f->reference_module;
	reference->reference_head = f->reference_head;
	reference->reference_tail = f->reference_tail;
	forge_build_boot(reference);
	if (f->reference && !*f->reference)
		f->reference = forge_make_reference(reference);
	free(reference);
	memset(f->pcr, 0, sizeof(f->pcr));
	forge_build_boot(f);
	forge_build_ima(f);
	forge_checkpoints(f);
	forge_log(f, f->nrec);
	forge_build_ak(f);
	forge_quote(f);
	forge_build_machine(f);
	forge_build_session(f);
	if (f->abridged)
		forge_abridge(f);
}

static void load(struct shinrai_refs *r, const char *text, const char *name)
{
	char why[200];
	FILE *f;

	if (!text)
		return;
	f = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	assert(f && !shinrai_refs_read(r, f, name, why, sizeof(why)));
	fclose(f);
}

int forge_appraise(struct forge *f, struct shinrai_appraisal *out)
{
	struct shinrai_appraise_input in = { 0 };
	struct shinrai_refs refs;
	struct shinrai_evidence ev = { .report = f->abridged };
	char why[200];
	int i, ret;

	for (i = 0; i < SHINRAI_NITEMS; i++) {
		ev.item[i].data = f->absent[i] ? NULL : f->item[i];
		ev.item[i].len = f->absent[i] ? 0 : f->len[i];
	}
	in.ev = &ev;
	memcpy(f->session.nonce, f->session_nonce, 32);
	in.session = f->no_session || f->saved ? NULL : &f->session;
	in.saver = f->saver;
	in.last = f->have_last ? &f->last : NULL;
	in.ak_key = f->no_pin ? NULL : f->key;
	in.whole = f->whole;
	in.report = f->report;
	in.pcr_code = f->expect[0];
	in.pcr_flow = f->expect[1];
	in.allow_anon_exec = f->allow_anon_exec;
	in.keep_facts = f->keep_facts;
	in.known = f->known;
	in.ima_before = f->ima_before;
	in.keeps_ima = f->keeps_ima;
	in.policy = (const u8(*)[32])f->policy;
	in.npolicies = f->npolicies;
	shinrai_refs_init(&refs);
	load(&refs, f->digests, "known.txt");
	load(&refs, f->deny, "deny.list");
	load(&refs, f->rules, "keylime.json");
	load(&refs, f->reference, "boot.json");
	assert(!shinrai_refs_ready(&refs, why, sizeof(why)));
	shinrai_refs_expect(&refs, &in);
	ret = shinrai_appraise(&in, out);
	shinrai_refs_free(&refs);
	return ret;
}
