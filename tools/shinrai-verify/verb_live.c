// SPDX-License-Identifier: MIT
/* live: challenge a machine over mutual TLS and appraise its answer. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include <shinrai/client.h>
#include <shinrai/hex.h>

#include "judge.h"

#define MAX_TIMEOUT 3600

enum { CERT = 1, KEY, CA, NAME, PIN, TIMEOUT, FULL, VIOLATIONS, SINCE, HELP };

struct live {
	struct shinrai_client_request req;
	char *url; /* taken apart in place */
	u8 pin[32];
	bool full;
	bool since;
};

static int take_option(struct verify *v, struct live *l, int opt,
		       const char *arg)
{
	char *end;
	unsigned long seconds;

	switch (opt) {
	case CERT:
		l->req.cert = arg;
		return 0;
	case KEY:
		l->req.key = arg;
		return 0;
	case CA:
		l->req.ca = arg;
		return 0;
	case NAME:
		l->req.name = arg;
		return 0;
	case PIN:
		if (strlen(arg) != 64 || shinrai_hex_decode(arg, 64, l->pin))
			return verify_usage(v, "--pin takes the SHA-256 of "
					       "the certificate in hex");
		l->req.pin = l->pin;
		return 0;
	case TIMEOUT:
		seconds = strtoul(arg, &end, 10);
		if (*end || !seconds || seconds > MAX_TIMEOUT)
			return verify_usage(v,
					    "--timeout takes 1 to %d "
					    "seconds",
					    MAX_TIMEOUT);
		l->req.timeout_ms = (unsigned int)seconds * 1000;
		return 0;
	case FULL:
		l->full = true;
		return 0;
	case VIOLATIONS:
		l->req.violations = true;
		return 0;
	case SINCE:
		l->since = true;
		l->req.from = strtoull(arg, &end, 10);
		if (*arg < '0' || *arg > '9' || *end || l->req.from > INT64_MAX)
			return verify_usage(v, "--since takes a record number");
		return 0;
	}
	return -1;
}

/* The session is what we saw, not what the other side says. */
static int add_session(struct verify *v, struct shinrai_evidence *ev,
		       const struct shinrai_client_answer *ans,
		       char text[SHINRAI_SESSION_TEXT], u8 **sig)
{
	struct shinrai_item *item = &ev->item[SHINRAI_ITEM_SESSION_SIGNATURE];
	int n = shinrai_session_format(&ans->session, text), ret;

	ev->item[SHINRAI_ITEM_SESSION] =
		(struct shinrai_item){ (const u8 *)text, (size_t)n };
	ret = shinrai_session_sign(ev, ans->key, sig, &item->len);
	if (ret)
		return verify_error(v, "session",
				    "use a key of EC, RSA, Ed25519 or Ed448",
				    "cannot sign the session with --key: %s",
				    strerror(-ret));
	item->data = *sig;
	return 0;
}

static void drop_session(struct shinrai_evidence *ev)
{
	ev->item[SHINRAI_ITEM_SESSION] = (struct shinrai_item){ 0 };
	ev->item[SHINRAI_ITEM_SESSION_SIGNATURE] = (struct shinrai_item){ 0 };
}

static int judge_answer(struct verify *v, struct judge *j,
			const struct shinrai_client_answer *ans)
{
	char text[SHINRAI_SESSION_TEXT];
	struct shinrai_evidence ev;
	SHINRAI_FREE u8 *sig = NULL;
	int ret = 0, err;

	err = shinrai_evidence_parse(ans->body, ans->len, &ev);
	if (!err && ev.report != j->report)
		err = -EPROTONOSUPPORT; /* not what was asked for */
	if (err)
		return judge_run(v, j, NULL, err, &ans->session);
	drop_session(&ev);
	if (ans->log)
		ev.item[SHINRAI_ITEM_LOG] =
			(struct shinrai_item){ ans->log, ans->log_len };
	if (ans->past)
		ev.item[SHINRAI_ITEM_PAST] =
			(struct shinrai_item){ ans->past, ans->past_len };
	j->past_more = ans->past_more;
	j->past_gone = ans->past_gone;
	if (j->save)
		ret = add_session(v, &ev, ans, text, &sig);
	return ret ? ret : judge_run(v, j, &ev, 0, &ans->session);
}

