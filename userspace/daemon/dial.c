// SPDX-License-Identifier: MIT
/*
 * HTTPS connections to others.  A handshake costs several times what a request does, so
 * that they may be kept; their end, by the other side, costs nothing but another one.
 */
#include <event2/bufferevent_ssl.h>
#include <event2/buffer.h>
#include <errno.h>
#include <linux/sockios.h>
#include <openssl/err.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "dial.h"
#include "tls.h"

/*
 * Evhttp has closed the connection when it tells of its end: errno is of that, then, and
 * here of the first write, which fails when nothing could be connected.
 */
static void on_tls(const SSL *ssl, int where, int ret)
{
	const int err = errno;
	struct dial *d = SSL_get_app_data(ssl);

	d->began = true;
	if (where == SSL_CB_CONNECT_EXIT && ret < 0)
		d->err = err == EAGAIN || ERR_peek_error() ? 0 : err;
	if (where & SSL_CB_HANDSHAKE_DONE) {
		d->greeted = true;
		tls_no_delay(ssl);
	}
}

static void on_close(struct evhttp_connection *conn, void *dial)
{
	struct dial *d = dial;

	(void)conn;
	if (d->gone)
		return;
	d->gone = true;
	if (d->on_gone)
		d->on_gone(d->arg);
}

/**
 * dial_open() - make another connection, when there is something to send
 * @d: on_gone and arg are set, else zeroed, or as it was left; the connection that it
 *     had is ended
 * @to: is copied as far as it is needed
 *
 * Return: 0; -ENOMEM.
 */
int dial_open(struct dial *d, const struct dial_to *to)
{
	struct bufferevent *bev;

	dial_close(d);
	bev = tls_dial(to->base, to->tls, to->name, to->url->host);
	if (!bev)
		return -ENOMEM;
	d->conn = evhttp_connection_base_bufferevent_new(
		to->base, NULL, bev, to->url->host, to->url->port);
	if (!d->conn) {
		bufferevent_free(bev);
		return -ENOMEM;
	}
	SSL_set_app_data(dial_ssl(d), d);
	SSL_set_info_callback(dial_ssl(d), on_tls);
	evhttp_connection_set_closecb(d->conn, on_close, d);
	evhttp_connection_set_timeout(d->conn, to->timeout_s);
	evhttp_connection_set_max_headers_size(d->conn,
					       (ev_ssize_t)to->headers);
	evhttp_connection_set_max_body_size(d->conn, (ev_ssize_t)to->body);
	return 0;
}

/**
 * dial_close() - end the connection, when there is one
 * @d: requests on it are not answered any more
 */
void dial_close(struct dial *d)
{
	if (d->conn) {
		evhttp_connection_set_closecb(d->conn, NULL, NULL);
		evhttp_connection_free(d->conn);
	}
	d->conn = NULL;
	d->gone = false;
	d->greeted = false;
	d->began = false;
	d->err = 0;
}

/**
 * dial_lives() - can it be used once more?
 * @d: the connection
 *
 * Return: whether it can, as far as is known: the other side's end may be on its way.
 */
bool dial_lives(const struct dial *d)
{
	return d->conn && !d->gone;
}

/**
 * dial_ssl() - its TLS session
 * @d: with a connection
 *
 * Return: valid as long as the connection; NULL when that broke.
 */
SSL *dial_ssl(const struct dial *d)
{
	return bufferevent_openssl_get_ssl(
		evhttp_connection_get_bufferevent(d->conn));
}

/**
 * dial_error() - why there is no answer, when there is no connection
 * @d: the connection; to be asked by the request's done()
 *
 * Return: errno; 0: there was one, or that is not known.
 */
int dial_error(const struct dial *d)
{
	/* Where nothing leads there it is told from within evhttp_make_request(). */
	const int err = d->began ? d->err : errno;

	return d->greeted || err == ENOTCONN ? 0 : err;
}

/* Bytes that the other side has not taken yet, in our hands and the kernel's. */
static size_t left_of(const struct dial *d)
{
	struct bufferevent *bev = evhttp_connection_get_bufferevent(d->conn);
	int queued;

	if (ioctl(bufferevent_getfd(bev), SIOCOUTQ, &queued))
		queued = 0;
	return evbuffer_get_length(bufferevent_get_output(bev)) +
	       (size_t)queued;
}

/**
 * dial_sends() - much may be sent from now on
 * @d: with a connection, whose timeout_s is longer than DIAL_LONG_S: nothing is read
 *     meanwhile
 * @bytes: how much
 */
void dial_sends(struct dial *d, size_t bytes)
{
	d->left = bytes;
	d->turns = 0;
}

/**
 * dial_moves_on() - to be asked DIAL_STILL_S after dial_sends(), and after each yes
 * @d: with a connection
 *
 * Return: whether there is time for what is left of it.
 */
bool dial_moves_on(struct dial *d)
{
	const size_t before = d->left;

	if (d->gone || !d->greeted)
		return false;
	d->left = left_of(d);
	return d->left < before && ++d->turns < DIAL_LONG_S / DIAL_STILL_S;
}

/**
 * dial_request() - a request to somebody
 * @url: of the other side
 * @done: called with the answer; with NULL, or a status of 0, when there is none
 * @arg: for @done
 *
 * It does not ask for the connection's end: of an answer and an end that are read at
 * once libevent tells the end first, and evhttp gives up the answer.
 *
 * Return: for evhttp_make_request(), which frees it when it fails, or
 * evhttp_request_free(); NULL when memory lacks.
 */
struct evhttp_request *
dial_request(const struct url *url,
	     void (*done)(struct evhttp_request *req, void *arg), void *arg)
{
	struct evhttp_request *req = evhttp_request_new(done, arg);
	char host[INET6_ADDRSTRLEN + 16];

	if (!req)
		return NULL;
	snprintf(host, sizeof(host), url->v6 ? "[%s]:%u" : "%s:%u", url->host,
		 url->port);
	if (!evhttp_add_header(evhttp_request_get_output_headers(req), "Host",
			       host))
		return req;
	evhttp_request_free(req);
	return NULL;
}
