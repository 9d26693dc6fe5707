// SPDX-License-Identifier: MIT
/* check, report: appraise saved evidence or a violation report, offline. */
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>

#include <shinrai/cms.h>

#include "judge.h"

enum { VERIFIER_CERT = 1, HELP };

static int read_saver(struct verify *v, struct judge *j, const char *path)
{
	SHINRAI_FREE u8 *pem = NULL;
	size_t len;
	BIO *bio;
	int ret;

	ret = verify_read(v, path, VERIFY_MAX_ITEM, &pem, &len);
	if (ret)
		return ret;
	bio = BIO_new_mem_buf(pem, (int)len);
	if (bio)
		j->saver = PEM_read_bio_X509(bio, NULL, shinrai_no_passphrase,
					     NULL);
	BIO_free(bio);
	if (!j->saver)
		return verify_error(v, "verifier-cert",
				    "give the PEM certificate that was --cert "
				    "when it was saved",
				    "%s: not a certificate", path);
	return 0;
}

static int read_evidence(struct verify *v, const char *path, u8 **buf,
			 struct shinrai_evidence *ev)
{
	size_t len;
	int ret;

	ret = verify_read(v, path, SHINRAI_MAX_EVIDENCE, buf, &len);
	if (ret)
		return ret;
	/* A damaged file says nothing about the machine. */
	if (shinrai_evidence_parse(*buf, len, ev))
		return verify_error(v, "evidence",
				    "save it again with shinrai-verify live "
				    "--save",
				    "%s: not saved evidence", path);
	return 0;
}

/* A whole log shows violations, too; an abridged one hides what else ran. */
static int check_kind(struct verify *v, const struct judge *j, const char *path,
		      const struct shinrai_evidence *ev)
{
	if (!ev->report || j->report)
		return 0;
	return verify_error(v, "report", "use shinrai-verify report",
			    "%s: a violation report, not evidence", path);
}

static int run(struct verify *v, struct judge *j, const char *saver,
	       const char *path)
{
	struct shinrai_evidence ev;
	SHINRAI_FREE u8 *buf = NULL;
	int ret;

	ret = judge_load(v, j);
	if (!ret && saver)
		ret = read_saver(v, j, saver);
	if (!ret)
		ret = read_evidence(v, path, &buf, &ev);
	if (!ret)
		ret = check_kind(v, j, path, &ev);
	return ret ? ret : judge_run(v, j, &ev, 0, NULL);
}

static int parse(struct verify *v, struct judge *j, const char **saver,
		 int argc, char **argv)
{
	static const struct option options[] = {
		{ "verifier-cert", required_argument, NULL, VERIFIER_CERT },
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
		if (opt == VERIFIER_CERT)
			*saver = optarg;
		else
			ret = judge_option(v, j, opt, optarg);
		if (ret < 0)
			ret = verify_usage(v,
					   "unknown option, or without its "
					   "value: %s",
					   argv[optind - 1]);
	}
	if (!ret && optind + 1 != argc)
		ret = verify_usage(v, "one evidence file is needed");
	/* Whoever made the file would choose the key. */
	if (!ret && j->learn_ak)
		ret = verify_usage(v, "--learn-ak pins what a machine shows, "
				      "not a file: use it with live");
	return ret;
}

static int verb(struct verify *v, bool report, int argc, char **argv)
{
	struct judge *j = calloc(1, sizeof(*j));
	const char *saver = NULL;
	int ret;

	if (!j)
		return verify_error(v, "memory", NULL, "out of memory");
	j->report = report;
	ret = parse(v, j, &saver, argc, argv);
	if (ret < 0)
		ret = verify_help(v);
	else if (!ret)
		ret = run(v, j, saver, argv[optind]);
	judge_free(j);
	free(j);
	return ret;
}

int verb_check(struct verify *v, int argc, char **argv)
{
	return verb(v, false, argc, argv);
}

int verb_report(struct verify *v, int argc, char **argv)
{
	return verb(v, true, argc, argv);
}
