// SPDX-License-Identifier: MIT
/* Ways to lie: the quote, its key, whom it answers, what was seen last. */
#include <assert.h>
#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/sha.h>

#include "mutations.h"

static void old_nonce(struct forge *f)
{
	memset(f->session_nonce, 9, 32);
}

static void late_nonce(struct forge *f)
{
	f->late_nonce = true;
}

static void other_exporter(struct forge *f)
{
	memset(f->exporter, 9, 32);
}

static void other_verifier(struct forge *f)
{
	memset(f->verifier_key, 9, 32);
}

static void other_key(struct forge *f)
{
	f->signer = EVP_EC_gen("P-256");
}

static void other_key_undo(struct forge *f)
{
	EVP_PKEY_free(f->signer);
	f->signer = f->key;
}

static EVP_PKEY *swapped;

/* A whole evidence by another key: only the pin tells. */
static void unpinned_key(struct forge *f)
{
	swapped = f->key;
	f->key = f->signer = EVP_EC_gen("P-256");
}

static void pin_first(struct forge *f)
{
	EVP_PKEY_free(f->key);
	f->key = f->signer = swapped;
}

static void no_pin(struct forge *f)
{
	f->no_pin = true;
}

static void wrong_magic(struct forge *f)
{
	f->magic = 0xff544348;
}

static void wrong_type(struct forge *f)
{
	f->type = 0x8017;
}

static void attest_cut(struct forge *f)
{
	forge_cut(f, SHINRAI_ITEM_ATTEST);
	forge_sign(f);
}

static void attest_grown(struct forge *f)
{
	forge_grow(f, SHINRAI_ITEM_ATTEST);
	forge_sign(f);
}

static void attest_big_field(struct forge *f)
{
	f->item[SHINRAI_ITEM_ATTEST][6] = 0xff;
	forge_sign(f);
}

static void attest_edited(struct forge *f)
{
	/* Firmware version, unsigned then. */
	f->item[SHINRAI_ITEM_ATTEST][90]++;
}

static void signature_cut(struct forge *f)
{
	forge_cut(f, SHINRAI_ITEM_SIGNATURE);
}

static void signature_grown(struct forge *f)
{
	forge_grow(f, SHINRAI_ITEM_SIGNATURE);
}

static void signature_zero_r(struct forge *f)
{
	memset(f->item[SHINRAI_ITEM_SIGNATURE] + 6, 0, 32);
}

static void signature_zero_s(struct forge *f)
{
	memset(f->item[SHINRAI_ITEM_SIGNATURE] + 40, 0, 32);
}

static void wrong_hash(struct forge *f)
{
	f->sig_hash = 0x12; /* SM3 */
}

static void sha1_hash(struct forge *f)
{
	f->sig_hash = 0x04;
}

static void ak_unrestricted(struct forge *f)
{
	f->attributes &= ~(1u << 16);
}

static void ak_cut(struct forge *f)
{
	forge_cut(f, SHINRAI_ITEM_AK);
}

static void ak_grown(struct forge *f)
{
	forge_grow(f, SHINRAI_ITEM_AK);
}

static void ak_off_curve(struct forge *f)
{
	f->item[SHINRAI_ITEM_AK][f->len[SHINRAI_ITEM_AK] - 1] ^= 1;
}

static void fewer_pcrs(struct forge *f)
{
	f->mask = f->asked_mask = 0x77ff & ~(1u << 4);
}

static void without_own_pcr(struct forge *f)
{
	f->mask = f->asked_mask = 0x77ff & ~(1u << 13);
}

static void other_pcrs(struct forge *f)
{
	f->asked_mask = 0x37ff;
}

static void resettable_pcr(struct forge *f)
{
	f->mask = f->asked_mask = 0x77ff | 1u << 16;
}

static void other_bank(struct forge *f)
{
	f->bank = 0x0c;
}

static void challenge_cut(struct forge *f)
{
	forge_cut(f, SHINRAI_ITEM_CHALLENGE);
}

static void challenge_grown(struct forge *f)
{
	forge_grow(f, SHINRAI_ITEM_CHALLENGE);
}

static void challenge_version(struct forge *f)
{
	f->item[SHINRAI_ITEM_CHALLENGE][0] = 2;
}

/* Two hashes in the path of a tree of two leaves. */
static void long_path(struct forge *f)
{
	u8 *c = f->item[SHINRAI_ITEM_CHALLENGE];
	size_t n = f->len[SHINRAI_ITEM_CHALLENGE];

	c[n - 33] = 2;
	memset(c + n, 5, 32);
	f->len[SHINRAI_ITEM_CHALLENGE] += 32;
}

static void other_boot_quoted(struct forge *f)
{
	memset(f->boot_id, 0xb1, 16);
}

static void pcrs_cut(struct forge *f)
{
	forge_cut(f, SHINRAI_ITEM_PCRS);
}

static void pcrs_grown(struct forge *f)
{
	forge_grow(f, SHINRAI_ITEM_PCRS);
}

