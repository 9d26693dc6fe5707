// SPDX-License-Identifier: MIT
/* Abridged logs: they lead where the log led, and show no more than it. */
#include <stdlib.h>

#include <shinrai/abridge.h>
#include <shinrai/cel.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* Faults that are there, or not, whatever is left out. */
static u32 lasting(u32 faults)
{
	return faults & (1u << SHINRAI_CEL_DIGEST | 1u << SHINRAI_CEL_GAP |
			 1u << SHINRAI_CEL_BOOT_ID | 1u << SHINRAI_CEL_BANKS);
}

static u64 events_shown(const struct shinrai_cel_record *r)
{
	struct shinrai_rd events = r->events;
	struct shinrai_event ev;
	u64 n = 0;

	while (r->have_header && shinrai_shown_next(&events, &ev) > 0) {
		if (!shinrai_abridge_keeps(&ev, true))
			continue;
		n++;
	}
	return n;
}

static u64 read_all(struct shinrai_cel *c, const u8 *log, size_t len,
		    bool abridged)
{
	struct shinrai_cel_record r;
	u64 shown = 0;
	int ret;

	shinrai_cel_init(c, log, len);
	c->abridged = abridged;
	while ((ret = shinrai_cel_next(c, &r)) > 0)
		shown += events_shown(&r);
	if (ret && abridged)
		abort(); /* what we wrote can be read */
	return shown;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static struct shinrai_cel before, after;
	u8 *out, *again;
	size_t n, m;

	/* As it comes: hostile TLVs, leaves among them. */
	read_all(&before, data, len, false);
	shinrai_cel_init(&after, data, len);
	if (shinrai_abridge(data, len, 0, 1 << 24, &out, &n))
		return 0;
	if (read_all(&before, data, len, false) !=
	    read_all(&after, out, n, true))
		abort();
	if (lasting(before.faults) != lasting(after.faults) ||
	    before.records != after.records)
		abort();
	if (memcmp(&before.replay, &after.replay, sizeof(before.replay)))
		abort();
	if (shinrai_abridge(out, n, 0, 1 << 24, &again, &m) || m != n ||
	    (n && memcmp(out, again, n)))
		abort(); /* there is nothing more to leave out */
	free(again);
	free(out);
	return 0;
}
