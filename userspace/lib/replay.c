// SPDX-License-Identifier: MIT
/* PCRs of several banks while a log is replayed. */
#include <shinrai/pcrs.h>

/* PC Client PTP 4.6.2: DRTM PCRs read as all ones until a DRTM event. */
#define DRTM_FIRST 17
#define DRTM_LAST 22

void shinrai_replay_init(struct shinrai_replay *r)
{
	r->nbanks = 0;
}

struct shinrai_replay_bank *shinrai_replay_bank(struct shinrai_replay *r,
						u16 alg)
{
	unsigned int i;

	for (i = 0; i < r->nbanks; i++) {
		if (r->bank[i].alg == alg)
			return &r->bank[i];
	}
	return NULL;
}

struct shinrai_replay_bank *shinrai_replay_add(struct shinrai_replay *r,
					       u16 alg, size_t size)
{
	struct shinrai_replay_bank *b = shinrai_replay_bank(r, alg);
	size_t want = shinrai_bank_size_any(alg);

	if (b)
		return size == b->size ? b : NULL;
	if (!size || size > SHINRAI_MAX_BANK_SIZE || (want && size != want) ||
	    r->nbanks == SHINRAI_MAX_BANKS)
		return NULL;
	b = &r->bank[r->nbanks++];
	b->alg = alg;
	b->size = (u8)size;
	b->opaque = !shinrai_bank_size(alg);
	b->extended = 0;
	memset(b->pcr, 0, sizeof(b->pcr));
	memset(b->pcr[DRTM_FIRST], 0xff,
	       (DRTM_LAST - DRTM_FIRST + 1) * sizeof(b->pcr[0]));
	return b;
}

const u8 *shinrai_replay_get(const struct shinrai_replay *r, u16 alg, u8 pcr)
{
	unsigned int i;

	if (pcr >= SHINRAI_PCR_COUNT)
		return NULL;
	for (i = 0; i < r->nbanks; i++) {
		if (r->bank[i].alg == alg)
			return r->bank[i].opaque ? NULL : r->bank[i].pcr[pcr];
	}
	return NULL;
}

int shinrai_replay_set(struct shinrai_replay *r, u16 alg, u8 pcr,
		       const void *value, size_t size)
{
	struct shinrai_replay_bank *b;

	if (pcr >= SHINRAI_PCR_COUNT)
		return -EINVAL;
	if (!shinrai_replay_bank(r, alg) && r->nbanks == SHINRAI_MAX_BANKS)
		return -ENOSPC;
	b = shinrai_replay_add(r, alg, size);
	if (!b)
		return -EINVAL;
	memcpy(b->pcr[pcr], value, size);
	return 0;
}

int shinrai_replay_extend(struct shinrai_replay_bank *b, u32 pcr,
			  const u8 *digest)
{
	if (pcr >= SHINRAI_PCR_COUNT)
		return -EINVAL;
	b->extended |= 1u << pcr;
	if (!b->opaque)
		shinrai_bank_extend(b->alg, b->pcr[pcr], digest);
	return 0;
}

int shinrai_replay_values(const struct shinrai_replay *r,
			  struct shinrai_pcrs *p)
{
	const struct shinrai_replay_bank *b;
	unsigned int pcr;
	int ret;

	p->count = 0;
	for (b = r->bank; b < r->bank + r->nbanks; b++) {
		for (pcr = 0; !b->opaque && pcr < SHINRAI_PCR_COUNT; pcr++) {
			if (!(b->extended >> pcr & 1))
				continue;
			ret = shinrai_pcrs_set(p, b->alg, (u8)pcr, b->pcr[pcr],
					       b->size);
			if (ret)
				return ret;
		}
	}
	return 0;
}
