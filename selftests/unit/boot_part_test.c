// SPDX-License-Identifier: MIT
/*
 * A firmware log that does not come again is judged as if it did: what it said is
 * kept, for this boot and these PCRs.  And what it did not say is not believed.
 */
/* links: selftests/verify/forge.c selftests/verify/forge_log.c selftests/verify/forge_boot.c selftests/verify/forge_ima.c selftests/verify/forge_quote.c selftests/verify/forge_session.c selftests/verify/forge_data.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <jansson.h>
#include <openssl/ec.h>

#include <shinrai/verdict.h>

#include "../verify/forge.h"

/* Places in forge.boot, see forge_boot.c. */
enum { VERSION, ACTION, SEPARATOR, KERNEL = SEPARATOR + 8, OPTIONS, INITRD };

static EVP_PKEY *key;

static void nothing(struct forge *f)
{
	(void)f;
}

static void other_kernel(struct forge *f)
{
	f->boot[KERNEL].digest[0] ^= 1;
}

static void other_initrd(struct forge *f)
{
	f->boot[INITRD].digest[0] ^= 1;
}

static void other_cmdline(struct forge *f)
{
	f->boot[OPTIONS].digest[0] ^= 1;
}

static void no_initrd(struct forge *f)
{
	f->nboot = INITRD;
}

static void only_firmware(struct forge *f)
{
	f->nboot = KERNEL;
}

static void add(struct forge *f, unsigned int like)
{
	f->boot[f->nboot++] = f->boot[like];
}

static void two_kernels(struct forge *f)
{
	add(f, KERNEL);
}

static void sixteen(struct forge *f)
{
	unsigned int i;

	for (i = 3; i < SHINRAI_BOOT_EVENTS; i++)
		add(f, KERNEL);
}

static void no_reference(struct forge *f)
{
	f->reference = NULL;
}

static void does_not_arm(struct forge *f)
{
	f->no_arms = true;
}

static void pcr_14(struct forge *f)
{
	f->reference_pcr14 =
		"0000000000000000000000000000000000000000000000000000000000000001";
}

static void more_cmdlines(struct forge *f)
{
	f->reference_tail = ",{\"text\":\"loud\"}";
}

static struct forge *forge(void (*booted)(struct forge *f),
			   void (*held)(struct forge *f))
{
	struct forge *f = malloc(sizeof(*f));

	assert_non_null(f);
	forge_init(f, key);
	f->whole = true;
	f->keep_facts = true;
	booted(f);
	held(f);
	return f;
}

/* Whose log is not asked for whole has no new records. */
static void build(struct forge *f)
{
	forge_build(f);
	if (!f->whole)
		f->len[SHINRAI_ITEM_LOG] = 0;
}

static char *told(struct forge *f, struct shinrai_appraisal *a)
{
	json_t *j;
	char *text;

	build(f);
	assert_int_equal(forge_appraise(f, a), 0);
	j = shinrai_verdict_json(a);
	text = json_dumps(j, JSON_SORT_KEYS);
	json_decref(j);
	assert_non_null(text);
	return text;
}

static bool has(const struct shinrai_appraisal *a, const char *code)
{
	return a->count[shinrai_reason_by_code(code)];
}

static void follow(struct forge *f, const struct shinrai_appraisal *first)
{
	f->whole = false;
	f->have_last = true;
	f->last = first->next;
	f->known = &first->facts;
	f->clock = first->clock.clock + 1;
	f->absent[SHINRAI_ITEM_FIRMWARE] = true;
}

/* What booted; what it is held against when its log comes, and later. */
static const struct {
	const char *name;
	void (*booted)(struct forge *f);
	void (*held)(struct forge *f);
	void (*then)(struct forge *f);
	const char *code; /* NULL: trusted */
} boots[] = {
	{ "a good boot", nothing, nothing, nothing, NULL },
	{ "another kernel", other_kernel, nothing, nothing, "kernel-unknown" },
	{ "two kernels", two_kernels, nothing, nothing, NULL },
	{ "sixteen events", sixteen, nothing, nothing, NULL },
	{ "another initramfs", other_initrd, nothing, nothing,
	  "initramfs-unknown" },
	{ "another command line", other_cmdline, nothing, nothing,
	  "cmdline-unknown" },
	{ "no initramfs", no_initrd, nothing, nothing, "initramfs-missing" },
	{ "no kernel", only_firmware, nothing, nothing, "kernel-missing" },
	{ "no references", nothing, no_reference, no_reference,
	  "references-missing" },
	{ "references no more", nothing, nothing, no_reference,
	  "references-missing" },
	{ "references at last", nothing, no_reference, nothing, NULL },
	{ "it arms no more", nothing, nothing, does_not_arm, "initramfs-arms" },
	{ "it arms at last", nothing, does_not_arm, nothing, NULL },
	{ "PCR 14, too", nothing, nothing, pcr_14, "firmware-unknown" },
	{ "one more command line", nothing, nothing, more_cmdlines, NULL },
};

