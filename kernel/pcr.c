// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TPM's banks, a record's digest in each, and the values they add up to.
 *
 * Two values are kept for each PCR and bank: what the records in the log lead
 * to, and what the TPM holds.  They differ while extends are outstanding.
 * Only the extend thread changes them, under @lock, which is never held while
 * the TPM is spoken to; so a reader gets a consistent pair at once.
 */
#define pr_fmt(fmt) "shinrai: " fmt

#include <crypto/hash.h>
#include <crypto/hash_info.h>
#include <linux/mutex.h>
#include <linux/sort.h>
#include <linux/tpm.h>

#include "core.h"

static_assert(TPM2_MAX_PCR_BANKS <= SHINRAI_MAX_BANKS);

struct bank {
	u16 alg;
	u8 size;
	struct crypto_shash *tfm; /* NULL: capped */
	u8 logged[SHINRAI_PCRS][SHINRAI_MAX_BANK_SIZE];
	u8 value[SHINRAI_PCRS][SHINRAI_MAX_BANK_SIZE];
};

static struct {
	struct tpm_chip *chip; /* the first one found, for good */
	struct mutex lock;
	u64 extended; /* records that the TPM has */
	bool unsure; /* it may have the next one too; the extend thread's */
	u32 nbanks;
	struct bank bank[SHINRAI_MAX_BANKS]; /* as tpm_pcr_extend() wants */
	u8 sorted[SHINRAI_MAX_BANKS]; /* indices, by algorithm */
} pcr;

static void bank_hash(const struct bank *b, const void *a, size_t alen,
		      const void *c, size_t clen, u8 *out)
{
	SHASH_DESC_ON_STACK(desc, b->tfm);

	desc->tfm = b->tfm;
	if (crypto_shash_init(desc) || crypto_shash_update(desc, a, alen) ||
	    crypto_shash_update(desc, c, clen) || crypto_shash_final(desc, out))
		memset(out, 0, b->size);
	shash_desc_zero(desc);
}

static void bank_fold(const struct bank *b, u8 *value, const u8 *digest)
{
	u8 next[SHINRAI_MAX_BANK_SIZE];

	if (!b->tfm)
		return;
	bank_hash(b, value, b->size, digest, b->size, next);
	memcpy(value, next, b->size);
}

/**
 * shinrai_pcr_digests() - a record's digest in every bank, PROTOCOL.md 2.2
 * @header: the header TLV
 * @digests: out, SHINRAI_MAX_BANKS entries, in the TPM's order
 * @values: out, storage for @digests
 *
 * Context: may sleep.
 * Return: the number of banks.
 */
unsigned int shinrai_pcr_digests(const u8 header[SHINRAI_HEADER_TLV],
				 struct shinrai_digest *digests,
				 u8 (*values)[SHINRAI_MAX_BANK_SIZE])
{
	const struct bank *b;
	u32 i;

	for (i = 0; i < pcr.nbanks; i++) {
		b = &pcr.bank[i];
		if (b->tfm)
			bank_hash(b, header, SHINRAI_HEADER_TLV, NULL, 0,
				  values[i]);
		else
			memset(values[i], 0xff, b->size);
		digests[i].alg = b->alg;
		digests[i].size = b->size;
		digests[i].value = values[i];
	}
	return pcr.nbanks;
}

/**
 * shinrai_pcr_logged() - a record joined the log: fold it into its values
 * @which: its PCR
 * @digests: from shinrai_pcr_digests()
 *
 * Context: the extend thread.
 */
void shinrai_pcr_logged(enum shinrai_which which,
			const struct shinrai_digest *digests)
{
	u32 i;

	mutex_lock(&pcr.lock);
	for (i = 0; i < pcr.nbanks; i++)
		bank_fold(&pcr.bank[i], pcr.bank[i].logged[which],
			  digests[i].value);
	mutex_unlock(&pcr.lock);
}

/* The TPM has the record: publish count and values together. */
static void extended(enum shinrai_which which,
		     const struct shinrai_digest *digests)
{
	u32 i;

	mutex_lock(&pcr.lock);
	for (i = 0; i < pcr.nbanks; i++)
		bank_fold(&pcr.bank[i], pcr.bank[i].value[which],
			  digests[i].value);
	pcr.extended++;
	mutex_unlock(&pcr.lock);
}

/*
 * An extend failed: did it take effect all the same?  The answer may have been
 * lost on its way.  Return: 1 it did; 0 not; -ESTALE somebody else extended;
 * else why the TPM does not say.
 */
