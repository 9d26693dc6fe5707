/* SPDX-License-Identifier: MIT */
/*
 * An HTTP server over mutual TLS 1.3 that nobody can hold up.  server.c: where it
 * listens; accept.c: when there is room for another connection; conn.c: connections
 * and their deadlines; reply.c: answers.  Everything is called by the loop's thread.
 */
#ifndef SHINRAI_SERVER_H
#define SHINRAI_SERVER_H

#include <event2/event.h>
#include <event2/http.h>
#include <jansson.h>
#include <sys/queue.h>

#include "tls.h"

struct server_limits {
	int connections; /* at once */
	int connections_per_client; /* of one client, see identify */
	int handshake_s;
	int idle_s;
	int request_s;
	int write_s;
};

struct conn;
TAILQ_HEAD(conn_list, conn);

struct server {
	/* the caller's, before server_start() */
	struct event_base *base;
	SSL_CTX *tls; /* belongs to the server */
	const struct server_limits *limits;
	/* conn_working() first, then reply(), now or later */
	void (*request)(struct evhttp_request *req, struct conn *conn,
			void *arg);
	void *arg;
	size_t body_max; /* bytes of a body; 0: 64 KiB */
	/* Asked each 128 KiB: may it go on, with time anew?  NULL: none may. */
	bool (*may_go_on)(struct conn *conn, size_t received, void *arg);
	/*
	 * Who is one client, at the end of a handshake: @client is the key's, and may
	 * be replaced where somebody has many.  NULL: whoever has a key is one.
	 */
	void (*identify)(struct conn *conn, u8 client[32], void *arg);
	/* its own */
	struct evhttp *http;
	struct evconnlistener *listener;
	struct conn_list handshaking; /* oldest first */
	struct conn_list established;
	unsigned int nconns; /* without the spare one */
	struct conn *spare; /* for who comes next; NULL: memory lacks */
	struct event *rest; /* timer, always pending */
	bool resting; /* something went wrong just now */
};

/* server.c */
int server_socket(const char *address, int port);
unsigned int server_port(int fd);
int server_start(struct server *s, int fd);
void server_renew(struct server *s, SSL_CTX *tls);
void server_quiet_libevent(void);

/* accept.c */
int accept_setup(struct server *s);
void accept_update(struct server *s);
void accept_renew(struct server *s);
struct bufferevent *accept_connection(struct event_base *base, void *server);

/* conn.c */
int conn_setup(struct server *s);
struct conn *conn_new(struct server *s);
struct bufferevent *conn_begin(struct conn *c);
void conn_discard(struct conn *c);
void conn_give_place(struct server *s, const char *why);
struct conn *conn_of(struct evhttp_request *req);
bool conn_is_up(const struct conn *c);
SSL *conn_ssl(struct conn *c);
const u8 *conn_key(const struct conn *c);
void conn_working(struct conn *c);
void conn_sending(struct evhttp_request *req, size_t bytes);

/* reply.c */
void reply(struct evhttp_request *req, int status, const char *reason,
	   const char *type, struct evbuffer *body);
void reply_json(struct evhttp_request *req, int status, const char *reason,
		const char *type, json_t *json);
void reply_problem(struct evhttp_request *req, int status, const char *title,
		   const char *detail);

#endif
