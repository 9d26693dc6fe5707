/* SPDX-License-Identifier: MIT */
/*
 * Since when devices can be judged here: the service runs, its lease has not ended,
 * and it was not stopped, nor the machine suspended.
 */
#ifndef VERIFIER_PULSE_H
#define VERIFIER_PULSE_H

#include <event2/event.h>

#include <shinrai/platform.h>

struct pulse {
	struct event *timer;
	s64 since; /* ms, monotonic */
	s64 beat; /* the same: it ran, last */
};

int pulse_start(struct pulse *p, struct event_base *base);
void pulse_stop(struct pulse *p);
void pulse_break(struct pulse *p);
s64 pulse_since(struct pulse *p);

#endif
