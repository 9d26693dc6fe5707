// SPDX-License-Identifier: MIT
/* What evidence is held against: files in, verdict, files out. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <shinrai/ear.h>
#include <shinrai/jws.h>
#include <shinrai/hex.h>
#include <shinrai/policy.h>
#include <shinrai/verdict.h>

#include "fileio.h"
#include "judge.h"

static int take_pcr(struct verify *v, const char *name, const char *arg,
		    u8 *pcr)
{
	char *end;
	unsigned long n = strtoul(arg, &end, 10);

	if (*arg < '0' || *arg > '9' || *end || n > U32_MAX ||
	    shinrai_own_pcr_refused((u32)n))
		return verify_usage(v, "%s: %s is " SHINRAI_NO_PCR_OF_OURS,
				    name, arg);
	*pcr = (u8)n;
	return 0;
}

static int take_flag(bool *flag)
{
	*flag = true;
	return 0;
}

static int take_text(const char **text, const char *arg)
{
	*text = arg;
	return 0;
}

static int take_policy(struct verify *v, struct judge *j, const char *arg)
{
	if (j->npolicies == SHINRAI_MAX_OWNERS)
		return verify_usage(v, "more than %d --require-policy",
				    SHINRAI_MAX_OWNERS);
	if (strlen(arg) != 2 * SHINRAI_DIGEST_SIZE ||
	    shinrai_hex_decode(arg, strlen(arg), j->policy[j->npolicies]))
		return verify_usage(v, "--require-policy takes the SHA-256 of "
				       "a compiled policy in hex");
	j->npolicies++;
	return 0;
}

int judge_option(struct verify *v, struct judge *j, int opt, const char *arg)
{
	switch (opt) {
	case JUDGE_DIGESTS:
	case JUDGE_REFERENCE:
		if (j->nreferences == JUDGE_MAX_LISTS)
			return verify_usage(v, "more than %d --reference",
					    JUDGE_MAX_LISTS);
		return take_text(&j->reference[j->nreferences++], arg);
	case JUDGE_REFERENCE_KEY:
		if (j->nkeys == SHINRAI_MAX_REFS_KEYS)
			return verify_usage(v, "more than %d --reference-key",
					    SHINRAI_MAX_REFS_KEYS);
		return take_text(&j->reference_key[j->nkeys++], arg);
	case JUDGE_REFERENCE_SIGNER:
		if (j->nsigners == SHINRAI_MAX_REFS_KEYS)
			return verify_usage(v,
					    "more than %d --reference-signer",
					    SHINRAI_MAX_REFS_KEYS);
		return take_text(&j->reference_signer[j->nsigners++], arg);
	case JUDGE_AK:
		return take_text(&j->ak, arg);
	case JUDGE_AK_CA:
		return take_text(&j->ak_ca, arg);
	case JUDGE_AK_CRL:
		return take_text(&j->ak_crl, arg);
	case JUDGE_LEARN_AK:
		return take_flag(&j->learn_ak);
	case JUDGE_STATE:
		return take_text(&j->state, arg);
	case JUDGE_PCR_CODE:
		return take_pcr(v, "--pcr-code", arg, &j->pcr_code);
	case JUDGE_PCR_FLOW:
		return take_pcr(v, "--pcr-flow", arg, &j->pcr_flow);
	case JUDGE_SAVE:
		return take_text(&j->save, arg);
	case JUDGE_EAR_KEY:
		return take_text(&j->ear_key, arg);
	case JUDGE_EAR_OUT:
		return take_text(&j->ear_out, arg);
	case JUDGE_ANON_EXEC:
		return take_flag(&j->allow_anon_exec);
	case JUDGE_POLICY:
		if (j->npolicy_files == SHINRAI_MAX_OWNERS)
			return verify_usage(v, "more than %d --policy",
					    SHINRAI_MAX_OWNERS);
		return take_text(&j->policies[j->npolicy_files++], arg);
	case JUDGE_REQUIRE_POLICY:
		return take_policy(v, j, arg);
	case JUDGE_JSON:
		return take_flag(&v->json);
	case 'v':
		return take_flag(&j->verbose);
	}
	return -1;
}

static int load_references(struct verify *v, struct judge *j)
{
	char why[512];
	unsigned int i;
	int ret = 0;

	shinrai_refs_init(&j->refs);
	for (i = 0; i < j->nkeys && !ret; i++)
		ret = shinrai_refs_key(&j->refs, j->reference_key[i], why,
				       sizeof(why));
	for (i = 0; i < j->nsigners && !ret; i++)
		ret = shinrai_refs_signer(&j->refs, j->reference_signer[i], why,
					  sizeof(why));
	for (i = 0; i < j->nreferences && !ret; i++)
		ret = shinrai_refs_load(&j->refs, j->reference[i], why,
					sizeof(why));
	if (!ret)
		ret = shinrai_refs_ready(&j->refs, why, sizeof(why));
	return ret ? verify_error(v, "reference",
				  "see shinrai-verify(1), Reference values",
				  "%s", why) :
		     0;
}

static int take_name(struct judge *j, const u8 *data, size_t len)
{
	struct shinrai_public pub;
	char text[2 * SHINRAI_NAME_MAX + 2];

	if (!shinrai_public_parse(data, len, &pub) ||
	    !shinrai_public2b_parse(data, len, &pub))
		return shinrai_public_name(&pub, j->ak_name, &j->ak_name_len);
	if (len >= sizeof(text))
		return -EBADMSG;
	memcpy(text, data, len);
	while (len && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
	if (shinrai_hex_parse(text, j->ak_name, sizeof(j->ak_name),
			      &j->ak_name_len) ||
	    j->ak_name_len < 2 + 32)
		return -EBADMSG;
	return 0;
}

static int load_ak(struct verify *v, struct judge *j)
{
	SHINRAI_FREE u8 *data = NULL;
	size_t len;
	int ret;

	ret = shinrai_file_read(j->ak, VERIFY_MAX_ITEM, &data, &len);
	if (ret == -ENOENT && j->learn_ak) {
		j->learning = true;
		return 0;
	}
	if (ret)
		return verify_error(v, "ak",
				    "to pin it on first use, add "
				    "--learn-ak",
				    "cannot read %s: %s", j->ak,
				    strerror(-ret));
	if (len > 10 && !memcmp(data, "-----BEGIN", 10))
		ret = shinrai_key_from_pem(data, len, &j->ak_key);
	else
		ret = take_name(j, data, len);
	if (ret)
		return verify_error(v, "ak",
				    "give PEM, TPMT_PUBLIC, or the "
				    "key's name in hex",
				    "%s: not a key", j->ak);
	return 0;
}

static int load_ear_key(struct verify *v, struct judge *j)
{
	SHINRAI_FREE u8 *pem = NULL;
	size_t len;
	int ret;

	ret = verify_read(v, j->ear_key, VERIFY_MAX_ITEM, &pem, &len);
	if (ret)
		return ret;
	if (shinrai_jws_key(pem, len, &j->ear))
		return verify_error(v, "ear-key",
				    "make one with openssl "
				    "genpkey -algorithm EC -pkeyopt "
				    "ec_paramgen_curve:P-256",
				    "%s: not an unencrypted P-256 key",
				    j->ear_key);
	return 0;
}

static int load_state(struct verify *v, struct judge *j)
{
	int ret = shinrai_state_load(j->state, &j->last);

	j->have_state = !ret;
	if (!ret || ret == -ENOENT)
		return 0;
	/* Losing what was seen is for a person to decide. */
	if (ret == -EPROTONOSUPPORT)
		return verify_error(v, "state",
				    "update shinrai-verify; to begin anew, "
				    "remove the file",
				    "cannot use %s: of a later version",
				    j->state);
	return verify_error(v, "state", "to begin anew, remove it",
			    "cannot use %s: %s", j->state,
			    ret == -EBADMSG ? "damaged" : strerror(-ret));
}

