// SPDX-License-Identifier: MIT
/*
 * When connections are accepted.  What one needs is made before it comes: evhttp
 * would go on without TLS.  Invariant: the listener is enabled only while there
 * is a spare connection, a place for it, and nothing went wrong just now.
 */
#include <event2/listener.h>
#include <string.h>

#include "../daemon/diag.h"
#include "net.h"

#define REST_MS 100

static struct diag_rate failures = DIAG_RATE;
static struct net *accepting; /* libevent's error callback cannot be given it */

/* The timer is always pending: to set it anew needs no memory. */
static int set_rest(struct net *n, bool resting)
{
	static const struct timeval rest = { 0, REST_MS * 1000 };
	static const struct timeval never = { 365 * 86400, 0 };

	n->resting = resting;
	return evtimer_add(n->rest, resting ? &rest : &never);
}

static void prepare(struct net *n)
{
	if (n->spare)
		return;
	n->spare = conn_new(n);
	if (n->spare)
		return;
	diag_limited(&failures, LOG_ERR,
		     "no memory for another connection; waiting for some");
	set_rest(n, true);
}

/**
 * accept_update() - listen, or do not, as things are now
 * @n: the network process
 */
void accept_update(struct net *n)
{
	if (n->spare && !n->resting &&
	    n->nconns < (unsigned int)n->conf->limits.connections)
		evconnlistener_enable(n->listener);
	else
		evconnlistener_disable(n->listener);
}

static void on_rested(evutil_socket_t fd, short what, void *arg)
{
	struct net *n = arg;

	(void)fd;
	(void)what;
	set_rest(n, false);
	prepare(n);
	accept_update(n);
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
	conn_give_place(accepting);
	set_rest(accepting, true);
	accept_update(accepting);
}

/**
 * accept_connection() - what evhttp calls for each connection
 * @base: event loop
 * @net: struct net
 *
 * Return: bufferevent that waits for its descriptor; never NULL.
 */
struct bufferevent *accept_connection(struct event_base *base, void *net)
{
	struct net *n = net;
	struct conn *c = n->spare;

	(void)base;
	n->spare = NULL;
	prepare(n);
	n->nconns++;
	if (n->nconns >= (unsigned int)n->conf->limits.connections)
		conn_give_place(n);
	accept_update(n);
	return conn_begin(c);
}

/**
 * accept_renew() - the next connection is made of the certificates now in use
 * @n: the network process
 */
void accept_renew(struct net *n)
{
	if (n->spare)
		conn_discard(n->spare);
	n->spare = NULL;
	prepare(n);
	accept_update(n);
}

/**
 * accept_setup() - once, with the listener
 * @n: the network process
 *
 * Return: 0; -ENOMEM.
 */
int accept_setup(struct net *n)
{
	accepting = n;
	n->rest = evtimer_new(n->base, on_rested, n);
	if (!n->rest || set_rest(n, false))
		return -ENOMEM;
	prepare(n);
	if (!n->spare)
		return -ENOMEM;
	evconnlistener_set_error_cb(n->listener, on_error);
	return 0;
}
