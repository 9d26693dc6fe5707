// SPDX-License-Identifier: MIT
/* shinrai-verifier: keeps a fleet judged. */
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <shinrai/cms.h>

#include "../daemon/diag.h"
#include "../daemon/notify.h"
#include "../daemon/options.h"
#include "api.h"
#include "enrol.h"
#include "hook.h"
#include "own_names.h"
#include "reload.h"
#include "signer.h"
#include "verbs.h"

static const char usage[] =
	"usage: shinrai-verifier [--config FILE] [--check-config]\n"
	"       shinrai-verifier [--config FILE] new-key | backup FILE | restore FILE\n"
	"Keeps a fleet of devices judged; runs in the foreground.\n"
	"  new-key             make another key to sign with, for after SIGHUP\n"
	"  backup FILE         copy the database, which may be in use\n"
	"  restore FILE        put such a copy in its place\n"
	"  -c, --config FILE   instead of " CONF_DEFAULT "\n"
	"  -n, --check-config  say what is wrong with it and end\n"
	"  -h, --help\n"
	"  -V, --version\n"
	"See shinrai-verifier(8) and shinrai-verifier.conf(5).\n";

/* Return: whether all is right; else @err, and nothing has changed. */
static bool make_contexts(const struct conf *conf, SSL_CTX **server,
			  SSL_CTX **client, char *err, size_t errlen)
{
	static struct tls_pem pem[TLS_FILES];

	*client = *server = NULL;
	if (!tls_files_read((const char *[TLS_FILES]){ conf->tls_cert,
						       conf->tls_key,
						       conf->tls_ca },
			    pem, err, errlen))
		*server = tls_context(pem, false, err, errlen);
	if (*server)
		*client = tls_context(pem, true, err, errlen);
	explicit_bzero(pem, sizeof(pem));
	if (*client) {
		SSL_CTX_set_verify(*server, SSL_CTX_get_verify_mode(*server),
				   enrol_tls_verify);
		SSL_CTX_set_verify(*client, SSL_CTX_get_verify_mode(*client),
				   enrol_tls_verify);
		return true;
	}
	SSL_CTX_free(*server);
	return false;
}

/* The file is there, or it is somebody else's to say that it is not. */
static void warn_expired(const struct conf *conf)
{
	const ASN1_TIME *end;
	char date[16] = "";
	struct tm tm;
	X509 *cert;

	if (shinrai_cms_read_cert(conf->tls_cert, &cert))
		return;
	end = X509_get0_notAfter(cert);
	if (X509_cmp_current_time(end) <= 0 && ASN1_TIME_to_tm(end, &tm) &&
	    strftime(date, sizeof(date), "%Y-%m-%d", &tm))
		diag(LOG_WARNING,
		     "tls_cert %s expired on %s (UTC): devices and people "
		     "refuse it (put another in its place, then send SIGHUP)",
		     conf->tls_cert, date);
	X509_free(cert);
}

struct service {
	const struct conf *conf;
	struct server server;
	struct fleet fleet;
};

static void renew_key(struct fleet *f)
{
	struct signer *signer;
	char err[256];

	if (signer_load(f->conf->signing_key, &signer, err, sizeof(err)))
		diag(LOG_ERR, "%s; the old signing key stays in use", err);
	else
		signer_replace(f, signer);
}

static void renew_tls(struct service *s)
{
	SSL_CTX *server, *client;
	char err[512];

	if (!make_contexts(s->conf, &server, &client, err, sizeof(err))) {
		diag(LOG_ERR, "%s; the old certificates stay in use", err);
		return;
	}
	server_renew(&s->server, server);
	SSL_CTX_free(s->fleet.tls);
	s->fleet.tls = client;
	s->fleet.certificates++;
	diag(LOG_INFO, "new certificates are in use");
	warn_expired(s->conf);
	own_names_renew(&s->fleet);
}

/* What cannot be used of one thing is no reason not to use another one. */
static void on_hup(evutil_socket_t sig, short what, void *arg)
{
	struct service *s = arg;
	char err[512];

	(void)sig;
	(void)what;
	renew_key(&s->fleet);
	reload_policies(&s->fleet);
	if (enrol_reload(s->fleet.enrol, err, sizeof(err)))
		diag(LOG_ERR, "%s; enrolment goes on as before", err);
	renew_tls(s);
}

static void on_signal(evutil_socket_t sig, short what, void *base)
{
	(void)what;
	diag(LOG_INFO, "ending on signal %d", (int)sig);
	notify_send("STOPPING=1");
	event_base_loopbreak(base);
}