static int took_effect(enum shinrai_which which,
		       const struct shinrai_digest *digests)
{
	u8 next[SHINRAI_MAX_BANK_SIZE];
	struct tpm_digest now = {};
	struct bank *b = pcr.bank;
	int ret;

	while (b < pcr.bank + pcr.nbanks && !b->tfm)
		b++;
	if (b == pcr.bank + pcr.nbanks)
		return 0;
	now.alg_id = b->alg;
	ret = tpm_pcr_read(pcr.chip, shinrai.pcr[which], &now);
	if (ret)
		return ret < 0 ? ret : -EIO;
	if (!memcmp(now.digest, b->value[which], b->size))
		return 0;
	memcpy(next, b->value[which], b->size);
	bank_fold(b, next, digests[b - pcr.bank].value);
	return memcmp(now.digest, next, b->size) ? -ESTALE : 1;
}

/*
 * An extend that timed out may be carried out as late as the TPM comes back:
 * until the TPM answers, nobody knows, and extending again could do it twice.
 *
 * Return: 1 when it took effect; 0 when not; else why that cannot be told.
 */
static int outcome(enum shinrai_which which,
		   const struct shinrai_digest *digests, bool *moved)
{
	int took = took_effect(which, digests);

	*moved = took == -ESTALE;
	pcr.unsure = took < 0 && !*moved;
	return *moved ? 0 : took;
}

/**
 * shinrai_pcr_extend() - extend one record into the TPM
 * @which: its PCR
 * @header: its header TLV
 * @moved: out, set when the PCR holds what no record explains
 *
 * Context: the extend thread; may sleep for as long as the TPM takes.
 * Return: 0; -EIO or what the TPM driver says.
 */
int shinrai_pcr_extend(enum shinrai_which which,
		       const u8 header[SHINRAI_HEADER_TLV], bool *moved)
{
	struct shinrai_digest digests[SHINRAI_MAX_BANKS];
	u8 values[SHINRAI_MAX_BANKS][SHINRAI_MAX_BANK_SIZE];
	struct tpm_digest tpm[TPM2_MAX_PCR_BANKS];
	int ret, took;
	u32 i;

	might_sleep();
	shinrai_pcr_digests(header, digests, values);
	if (pcr.unsure) {
		took = outcome(which, digests, moved);
		if (took < 0)
			return took;
		if (took)
			goto done;
	}
	memset(tpm, 0, sizeof(tpm));
	for (i = 0; i < pcr.nbanks; i++) {
		tpm[i].alg_id = digests[i].alg;
		memcpy(tpm[i].digest, digests[i].value, digests[i].size);
	}
	ret = tpm_pcr_extend(pcr.chip, shinrai.pcr[which], tpm);
	if (ret && outcome(which, digests, moved) != 1)
		return ret < 0 ? ret : -EIO;
done:
	extended(which, digests);
	return 0;
}

/**
 * shinrai_pcr_extended() - records that the TPM has
 *
 * Return: the count.
 */
u64 shinrai_pcr_extended(void)
{
	return READ_ONCE(pcr.extended);
}

/**
 * shinrai_pcr_snapshot() - one consistent pair of record count and PCR values
 * @code: out, SHINRAI_MAX_BANKS entries, by algorithm
 * @flow: out, the same
 * @nbanks: out
 * @n: out, the records that the values are made of
 *
 * Context: may sleep, never for the TPM.
 */
void shinrai_pcr_snapshot(struct shinrai_bank *code, struct shinrai_bank *flow,
			  u32 *nbanks, u64 *n)
{
	const struct bank *b;
	u32 i;

	mutex_lock(&pcr.lock);
	for (i = 0; i < pcr.nbanks; i++) {
		b = &pcr.bank[pcr.sorted[i]];
		code[i].alg = b->alg;
		code[i].size = b->size;
		code[i].capped = !b->tfm;
		flow[i] = code[i];
		memcpy(code[i].value, b->value[SHINRAI_PCR_CODE], b->size);
		memcpy(flow[i].value, b->value[SHINRAI_PCR_FLOW], b->size);
	}
	*nbanks = pcr.nbanks;
	*n = pcr.extended;
	mutex_unlock(&pcr.lock);
}

/**
 * shinrai_pcr_banks() - START's BANKS field
 * @out: @cap bytes
 * @cap: at least 4 * SHINRAI_MAX_BANKS
 *
 * Return: bytes written.
 */
size_t shinrai_pcr_banks(u8 *out, size_t cap)
{
	const struct bank *b;
	struct shinrai_wr w;
	u32 i;

	shinrai_wr_init(&w, out, cap);
	for (i = 0; i < pcr.nbanks; i++) {
		b = &pcr.bank[pcr.sorted[i]];
		shinrai_wr_be16(&w, b->alg);
		shinrai_wr_u8(&w, b->size);
		shinrai_wr_u8(&w, !b->tfm);
	}
	return w.err ? 0 : w.len;
}

