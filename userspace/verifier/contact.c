// SPDX-License-Identifier: MIT
/*
 * Connections to devices.  A handshake costs several times what the question does,
 * so that a connection is kept while the next question is near; its end, by the other
 * side, costs nothing but another handshake.
 */
#include <event2/bufferevent_ssl.h>
#include <stdlib.h>

#include "../daemon/tls.h"
#include "fleet.h"

#define HEADERS_MAX 16384
#define NEAR_S 15 /* until the next question */
#define AGE_MS (3600 * 1000ll) /* then its certificate is looked at again */

/**
 * contact_ssl() - its TLS session
 * @d: the device, connected
 *
 * Return: valid as long as the connection; NULL when that broke.
 */
SSL *contact_ssl(const struct device *d)
{
	return bufferevent_openssl_get_ssl(
		evhttp_connection_get_bufferevent(d->contact.conn));
}

/* Evhttp has closed the connection when it tells of its end. */
static void on_tls(const SSL *ssl, int where, int ret)
{
	struct contact *c = SSL_get_app_data(ssl);

	(void)ret;
	if (where & SSL_CB_HANDSHAKE_DONE) {
		c->greeted = true;
		tls_no_delay(ssl);
	}
}

static void on_close(struct evhttp_connection *conn, void *device)
{
	struct device *d = device;
	struct fleet *f = d->fleet;

	(void)conn;
	if (d->contact.gone)
		return;
	d->contact.gone = true;
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

	if (!c->conn)
		return;
	if (c->idle && c->gone)
		TAILQ_REMOVE(&d->fleet->gone, d, contact.gone_link);
	d->fleet->idle -= c->idle;
	evhttp_connection_set_closecb(c->conn, NULL, NULL);
	evhttp_connection_free(c->conn);
	memset(c, 0, sizeof(*c));
}

static int dial(struct device *d)
{
	struct fleet *f = d->fleet;
	struct contact *c = &d->contact;
	struct bufferevent *bev =
		tls_dial(f->base, f->tls, d->r.tls_name, d->url.host);

	if (!bev)
		return -ENOMEM;
	c->conn = evhttp_connection_base_bufferevent_new(
		f->base, NULL, bev, d->url.host, d->url.port);
	if (!c->conn) {
		bufferevent_free(bev);
		return -ENOMEM;
	}
	c->certificates = f->certificates;
	c->begun = fleet_monotonic();
	SSL_set_app_data(contact_ssl(d), c);
	SSL_set_info_callback(contact_ssl(d), on_tls);
	evhttp_connection_set_closecb(c->conn, on_close, d);
	/* Only so that none is left over: the device's timer is the deadline. */
	evhttp_connection_set_timeout(c->conn, f->conf->timeout_s + NEAR_S);
	evhttp_connection_set_max_headers_size(c->conn, HEADERS_MAX);
	return 0;
}

static bool can_be_used(const struct device *d)
{
	const struct contact *c = &d->contact;

	return c->conn && !c->gone &&
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