static int load_policy(struct verify *v, struct judge *j, const char *path)
{
	SHINRAI_FREE u8 *blob = NULL;
	size_t len;
	int ret;

	ret = verify_read(v, path, SHINRAI_POLICY_MAX, &blob, &len);
	if (ret)
		return ret;
	ret = shinrai_names_policy(&j->names, blob, len);
	return ret ? verify_error(v, "policy",
				  "give what shinraictl policy compile wrote",
				  "%s: not a compiled policy", path) :
		     0;
}

static int check_options(struct verify *v, struct judge *j)
{
	if (!j->pcr_code)
		j->pcr_code = SHINRAI_DEFAULT_PCR_CODE;
	if (!j->pcr_flow)
		j->pcr_flow = SHINRAI_DEFAULT_PCR_FLOW;
	if (j->pcr_code == j->pcr_flow)
		return verify_usage(v,
				    "PCR %u cannot be both --pcr-code and "
				    "--pcr-flow",
				    j->pcr_code);
	if (!j->ear_key != !j->ear_out)
		return verify_usage(v, "--ear-key and --ear-out go together");
	if (j->learn_ak && !j->ak)
		return verify_usage(v, "--learn-ak needs --ak FILE");
	if (j->ak_ca && (!j->ak || j->learn_ak))
		return verify_usage(v, "--ak-ca needs --ak FILE, a certificate "
				       "that is there");
	if (j->ak_crl && !j->ak_ca)
		return verify_usage(v, "--ak-crl needs --ak-ca FILE");
	return 0;
}

