// SPDX-License-Identifier: MIT
/* CEL logs: whatever the bytes, replay ends and stays inside them. */
#include <stdlib.h>

#include <shinrai/cel.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* Keeps what was read from being optimised away. */
static volatile u64 sink;

/* What a reader of events does with each field. */
static u64 touch(const struct shinrai_cel_record *r)
{
	struct shinrai_rd events = r->events;
	struct shinrai_event ev;
	u64 sum = 0, v = 0;
	u8 leaf[32];
	unsigned int i, k;

	if (!r->have_header)
		return 0;
	while (shinrai_event_next(&events, &ev) > 0) {
		if (shinrai_event_leaf(&ev, leaf))
			abort(); /* what was parsed can be hashed */
		for (i = 0; i < ev.nfields; i++) {
			for (k = 0; k < ev.field[i].len; k++)
				sum += ev.field[i].data[k];
			shinrai_event_uint(&ev, ev.field[i].id, 4, &v);
		}
	}
	return sum + v;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct shinrai_cel_record r;
	struct shinrai_pcrs pcrs;
	struct shinrai_cel c;
	u64 sum = 0;
	int ret;

	shinrai_cel_init(&c, data, len);
	while ((ret = shinrai_cel_next(&c, &r)) > 0)
		sum += touch(&r);
	if (!ret != (shinrai_cel_offset(&c) == len))
		abort();
	shinrai_replay_values(&c.replay, &pcrs);
	sink = sum;
	return 0;
}
