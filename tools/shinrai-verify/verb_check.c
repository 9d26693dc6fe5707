// SPDX-License-Identifier: MIT
/* check: appraise saved evidence, offline. */
#include <stdlib.h>
#include <string.h>

#include "judge.h"

static int read_evidence(struct verify *v, const char *path, u8 **buf,
			 struct shinrai_evidence *ev,
			 struct shinrai_session *session, bool *have_session)
{
	const struct shinrai_item *item = &ev->item[SHINRAI_ITEM_SESSION];
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
	*have_session = item->data;
	if (item->data && shinrai_session_parse(item->data, item->len, session))
		return verify_error(v, "session",
				    "save it again with shinrai-verify live "
				    "--save",
				    "%s: session is damaged", path);
	return 0;
}

static int run(struct verify *v, struct judge *j, const char *path)
{
	struct shinrai_session session;
	struct shinrai_evidence ev;
	SHINRAI_FREE u8 *buf = NULL;
	bool have_session;
	int ret;

	ret = judge_load(v, j);
	if (!ret)
		ret = read_evidence(v, path, &buf, &ev, &session,
				    &have_session);
	if (!ret)
		ret = judge_run(v, j, &ev, 0, have_session ? &session : NULL);
	judge_free(j);
	return ret;
}

int verb_check(struct verify *v, int argc, char **argv)
{
	static const struct option options[] = {
		JUDGE_OPTIONS,
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct judge *j = calloc(1, sizeof(*j));
	int opt, ret = 0;

	if (!j)
		return verify_error(v, "memory", NULL, "out of memory");
	opterr = 0;
	while (!ret &&
	       (opt = getopt_long(argc, argv, "v", options, NULL)) != -1) {
		if (opt == 'h') {
			free(j);
			return verify_help(v);
		}
		ret = judge_option(v, j, opt, optarg);
		if (ret < 0)
			ret = verify_usage(v,
					   "unknown option, or without its "
					   "value: %s",
					   argv[optind - 1]);
	}
	if (!ret && optind + 1 != argc)
		ret = verify_usage(v, "one evidence file is needed");
	if (!ret)
		ret = run(v, j, argv[optind]);
	free(j);
	return ret;
}
