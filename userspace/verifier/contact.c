// SPDX-License-Identifier: MIT
/* Connections to devices, which are kept while the next question is near. */
#include <shinrai/evidence.h>

#include "fleet.h"

#define HEADERS_MAX 16384
#define NEAR_S 15 /* until the next question */
#define AGE_MS (3600 * 1000ll) /* then its certificate is looked at again */

static void on_gone(void *device)
{
	struct device *d = device;
	struct fleet *f = d->fleet;

	if (!d->contact.idle)
		return;
	TAILQ_INSERT_TAIL(&f->gone, d, contact.gone_link);
	event_active(f->undertaker, EV_TIMEOUT, 0);
}

static void bury(evutil_socket_t fd, short what, void *fleet)
{
	struct fleet *f = fleet;
	struct device *d;

	(void)fd;
	(void)what;
	while ((d = TAILQ_FIRST(&f->gone)))
		contact_close(d);
}

/**
 * contact_setup() - once, before the first connection
 * @f: the fleet
 *
 * Return: 0; -ENOMEM.
 */
int contact_setup(struct fleet *f)
{
	TAILQ_INIT(&f->gone);
	f->undertaker = event_new(f->base, -1, 0, bury, f);
	return f->undertaker ? 0 : -ENOMEM;
}

/**
 * contact_close() - end the connection, when there is one
 * @d: the device
 */
void contact_close(struct device *d)
{
	struct contact *c = &d->contact;

	if (!c->dial.conn)
		return;
	if (c->idle && c->dial.gone)
		TAILQ_REMOVE(&d->fleet->gone, d, contact.gone_link);
	d->fleet->idle -= c->idle;
	c->idle = false;
	dial_close(&c->dial);
}

static int dial(struct device *d)
{
	struct fleet *f = d->fleet;
	struct contact *c = &d->contact;
	const struct dial_to to = {
		.base = f->base,
		.tls = f->tls,
		.name = d->r.tls_name,
		.url = &d->url,
		/* Only so that none is left over: the device's timer is the deadline. */
		.timeout_s = f->conf->timeout_s + NEAR_S,
		.headers = HEADERS_MAX,
		.body = SHINRAI_MAX_ANSWER,
	};

	c->dial.on_gone = on_gone;
	c->dial.arg = d;
	c->certificates = f->certificates;
	c->begun = fleet_monotonic();
	return dial_open(&c->dial, &to);
}

static bool can_be_used(const struct device *d)
{
	const struct contact *c = &d->contact;

	return dial_lives(&c->dial) &&
	       c->certificates == d->fleet->certificates &&
	       fleet_monotonic() - c->begun < AGE_MS;
}

/**
 * contact_open() - a connection for a question
 * @d: the device
 *
 * Return: 1: one that was kept, which may be at its end; 0: one that is to be made,
 * when there is something to send; -ENOMEM.
 */
int contact_open(struct device *d)
{
	if (!can_be_used(d)) {
		contact_close(d);
		return dial(d);
	}
	d->fleet->idle -= d->contact.idle;
	d->contact.idle = false;
	return 1;
}

/**
 * contact_keep() - the question is answered
 * @d: the device, whose connection is kept or ended
 */
void contact_keep(struct device *d)
{
	struct fleet *f = d->fleet;

	if (d->removed || f->conf->period_s > NEAR_S || !can_be_used(d) ||
	    f->idle >= f->conf->idle_connections) {
		contact_close(d);
		return;
	}
	d->contact.idle = true;
	f->idle++;
}
