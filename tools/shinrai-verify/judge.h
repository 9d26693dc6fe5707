/* SPDX-License-Identifier: MIT */
/* What "live" and "check" share: what evidence is held against, and how the
 * verdict is told. */
#ifndef SHINRAI_JUDGE_H
#define SHINRAI_JUDGE_H

#include <getopt.h>

#include <shinrai/refs.h>

#include "verify.h"

#define JUDGE_MAX_LISTS 64

struct judge {
	/* options */
	const char *reference[JUDGE_MAX_LISTS];
	unsigned int nreferences;
	const char *reference_key[SHINRAI_MAX_REFS_KEYS];
	unsigned int nkeys;
	const char *reference_signer[SHINRAI_MAX_REFS_KEYS];
	unsigned int nsigners;
	const char *ak;
	const char *ak_ca, *ak_crl; /* of its certificate */
	const char *state;
	const char *save;
	const char *ear_key;
	const char *ear_out;
	u8 pcr_code, pcr_flow; /* 0: the default one */
	u8 policy[SHINRAI_MAX_OWNERS][SHINRAI_DIGEST_SIZE]; /* required */
	size_t npolicies;
	bool learn_ak;
	bool allow_anon_exec;
	const char *policies[SHINRAI_MAX_OWNERS]; /* that name labels */
	unsigned int npolicy_files;
	bool verbose;
	/* what they name */
	struct shinrai_refs refs;
	u8 ak_name[SHINRAI_NAME_MAX];
	size_t ak_name_len;
	EVP_PKEY *ak_key;
	bool learning; /* no pinned key yet */
	enum shinrai_assurance assurance; /* of the certified key's TPM */
	EVP_PKEY *ear;
	bool have_state;
	struct shinrai_state last;
	X509 *saver; /* whose saved sessions are believed */
	bool whole; /* the log was asked for from record 0 on */
	bool past_more; /* of earlier boots there is more than came */
	bool past_gone; /* of the boot that was judged last no log can come */
	u64 ima_from; /* byte of the IMA list that was asked for; 0: all */
	bool no_firmware; /* its log was not asked for */
	bool report; /* of violations, not on the machine */
	struct shinrai_names names;
};

/* Long options, beyond those of a verb's own (which start at 1). */
enum {
	JUDGE_DIGESTS = 256,
	JUDGE_REFERENCE,
	JUDGE_REFERENCE_KEY,
	JUDGE_REFERENCE_SIGNER,
	JUDGE_AK,
	JUDGE_AK_CA,
	JUDGE_AK_CRL,
	JUDGE_LEARN_AK,
	JUDGE_STATE,
	JUDGE_PCR_CODE,
	JUDGE_PCR_FLOW,
	JUDGE_SAVE,
	JUDGE_EAR_KEY,
	JUDGE_EAR_OUT,
	JUDGE_ANON_EXEC,
	JUDGE_REQUIRE_POLICY,
	JUDGE_POLICY,
	JUDGE_JSON,
};
/* clang-format off */
#define JUDGE_OPTIONS                                                \
	{ "digests", required_argument, NULL, JUDGE_DIGESTS },       \
	{ "reference", required_argument, NULL, JUDGE_REFERENCE },   \
	{ "reference-key", required_argument, NULL,                  \
	  JUDGE_REFERENCE_KEY },                                     \
	{ "reference-signer", required_argument, NULL,               \
	  JUDGE_REFERENCE_SIGNER },                                  \
	{ "ak", required_argument, NULL, JUDGE_AK },                 \
	{ "ak-ca", required_argument, NULL, JUDGE_AK_CA },           \
	{ "ak-crl", required_argument, NULL, JUDGE_AK_CRL },         \
	{ "learn-ak", no_argument, NULL, JUDGE_LEARN_AK },           \
	{ "state", required_argument, NULL, JUDGE_STATE },           \
	{ "pcr-code", required_argument, NULL, JUDGE_PCR_CODE },     \
	{ "pcr-flow", required_argument, NULL, JUDGE_PCR_FLOW },     \
	{ "save", required_argument, NULL, JUDGE_SAVE },             \
	{ "ear-key", required_argument, NULL, JUDGE_EAR_KEY },       \
	{ "ear-out", required_argument, NULL, JUDGE_EAR_OUT },       \
	{ "allow-anon-exec", no_argument, NULL, JUDGE_ANON_EXEC },   \
	{ "policy", required_argument, NULL, JUDGE_POLICY },                 \
	{ "require-policy", required_argument, NULL,                 \
	  JUDGE_REQUIRE_POLICY },                                    \
	{ "json", no_argument, NULL, JUDGE_JSON },                   \
	{ "verbose", no_argument, NULL, 'v' }
/* clang-format on */

#define JUDGE_HELP                                                            \
	"  --reference FILE reference values: digest or deny list, boot\n"    \
	"                   references, SPDX, CycloneDX, Keylime policy\n"    \
	"                   (repeatable; --digests is the same)\n"            \
	"  --reference-key PEM  who signs Keylime policies (repeatable)\n"    \
	"  --reference-signer PEM  who must have signed files (repeatable)\n" \
	"  --ak FILE        pinned key: PEM, TPMT_PUBLIC, or its name\n"      \
	"  --ak-ca FILE     who certified --ak: its TPM is proven\n"          \
	"  --ak-crl FILE    and its revocation list\n"                        \
	"  --state FILE     what was seen last; kept up to date\n"            \
	"  --pcr-code N     PCR of the module's code events (12)\n"           \
	"  --pcr-flow N     PCR of its flow events (13)\n"                    \
	"  --save FILE      save the evidence with its session, signed\n"     \
	"  --ear-key PEM    sign the verdict as EAR (ES256) ...\n"            \
	"  --ear-out FILE   ... into this file\n"                             \
	"  --allow-anon-exec  JIT compilers are expected\n"                   \
	"  --require-policy HEX  SHA-256 of an owner's policy that must\n"    \
	"                   be enforced (repeatable)\n"                       \
	"  --policy FILE    compiled policy, for the names of labels\n"       \
	"                   (repeatable)\n"                                   \
	"  -v, --verbose    notes too\n"

/* Return: 0 taken; -1 not one of these options; exit status, told already. */
int judge_option(struct verify *v, struct judge *j, int opt, const char *arg);

/* Reads what the options name.  Return: 0; exit status, told already. */
int judge_load(struct verify *v, struct judge *j);
void judge_free(struct judge *j);

/*
 * After judge_load().
 * Return: true when what the state remembers was judged by what is given now,
 * so that new records suffice.
 */
bool judge_goes_on(const struct judge *j);

/*
 * What came in part does not join: nothing was told, ask for all of it.
 */
#define JUDGE_AGAIN (-2)

/*
 * Appraises, tells, remembers, signs.
 * @ev: NULL when the attester's answer could not be parsed with @err
 * @session: NULL when it was saved with the evidence
 * Return: exit status; JUDGE_AGAIN.
 */
int judge_run(struct verify *v, struct judge *j,
	      const struct shinrai_evidence *ev, int err,
	      const struct shinrai_session *session);

void judge_print(const struct shinrai_appraisal *a, bool verbose);

/* judge_ak.c */
int judge_certified(struct verify *v, struct judge *j);

/* report_print.c */
void report_print(const struct shinrai_appraisal *a);

#endif