/* The value of PCR 0; the logs still lead to the quote. */
static void pcrs_lie(struct forge *f)
{
	f->item[SHINRAI_ITEM_PCRS][6] ^= 1;
}

static void pcrs_moved_on(struct forge *f)
{
	f->item[SHINRAI_ITEM_PCRS][2 + 11 * 36 + 4] ^= 1;
}

static void no_pcrs(struct forge *f)
{
	f->absent[SHINRAI_ITEM_PCRS] = true;
}

static void pcrs_and_firmware_lie(struct forge *f)
{
	f->item[SHINRAI_ITEM_PCRS][6] ^= 1;
	f->absent[SHINRAI_ITEM_FIRMWARE] = true;
}

static void no_attest(struct forge *f)
{
	f->absent[SHINRAI_ITEM_ATTEST] = true;
}

static void no_session(struct forge *f)
{
	f->no_session = true;
}

static void saver_not_named(struct forge *f)
{
	forge_saved(f);
	f->saver = NULL;
}

static void other_saver_named(struct forge *f)
{
	forge_saved(f);
	f->saver = f->other_saver;
}

static void not_signed(struct forge *f)
{
	f->absent[SHINRAI_ITEM_SESSION_SIGNATURE] = true;
}

static void session_cut(struct forge *f)
{
	forge_cut(f, SHINRAI_ITEM_SESSION);
}

/* The year of its time: evidence of long ago made new. */
static void session_edited(struct forge *f)
{
	u8 *year = memmem(f->item[SHINRAI_ITEM_SESSION],
			  f->len[SHINRAI_ITEM_SESSION], "2023-", 5);

	year[3] = '9';
}

/* Whoever has the file invents a session that fits, and signs it himself. */
static void signed_by_another(struct forge *f)
{
	f->saver_key = f->other_saver_key;
	forge_sign_session(f, "shinrai-session-v1");
}

static void signed_for_another_purpose(struct forge *f)
{
	forge_sign_session(f, "shinrai-session-v0");
}

static void signature_of_session_cut(struct forge *f)
{
	forge_cut(f, SHINRAI_ITEM_SESSION_SIGNATURE);
}

/* The machine answers the old nonce anew, after all has been set right. */
static void quoted_again(struct forge *f)
{
	f->clock += 1000;
	forge_quote(f);
}

static void saved_old_nonce(struct forge *f)
{
	forge_saved(f);
	memset(f->session_nonce, 9, 32);
}

static void saved_no_session(struct forge *f)
{
	f->absent[SHINRAI_ITEM_SESSION] = true;
}

static void saver_not_named_rogue(struct forge *f)
{
	saver_not_named(f);
	forge_code(&f->rec[4], SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, "evil",
		   "/tmp/evil");
}

static void seen(struct forge *f)
{
	struct shinrai_appraisal a;

	assert(!forge_appraise(f, &a) && a.have_next);
	f->last = a.next;
	f->have_last = true;
	shinrai_appraisal_free(&a);
}

static void seen_before(struct forge *f)
{
	seen(f);
}

static void clock_back(struct forge *f)
{
	seen(f);
	f->last.clock.clock++;
}

static void resets_back(struct forge *f)
{
	seen(f);
	f->last.clock.reset_count++;
}

static void restarts_back(struct forge *f)
{
	seen(f);
	f->last.clock.restart_count++;
}

static void reset_same_boot(struct forge *f)
{
	seen(f);
	f->last.clock.reset_count--;
}

static void no_reset_other_boot(struct forge *f)
{
	seen(f);
	f->last.boot_id[3] ^= 1;
}

static void fewer_than_seen(struct forge *f)
{
	seen(f);
	f->last.records++;
}

static void ak_changed(struct forge *f)
{
	seen(f);
	f->last.ak_name[9] ^= 1;
}

static void sticky(struct forge *f)
{
	seen(f);
	f->last.sticky[0].code = SHINRAI_WHY_OVERFLOW;
	f->last.nsticky = 1;
	/* Only what is new, as a daemon sends it. */
	f->len[SHINRAI_ITEM_LOG] = 0;
}

static void nothing_new(struct forge *f)
{
	seen(f);
	f->len[SHINRAI_ITEM_LOG] = 0;
}

#define BAD SHINRAI_UNTRUSTED
#define OPEN SHINRAI_UNKNOWN
#define GOOD SHINRAI_TRUSTED