static void watch(struct event_base *base, int sig, event_callback_fn fn,
		  void *arg)
{
	struct event *ev = evsignal_new(base, sig, fn, arg);

	if (!ev || event_add(ev, NULL))
		diag_die("out of memory");
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
	char err[512];

	/* What devices ran is nobody else's business. */
	umask(077);
	if (store_is_file(f->conf->database) &&
	    (store_lock(f->conf->database, err, sizeof(err)) ||
	     store_unfinished(f->conf->database, err, sizeof(err))))
		diag_die("%s", err);
	if (store_open(f->conf->database, &f->store, err, sizeof(err)))
		diag_die("cannot use %s: %s", f->conf->database, err);
	if (signer_load(f->conf->signing_key, &f->signer, err, sizeof(err)))
		diag_die("%s", err);
	if (signer_keep(f->signer, f->store))
		diag_die("cannot keep the signing key in %s: %s",
			 f->conf->database, store_error(f->store));
	if (own_names_keep(f))
		diag_die("cannot keep the names of tls_cert in %s: %s",
			 f->conf->database, store_error(f->store));
}

static void serve(struct service *s, int fd)
{
	struct fleet *f = &s->fleet;
	char err[512];

	if (enrol_start(f, err, sizeof(err)) ||
	    fleet_start(f, err, sizeof(err)) ||
	    hooks_start(f, err, sizeof(err)))
		diag_die("%s", err);
	signer_watch(f);
	enrol_watch(f);
	s->server.base = f->base;
	s->server.limits = &s->conf->limits;
	s->server.request = api_request;
	s->server.arg = f;
	s->server.body_max = SHINRAI_MAX_ANSWER;
	s->server.may_go_on = session_may_go_on;
	s->server.identify = api_identify;
	if (server_start(&s->server, fd))
		diag_die("cannot accept connections: out of memory");
	watch(f->base, SIGTERM, on_signal, f->base);
	watch(f->base, SIGINT, on_signal, f->base);
	watch(f->base, SIGHUP, on_hup, s);
	diag(LOG_INFO, "%zu devices; listening on %s port %u", f->ndevices,
	     s->conf->listen, server_port(fd));
	diag(LOG_INFO, "ready");
	notify_send("READY=1");
	event_base_dispatch(f->base);
	fleet_stop(f);
	enrol_stop(f);
	hooks_stop(f);
	store_close(f->store);
	signer_free(f->signer);
}

static int run(const struct conf *conf, const char *config)
{
	static struct service s;
	char err[256];
	int fd;

	if (OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1)
		diag_die("cannot initialise OpenSSL (is openssl.cnf right?)");
	json_object_seed(0);
	signal(SIGPIPE, SIG_IGN);
	s.conf = s.fleet.conf = conf;
	s.fleet.config = config;
	if (!make_contexts(conf, &s.server.tls, &s.fleet.tls, err, sizeof(err)))
		diag_die("%s", err);
	warn_expired(conf);
	open_store(&s.fleet);
	fd = listen_on(conf);
	server_quiet_libevent();
	s.fleet.base = event_base_new();
	if (!s.fleet.base)
		diag_die("out of memory");
	if (notify_open())
		diag(LOG_WARNING, "cannot reach $NOTIFY_SOCKET: %s",
		     strerror(errno));
	serve(&s, fd);
	return 0;
}

/* What it names is read, too. */
static int check_files(const struct conf *conf)
{
	struct hook_secret secret;
	struct policies *set;
	char err[512];
	size_t i;
	int ret = policies_load(conf, NULL, &set, err, sizeof(err));

	if (!ret)
		policies_release(set);
	for (i = 0; i < conf->nhooks && !ret; i++)
		ret = hook_secret_read(conf->hook[i].secret, &secret, err,
				       sizeof(err));
	explicit_bzero(&secret, sizeof(secret));
	if (!ret)
		ret = enrol_check(&conf->enrol, err, sizeof(err));
	warn_expired(conf);
	if (ret)
		diag(LOG_ERR, "%s", err);
	return ret;
}

int main(int argc, char **argv)
{
	struct options o = { .config = CONF_DEFAULT, .most = 2 };
	struct conf conf;
	char err[512];
	int ret = options_take(&o, argc, argv, usage);

	if (ret >= 0)
		return ret;
	if (!verb_known(o.words)) {
		fputs(usage, stderr);
		return 2;
	}
	ret = conf_load(&conf, o.config, err, sizeof(err));
	if (ret)
		diag(LOG_ERR, "%s", err);
	else if (*o.words)
		ret = verb_run(&conf, o.words);
	else
		ret = o.check ? check_files(&conf) : run(&conf, o.config);
	conf_free(&conf);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