static int challenge(struct verify *v, struct judge *j,
		     const struct shinrai_client_request *req)
{
	struct shinrai_client_answer ans;
	int ret;

	/* A report comes in one piece. */
	ret = j->report ? shinrai_client_ask(req, &ans) :
			  shinrai_client_collect(req, &ans);
	/* It may be of an earlier version now: ask as one asks that. */
	if (ret && j->ima_from && ans.status == 400)
		return JUDGE_AGAIN;
	if (ret)
		return verify_error(v, ans.step, ans.next, "%s", ans.why);
	ret = judge_answer(v, j, &ans);
	EVP_PKEY_free(ans.key);
	free(ans.log);
	free(ans.past);
	free(ans.body);
	return ret;
}

static int run(struct verify *v, struct judge *j, struct live *l)
{
	int ret;

	ret = judge_load(v, j);
	if (ret)
		return ret;
	/* What is saved must stand alone: a reader may not have our state. */
	j->report = l->req.violations;
	j->whole = j->report || l->full || j->save || !judge_goes_on(j);
	if (!j->whole) {
		l->req.from = j->last.records;
		l->req.boot_id = j->last.boot_id;
		l->req.ima_from = j->ima_from = j->last.ima.offset;
		l->req.no_firmware = j->no_firmware = j->last.boot.base != 0;
	}
	signal(SIGPIPE, SIG_IGN);
	ret = challenge(v, j, &l->req);
	if (ret != JUDGE_AGAIN)
		return ret;
	l->req.ima_from = j->ima_from = 0;
	l->req.no_firmware = j->no_firmware = false;
	return challenge(v, j, &l->req);
}

static int check_args(struct verify *v, const struct live *l)
{
	if (!l->req.cert || !l->req.key || !l->req.ca)
		return verify_usage(v, "--cert, --key and --ca are needed");
	if (l->since && !l->req.violations)
		return verify_usage(v, "--since needs --violations");
	if (l->req.name && !*l->req.name && !l->req.pin)
		return verify_usage(v, "--name '' needs --pin");
	return 0;
}

static int take_url(struct verify *v, struct live *l, const char *url)
{
	const char *why = shinrai_client_url(url, &l->req, &l->url);

	return why ? verify_usage(v, "%s: %s", url, why) : 0;
}

static int parse(struct verify *v, struct judge *j, struct live *l, int argc,
		 char **argv)
{
	static const struct option options[] = {
		{ "cert", required_argument, NULL, CERT },
		{ "key", required_argument, NULL, KEY },
		{ "ca", required_argument, NULL, CA },
		{ "name", required_argument, NULL, NAME },
		{ "pin", required_argument, NULL, PIN },
		{ "timeout", required_argument, NULL, TIMEOUT },
		{ "full", no_argument, NULL, FULL },
		{ "violations", no_argument, NULL, VIOLATIONS },
		{ "since", required_argument, NULL, SINCE },
		JUDGE_OPTIONS,
		{ "help", no_argument, NULL, HELP },
		{ 0 },
	};
	int opt, ret = 0;

	opterr = 0;
	while (!ret &&
	       (opt = getopt_long(argc, argv, "v", options, NULL)) != -1) {
		if (opt == HELP)
			return -1;
		ret = take_option(v, l, opt, optarg);
		if (ret < 0)
			ret = judge_option(v, j, opt, optarg);
		if (ret < 0)
			ret = verify_usage(v,
					   "unknown option, or without its "
					   "value: %s",
					   argv[optind - 1]);
	}
	if (!ret && optind + 1 != argc)
		ret = verify_usage(v, "one https://host:port is needed");
	if (!ret)
		ret = take_url(v, l, argv[optind]);
	return ret ? ret : check_args(v, l);
}

int verb_live(struct verify *v, int argc, char **argv)
{
	struct live l = { .req.timeout_ms = 30000 };
	struct judge *j = calloc(1, sizeof(*j));
	int ret;

	if (!j)
		return verify_error(v, "memory", NULL, "out of memory");
	ret = parse(v, j, &l, argc, argv);
	if (ret < 0)
		ret = verify_help(v);
	else if (!ret)
		ret = run(v, j, &l);
	judge_free(j);
	free(l.url);
	free(j);
	return ret;
}
