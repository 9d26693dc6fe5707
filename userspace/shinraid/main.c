// SPDX-License-Identifier: MIT
/* shinraid, the attester: opens what needs privilege, then three processes. */
#include <fcntl.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../daemon/diag.h"
#include "../daemon/notify.h"
#include "../daemon/options.h"
#include "monitor.h"
#include "net.h"
#include "sandbox.h"
#include "tpm.h"

static const char usage[] =
	"usage: shinraid [--config FILE] [--check-config]\n"
	"Attests this machine to verifiers; runs in the foreground.\n"
	"  -c, --config FILE   instead of " CONF_DEFAULT "\n"
	"  -n, --check-config  say what is wrong with it and end\n"
	"  -h, --help\n"
	"  -V, --version\n"
	"See shinraid(8) and shinraid.conf(5).\n";

/* Return: a descriptor, or -1 when this machine has no such log. */
static int open_log(const char *what, const char *path)
{
	int fd;

	if (!*path)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		diag(errno == ENOENT ? LOG_INFO : LOG_WARNING,
		     "no %s log is sent: cannot open %s: %s", what, path,
		     strerror(errno));
	return fd;
}

static void lock_spool(struct monitor *m)
{
	const char *root = m->conf->spool;

	m->lock = spool_lock(root);
	if (m->lock == -EWOULDBLOCK)
		diag_die("another shinraid keeps its log in %s (end it first, "
			 "or set another \"spool\")",
			 root);
	if (m->lock < 0)
		diag_die("cannot lock %s: %s (is it a folder on a local disk?)",
			 root, strerror(-m->lock));
}

static pid_t start_child(const char *name)
{
	pid_t pid = fork();

	if (pid < 0)
		diag_die("cannot start %s: %s", name, strerror(errno));
	if (pid)
		return pid;
	/* Meant for the parent, which ends us: the TPM must be flushed. */
	signal(SIGTERM, SIG_IGN);
	prctl(PR_SET_NAME, name);
	return 0;
}

static void start_tpm(struct monitor *m, struct net_start *start, int tpm_end,
		      const int *close_these)
{
	m->tpm_pid = start_child("shinraid: tpm");
	if (m->tpm_pid)
		return;
	for (; *close_these >= 0; close_these++)
		close(*close_these);
	if (start->ima >= 0)
		close(start->ima);
	if (start->firmware >= 0)
		close(start->firmware);
	close(m->logger.src.fd);
	close(m->lock);
	/* The TLS key is for the network process alone. */
	explicit_bzero(start->pem, sizeof(start->pem));
	tpm_process(m->conf, tpm_end, start->tpm);
}

static void start_processes(struct monitor *m, struct net_start *start)
{
	int tpm[2], net[2], quote[2];

	if (msg_pair(tpm) || msg_pair(net) || msg_pair(quote))
		diag_die("socketpair: %s", strerror(errno));
	m->tpm = tpm[0];
	m->net = net[0];
	start->tpm = quote[1];
	start_tpm(m, start, tpm[1],
		  (int[]){ tpm[0], net[0], net[1], quote[0], -1 });
	start->tpm = quote[0];
	start->parent = net[1];
	m->net_pid = start_child("shinraid: net");
	if (!m->net_pid) {
		close(tpm[0]);
		close(tpm[1]);
		close(net[0]);
		close(quote[1]);
		close(m->logger.src.fd);
		close(m->lock);
		net_process(m->conf, start);
	}
	close(tpm[1]);
	close(net[1]);
	close(quote[0]);
	close(quote[1]);
	if (start->ima >= 0)
		close(start->ima);
	if (start->firmware >= 0)
		close(start->firmware);
	explicit_bzero(start->pem, sizeof(start->pem));
}

static int run(const struct conf *conf)
{
	static struct net_start start;
	static struct monitor m;
	char err[256];
	int ret;

	/* It reads files, which no process can do later. */
	if (OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1)
		diag_die("cannot initialise OpenSSL (is openssl.cnf right?)");
	if (sandbox_find_user(conf, err, sizeof(err)))
		diag_die("%s", err);
	m.conf = conf;
	m.selection = conf->pcrs;
	ret = logger_open(&m.logger, conf);
	if (ret)
		diag_die("cannot open %s: %s (is the module shinrai loaded?)",
			 conf->log_device, strerror(-ret));
	ret = sandbox_own_spool(conf);
	if (ret)
		diag_die("cannot create %s: %s", conf->spool, strerror(-ret));
	lock_spool(&m);
	if (tls_files_read((const char *[TLS_FILES]){ conf->tls_cert,
						      conf->tls_key,
						      conf->tls_ca },
			   start.pem, err, sizeof(err)))
		diag_die("%s", err);
	start.ima = open_log("IMA", conf->ima_log);
	start.firmware = open_log("firmware", conf->firmware_log);
	net_describe_machine(&start);
	if (notify_open())
		diag(LOG_WARNING, "cannot reach $NOTIFY_SOCKET: %s",
		     strerror(errno));
	/* A child must not die of a SIGHUP that was meant for the parent. */
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	start_processes(&m, &start);
	sandbox_enter(conf, SANDBOX_PARENT);
	return monitor_run(&m);
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
	else if (!o.check)
		ret = run(&conf);
	conf_free(&conf);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
