// SPDX-License-Identifier: MIT
/* Stands in for the module: writes records, or the digests to extend. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <shinrai/hash.h>
#include <shinrai/record.h>

/*
 * usage: fake_log BOOT_ID_HEX FROM COUNT [capped] [other] [digests]
 * Records FROM to FROM + COUNT - 1 of a log that is the same each time: START,
 * ARM, then CODE events.  With "digests": lines of PCR and SHA-256 instead.
 * With "capped" START says that bank SHA-384 is capped, with "other" that the
 * PCRs are 11 and 15.
 */
static void put_uint(struct shinrai_field *f, u8 id, u8 *buf, unsigned int size,
		     u64 value)
{
	struct shinrai_wr w;

	shinrai_wr_init(&w, buf, size);
	shinrai_wr_be(&w, value, size);
	*f = (struct shinrai_field){ .id = id, .len = (u16)size, .data = buf };
}

static void make_start(struct shinrai_event *ev, int capped, int other)
{
	static u8 abi[4];
	static const u8 banks[] = { 0, 0x0b, 32, 0, 0, 0x0c, 48, 1 };
	static const u8 pcrs[] = { 12, 13 }, others[] = { 11, 15 };

	ev->type = SHINRAI_EVENT_START;
	put_uint(&ev->field[0], SHINRAI_FIELD_ABI, abi, 4, SHINRAI_ABI_VERSION);
	ev->field[1] = (struct shinrai_field){ .id = SHINRAI_FIELD_BANKS,
					       .len = capped ? 8 : 4,
					       .data = banks };
	ev->field[2] = (struct shinrai_field){ .id = SHINRAI_FIELD_PCRS,
					       .len = 2,
					       .data = other ? others : pcrs };
	ev->nfields = 3;
}

static void make_arm(struct shinrai_event *ev)
{
	static const u8 window[8] = { 0, 0, 0, 100, 0, 0, 1, 0 };
	static const u8 extend[1] = { SHINRAI_EXTEND_BATCH };

	ev->type = SHINRAI_EVENT_ARM;
	ev->field[0] = (struct shinrai_field){ .id = SHINRAI_FIELD_EXTEND,
					       .len = 1,
					       .data = extend };
	ev->field[1] = (struct shinrai_field){ .id = SHINRAI_FIELD_WINDOW,
					       .len = 8,
					       .data = window };
	ev->nfields = 2;
}

static void make_code(struct shinrai_event *ev, u64 n)
{
	static u8 digest[32], salt[SHINRAI_SALT_SIZE], number[8];
	static const char path[] = "/usr/bin/example";
	static const u8 kind[1] = { SHINRAI_KIND_EXEC };
	struct shinrai_sha256 c;

	put_uint(&ev->field[2], SHINRAI_FIELD_SIZE, number, 8, n);
	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, number, 8);
	shinrai_sha256_final(&c, digest);
	memcpy(salt, digest, sizeof(salt));
	ev->type = SHINRAI_EVENT_CODE;
	ev->field[0] = (struct shinrai_field){ .id = SHINRAI_FIELD_KIND,
					       .len = 1,
					       .data = kind };
	ev->field[1] = (struct shinrai_field){ .id = SHINRAI_FIELD_DIGEST,
					       .len = 32,
					       .data = digest };
	ev->field[3] = (struct shinrai_field){ .id = SHINRAI_FIELD_PATH,
					       .len = sizeof(path) - 1,
					       .salt = salt,
					       .data = (const u8 *)path };
	ev->nfields = 4;
}

static void make_event(struct shinrai_event *ev, struct shinrai_header *h,
		       int capped, int other)
{
	memset(ev, 0, sizeof(*ev));
	if (h->recnum == 0)
		make_start(ev, capped, other);
	else if (h->recnum == 1)
		make_arm(ev);
	else
		make_code(ev, h->recnum);
	h->type = h->recnum == 0 ? SHINRAI_RECORD_START :
		  h->recnum == 1 ? SHINRAI_RECORD_ARM :
				   SHINRAI_RECORD_EVENTS;
}

static void record(struct shinrai_header *h, int capped, int other, int digests)
{
	u8 events[SHINRAI_MAX_EVENT], out[SHINRAI_MAX_EVENT], tlv[128], sum[32];
	struct shinrai_digest d = { .alg = 0x0b, .size = 32, .value = sum };
	struct shinrai_event ev;
	struct shinrai_sha256 c;
	struct shinrai_wr w;
	size_t len;
	int i;

	make_event(&ev, h, capped, other);
	shinrai_wr_init(&w, events, sizeof(events));
	if (shinrai_event_encode(&w, &ev) || shinrai_event_leaf(&ev, h->root))
		exit(1);
	len = w.len;
	shinrai_header_encode(h, tlv);
	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, tlv, SHINRAI_HEADER_TLV);
	shinrai_sha256_final(&c, sum);
	if (digests) {
		printf("%u ", h->pcr);
		for (i = 0; i < 32; i++)
			printf("%02x", sum[i]);
		printf("\n");
		return;
	}
	shinrai_wr_init(&w, out, sizeof(out));
	shinrai_record_encode(&w, h, &d, 1, events, len);
	if (w.err || fwrite(out, w.len, 1, stdout) != 1)
		exit(1);
}

int main(int argc, char **argv)
{
	struct shinrai_header h = { .version = SHINRAI_RECORD_VERSION,
				    .event_count = 1,
				    .pcr = 12 };
	int i, capped = 0, other = 0, digests = 0;
	unsigned int byte;
	u64 end;

	if (argc < 4 || strlen(argv[1]) != 2 * SHINRAI_BOOT_ID_SIZE)
		return 2;
	for (i = 0; i < SHINRAI_BOOT_ID_SIZE; i++) {
		if (sscanf(argv[1] + 2 * i, "%2x", &byte) != 1)
			return 2;
		h.boot_id[i] = (u8)byte;
	}
	for (i = 4; i < argc; i++) {
		capped |= !strcmp(argv[i], "capped");
		other |= !strcmp(argv[i], "other");
		digests |= !strcmp(argv[i], "digests");
	}
	h.recnum = strtoull(argv[2], NULL, 10);
	end = h.recnum + strtoull(argv[3], NULL, 10);
	for (; h.recnum < end; h.recnum++) {
		h.time_ns = h.recnum * 1000;
		record(&h, capped, other, digests);
	}
	return fflush(stdout) ? 1 : 0;
}