int judge_load(struct verify *v, struct judge *j)
{
	int ret = check_options(v, j);
	unsigned int i;

	if (ret)
		return ret;
	ret = load_references(v, j);
	for (i = 0; i < j->npolicy_files && !ret; i++)
		ret = load_policy(v, j, j->policies[i]);
	if (!ret && j->ak)
		ret = j->ak_ca ? judge_certified(v, j) : load_ak(v, j);
	if (!ret && j->ear_key)
		ret = load_ear_key(v, j);
	if (!ret && j->state)
		ret = load_state(v, j);
	return ret;
}

void judge_free(struct judge *j)
{
	shinrai_refs_free(&j->refs);
	EVP_PKEY_free(j->ak_key);
	EVP_PKEY_free(j->ear);
	X509_free(j->saver);
	shinrai_names_free(&j->names);
}

static int write_text(struct verify *v, const char *path, char *text)
{
	struct iovec iov[2] = { { text, strlen(text) },
				{ (void *)(uintptr_t) "\n", 1 } };
	int ret = shinrai_file_replace(path, 0644, iov, 2);

	return ret ? verify_error(v, "write", NULL, "cannot write %s: %s", path,
				  strerror(-ret)) :
		     0;
}

/* Only a key that just signed a fresh quote is worth pinning. */
static int learn(struct verify *v, const struct judge *j,
		 const struct shinrai_appraisal *a)
{
	char name[2 * SHINRAI_NAME_MAX + 1];

	if (!j->learning || !a->proven[SHINRAI_STEP_QUOTE] ||
	    !a->proven[SHINRAI_STEP_FRESH])
		return 0;
	shinrai_hex_encode(a->ak_name, a->ak_name_len, name);
	return write_text(v, j->ak, name);
}

static int sign(struct verify *v, const struct judge *j,
		const struct shinrai_appraisal *a)
{
	SHINRAI_FREE char *jwt = NULL;
	int ret;

	if (!j->ear)
		return 0;
	ret = shinrai_ear_sign(a, j->ear, (s64)time(NULL), &jwt);
	if (ret)
		return verify_error(v, "ear", NULL, "cannot sign: %s",
				    strerror(-ret));
	return write_text(v, j->ear_out, jwt);
}

static int remember(struct verify *v, const struct judge *j,
		    const struct shinrai_appraisal *a)
{
	int ret;

	if (!j->state || !a->have_next)
		return 0;
	ret = shinrai_state_save(j->state, &a->next);
	return ret ? verify_error(v, "write", NULL, "cannot write %s: %s",
				  j->state, strerror(-ret)) :
		     0;
}

static int save(struct verify *v, const struct judge *j,
		const struct shinrai_evidence *ev)
{
	int ret;

	if (!j->save)
		return 0;
	ret = shinrai_evidence_save(j->save, ev);
	return ret ? verify_error(v, "write", NULL, "cannot write %s: %s",
				  j->save, strerror(-ret)) :
		     0;
}

