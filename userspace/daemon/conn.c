// SPDX-License-Identifier: MIT
/*
 * TLS connections: each has one deadline at any time, so that nobody holds a
 * place by being slow.  A connection lives as long as its SSL object.
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "diag.h"
#include "server.h"

#define WRITE_RATE 4096 /* bytes a second that a reader must take at least */
/* Bytes of a request as sent: evhttp bounds headers and body, but no chunk line. */
#define REQUEST_MAX (128u << 10)
/* Several times what a bufferevent needs, in pieces above its largest structure. */
#define ROOM_PIECES 8
#define ROOM_PIECE (2u << 10) /* bytes */

enum state { SPARE, HANDSHAKE, IDLE, REQUEST, WORKING, SENDING };

struct conn {
	TAILQ_ENTRY(conn) link;
	struct server *server;
	SSL *ssl;
	struct bufferevent *bev;
	struct event *deadline;
	enum state state;
	bool dropped; /* shut down, not yet freed */
	size_t received; /* since the last answer */
	size_t granted; /* of those, that may come without asking again */
	size_t left; /* SENDING: bytes not taken when the deadline was set */
	u8 key[32];
	u8 client[8]; /* whose places it takes, the begin of it */
	char peer[64];
	const char *why; /* the handshake failed; NULL: not known */
	bool alerted; /* it is the peer that says why */
};

static int ex_index = -1;
static struct diag_rate refusals = DIAG_RATE;
static struct diag_rate failures = DIAG_RATE;

/*
 * evhttp owns the connection; it sees the end of it and frees it.  Where memory
 * lacked it may have forgotten it, before it had a descriptor.
 *
 * The kernel opens no window after a shutdown: a peer that is still sending into
 * a full one would learn of the end minutes later, and a peer that does not read
 * would hold the bytes of its answer as long.  A reset ends both at once.  Only
 * whoever is idle may still be reading the end of an answer.
 */
static void drop(struct conn *c)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	evutil_socket_t fd = bufferevent_getfd(c->bev);

	c->dropped = true;
	evtimer_del(c->deadline);
	if (fd < 0) {
		bufferevent_free(c->bev);
		return;
	}
	if (c->state != IDLE)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	shutdown(fd, SHUT_RDWR);
}

static void set_deadline(struct conn *c, enum state state, long seconds)
{
	const struct timeval tv = { seconds, 0 };

	c->state = state;
	if (evtimer_add(c->deadline, &tv))
		drop(c);
}

/* Looked up when it is needed: for most connections never. */
static const char *peer(struct conn *c)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} a;
	char text[INET6_ADDRSTRLEN] = "";
	socklen_t len = sizeof(a);
	unsigned int port = 0;

	if (*c->peer || getpeername(bufferevent_getfd(c->bev), &a.sa, &len))
		return *c->peer ? c->peer : "?";
	if (a.sa.sa_family == AF_INET) {
		inet_ntop(AF_INET, &a.in.sin_addr, text, sizeof(text));
		port = ntohs(a.in.sin_port);
	} else if (a.sa.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &a.in6.sin6_addr, text, sizeof(text));
		port = ntohs(a.in6.sin6_port);
	}
	snprintf(c->peer, sizeof(c->peer), "%s:%u", text, port);
	return c->peer;
}

static void set_write_deadline(struct conn *c, size_t left)
{
	c->left = left;
	set_deadline(c, SENDING, c->server->limits->write_s);
}

static size_t left_to_send(const struct conn *c)
{
	return evbuffer_get_length(bufferevent_get_output(c->bev));
}

static bool keeps_up(const struct conn *c)
{
	size_t left = left_to_send(c);
	size_t want = (size_t)c->server->limits->write_s * WRITE_RATE;

	return left < c->left && c->left - left >= want;
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	static const char *const doing[] = {
		[HANDSHAKE] = "TLS handshake",
		[IDLE] = "idle",
		[REQUEST] = "request",
		[WORKING] = "quote",
		[SENDING] = "reading the answer",
	};
	struct conn *c = arg;

	(void)fd;
	(void)what;
	if (c->state == SENDING && keeps_up(c)) {
		set_write_deadline(c, left_to_send(c));
		return;
	}
	if (c->state != IDLE)
		diag_limited(&failures, LOG_INFO, "client %s: too slow (%s)",
			     peer(c), doing[c->state]);
	drop(c);
}

static unsigned int same_client(const struct conn *c)
{
	const struct conn *o;
	unsigned int n = 0;

	TAILQ_FOREACH(o, &c->server->established, link)
		n += !memcmp(o->client, c->client, sizeof(c->client));
	return n;
}

