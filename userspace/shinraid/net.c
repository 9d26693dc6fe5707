// SPDX-License-Identifier: MIT
/* The network process: listens, and asks the two others. */
#include <arpa/inet.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "../daemon/diag.h"
#include "net.h"
#include "sandbox.h"

/* One line of text, made printable. */
static void read_line(const char *path, char out[NET_TEXT])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, out, NET_TEXT - 1) : -1;
	ssize_t i;

	if (fd >= 0)
		close(fd);
	if (n < 0)
		n = 0;
	for (i = 0; i < n && out[i] >= ' ' && out[i] < 0x7f; i++)
		;
	out[i] = '\0';
}

/**
 * net_describe_machine() - machine facts for the evidence
 * @start: out: name, kernel, product
 */
void net_describe_machine(struct net_start *start)
{
	struct utsname u;

	if (!uname(&u)) {
		snprintf(start->name, sizeof(start->name), "%s", u.nodename);
		snprintf(start->kernel, sizeof(start->kernel), "%s", u.release);
	}
	read_line("/sys/class/dmi/id/product_name", start->product);
}

/**
 * net_now() - time of this turn of the loop
 * @n: the network process
 * @now: out, monotonic
 */
void net_now(struct net *n, struct timeval *now)
{
	struct timespec ts;

	(void)n;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	now->tv_sec = ts.tv_sec;
	now->tv_usec = ts.tv_nsec / 1000;
}

/**
 * net_ask_sync() - have the parent spool what the module has
 * @n: the network process
 * @cookie: 0 for the status, else the round's
 */
void net_ask_sync(struct net *n, u64 cookie)
{
	if (msg_send(n->start->parent, MSG_SYNC, cookie, NULL, -1))
		diag_die("the parent process is gone");
}

static void new_certificates(struct net *n, const struct msg_tls *m)
{
	SSL_CTX *ctx, *client = NULL, *attest = NULL;
	char err[256];

	if (m->which > TLS_CA || m->file.len > sizeof(m->file.pem))
		diag_die("malformed message of the parent process");
	n->pem[m->which] = m->file;
	if (m->which != TLS_CA)
		return;
	ctx = tls_context(n->pem, false, err, sizeof(err));
	if (ctx && n->push)
		client = tls_context(n->pem, true, err, sizeof(err));
	if (ctx && n->attest)
		attest = tls_context(n->pem, true, err, sizeof(err));
	explicit_bzero(n->pem, sizeof(n->pem));
	if (!ctx) {
		diag(LOG_ERR, "%s; the old certificates stay in use", err);
		return;
	}
	server_renew(&n->server, ctx);
	if (client)
		push_renew(n, client);
	if (attest)
		attest_renew(n, attest);
	diag(LOG_INFO, "new certificates are in use");
}

static void synced(struct net *n, const struct msg *m)
{
	if (m->fd >= 0) {
		if (n->spool_fd >= 0)
			close(n->spool_fd);
		n->spool_fd = m->fd;
	}
	n->round.log = m->u.synced;
	if (m->cookie)
		round_synced(n, m->cookie);
	else
		http_status(n);
}

static void take_past(struct net *n, const struct msg *m)
{
	if (m->fd < 0)
		diag_die("malformed message of the parent process");
	past_add(&n->past, m->u.past.boot_id, m->fd, m->u.past.size);
}

static void take_boots(struct net *n, const struct msg *m)
{
	if (m->fd < 0)
		diag_die("malformed message of the parent process");
	past_set_boots(&n->past, m->fd, m->u.boots.size);
}

static void on_parent(evutil_socket_t fd, short what, void *arg)
{
	static struct msg m;
	int ret = msg_recv(fd, &m);

	(void)what;
	if (!ret)
		_exit(0);
	if (ret == 1 && m.type == MSG_SYNCED)
		synced(arg, &m);
	else if (ret == 1 && m.type == MSG_RANGED)
		round_ranged(arg, m.cookie, &m.u.ranged);
	else if (ret == 1 && m.type == MSG_TLS)
		new_certificates(arg, &m.u.tls);
	else if (ret == 1 && m.type == MSG_ALARM)
		push_alarm(arg, m.u.alarm.records);
	else if (ret == 1 && m.type == MSG_PAST)
		take_past(arg, &m);
	else if (ret == 1 && m.type == MSG_BOOTS)
		take_boots(arg, &m);
	else if (ret != -EAGAIN)
		diag_die("unexpected message to the network process");
}

static void on_tpm(evutil_socket_t fd, short what, void *arg)
{
	static struct msg m;
	int ret = msg_recv(fd, &m);

	(void)what;
	if (!ret)
		_exit(0); /* the parent says why */
	if (ret != 1 || m.type != MSG_QUOTED ||
	    m.u.quoted.attest_len > MSG_ATTEST_MAX ||
	    m.u.quoted.signature_len > MSG_KEY_MAX ||
	    m.u.quoted.ak_len > MSG_KEY_MAX ||
	    m.u.quoted.pcrs_len > MSG_PCRS_MAX)
		diag_die("unexpected message to the network process");
	round_quoted(arg, m.cookie, &m.u.quoted);
}

static void watch(struct net *n, int fd, event_callback_fn fn)
{
	struct event *ev = event_new(n->base, fd, EV_READ | EV_PERSIST, fn, n);

	if (!ev || event_add(ev, NULL))
		diag_die("out of memory");
}

/**
 * net_process() - body of the network process
 * @conf: the configuration
 * @start: what the parent opened
 */
void net_process(const struct conf *conf, const struct net_start *start)
{
	static struct net n;
	SSL_CTX *client = NULL, *attest = NULL;
	struct msg_ready ready;
	char err[256];
	int fd;

	n.conf = conf;
	n.start = start;
	n.spool_fd = -1;
	TAILQ_INIT(&n.status);
	n.server.tls = tls_context(start->pem, false, err, sizeof(err));
	if (n.server.tls && *conf->report_url)
		client = tls_context(start->pem, true, err, sizeof(err));
	if (n.server.tls && *conf->verifier_url)
		attest = tls_context(start->pem, true, err, sizeof(err));
	if (!n.server.tls || (*conf->report_url && !client) ||
	    (*conf->verifier_url && !attest))
		diag_die("%s", err);
	fd = server_socket(conf->listen, conf->port);
	if (fd < 0)
		diag_die("cannot listen on %s port %d: %s", conf->listen,
			 conf->port, strerror(-fd));
	tzset(); /* these two read files, which they cannot later */
	json_object_seed(0);
	sandbox_enter(conf, SANDBOX_NET);
	server_quiet_libevent();
	n.base = event_base_new();
	if (!n.base || round_setup(&n) || (client && push_setup(&n, client)) ||
	    (attest && attest_setup(&n, attest)))
		diag_die("out of memory");
	net_now(&n, &n.started);
	n.server.base = n.base;
	n.server.limits = &conf->limits.server;
	n.server.request = http_request;
	n.server.arg = &n;
	if (server_start(&n.server, fd))
		diag_die("cannot accept connections: out of memory");
	watch(&n, start->parent, on_parent);
	watch(&n, start->tpm, on_tpm);
	ready.port = server_port(fd);
	diag(LOG_INFO, "listening on %s port %u", conf->listen, ready.port);
	if (msg_send(start->parent, MSG_READY, 0, &ready, -1))
		_exit(0);
	event_base_dispatch(n.base);
	diag_die("the event loop ended");
}