static void test_as_if(void **state)
{
	struct shinrai_appraisal first, with, without;
	char *text, *part;
	struct forge *f;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(boots); i++) {
		f = forge(boots[i].booted, boots[i].held);
		free(told(f, &first));
		free(f);
		assert_true(first.have_next && first.have_boot);
		f = forge(boots[i].booted, boots[i].then);
		follow(f, &first);
		part = told(f, &without);
		f->absent[SHINRAI_ITEM_FIRMWARE] = false;
		text = told(f, &with);
		if (strcmp(text, part))
			fail_msg("%s\nwith: %s\nwithout: %s", boots[i].name,
				 text, part);
		if (boots[i].code ? !has(&without, boots[i].code) :
				    without.verdict != SHINRAI_TRUSTED)
			fail_msg("%s: %s", boots[i].name, part);
		assert_true(without.have_boot);
		assert_memory_equal(with.boot, without.boot, 32);
		assert_int_not_equal(with.next.boot.base, 0);
		assert_memory_equal(&with.next.boot, &without.next.boot,
				    sizeof(with.next.boot));
		free(text);
		free(part);
		free(f);
		shinrai_appraisal_free(&first);
		shinrai_appraisal_free(&with);
		shinrai_appraisal_free(&without);
	}
}

static void other_boot(struct forge *f)
{
	f->last.boot_id[0] ^= 1;
}

static void all_was_asked_for(struct forge *f)
{
	f->whole = true;
}

static void forgotten(struct forge *f)
{
	f->last.boot.base = 0;
}

static void other_bank(struct forge *f)
{
	f->last.boot.base ^= (u64)(SHINRAI_ALG_SHA256 ^ SHINRAI_ALG_SHA384)
			     << 16;
}

static void older_rules(struct forge *f)
{
	f->last.boot.base -= 1ull << 32;
}

static void other_pcrs(struct forge *f)
{
	f->last.boot.pcrs[0] ^= 1;
}

static void never_seen(struct forge *f)
{
	f->have_last = false;
	f->whole = true;
}

static void no_values(struct forge *f)
{
	f->absent[SHINRAI_ITEM_PCRS] = true;
}

static void not_quoted(struct forge *f)
{
	f->mask &= ~(1u << 9);
}

static void other_key(struct forge *f)
{
	f->last.ak_name[9] ^= 1;
}

static void rebooted(struct forge *f)
{
	f->resets++;
}

static void lying_values(struct forge *f)
{
	f->item[SHINRAI_ITEM_PCRS][f->len[SHINRAI_ITEM_PCRS] - 1] ^= 1;
}

static void cut_values(struct forge *f)
{
	f->len[SHINRAI_ITEM_PCRS]--;
}

static void bad_signature(struct forge *f)
{
	f->item[SHINRAI_ITEM_SIGNATURE][f->len[SHINRAI_ITEM_SIGNATURE] - 1] ^=
		1;
}

static void empty_log(struct forge *f)
{
	f->absent[SHINRAI_ITEM_FIRMWARE] = false;
	f->len[SHINRAI_ITEM_FIRMWARE] = 0;
}

static void half_a_log(struct forge *f)
{
	f->absent[SHINRAI_ITEM_FIRMWARE] = false;
	f->len[SHINRAI_ITEM_FIRMWARE] /= 2;
}

static const struct {
	const char *name;
	void (*plan)(struct forge *f);
	void (*bend)(struct forge *f);
	const char *code;
} lies[] = {
	{ "of another boot", other_boot, nothing, "firmware-missing" },
	{ "all was asked for", all_was_asked_for, nothing, "firmware-missing" },
	{ "nothing is kept", forgotten, nothing, "firmware-missing" },
	{ "never seen", never_seen, nothing, "firmware-missing" },
	{ "kept in another bank", other_bank, nothing, "firmware-missing" },
	{ "read by older rules", older_rules, nothing, "firmware-missing" },
	{ "of other PCRs", other_pcrs, nothing, "firmware-missing" },
	{ "no PCR values", no_values, nothing, "firmware-missing" },
	{ "PCR values that lie", nothing, lying_values, "firmware-missing" },
	{ "PCR values cut short", nothing, cut_values, "firmware-missing" },
	{ "PCR 9 is not quoted", not_quoted, nothing, "firmware-missing" },
	{ "of another key", other_key, nothing, "ak-other" },
	{ "booted anew, it says the same", rebooted, nothing,
	  "boot-id-reused" },
	{ "a quote that nobody signed", nothing, bad_signature, "signature" },
	{ "an empty log", nothing, empty_log, "firmware-syntax" },
	{ "half a log", nothing, half_a_log, "firmware-syntax" },
};