static void handshake_done(struct conn *c)
{
	u8 client[32];
	struct server *s = c->server;

	if (c->state != HANDSHAKE || c->dropped)
		return;
	if (tls_peer_key(c->ssl, c->key)) {
		drop(c);
		return;
	}
	memcpy(client, c->key, sizeof(client));
	if (s->identify)
		s->identify(c, client, s->arg);
	memcpy(c->client, client, sizeof(c->client));
	TAILQ_REMOVE(&s->handshaking, c, link);
	TAILQ_INSERT_TAIL(&s->established, c, link);
	set_deadline(c, IDLE, s->limits->idle_s);
	tls_no_delay(c->ssl);
	if (same_client(c) > (unsigned int)s->limits->connections_per_client) {
		diag_limited(&refusals, LOG_NOTICE,
			     "client %s: too many connections of one client "
			     "(limits.connections_per_client)",
			     peer(c));
		drop(c);
	}
}

/* Which side broke it off, and why: ours sends an alert for its own reason. */
static void note_alert(struct conn *c, bool received, int alert)
{
	const long verified = SSL_get_verify_result(c->ssl);

	if (alert >> 8 != SSL3_AL_FATAL || c->state != HANDSHAKE || c->why)
		return;
	c->alerted = received;
	if (received)
		c->why = SSL_alert_desc_string_long(alert);
	else if (verified != X509_V_OK)
		c->why = X509_verify_cert_error_string(verified);
	/* OpenSSL's own texts would be loaded now, when memory may lack. */
}

static void on_tls(const SSL *ssl, int where, int ret)
{
	struct conn *c = SSL_get_ex_data(ssl, ex_index);

	if (!c)
		return;
	if (where & SSL_CB_ALERT)
		note_alert(c, where & SSL_CB_READ, ret);
	if (where & SSL_CB_HANDSHAKE_START)
		peer(c); /* when it has failed there is no descriptor */
	if (where & SSL_CB_HANDSHAKE_DONE)
		handshake_done(c);
}

static bool may_go_on(struct conn *c)
{
	struct server *s = c->server;

	if (c->received <= REQUEST_MAX || c->received <= c->granted)
		return true;
	if (!s->may_go_on || c->state != REQUEST ||
	    !s->may_go_on(c, c->received, s->arg))
		return false;
	c->granted = c->received + REQUEST_MAX;
	set_deadline(c, REQUEST, s->limits->request_s);
	return true;
}

/* The first byte of a request starts its clock; there is a last one, too. */
static void on_input(struct evbuffer *buf, const struct evbuffer_cb_info *info,
		     void *arg)
{
	struct conn *c = arg;

	(void)buf;
	if (!info->n_added || c->dropped)
		return;
	if (c->state == IDLE)
		set_deadline(c, REQUEST, c->server->limits->request_s);
	c->received += info->n_added;
	if (!may_go_on(c)) {
		diag_limited(&failures, LOG_INFO,
			     "client %s: a request without end", peer(c));
		drop(c);
	}
}

/* Called by SSL_free(), the last thing that happens to a connection. */
static void on_free(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx,
		    long argl, void *argp)
{
	struct conn *c = ptr;
	struct server *s;

	(void)parent;
	(void)ad;
	(void)idx;
	(void)argl;
	(void)argp;
	if (!c)
		return;
	s = c->server;
	event_free(c->deadline);
	if (c->state == SPARE) {
		free(c);
		return;
	}
	if (c->state == HANDSHAKE) {
		TAILQ_REMOVE(&s->handshaking, c, link);
		if (!c->dropped)
			diag_limited(&failures, LOG_INFO,
				     "client %s: no TLS 1.3 handshake with a "
				     "certificate of our CA%s%s",
				     c->peer,
				     !c->why	? "" :
				     c->alerted ? ": it sent the alert: " :
						  ": ",
				     c->why ? c->why : "");
	} else {
		TAILQ_REMOVE(&s->established, c, link);
	}
	free(c);
	s->nconns--;
	accept_update(s);
}

/**
 * conn_setup() - once, before the first connection
 * @s: the server
 *
 * Return: 0; -ENOMEM.
 */
int conn_setup(struct server *s)
{
	TAILQ_INIT(&s->handshaking);
	TAILQ_INIT(&s->established);
	if (ex_index < 0)
		ex_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, on_free);
	return ex_index < 0 ? -ENOMEM : 0;
}

static bool give_one(struct conn_list *list, enum state state, const char *why)
{
	struct conn *c;

	TAILQ_FOREACH(c, list, link) {
		if (c->dropped || c->state != state)
			continue;
		diag_limited(&refusals, LOG_NOTICE,
			     "client %s: gave its place to a newer one (%s)",
			     peer(c), why);
		drop(c);
		return true;
	}
	return false;
}

/**
 * conn_give_place() - end a connection, so that another may come
 * @s: the server
 * @why: there is no place for both
 *
 * Everybody may begin a handshake, so strangers could take all places: the
 * oldest of those that have not shown a certificate makes room, then one that
 * has shown it and asks for nothing.
 */
void conn_give_place(struct server *s, const char *why)
{
	if (!give_one(&s->handshaking, HANDSHAKE, why))
		give_one(&s->established, IDLE, why);
}

