// SPDX-License-Identifier: MIT
/*
 * When connections are accepted.  What one needs is made before it comes: evhttp
 * would go on without TLS.  Invariant: the listener is enabled only while there
 * is a spare connection, a place for it, and nothing went wrong just now.
 */
#include <event2/listener.h>
#include <poll.h>
#include <string.h>

#include "diag.h"
#include "server.h"

#define REST_MS 100

static struct diag_rate failures = DIAG_RATE;
static struct server
	*accepting; /* libevent's error callback cannot be given it */

/* The timer is always pending: to set it anew needs no memory. */
static int set_rest(struct server *s, bool resting)
{
	static const struct timeval rest = { 0, REST_MS * 1000 };
	static const struct timeval never = { 365 * 86400, 0 };

	s->resting = resting;
	return evtimer_add(s->rest, resting ? &rest : &never);
}

/* Asked of the kernel: a listener that is disabled does not tell. */
static bool somebody_waits(struct server *s)
{
	struct pollfd p = { .fd = evconnlistener_get_fd(s->listener),
			    .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static void prepare(struct server *s)
{
	if (s->spare)
		return;
	s->spare = conn_new(s);
	if (s->spare)
		return;
	diag_limited(&failures, LOG_ERR,
		     "no memory for another connection; waiting for some");
	if (somebody_waits(s))
		conn_give_place(s, "no memory for both");
	set_rest(s, true);
}

/**
 * accept_update() - listen, or do not, as things are now
 * @s: the server
 */
void accept_update(struct server *s)
{
	if (s->spare && !s->resting &&
	    s->nconns < (unsigned int)s->limits->connections)
		evconnlistener_enable(s->listener);
	else
		evconnlistener_disable(s->listener);
}

static void on_rested(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;

	(void)fd;
	(void)what;
	set_rest(s, false);
	prepare(s);
	accept_update(s);
}

/* The connection stays in the kernel's queue, and is ready again at once. */
static void on_error(struct evconnlistener *listener, void *http)
{
	(void)listener;
	(void)http;
	diag_limited(&failures, LOG_ERR,
		     "cannot accept a connection: %s; waiting for others to "
		     "end",
		     strerror(errno));
	conn_give_place(accepting, "no descriptor for both");
	set_rest(accepting, true);
	accept_update(accepting);
}

/**
 * accept_connection() - what evhttp calls for each connection
 * @base: event loop
 * @server: struct server
 *
 * Return: bufferevent that waits for its descriptor; never NULL.
 */
struct bufferevent *accept_connection(struct event_base *base, void *server)
{
	struct server *s = server;
	struct conn *c = s->spare;

	(void)base;
	s->spare = NULL;
	prepare(s);
	s->nconns++;
	if (s->nconns >= (unsigned int)s->limits->connections)
		conn_give_place(s, "limits.connections");
	accept_update(s);
	return conn_begin(c);
}

/**
 * accept_renew() - the next connection is made of the certificates now in use
 * @s: the server
 */
void accept_renew(struct server *s)
{
	if (s->spare)
		conn_discard(s->spare);
	s->spare = NULL;
	prepare(s);
	accept_update(s);
}

/**
 * accept_setup() - once, with the listener
 * @s: the server
 *
 * Return: 0; -ENOMEM.
 */
int accept_setup(struct server *s)
{
	accepting = s;
	s->rest = evtimer_new(s->base, on_rested, s);
	if (!s->rest || set_rest(s, false))
		return -ENOMEM;
	prepare(s);
	if (!s->spare)
		return -ENOMEM;
	evconnlistener_set_error_cb(s->listener, on_error);
	return 0;
}
