// SPDX-License-Identifier: MIT
/* What ran on a machine: a set that remembers its order. */
#include <stdlib.h>

#include <shinrai/facts.h>

#include "walk.h"

#define FIRST_CAP 16
#define MAGIC "SHNRFCT\1"

/* Who runs code chooses some bits of its digests, but does not know the seed. */
static size_t begin_of(const struct shinrai_facts *f, u16 what,
		       const u8 digest[32])
{
	u64 h;

	memcpy(&h, digest, sizeof(h));
	return (size_t)((h + what) * (f->seed | 1) >> 32) & (f->nslots - 1);
}

/* Return: the slot that has it, or would. */
static u32 *slot_of(const struct shinrai_facts *f, u16 what,
		    const u8 digest[32])
{
	size_t i = begin_of(f, what, digest);
	const struct shinrai_fact *e;

	for (; f->slot[i]; i = (i + 1) & (f->nslots - 1)) {
		e = &f->v[f->slot[i] - 1];
		if (e->what == what && !memcmp(e->digest, digest, 32))
			break;
	}
	return &f->slot[i];
}

bool shinrai_facts_have(const struct shinrai_facts *f, u16 what,
			const u8 digest[32])
{
	return f->nslots && *slot_of(f, what, digest);
}

/* Twice as many slots as places: there is always an empty one. */
static int grow(struct shinrai_facts *f)
{
	size_t cap = f->cap ? 2 * f->cap : FIRST_CAP, i;
	struct shinrai_fact *v;
	u32 *slot;

	if (cap > U32_MAX / 2)
		return -ENOMEM;
	v = realloc(f->v, cap * sizeof(*v));
	if (!v)
		return -ENOMEM;
	f->v = v;
	slot = calloc(2 * cap, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	free(f->slot);
	f->slot = slot;
	f->nslots = 2 * cap;
	f->cap = cap;
	for (i = 0; i < f->n; i++)
		*slot_of(f, v[i].what, v[i].digest) = (u32)i + 1;
	return 0;
}

int shinrai_facts_add(struct shinrai_facts *f, const struct shinrai_fact *fact)
{
	u32 *slot;

	if (f->n == f->cap && grow(f))
		return -ENOMEM;
	slot = slot_of(f, fact->what, fact->digest);
	if (*slot)
		return 0;
	f->v[f->n++] = *fact;
	*slot = (u32)f->n;
	return 0;
}

void shinrai_facts_free(struct shinrai_facts *f)
{
	free(f->v);
	free(f->slot);
	memset(f, 0, sizeof(*f));
}

static void walk_fact(struct walk *k, struct shinrai_fact *x)
{
	WALK_FIELD(k, x->what, 2, SHINRAI_FACT_ANON);
	shinrai_walk_bytes(k, x->digest, sizeof(x->digest));
	WALK_U64(k, x->record);
	shinrai_walk_string(k, x->text, sizeof(x->text));
}

static void walk_facts(struct walk *k, void *facts)
{
	struct shinrai_facts *f = facts;
	size_t n = f->n, i;
	int ret;

	WALK_FIELD(k, n, 4, U32_MAX);
	for (i = 0; i < n && !shinrai_rd_err(&k->r); i++) {
		struct shinrai_fact x = { 0 };

		walk_fact(k, k->w ? &f->v[i] : &x);
		ret = k->w || shinrai_rd_err(&k->r) ? 0 :
						      shinrai_facts_add(f, &x);
		if (ret)
			shinrai_rd_fail(&k->r, ret);
	}
}

int shinrai_facts_pack(const struct shinrai_facts *f, u8 **out, size_t *len)
{
	return shinrai_walk_pack(MAGIC, walk_facts, (void *)(uintptr_t)f, out,
				 len);
}

int shinrai_facts_unpack(struct shinrai_facts *f, const void *data, size_t len)
{
	return shinrai_walk_unpack(MAGIC, walk_facts, f, data, len);
}

const char *shinrai_fact_name(u64 what)
{
	static const char *const names[] = {
		[SHINRAI_KIND_EXEC] = "program",
		[SHINRAI_KIND_SCRIPT] = "script",
		[SHINRAI_KIND_MMAP] = "mapped code",
		[SHINRAI_KIND_MODULE] = "kernel module",
		[SHINRAI_KIND_FIRMWARE] = "firmware",
		[SHINRAI_KIND_KEXEC] = "kexec image",
		[SHINRAI_KIND_KERNEL_READ] = "file read by the kernel",
	};

	if (what == SHINRAI_FACT_ANON)
		return "anonymous memory made executable";
	return what && what < ARRAY_SIZE(names) ? names[what] :
						  "code of unknown kind";
}
