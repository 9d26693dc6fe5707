// SPDX-License-Identifier: MIT
/* Ways to lie: IMA lists held against a Keylime policy, and what is denied. */
#include "mutations.h"

/* Digests of the forged list, and of the program "ls" (sha256sum). */
#define ONES "0101010101010101010101010101010101010101010101010101010101010101"
#define TWOS "0202020202020202020202020202020202020202020202020202020202020202"
#define THREES                             \
	"03030303030303030303030303030303" \
	"03030303030303030303030303030303"
#define LS "c7b68ac37f364473e922936708e7f43c293dd07b295171566c07ff5fe024fab9"

#define RULES(digests, excludes)                          \
	"{\"meta\":{\"version\":1},\"digests\":{" digests \
	"},\"excludes\":[" excludes "]}"
#define DENY(digest) "# shinrai-deny v1\n" digest " CVE-2026-1\n"

static void both_known(struct forge *f)
{
	f->rules = RULES("\"/bin/ab\":[\"" ONES "\",\"" TWOS "\"]", "");
}

static void big_endian(struct forge *f)
{
	both_known(f);
	f->ima_big_endian = true;
}

static void big_endian_unruled(struct forge *f)
{
	f->ima_big_endian = true;
}

static void second_unknown(struct forge *f)
{
	f->rules = RULES("\"/bin/ab\":[\"" ONES "\"]", "");
}

static void second_elsewhere(struct forge *f)
{
	f->rules = RULES(
		"\"/bin/ab\":[\"" ONES "\"],\"/bin/cd\":[\"" TWOS "\"]", "");
}

static void second_excluded(struct forge *f)
{
	f->rules = RULES("\"/bin/ab\":[\"" ONES "\"]", "\"/tmp/.*\"");
	f->ima[1].path = "/tmp/ab";
}

static void aggregate(struct forge *f)
{
	f->rules = RULES("\"/bin/ab\":[\"" TWOS "\"]", "");
	f->ima[0].path = "boot_aggregate";
	f->ima[0].aggregate = true;
}

static void aggregate_of_another_boot(struct forge *f)
{
	aggregate(f);
	f->ima[0].aggregate = false;
}

static void aggregate_elsewhere(struct forge *f)
{
	aggregate(f);
	f->ima[0].path = "/bin/cd";
}

static void violated(struct forge *f)
{
	both_known(f);
	f->ima[1].violation = true;
}

static void violated_unruled(struct forge *f)
{
	f->ima[1].violation = true;
}

static void violated_excluded(struct forge *f)
{
	second_excluded(f);
	f->ima[1].violation = true;
}

static void violated_let_pass(struct forge *f)
{
	violated_excluded(f);
	f->rules = "{\"meta\":{\"version\":1},\"digests\":{\"/bin/ab\":[\"" ONES
		   "\"]},\"excludes\":[\"/tmp/.*\"],\"ima\":"
		   "{\"shinrai_excluded_violations\":true}}";
}

static void violated_elsewhere(struct forge *f)
{
	violated_let_pass(f);
	f->ima[1].path = "/bin/cd";
}

static void other_pcr(struct forge *f)
{
	both_known(f);
	f->ima[0].pcr = 11;
}

static void other_pcr_unruled(struct forge *f)
{
	f->ima[0].pcr = 11;
}

static void absent(struct forge *f)
{
	both_known(f);
	f->absent[SHINRAI_ITEM_IMA] = true;
}

/* It has what came after the quote alone. */
static void never_extended(struct forge *f)
{
	both_known(f);
	f->nima = 0;
}

static void not_quoted(struct forge *f)
{
	both_known(f);
	f->mask &= ~(1u << 10);
	f->asked_mask = f->mask;
}

static void denied_first(struct forge *f)
{
	f->deny = DENY(ONES);
}

static void denied_excluded(struct forge *f)
{
	second_excluded(f);
	f->deny = DENY(TWOS);
}

static void denied_later(struct forge *f)
{
	f->deny = DENY(THREES);
}

static void denied_code(struct forge *f)
{
	f->deny = DENY(LS);
}

static void denied_only(struct forge *f)
{
	f->digests = NULL;
	f->deny = DENY(THREES);
}

/* What is hashed of an entry has no names: the list is free to give them. */
static void shown(struct forge *f, unsigned int entry, const char *template)
{
	f->ima[entry].shown = template;
}

static void named_by_format(struct forge *f)
{
	both_known(f);
	shown(f, 0, "d-ng|n-ng");
	f->ima[1].more = "\3";
	shown(f, 1, "d-ng|n-ng|sig");
}

static void denied_as_signature(struct forge *f)
{
	denied_first(f);
	shown(f, 0, "sig|n-ng");
}

static void denied_excluded_as_signature(struct forge *f)
{
	denied_excluded(f);
	shown(f, 1, "sig|n-ng");
}

static void signature_as_path(struct forge *f)
{
	second_excluded(f);
	f->ima[1].path = "/bin/cd";
	f->ima[1].more = "/tmp/ab";
	shown(f, 1, "d-ng|sig|n-ng");
}

static void path_twice(struct forge *f)
{
	signature_as_path(f);
	shown(f, 1, "d-ng|n-ng|n-ng");
}

static void path_alone(struct forge *f)
{
	both_known(f);
	shown(f, 1, "n-ng|d-ng");
}

static void buffer_and_more(struct forge *f)
{
	both_known(f);
	f->ima[1].more = "x";
	shown(f, 1, "d-ng|n-ng|buf|sig");
}

static void denied_and_withheld(struct forge *f)
{
	denied_first(f);
	f->absent[SHINRAI_ITEM_IMA] = true;
}