static void refuse(const char *name, const char *code, struct forge *f)
{
	struct shinrai_appraisal a;

	assert_int_equal(forge_appraise(f, &a), 0);
	if (a.verdict == SHINRAI_TRUSTED || !has(&a, code))
		fail_msg("%s: %s", name,
			 a.nwhy ? shinrai_reason_info(a.why[0].code)->code :
				  "trusted");
	/* What is not known is not gone on from. */
	if (strstr(code, "firmware")) {
		assert_int_equal(a.next.boot.base, 0);
		assert_false(a.have_boot);
	}
	shinrai_appraisal_free(&a);
}

static void test_lies(void **state)
{
	struct forge *f = forge(nothing, nothing);
	struct shinrai_appraisal first;
	size_t i;
	u8 pcr;

	(void)state;
	free(told(f, &first));
	free(f);
	assert_int_equal(first.next.boot.nevents, 3);
	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		f = forge(nothing, nothing);
		follow(f, &first);
		lies[i].plan(f);
		build(f);
		lies[i].bend(f);
		refuse(lies[i].name, lies[i].code, f);
		free(f);
	}
	/* It withholds the log of what was extended later. */
	for (pcr = 0; pcr < 10; pcr++) {
		f = forge(nothing, nothing);
		follow(f, &first);
		build(f);
		f->pcr[pcr][0] ^= 1;
		forge_quote(f);
		refuse("another PCR", "firmware-missing", f);
		free(f);
	}
	shinrai_appraisal_free(&first);
}

static void wrong_digest(struct forge *f)
{
	f->boot[VERSION].digest[0] ^= 1;
}

static void no_separator(struct forge *f)
{
	f->boot[SEPARATOR].pcr = 10;
}

static void grub(struct forge *f)
{
	add(f, VERSION);
	f->boot[f->nboot - 1].pcr = 8;
}

static void seventeen(struct forge *f)
{
	sixteen(f);
	add(f, KERNEL);
}

static void other_log(struct forge *f)
{
	u8 *p = memmem(f->item[SHINRAI_ITEM_FIRMWARE],
		       f->len[SHINRAI_ITEM_FIRMWARE], f->boot[KERNEL].digest,
		       32);

	p[0] ^= 1;
}

/* Logs that come each time. */
static void test_not_kept(void **state)
{
	static const struct {
		const char *name;
		void (*plan)(struct forge *f);
		void (*bend)(struct forge *f);
		const char *code;
	} table[] = {
		{ "data of another digest", wrong_digest, nothing,
		  "firmware-event" },
		{ "no separator", no_separator, nothing, "firmware-separator" },
		{ "what nobody understands", grub, nothing, "boot-event" },
		{ "more than is kept", seventeen, nothing, NULL },
		{ "another log", nothing, other_log, "firmware-replay" },
		{ "half a log", nothing, half_a_log, "firmware-syntax" },
		{ "no PCR values", no_values, nothing, NULL },
		{ "PCR values that lie", nothing, lying_values, NULL },
	};
	struct shinrai_appraisal a;
	struct forge *f;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		f = forge(table[i].plan, nothing);
		forge_build(f);
		table[i].bend(f);
		assert_int_equal(forge_appraise(f, &a), 0);
		if (table[i].code && !has(&a, table[i].code))
			fail_msg("%s: %s", table[i].name,
				 shinrai_reason_info(a.why[0].code)->code);
		if (a.next.boot.base)
			fail_msg("%s: it is kept", table[i].name);
		shinrai_appraisal_free(&a);
		free(f);
	}
}

/* Whatever is kept is of the log that came last. */
static void test_replaced(void **state)
{
	struct forge *f = forge(nothing, nothing);
	struct shinrai_appraisal first, a;

	(void)state;
	free(told(f, &first));
	free(f);
	f = forge(other_kernel, nothing);
	follow(f, &first);
	f->absent[SHINRAI_ITEM_FIRMWARE] = false;
	free(told(f, &a));
	assert_true(has(&a, "kernel-unknown"));
	f->last = a.next;
	shinrai_appraisal_free(&a);
	f->absent[SHINRAI_ITEM_FIRMWARE] = true;
	free(told(f, &a));
	assert_true(has(&a, "kernel-unknown"));
	assert_false(has(&a, "firmware-missing"));
	shinrai_appraisal_free(&a);
	shinrai_appraisal_free(&first);
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_if),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_not_kept),
		cmocka_unit_test(test_replaced),
	};
	int ret;

	key = EVP_EC_gen("P-256");
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	EVP_PKEY_free(key);
	return ret;
}