/**
 * shinrai_pcr_values() - value list that the log leads to, PROTOCOL.md 2.5
 * @out: @cap bytes
 * @cap: at least SHINRAI_PCR_VALUES_SIZE
 *
 * Before the first record these are the values found at load.
 *
 * Return: bytes written.
 */
size_t shinrai_pcr_values(u8 *out, size_t cap)
{
	const bool swap = shinrai.pcr[0] > shinrai.pcr[1];
	const struct bank *b;
	struct shinrai_wr w;
	u32 i, j, which;

	shinrai_wr_init(&w, out, cap);
	shinrai_wr_be16(&w, (u16)(pcr.nbanks * SHINRAI_PCRS));
	mutex_lock(&pcr.lock);
	for (i = 0; i < pcr.nbanks; i++) {
		b = &pcr.bank[pcr.sorted[i]];
		for (j = 0; j < SHINRAI_PCRS; j++) {
			which = swap ? SHINRAI_PCRS - 1 - j : j;
			shinrai_wr_be16(&w, b->alg);
			shinrai_wr_u8(&w, (u8)shinrai.pcr[which]);
			shinrai_wr_u8(&w, b->size);
			shinrai_wr_bytes(&w, b->logged[which], b->size);
		}
	}
	mutex_unlock(&pcr.lock);
	return w.err ? 0 : w.len;
}

static int by_alg(const void *a, const void *b)
{
	return (int)pcr.bank[*(const u8 *)a].alg -
	       (int)pcr.bank[*(const u8 *)b].alg;
}

static int read_start(struct bank *b)
{
	struct tpm_digest d;
	u32 which;
	int ret;

	for (which = 0; which < SHINRAI_PCRS; which++) {
		memset(&d, 0, sizeof(d));
		d.alg_id = b->alg;
		ret = tpm_pcr_read(pcr.chip, shinrai.pcr[which], &d);
		if (ret) {
			pr_err("cannot read PCR %u of bank 0x%x: %d\n",
			       shinrai.pcr[which], b->alg, ret);
			return ret < 0 ? ret : -EIO;
		}
		memcpy(b->logged[which], d.digest, b->size);
		memcpy(b->value[which], d.digest, b->size);
	}
	return 0;
}

static struct crypto_shash *bank_tfm(const struct tpm_bank_info *info)
{
	struct crypto_shash *tfm;

	if (info->crypto_id >= HASH_ALGO__LAST)
		return NULL;
	tfm = crypto_alloc_shash(hash_algo_name[info->crypto_id], 0, 0);
	if (IS_ERR(tfm))
		return NULL;
	if (crypto_shash_digestsize(tfm) != info->digest_size) {
		crypto_free_shash(tfm);
		return NULL;
	}
	return tfm;
}

static void free_banks(void)
{
	while (pcr.nbanks)
		crypto_free_shash(pcr.bank[--pcr.nbanks].tfm);
}

/**
 * shinrai_pcr_init() - find the TPM and read what our PCRs hold
 *
 * Context: may sleep; loads hash modules.
 * Return: 0; -ENODEV without a TPM 2.0; -EINVAL for banks out of range; what
 * the TPM driver says.
 */
int shinrai_pcr_init(void)
{
	const struct tpm_bank_info *info;
	struct bank *b;
	u32 i;
	int ret;

	mutex_init(&pcr.lock);
	pcr.chip = tpm_default_chip();
	if (!pcr.chip || tpm_is_tpm2(pcr.chip) <= 0) {
		pr_err("no TPM 2.0 found: without one nothing can be proven\n");
		ret = -ENODEV;
		goto put;
	}
	for (i = 0; i < pcr.chip->nr_allocated_banks; i++) {
		info = &pcr.chip->allocated_banks[i];
		if (i == SHINRAI_MAX_BANKS || info->alg_id > 255 ||
		    info->digest_size > SHINRAI_MAX_BANK_SIZE) {
			pr_err("TPM bank 0x%x is out of range\n", info->alg_id);
			ret = -EINVAL;
			goto banks;
		}
		b = &pcr.bank[pcr.nbanks];
		b->alg = info->alg_id;
		b->size = (u8)info->digest_size;
		b->tfm = bank_tfm(info);
		pcr.sorted[i] = (u8)i;
		pcr.nbanks++;
		ret = read_start(b);
		if (ret)
			goto banks;
	}
	sort(pcr.sorted, pcr.nbanks, 1, by_alg, NULL);
	return 0;
banks:
	free_banks();
put:
	if (pcr.chip)
		put_device(&pcr.chip->dev);
	return ret;
}

/**
 * shinrai_pcr_exit() - release the TPM
 */
void shinrai_pcr_exit(void)
{
	free_banks();
	put_device(&pcr.chip->dev);
}
