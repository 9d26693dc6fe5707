// SPDX-License-Identifier: MIT
/* shinrai-verifier: keeps a fleet judged. */
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "../daemon/diag.h"
#include "../daemon/notify.h"
#include "../daemon/options.h"
#include "api.h"

static const char usage[] =
	"usage: shinrai-verifier [--config FILE] [--check-config]\n"
	"Keeps a fleet of devices judged; runs in the foreground.\n"
	"  -c, --config FILE   instead of " CONF_DEFAULT "\n"
	"  -n, --check-config  say what is wrong with it and end\n"
	"  -h, --help\n"
	"  -V, --version\n"
	"See shinrai-verifier(8) and shinrai-verifier.conf(5).\n";

static void make_contexts(const struct conf *conf, struct fleet *f,
			  struct server *s)
{
	static struct tls_pem pem[TLS_FILES];
	char err[256];

	tls_files_read((const char *[TLS_FILES]){ conf->tls_cert, conf->tls_key,
						  conf->tls_ca },
		       pem);
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
	struct options o = { .config = CONF_DEFAULT };
	struct conf conf;
	char err[512];
	int ret = options_take(&o, argc, argv, usage);

	if (ret >= 0)
		return ret;
	ret = conf_load(&conf, o.config, err, sizeof(err));
	if (ret)
		diag(LOG_ERR, "%s", err);
	else
		ret = o.check ? check_policies(&conf) : run(&conf);
	conf_free(&conf);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
