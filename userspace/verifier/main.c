// SPDX-License-Identifier: MIT
/* shinrai-verifier: keeps a fleet judged. */
#include <getopt.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "../daemon/diag.h"
#include "../daemon/notify.h"
#include "../daemon/version.h"
#include "api.h"

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "check-config", no_argument, NULL, 'n' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	"usage: shinrai-verifier [--config FILE] [--check-config]\n"
	"Keeps a fleet of devices judged; runs in the foreground.\n"
	"  -c, --config FILE   instead of " CONF_DEFAULT "\n"
	"  -n, --check-config  say what is wrong with it and end\n"
	"  -h, --help\n"
	"  -V, --version\n"
	"See shinrai-verifier(8) and shinrai-verifier.conf(5).\n";

static void read_pems(const struct conf *conf, struct tls_pem *pem)
{
	const char *path[TLS_FILES] = { conf->tls_cert, conf->tls_key,
					conf->tls_ca };
	int i, ret;

	for (i = 0; i < TLS_FILES; i++) {
		ret = tls_pem_read(path[i], &pem[i]);
		if (ret)
			diag_die("cannot read %s: %s (set tls_cert, tls_key "
				 "and tls_ca in the configuration)",
				 path[i], strerror(-ret));
	}
}

static void make_contexts(const struct conf *conf, struct fleet *f,
			  struct server *s)
{
	static struct tls_pem pem[TLS_FILES];
	char err[256];

	read_pems(conf, pem);
	s->tls = tls_context(pem, false, err, sizeof(err));
	f->tls = s->tls ? tls_context(pem, true, err, sizeof(err)) : NULL;
	explicit_bzero(pem, sizeof(pem));
	if (!f->tls)
		diag_die("%s", err);
	if (shinrai_key_id(SSL_CTX_get0_certificate(f->tls), f->verifier_key))
		diag_die("out of memory");
}

static void on_signal(evutil_socket_t sig, short what, void *base)
{
	(void)what;
	diag(LOG_INFO, "ending on signal %d", (int)sig);
	notify_send("STOPPING=1");
	event_base_loopbreak(base);
}

static void watch_signals(struct event_base *base, struct event *ev[2])
{
	ev[0] = evsignal_new(base, SIGTERM, on_signal, base);
	ev[1] = evsignal_new(base, SIGINT, on_signal, base);
	if (!ev[0] || !ev[1] || event_add(ev[0], NULL) ||
	    event_add(ev[1], NULL))
		diag_die("out of memory");
	signal(SIGPIPE, SIG_IGN);
}

static int listen_on(const struct conf *conf)
{
	int fd = server_socket(conf->listen, conf->port);

	if (fd < 0)
		diag_die("cannot listen on %s port %d: %s", conf->listen,
			 conf->port, strerror(-fd));
	return fd;
}

static void open_store(struct fleet *f)
{
	char err[256];

	/* What devices ran is nobody else's business. */
	umask(077);
	if (store_open(f->conf->database, &f->store, err, sizeof(err)))
		diag_die("cannot use %s: %s", f->conf->database, err);
}

static int run(const struct conf *conf)
{
	static struct server server;
	static struct fleet fleet;
	struct event *signals[2];
	char err[512];
	int fd;

	if (OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1)
		diag_die("cannot initialise OpenSSL (is openssl.cnf right?)");
	json_object_seed(0);
	fleet.conf = conf;
	make_contexts(conf, &fleet, &server);
	open_store(&fleet);
	fd = listen_on(conf);
	server_quiet_libevent();
	fleet.base = event_base_new();
	if (!fleet.base)
		diag_die("out of memory");
	watch_signals(fleet.base, signals);
	if (fleet_start(&fleet, err, sizeof(err)))
		diag_die("%s", err);
	server.base = fleet.base;
	server.limits = &conf->limits;
	server.request = api_request;
	server.arg = &fleet;
	if (server_start(&server, fd))
		diag_die("cannot accept connections: out of memory");
	if (notify_open())
		diag(LOG_WARNING, "cannot reach $NOTIFY_SOCKET: %s",
		     strerror(errno));
	diag(LOG_INFO, "%zu devices; listening on %s port %u", fleet.ndevices,
	     conf->listen, server_port(fd));
	diag(LOG_INFO, "ready");
	notify_send("READY=1");
	event_base_dispatch(fleet.base);
	fleet_stop(&fleet);
	store_close(fleet.store);
	return 0;
}

/* What it names is read, too. */
static int check_policies(const struct conf *conf)
{
	struct policy p;
	char err[512];
	size_t i;
	int ret = 0;

	for (i = 0; i < conf->npolicies && !ret; i++) {
		ret = policy_load(&p, &conf->policy[i], err, sizeof(err));
		policy_free(&p);
	}
	if (ret)
		diag(LOG_ERR, "%s", err);
	return ret;
}

int main(int argc, char **argv)
{
	const char *path = CONF_DEFAULT;
	bool check = false;
	struct conf conf;
	char err[512];
	int c, ret;

	while ((c = getopt_long(argc, argv, "c:nhV", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			path = optarg;
			break;
		case 'n':
			check = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'V':
			puts("shinrai-verifier " SHINRAI_VERSION);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind != argc) {
		fputs(usage, stderr);
		return 2;
	}
	ret = conf_load(&conf, path, err, sizeof(err));
	if (ret)
		diag(LOG_ERR, "%s", err);
	else
		ret = check ? check_policies(&conf) : run(&conf);
	conf_free(&conf);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