const struct mutation mutations_quote[] = {
	{ "honest", NULL, NULL, NULL, GOOD },
	{ "honest, seen before", NULL, seen_before, NULL, GOOD },
	{ "honest, nothing new", NULL, nothing_new, NULL, GOOD },
	{ "honest, no PCR list", NULL, no_pcrs, NULL, GOOD },
	{ "honest, PCR 12 moved on", NULL, pcrs_moved_on, NULL, GOOD },
	{ "old nonce", old_nonce, NULL, "nonce", BAD },
	{ "nonce came too late", late_nonce, NULL, "challenge-absent", BAD },
	{ "another session", other_exporter, NULL, "exporter", BAD },
	{ "another verifier", other_verifier, NULL, "verifier-key", BAD },
	{ "another key signed", other_key, other_key_undo, "signature", BAD },
	{ "key not the pinned one", unpinned_key, pin_first, "ak-other", BAD },
	{ "key not pinned", NULL, no_pin, "ak-unpinned", OPEN },
	{ "wrong magic", wrong_magic, NULL, "attest-magic", BAD },
	{ "wrong type", wrong_type, NULL, "attest-type", BAD },
	{ "attest cut", NULL, attest_cut, "attest-syntax", BAD },
	{ "attest trailing byte", NULL, attest_grown, "attest-syntax", BAD },
	{ "attest oversized field", NULL, attest_big_field, "attest-syntax",
	  BAD },
	{ "attest edited", NULL, attest_edited, "signature", BAD },
	{ "signature cut", NULL, signature_cut, "signature-syntax", BAD },
	{ "signature trailing byte", NULL, signature_grown, "signature-syntax",
	  BAD },
	{ "signature r = 0", NULL, signature_zero_r, "signature", BAD },
	{ "signature s = 0", NULL, signature_zero_s, "signature", BAD },
	{ "hash not known", wrong_hash, NULL, "signature-scheme", BAD },
	{ "hash SHA-1", sha1_hash, NULL, "signature-hash", BAD },
	{ "key not restricted", ak_unrestricted, NULL, "key-unfit", BAD },
	{ "key cut", NULL, ak_cut, "ak-syntax", BAD },
	{ "key trailing byte", NULL, ak_grown, "ak-syntax", BAD },
	{ "key off the curve", no_pin, ak_off_curve, "key-invalid", BAD },
	{ "PCR 4 not quoted", fewer_pcrs, NULL, "pcr-required", BAD },
	{ "PCR 13 not quoted", without_own_pcr, NULL, "pcr-required", BAD },
	{ "other PCRs than asked", other_pcrs, NULL, "selection", BAD },
	{ "resettable PCR", resettable_pcr, NULL, "pcr-resettable", BAD },
	{ "other bank", other_bank, NULL, "bank", BAD },
	{ "challenge cut", NULL, challenge_cut, "challenge-syntax", BAD },
	{ "challenge trailing byte", NULL, challenge_grown, "challenge-syntax",
	  BAD },
	{ "challenge of a later version", NULL, challenge_version,
	  "challenge-version", OPEN },
	{ "path too long", NULL, long_path, "challenge-path", BAD },
	{ "quote of another boot", other_boot_quoted, NULL, "quote-boot-id",
	  BAD },
	{ "PCR list cut", NULL, pcrs_cut, "pcrs-syntax", BAD },
	{ "PCR list trailing byte", NULL, pcrs_grown, "pcrs-syntax", BAD },
	{ "PCR list lies", NULL, pcrs_lie, "pcrs-contradict", BAD },
	{ "PCR list lies, no firmware log", NULL, pcrs_and_firmware_lie,
	  "pcr-digest", BAD },
	{ "no attest item", NULL, no_attest, "item-missing", BAD },
	{ "no session", NULL, no_session, "session-missing", OPEN },
	{ "honest, saved", forge_saved, NULL, NULL, GOOD },
	{ "saved, by whom is not said", saver_not_named, NULL,
	  "session-unproven", OPEN },
	{ "saved, by whom is not said, rogue", saver_not_named_rogue, NULL,
	  "code-unknown", BAD },
	{ "saved by another verifier", other_saver_named, NULL,
	  "session-verifier", OPEN },
	{ "saved, not signed", forge_saved, not_signed, "session-unsigned",
	  OPEN },
	{ "saved, without its session", forge_saved, saved_no_session,
	  "session-missing", OPEN },
	{ "saved, session cut", forge_saved, session_cut, "session-syntax",
	  OPEN },
	{ "saved, session edited", forge_saved, session_edited,
	  "session-signature", OPEN },
	{ "saved, signed by another", forge_saved, signed_by_another,
	  "session-signature", OPEN },
	{ "saved, signed for another purpose", forge_saved,
	  signed_for_another_purpose, "session-signature", OPEN },
	{ "saved, signature cut", forge_saved, signature_of_session_cut,
	  "session-signature", OPEN },
	{ "saved, then quoted again", forge_saved, quoted_again,
	  "session-signature", OPEN },
	{ "saved, old nonce", saved_old_nonce, NULL, "nonce", BAD },
	{ "clock stepped back", NULL, clock_back, "clock-back", BAD },
	{ "fewer resets", NULL, resets_back, "reset-back", BAD },
	{ "fewer restarts", NULL, restarts_back, "reset-back", BAD },
	{ "reset, same boot id", NULL, reset_same_boot, "boot-id-reused", BAD },
	{ "no reset, other boot id", NULL, no_reset_other_boot,
	  "boot-id-changed", BAD },
	{ "fewer records than seen", NULL, fewer_than_seen, "log-rollback",
	  BAD },
	{ "another key than seen", NULL, ak_changed, "ak-other", BAD },
	{ "overflow seen earlier", NULL, sticky, "overflow", BAD },
	{ 0 },
};
