// SPDX-License-Identifier: MIT
/* Where a server listens, and what evhttp is told for it. */
#include <arpa/inet.h>
#include <event2/listener.h>
#include <sys/socket.h>
#include <unistd.h>

#include "diag.h"
#include "server.h"

#define HEADERS_MAX 4096
#define BODY_READ 65536 /* longer ones are not even read to say 413 */
#define BACKLOG 1024
/* Bytes that the kernel may hold for us of each client; requests are short. */
#define RECEIVE_BUFFER (64 << 10)

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/**
 * server_socket() - listen
 * @address: IPv4 or IPv6, in figures
 * @port: 0: any free one
 *
 * Return: the socket; -EINVAL not an address; -errno.
 */
int server_socket(const char *address, int port)
{
	union address a = { 0 };
	const int on = 1, buffer = RECEIVE_BUFFER;
	int fd, ret;

	if (inet_pton(AF_INET, address, &a.in.sin_addr) == 1) {
		a.sa.sa_family = AF_INET;
		a.in.sin_port = htons((u16)port);
	} else if (inet_pton(AF_INET6, address, &a.in6.sin6_addr) == 1) {
		a.sa.sa_family = AF_INET6;
		a.in6.sin6_port = htons((u16)port);
	} else {
		return -EINVAL;
	}
	fd = socket(a.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    0);
	if (fd < 0)
		return -errno;
	if (!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) &&
	    !setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer)) &&
	    !bind(fd, &a.sa, sizeof(a)) && !listen(fd, BACKLOG))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

/**
 * server_port() - which port it is
 * @fd: from server_socket()
 *
 * Return: its number; 0 when that cannot be told.
 */
unsigned int server_port(int fd)
{
	union address a;
	socklen_t len = sizeof(a);

	if (getsockname(fd, &a.sa, &len))
		return 0;
	return ntohs(a.sa.sa_family == AF_INET ? a.in.sin_port :
						 a.in6.sin6_port);
}

static void turn_away(struct evhttp_request *req, struct conn *conn)
{
	conn_working(conn);
	evhttp_add_header(evhttp_request_get_output_headers(req), "Connection",
			  "close");
	reply_problem(req, 403, "Forbidden",
		      "the certificate of this client, or of a CA of its, has "
		      "ended since it connected; connect anew with one that is "
		      "valid");
}

static void on_request(struct evhttp_request *req, void *server)
{
	struct conn *conn = conn_of(req);
	struct server *s = server;

	if (!conn || !conn_is_up(conn))
		reply_problem(req, 503, "Service Unavailable", "gone");
	else if (tls_peer_is_valid(conn_ssl(conn)))
		s->request(req, conn, s->arg);
	else
		turn_away(req, conn);
}

/**
 * server_start() - serve whoever connects
 * @s: with what is the caller's; one in a process
 * @fd: from server_socket(); belongs to the server
 *
 * Return: 0; -ENOMEM.
 */
int server_start(struct server *s, int fd)
{
	const struct server_limits *l = s->limits;
	struct evhttp_bound_socket *bound;
	int most = l->write_s;

	if (conn_setup(s))
		return -ENOMEM;
	s->http = evhttp_new(s->base);
	if (!s->http)
		return -ENOMEM;
	/* conn.c has the deadlines; this is for answers that do not move. */
	most = most > l->idle_s ? most : l->idle_s;
	most = most > l->request_s ? most : l->request_s;
	evhttp_set_timeout(s->http, most + 1);
	evhttp_set_max_headers_size(s->http, HEADERS_MAX);
	evhttp_set_max_body_size(s->http, (ssize_t)(s->body_max ? s->body_max :
								  BODY_READ));
	evhttp_set_allowed_methods(s->http, 0xffff); /* we say 405 ourselves */
	evhttp_set_bevcb(s->http, accept_connection, s);
	evhttp_set_gencb(s->http, on_request, s);
	bound = evhttp_accept_socket_with_handle(s->http, fd);
	if (!bound)
		return -ENOMEM;
	s->listener = evhttp_bound_socket_get_listener(bound);
	return accept_setup(s);
}

/**
 * server_renew() - use these certificates from the next connection on
 * @s: the server
 * @tls: belongs to it
 */
void server_renew(struct server *s, SSL_CTX *tls)
{
	SSL_CTX_free(s->tls);
	s->tls = tls;
	accept_renew(s);
}

/* What libevent has to say is mostly what clients made it say. */
static void on_libevent(int severity, const char *text)
{
	static struct diag_rate rate = DIAG_RATE;

	if (severity >= EVENT_LOG_WARN)
		diag_limited(&rate, LOG_WARNING, "libevent: %s", text);
}

/**
 * server_quiet_libevent() - what libevent says is said in our way
 */
void server_quiet_libevent(void)
{
	event_set_log_callback(on_libevent);
}
