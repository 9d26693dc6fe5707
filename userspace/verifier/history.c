// SPDX-License-Identifier: MIT
/* The states of the fleet over time: backwards from now, one change after another. */
#include "history.h"

/* Changes that one look at the past takes at most: tens of ms of the store. */
#define CHANGES_MAX 20000

struct walk {
	struct history *h;
	u64 count[DEVICE_STATES]; /* right after the change that comes next */
	unsigned int step; /* the one that @count is in */
	unsigned int changes;
};

static void raise_most(struct walk *w)
{
	u64 *most = w->h->most[w->step];
	unsigned int i;

	for (i = 0; i < DEVICE_STATES; i++) {
		if (w->count[i] > most[i])
			most[i] = w->count[i];
	}
}

/* Earlier by as many steps as it takes; a clock set back makes none later. */
static void go_to(struct walk *w, unsigned int step)
{
	while (w->step > step) {
		w->step--;
		raise_most(w);
	}
}

/* What a device was before its first change is not kept: it was not there. */
static int undo(void *arg, const struct store_change *c)
{
	struct walk *w = arg;
	s64 step;

	if (c->at < w->h->from)
		return 1;
	w->changes++;
	step = (c->at - w->h->from) / w->h->step;
	if (step < HISTORY_STEPS)
		go_to(w, (unsigned int)step);
	if (w->count[c->state])
		w->count[c->state]--;
	if (!c->first)
		w->count[c->before]++;
	raise_most(w);
	return 0;
}

/**
 * history_read() - how the fleet stood until now
 * @s: the store
 * @now: ms since 1970
 * @hours: how long, 1 to HISTORY_HOURS_MAX
 * @h: out
 *
 * Devices that were withdrawn are not in it.
 *
 * Return: 0; -errno.
 */
int history_read(struct store *s, s64 now, unsigned int hours,
		 struct history *h)
{
	struct walk w = { .h = h, .step = HISTORY_STEPS - 1 };
	int ret;

	memset(h, 0, sizeof(*h));
	h->step = (s64)hours * 3600 * 1000 / HISTORY_STEPS;
	h->from = now - h->step * HISTORY_STEPS;
	ret = store_states(s, w.count);
	if (ret)
		return ret;
	raise_most(&w);
	ret = store_history(s, CHANGES_MAX, undo, &w);
	if (ret < 0)
		return ret;
	/* Of the step that the last one is in only a part is known. */
	if (!ret && w.changes == CHANGES_MAX)
		h->known = w.step < HISTORY_STEPS - 1 ? w.step + 1 : w.step;
	else
		go_to(&w, 0);
	return 0;
}

/**
 * history_json() - for programs, PROTOCOL.md 10
 * @h: the history
 *
 * Return: to be released; NULL when memory lacks.
 */
json_t *history_json(const struct history *h)
{
	json_t *states = json_object(), *list;
	unsigned int i, k;

	for (i = 0; i < DEVICE_STATES; i++) {
		list = json_array();
		for (k = 0; k < HISTORY_STEPS; k++)
			json_array_append_new(
				list,
				k < h->known ?
					json_null() :
					json_integer(
						(json_int_t)h->most[k][i]));
		json_object_set_new(states, device_state_name(i), list);
	}
	return json_pack("{s:o, s:I, s:o}", "from", device_time(h->from),
			 "step_ms", (json_int_t)h->step, "states", states);
}
