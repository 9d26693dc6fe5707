// SPDX-License-Identifier: MIT
/* Evidence made from nothing: owners, policies, labels, flows. */
#include <assert.h>

#include <stdlib.h>

#include <openssl/sha.h>

#include <shinrai/abridge.h>

#include "forge_parts.h"

static const u8 salt[16] = "salt of the data";

static const char *const names[FORGE_WHO] = { "acme", "beta" };

/* Return: where @id is or belongs. */
static unsigned int index_of(const struct forge_fields *e, u8 id)
{
	unsigned int i;

	for (i = 0; i < e->ev.nfields; i++) {
		if (e->ev.field[i].id >= id)
			break;
	}
	return i;
}

static bool is_at(const struct forge_fields *e, unsigned int i, u8 id)
{
	return i < e->ev.nfields && e->ev.field[i].id == id;
}

/* Data follow their fields when these move. */
static void point(struct forge_fields *e)
{
	unsigned int i;

	for (i = 0; i < e->ev.nfields; i++)
		e->ev.field[i].data = e->data[i];
}

void forge_put(struct forge_fields *e, u8 id, const void *data, size_t len)
{
	unsigned int i = index_of(e, id), after = e->ev.nfields - i;

	assert(len <= sizeof(e->data[0]) && e->ev.nfields < SHINRAI_MAX_FIELDS);
	if (!is_at(e, i, id)) {
		memmove(&e->ev.field[i + 1], &e->ev.field[i],
			after * sizeof(e->ev.field[0]));
		memmove(e->data[i + 1], e->data[i], after * sizeof(e->data[0]));
		e->ev.nfields++;
	}
	e->ev.field[i] = (struct shinrai_field){ .id = id, .len = (u16)len };
	if (id & SHINRAI_FIELD_REDACTABLE)
		e->ev.field[i].salt = salt;
	memcpy(e->data[i], data, len);
	point(e);
}

void forge_put_uint(struct forge_fields *e, u8 id, u64 value, unsigned int n)
{
	struct shinrai_wr w;
	u8 be[8];

	shinrai_wr_init(&w, be, sizeof(be));
	shinrai_wr_be(&w, value, n);
	forge_put(e, id, be, n);
}

void forge_unput(struct forge_fields *e, u8 id)
{
	unsigned int i = index_of(e, id), after = e->ev.nfields - i - 1;

	assert(is_at(e, i, id));
	memmove(&e->ev.field[i], &e->ev.field[i + 1],
		after * sizeof(e->ev.field[0]));
	memmove(e->data[i], e->data[i + 1], after * sizeof(e->data[0]));
	e->ev.nfields--;
	point(e);
}

void forge_withhold(struct forge_fields *e, u8 id)
{
	unsigned int i = index_of(e, id);
	struct shinrai_field *f = &e->ev.field[i];
	u8 commitment[32];

	assert(is_at(e, i, id) && f->salt);
	shinrai_field_commit(id, f->salt, f->data, f->len, commitment);
	memcpy(e->data[i], commitment, 32);
	*f = (struct shinrai_field){ .id = id, .withheld = true, .len = 32 };
	point(e);
}

void forge_add(struct forge_record *r, const struct forge_fields *e)
{
	forge_event(r, &e->ev);
}

void forge_owner_id(enum forge_who who, u8 owner[32])
{
	SHA256((const u8 *)names[who], 4, owner);
}

void forge_policy_id(enum forge_who who, u64 generation, u8 digest[32])
{
	const u8 blob[2] = { (u8)who, (u8)generation };

	SHA256(blob, sizeof(blob), digest);
}

static void begin(struct forge_fields *e, u16 type)
{
	memset(e, 0, sizeof(*e));
	e->ev.type = type;
}

static void put_owner(struct forge_fields *e, enum forge_who who,
		      u64 generation)
{
	u8 id[32];

	forge_owner_id(who, id);
	forge_put(e, SHINRAI_FIELD_OWNER, id, 32);
	forge_put_uint(e, SHINRAI_FIELD_GENERATION, generation, 8);
}

static void put_actor(struct forge_fields *e)
{
	forge_put_uint(e, SHINRAI_FIELD_UID, (u64)1000 << 32 | 1001, 8);
	forge_put(e, SHINRAI_FIELD_EXE, "/usr/bin/curl", 13);
}

void forge_owner(struct forge_fields *e, enum forge_who who, u64 generation,
		 u8 operation)
{
	u8 digest[32] = { (u8)generation };

	begin(e, SHINRAI_EVENT_OWNER);
	forge_put(e, SHINRAI_FIELD_DIGEST, digest, 32);
	put_owner(e, who, generation);
	forge_put(e, SHINRAI_FIELD_NAMESPACE, names[who], 4);
	forge_put_uint(e, SHINRAI_FIELD_OPERATION, operation, 1);
	put_actor(e);
}

void forge_policy(struct forge_fields *e, enum forge_who who, u64 generation)
{
	u8 digest[32];

	begin(e, SHINRAI_EVENT_POLICY);
	forge_policy_id(who, generation, digest);
	forge_put(e, SHINRAI_FIELD_DIGEST, digest, 32);
	forge_put_uint(e, SHINRAI_FIELD_COUNT, 12, 8);
	put_owner(e, who, generation);
	forge_put(e, SHINRAI_FIELD_NAMESPACE, names[who], 4);
	put_actor(e);
}

static void put_label(struct forge_fields *e, enum forge_who who)
{
	u8 label[48];

	forge_owner_id(who, label);
	memset(label + 32, 0xa0 + (int)who, 16);
	forge_put(e, SHINRAI_FIELD_LABELS, label, sizeof(label));
}

