/* SPDX-License-Identifier: MIT */
/*
 * The connection to a device, kept between two questions that follow soon.  All of
 * it is the loop's, and nothing of it may be called by a callback of evhttp.
 */
#ifndef VERIFIER_CONTACT_H
#define VERIFIER_CONTACT_H

#include <sys/queue.h>

#include "../daemon/dial.h"

struct device;
struct fleet;

struct contact {
	struct dial dial;
	TAILQ_ENTRY(device)
	gone_link; /* in fleet.gone, when it is idle and gone */
	bool idle; /* it is kept, and nothing is asked */
	unsigned int certificates; /* fleet.certificates when it began */
	s64 begun; /* ms, monotonic */
};

int contact_setup(struct fleet *f);
int contact_open(struct device *d);
void contact_keep(struct device *d);
void contact_close(struct device *d);

#endif