/*
 * When memory lacks in the midst of it, libevent 2.1 frees a bufferevent that it has
 * not made: so there has to be enough before it begins.  In a process of one thread
 * nobody else takes it meanwhile; where there are more, that only becomes unlikely.
 * The pieces need not be neighbours: after a crowd, free memory lies scattered.
 */
static bool has_room(void)
{
	void *volatile piece[ROOM_PIECES];
	bool has = true;
	size_t i;

	for (i = 0; i < ROOM_PIECES; i++) {
		piece[i] = malloc(ROOM_PIECE);
		has = has && piece[i];
	}
	for (i = 0; i < ROOM_PIECES; i++)
		free(piece[i]);
	return has;
}

/**
 * conn_new() - all that a connection needs, before there is one
 * @s: the server
 *
 * Return: for conn_begin() or conn_discard(); NULL when memory lacks.
 */
struct conn *conn_new(struct server *s)
{
	static const struct timeval never = { 365 * 86400, 0 };
	struct conn *c = calloc(1, sizeof(*c));
	struct bufferevent *bev;

	if (!c)
		return NULL;
	c->server = s;
	c->ssl = SSL_new(s->tls);
	c->deadline = evtimer_new(s->base, on_deadline, c);
	if (!c->ssl || !c->deadline || !SSL_set_ex_data(c->ssl, ex_index, c)) {
		SSL_free(c->ssl);
		if (c->deadline)
			event_free(c->deadline);
		free(c);
		return NULL;
	}
	SSL_set_info_callback(c->ssl, on_tls);
	if (!has_room()) {
		SSL_free(c->ssl); /* that frees @c */
		return NULL;
	}
	/* When this fails it frees the SSL object, and that frees @c. */
	bev = bufferevent_openssl_socket_new(s->base, -1, c->ssl,
					     BUFFEREVENT_SSL_ACCEPTING,
					     BEV_OPT_CLOSE_ON_FREE);
	if (!bev)
		return NULL;
	c->bev = bev;
	/* A timer that is pending is set anew without memory. */
	if (!evbuffer_add_cb(bufferevent_get_input(bev), on_input, c) ||
	    evtimer_add(c->deadline, &never)) {
		conn_discard(c);
		return NULL;
	}
	bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return c;
}

/**
 * conn_discard() - release a connection that never was one
 * @c: from conn_new()
 */
void conn_discard(struct conn *c)
{
	bufferevent_free(c->bev);
}

/**
 * conn_begin() - its handshake may begin
 * @c: from conn_new(); from now on evhttp's
 *
 * Return: bufferevent that waits for its descriptor.
 */
struct bufferevent *conn_begin(struct conn *c)
{
	TAILQ_INSERT_TAIL(&c->server->handshaking, c, link);
	set_deadline(c, HANDSHAKE, c->server->limits->handshake_s);
	return c->bev;
}

/**
 * conn_of() - connection of a request
 * @req: the request
 *
 * Return: the connection; NULL when it is gone.
 */
struct conn *conn_of(struct evhttp_request *req)
{
	struct evhttp_connection *ec = evhttp_request_get_connection(req);
	SSL *ssl;

	if (!ec)
		return NULL;
	ssl = bufferevent_openssl_get_ssl(
		evhttp_connection_get_bufferevent(ec));
	return ssl ? SSL_get_ex_data(ssl, ex_index) : NULL;
}

/**
 * conn_is_up() - may its client ask?
 * @c: a connection
 *
 * A request may have come with the end of the handshake that it was dropped at.
 *
 * Return: whether its handshake is done, and it was not dropped.
 */
bool conn_is_up(const struct conn *c)
{
	return c->state != HANDSHAKE && c->state != SPARE && !c->dropped;
}

/**
 * conn_ssl() - its TLS session
 * @c: a connection
 *
 * Return: valid as long as @c.
 */
SSL *conn_ssl(struct conn *c)
{
	return c->ssl;
}

/**
 * conn_key() - which client it is
 * @c: a connection whose handshake is done
 *
 * Return: SHA-256 of its SubjectPublicKeyInfo.
 */
const u8 *conn_key(const struct conn *c)
{
	return c->key;
}

/**
 * conn_working() - its request was read; now it waits for us
 * @c: a connection
 */
void conn_working(struct conn *c)
{
	c->state = WORKING;
	evtimer_del(c->deadline);
}

static void sent(struct evhttp_request *req, void *arg)
{
	struct conn *c = conn_of(req);

	(void)arg;
	if (!c || c->dropped)
		return;
	c->received = c->granted = 0;
	set_deadline(c, IDLE, c->server->limits->idle_s);
}

/**
 * conn_sending() - the answer is about to be sent
 * @req: its request; nothing happens when the connection is gone
 * @bytes: of the answer
 */
void conn_sending(struct evhttp_request *req, size_t bytes)
{
	struct conn *c = conn_of(req);

	if (!c || c->dropped)
		return;
	evhttp_request_set_on_complete_cb(req, sent, NULL);
	set_write_deadline(c, bytes);
}