void forge_label(struct forge_fields *e, enum forge_who who, u32 reason)
{
	begin(e, SHINRAI_EVENT_LABEL);
	forge_put_uint(e, SHINRAI_FIELD_REASON, reason, 4);
	put_label(e, who);
	forge_put(e, SHINRAI_FIELD_PATH, "/srv/drawing", 12);
	put_actor(e);
}

/* To 192.0.2.9, port 443, by TCP. */
void forge_flow(struct forge_fields *e, enum forge_who who, u64 generation,
		u8 verdict, bool refused)
{
	static const u8 sink[26] = {
		SHINRAI_SINK_INET, 4, 6, 0, 1, 0xbb, 0, 0, 0, 0, 192, 0, 2, 9
	};
	u8 program[32];

	begin(e, SHINRAI_EVENT_FLOW);
	SHA256((const u8 *)"curl", 4, program);
	forge_put_uint(e, SHINRAI_FIELD_COUNT, 2, 8);
	put_owner(e, who, generation);
	put_label(e, who);
	forge_put_uint(e, SHINRAI_FIELD_ACTION, SHINRAI_ACTION_SEND, 1);
	forge_put_uint(e, SHINRAI_FIELD_VERDICT, verdict, 1);
	forge_put_uint(e, SHINRAI_FIELD_RULE, 12, 4);
	forge_put_uint(e, SHINRAI_FIELD_BYTES, 4096, 8);
	forge_put_uint(e, SHINRAI_FIELD_WALL_TIME, 1700000000123456789, 8);
	forge_put(e, SHINRAI_FIELD_PROGRAM, program, 32);
	forge_put_uint(e, SHINRAI_FIELD_SINK_KIND, SHINRAI_SINK_INET, 1);
	forge_put_uint(e, SHINRAI_FIELD_REFUSED, refused, 1);
	put_actor(e);
	forge_put_uint(e, SHINRAI_FIELD_CGROUP, 77, 8);
	forge_put(e, SHINRAI_FIELD_SINK, sink, sizeof(sink));
}

void forge_state(struct forge_fields *e, u32 reason)
{
	begin(e, SHINRAI_EVENT_STATE);
	forge_put_uint(e, SHINRAI_FIELD_REASON, reason, 4);
	if (reason == SHINRAI_REASON_LABELS_LIVE)
		forge_put_uint(e, SHINRAI_FIELD_LINKS, 31, 4);
	if (reason == SHINRAI_REASON_MODE)
		forge_put_uint(e, SHINRAI_FIELD_MODE, SHINRAI_MODE_ENFORCE, 1);
}

struct forge_record *forge_more(struct forge *f, bool flow)
{
	struct forge_record *r =
		forge_record(f, SHINRAI_RECORD_EVENTS, f->own[flow]);

	f->quoted = f->nrec;
	return r;
}

void forge_add_owner(struct forge *f, enum forge_who who, u64 generation,
		     u8 operation)
{
	struct forge_fields e;

	forge_owner(&e, who, generation, operation);
	forge_add(forge_more(f, false), &e);
}

void forge_add_policy(struct forge *f, enum forge_who who, u64 generation)
{
	struct forge_fields e;

	forge_policy(&e, who, generation);
	forge_add(forge_more(f, false), &e);
}

/* One that was allowed. */
void forge_add_flow(struct forge *f, enum forge_who who, u64 generation)
{
	struct forge_fields e;

	forge_flow(&e, who, generation, SHINRAI_VERDICT_ALLOW, false);
	forge_add(forge_more(f, true), &e);
}

/*
 * After the records of forge_plan_log(), without the unquoted last one:
 * 8 and 9 owners, 10 and 11 policies, 12 flow programs and enforce mode, 13 a
 * label and flows that were consented to, 14 one that was refused.
 */
void forge_plan_data(struct forge *f)
{
	struct forge_fields e;
	struct forge_record *r;

	forge_plan_log(f);
	f->nrec--;
	forge_add_owner(f, FORGE_ACME, 1, SHINRAI_OWNER_ADMIT);
	forge_add_owner(f, FORGE_BETA, 2, SHINRAI_OWNER_ADMIT);
	forge_add_policy(f, FORGE_ACME, 7);
	forge_add_policy(f, FORGE_BETA, 3);
	r = forge_more(f, false);
	forge_state(&e, SHINRAI_REASON_LABELS_LIVE);
	forge_add(r, &e);
	forge_state(&e, SHINRAI_REASON_MODE);
	forge_add(r, &e);
	r = forge_more(f, true);
	forge_label(&e, FORGE_ACME, SHINRAI_LABEL_APPLIED);
	forge_add(r, &e);
	forge_flow(&e, FORGE_ACME, 7, SHINRAI_VERDICT_ALLOW, false);
	forge_add(r, &e);
	forge_flow(&e, FORGE_BETA, 3, SHINRAI_VERDICT_AUDIT, false);
	forge_add(r, &e);
	forge_flow(&e, FORGE_ACME, 7, SHINRAI_VERDICT_DENY, true);
	forge_add(forge_more(f, true), &e);
}

/* What a machine does with the log of a report. */
void forge_abridge(struct forge *f)
{
	u8 *log = f->item[SHINRAI_ITEM_LOG], *out;
	size_t len;

	assert(!shinrai_abridge(log, f->len[SHINRAI_ITEM_LOG], f->since,
				FORGE_ITEM, &out, &len));
	memcpy(log, out, len);
	f->len[SHINRAI_ITEM_LOG] = len;
	free(out);
}