static int tell(struct verify *v, const struct judge *j,
		const struct shinrai_appraisal *a)
{
	static const int status[] = {
		[SHINRAI_TRUSTED] = VERIFY_GOOD,
		[SHINRAI_UNKNOWN] = VERIFY_UNKNOWN,
		[SHINRAI_UNTRUSTED] = VERIFY_BAD,
	};

	if (v->json)
		return verify_json(v, shinrai_verdict_json(a),
				   status[a->verdict]);
	judge_print(a, j->verbose);
	if (j->report)
		report_print(a);
	return verify_finish(v, status[a->verdict]);
}

static void hold_against(const struct judge *j,
			 struct shinrai_appraise_input *in)
{
	*in = (struct shinrai_appraise_input){
		.ak_key = j->ak_key,
		.saver = j->saver,
		.learned = j->learning,
		.assurance = j->assurance,
		.last = j->have_state && !j->report ? &j->last : NULL,
		.whole = j->whole,
		.past_more = j->past_more,
		.past_gone = j->past_gone,
		.report = j->report,
		.names = &j->names,
		.pcr_code = j->pcr_code,
		.pcr_flow = j->pcr_flow,
		.allow_anon_exec = j->allow_anon_exec,
		.policy = (const u8(*)[SHINRAI_DIGEST_SIZE])j->policy,
		.npolicies = j->npolicies,
	};
	shinrai_refs_expect(&j->refs, in);
}

/* The machine, or what is remembered of it, may be wrong; it may have booted anew. */
static bool is_apart(const struct judge *j, const struct shinrai_appraisal *a)
{
	return (j->no_firmware && a->count[SHINRAI_WHY_FIRMWARE_MISSING]) ||
	       (j->ima_from && (a->count[SHINRAI_WHY_IMA_REPLAY] ||
				a->count[SHINRAI_WHY_IMA_SYNTAX]));
}

bool judge_goes_on(const struct judge *j)
{
	struct shinrai_appraise_input in;
	u8 policy[SHINRAI_POLICY_SIZE];

	hold_against(j, &in);
	shinrai_appraise_policy(&in, policy);
	return j->have_state && !memcmp(policy, j->last.policy, sizeof(policy));
}

static int appraise(const struct judge *j, const struct shinrai_evidence *ev,
		    const struct shinrai_session *session,
		    struct shinrai_appraisal *a)
{
	const struct shinrai_item *ak = &ev->item[SHINRAI_ITEM_AK];
	struct shinrai_appraise_input in;
	u8 name[SHINRAI_NAME_MAX];
	struct shinrai_public pub;
	size_t len;

	hold_against(j, &in);
	in.ev = ev;
	in.session = session;
	if (j->ak_name_len) {
		in.ak_name = j->ak_name;
		in.ak_name_len = j->ak_name_len;
	} else if (j->learning && ak->data &&
		   !shinrai_public_parse(ak->data, ak->len, &pub) &&
		   !shinrai_public_name(&pub, name, &len)) {
		in.ak_name = name;
		in.ak_name_len = len;
	}
	return shinrai_appraise(&in, a);
}

int judge_run(struct verify *v, struct judge *j,
	      const struct shinrai_evidence *ev, int err,
	      const struct shinrai_session *session)
{
	struct shinrai_appraisal a;
	int ret;

	ret = ev ? appraise(j, ev, session, &a) :
		   shinrai_appraise_malformed(err, &a);
	if (ret)
		ret = verify_error(v, "memory", NULL, "cannot appraise: %s",
				   strerror(-ret));
	else if (is_apart(j, &a))
		ret = JUDGE_AGAIN;
	if (!ret && ev)
		ret = save(v, j, ev);
	if (!ret)
		ret = learn(v, j, &a);
	if (!ret)
		ret = remember(v, j, &a);
	if (!ret)
		ret = sign(v, j, &a);
	if (!ret)
		ret = tell(v, j, &a);
	shinrai_appraisal_free(&a);
	return ret;
}
