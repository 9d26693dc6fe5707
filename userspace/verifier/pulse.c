// SPDX-License-Identifier: MIT
/* Breaks in which no device could be judged: afterwards each one gets its time. */
#include "fleet.h"
#include "pulse.h"

#define BEAT_S 1
#define BREAK_MS 3000 /* without a beat: we were stopped */

static void on_beat(evutil_socket_t fd, short what, void *pulse)
{
	struct pulse *p = pulse;

	(void)fd;
	(void)what;
	pulse_since(p);
	p->beat = fleet_monotonic();
}

/**
 * pulse_start() - it runs, from now on
 * @p: out
 * @base: the loop
 *
 * Return: 0; -ENOMEM.
 */
int pulse_start(struct pulse *p, struct event_base *base)
{
	const struct timeval tv = { BEAT_S, 0 };

	p->since = p->beat = fleet_monotonic();
	p->timer = event_new(base, -1, EV_PERSIST, on_beat, p);
	return p->timer && !event_add(p->timer, &tv) ? 0 : -ENOMEM;
}

/**
 * pulse_stop() - it ends
 * @p: from pulse_start(), or zeroed
 */
void pulse_stop(struct pulse *p)
{
	if (p->timer)
		event_free(p->timer);
	p->timer = NULL;
}

/**
 * pulse_break() - until now no device could be judged
 * @p: the pulse
 */
void pulse_break(struct pulse *p)
{
	p->since = fleet_monotonic();
}

/**
 * pulse_since() - since when devices can be judged
 * @p: the pulse
 *
 * After a stop, whatever timer comes first notices it.
 *
 * Return: ms, as fleet_monotonic().
 */
s64 pulse_since(struct pulse *p)
{
	const s64 now = fleet_monotonic();

	if (now - p->beat > BREAK_MS) {
		p->since = now;
		p->beat = now;
	}
	return p->since;
}
