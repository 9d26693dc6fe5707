// SPDX-License-Identifier: MIT
/* The process that holds the TPM: it answers one request, a quote. */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "../daemon/diag.h"
#include "conf.h"
#include "sandbox.h"
#include "tpm.h"

static struct diag_rate failures = DIAG_RATE;

/* Whoever we serve is gone; a TPM without resource manager forgets nothing. */
static void __attribute__((noreturn)) leave(struct tpm *t)
{
	tpm_close(t);
	_exit(0);
}

static void answer(struct tpm *t, int net, u64 cookie, const u8 *qualifying)
{
	static struct msg_quoted out;
	TSS2_RC rc = tpm_quote(t, qualifying, &out);
	int ret;

	if (rc) {
		memset(&out, 0, sizeof(out));
		out.status = -EIO;
		diag_limited(&failures, LOG_ERR,
			     "TPM did not quote: %s; challenges are answered "
			     "with 503 until it does",
			     tpm_error(rc));
	}
	ret = msg_send(net, MSG_QUOTED, cookie, &out, -1);
	if (ret)
		leave(t); /* the parent says which process died first */
}

static void from_parent(struct tpm *t, int parent)
{
	static struct msg m;
	int ret = msg_recv(parent, &m);

	if (!ret)
		leave(t);
	if (ret < 0 || m.type != MSG_SELECT)
		diag_die("unexpected message to the TPM process");
	t->selection = m.u.selection;
}

static void from_net(struct tpm *t, int net)
{
	static struct msg m;
	int ret = msg_recv(net, &m);

	if (!ret)
		leave(t);
	if (ret < 0 || m.type != MSG_QUOTE)
		diag_die("unexpected message to the TPM process");
	answer(t, net, m.cookie, m.u.quote.qualifying);
}

static void serve(struct tpm *t, int parent, int net)
{
	struct pollfd p[2] = { { parent, POLLIN, 0 }, { net, POLLIN, 0 } };

	for (;;) {
		if (poll(p, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			diag_die("poll: %s", strerror(errno));
		}
		/* A selection that the parent sent first is in force first. */
		if (p[0].revents)
			from_parent(t, parent);
		else if (p[1].revents)
			from_net(t, net);
	}
}

/**
 * tpm_process() - body of the TPM process
 * @conf: the configuration
 * @parent: socket to the parent
 * @net: socket to the network process
 */
void tpm_process(const struct conf *conf, int parent, int net)
{
	struct msg_ready ready = { 0 };
	const char *bank;
	struct tpm t;
	TSS2_RC rc;
	int ret;

	/* Its own lines have no priority and no limit; we say what failed. */
	setenv("TSS2_LOG", "all+none", 0);
	rc = tpm_connect(&t, conf->tcti);
	if (rc)
		diag_die("cannot open the TPM %s: %s (is there one, and is the "
			 "user in group tss?)",
			 conf->tcti, tpm_error(rc));
	sandbox_enter(conf, SANDBOX_TPM);
	t.selection = conf->pcrs;
	ret = tpm_missing_bank(&t, &conf->pcrs, &bank);
	if (ret)
		tpm_close(&t);
	if (ret < 0)
		diag_die("cannot ask the TPM for its PCR banks");
	if (ret)
		diag_die("the TPM has no PCR bank %s with these PCRs: change "
			 "\"pcrs\" in the configuration or allocate the bank "
			 "(tpm2_pcrallocate)",
			 bank);
	rc = tpm_prepare(&t, (u32)conf->ak_generation);
	if (rc)
		diag_die("cannot derive the AK in the TPM: %s (is the "
			 "endorsement hierarchy enabled, without a password?)",
			 tpm_error(rc));
	if (msg_send(parent, MSG_READY, 0, &ready, -1))
		leave(&t);
	serve(&t, parent, net);
	leave(&t);
}