static void denied_and_not_quoted(struct forge *f)
{
	denied_first(f);
	f->mask &= ~(1u << 10);
	f->asked_mask = f->mask;
}

static void denied_and_never_measured(struct forge *f)
{
	denied_first(f);
	f->nima = 0;
}

static void denied_and_no_ima(struct forge *f)
{
	denied_and_never_measured(f);
	f->absent[SHINRAI_ITEM_IMA] = true;
}

static void denied_aggregate(struct forge *f)
{
	aggregate(f);
	f->rules = NULL;
	denied_later(f);
}

static void measured_by(struct forge *f, const char *alg)
{
	denied_later(f);
	f->ima[1].alg = alg;
}

static void measured_by_sha512(struct forge *f)
{
	measured_by(f, "sha512");
}

static void measured_by_sha1(struct forge *f)
{
	measured_by(f, "sha1");
}

static void measured_by_other(struct forge *f)
{
	measured_by(f, "sm9");
}

static void measured_as_tree(struct forge *f)
{
	measured_by(f, "verity:sha256");
	shown(f, 1, "ima-ngv2");
}

static void measured_by_v2(struct forge *f)
{
	measured_by(f, "ima:sha256");
	shown(f, 1, "ima-ngv2");
}

static void by_sha512_unlisted(struct forge *f)
{
	f->ima[1].alg = "sha512";
}

#define BAD SHINRAI_UNTRUSTED
#define OPEN SHINRAI_UNKNOWN
#define GOOD SHINRAI_TRUSTED

const struct mutation mutations_ima[] = {
	{ "honest, IMA known", both_known, NULL, NULL, GOOD },
	{ "honest, IMA of a big-endian kernel", big_endian, NULL, NULL, GOOD },
	{ "honest, the same without rules", big_endian_unruled, NULL, NULL,
	  GOOD },
	{ "honest, path excluded", second_excluded, NULL, NULL, GOOD },
	{ "honest, boot aggregate", aggregate, NULL, NULL, GOOD },
	{ "IMA violation without rules", violated_unruled, NULL, NULL, GOOD },
	{ "IMA violation, excluded and let pass", violated_let_pass, NULL, NULL,
	  GOOD },
	{ "IMA in PCR 11 without rules", other_pcr_unruled, NULL, NULL, GOOD },
	{ "denied after the quote", denied_later, NULL, NULL, GOOD },
	{ "honest, templates named by their formats", named_by_format, NULL,
	  NULL, GOOD },
	{ "denied, but nothing was measured", denied_and_never_measured, NULL,
	  NULL, GOOD },
	{ "denied, but there is no IMA", denied_and_no_ima, NULL, NULL, GOOD },
	{ "denied, and the boot aggregate", denied_aggregate, NULL, NULL,
	  GOOD },
	{ "denied, and ima-ngv2", measured_by_v2, NULL, NULL, GOOD },
	{ "no deny list, measured by SHA-512", by_sha512_unlisted, NULL, NULL,
	  GOOD },
	{ "denied digest shown as a signature", denied_as_signature, NULL,
	  "ima-template", OPEN },
	{ "the same, and excluded", denied_excluded_as_signature, NULL,
	  "ima-template", OPEN },
	{ "signature shown as the path", signature_as_path, NULL,
	  "ima-template", OPEN },
	{ "two paths", path_twice, NULL, "ima-template", OPEN },
	{ "path before digest", path_alone, NULL, "ima-template", OPEN },
	{ "buffer among others", buffer_and_more, NULL, "ima-template", OPEN },
	{ "denied, and the list withheld", denied_and_withheld, NULL,
	  "ima-missing", OPEN },
	{ "denied, and PCR 10 not quoted", denied_and_not_quoted, NULL,
	  "ima-missing", OPEN },
	{ "denied, and measured by SHA-512", measured_by_sha512, NULL,
	  "ima-hash", OPEN },
	{ "denied, and measured by SHA-1", measured_by_sha1, NULL, "ima-hash",
	  OPEN },
	{ "denied, and measured by who knows", measured_by_other, NULL,
	  "ima-hash", OPEN },
	{ "denied, and measured by fs-verity", measured_as_tree, NULL,
	  "ima-hash", OPEN },
	{ "IMA file unknown", second_unknown, NULL, "ima-unknown", BAD },
	{ "IMA file known elsewhere", second_elsewhere, NULL, "ima-unknown",
	  BAD },
	{ "boot aggregate of another boot", aggregate_of_another_boot, NULL,
	  "ima-unknown", BAD },
	{ "boot aggregate as a file", aggregate_elsewhere, NULL, "ima-unknown",
	  BAD },
	{ "IMA violation", violated, NULL, "ima-violation", BAD },
	{ "IMA violation that says it is excluded", violated_excluded, NULL,
	  "ima-violation", BAD },
	{ "IMA violation, others let pass", violated_elsewhere, NULL,
	  "ima-violation", BAD },
	{ "IMA in PCR 11", other_pcr, NULL, "ima-pcr", OPEN },
	{ "rules and no IMA", absent, NULL, "ima-missing", OPEN },
	{ "rules and IMA never extended", never_extended, NULL, "ima-missing",
	  OPEN },
	{ "rules and PCR 10 not quoted", not_quoted, NULL, "ima-missing",
	  OPEN },
	{ "IMA file denied", denied_first, NULL, "ima-denied", BAD },
	{ "IMA file denied and excluded", denied_excluded, NULL, "ima-denied",
	  BAD },
	{ "code denied that is known", denied_code, NULL, "code-denied", BAD },
	{ "deny list alone", denied_only, NULL, "digests-missing", OPEN },
	{ 0 },
};
