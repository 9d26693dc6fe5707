// SPDX-License-Identifier: MIT
/* Commands beside the service, which may run meanwhile. */
#include <stdlib.h>
#include <sys/stat.h>

#include "../daemon/diag.h"
#include "signer.h"
#include "verbs.h"

static int new_key(const struct conf *conf, const char *file)
{
	struct store *store = NULL;
	char err[512];
	int ret;

	(void)file;
	/* One that is alone keeps it before it signs with it. */
	if (!store_is_file(conf->database) &&
	    store_open(conf->database, &store, err, sizeof(err))) {
		diag(LOG_ERR, "cannot use %s: %s", conf->database, err);
		return EXIT_FAILURE;
	}
	ret = signer_make(conf->signing_key, store, err, sizeof(err));
	store_close(store);
	if (ret) {
		diag(LOG_ERR, "%s", err);
		return EXIT_FAILURE;
	}
	diag(LOG_INFO, "%s is new; SIGHUP makes the service sign with it",
	     conf->signing_key);
	return EXIT_SUCCESS;
}

/* Return: whether the database is one that these commands can copy. */
static bool is_ours(const struct conf *conf)
{
	if (store_is_file(conf->database))
		return true;
	diag(LOG_ERR, "%s is not a file: use pg_dump(1) and pg_restore(1)",
	     conf->database);
	return false;
}

static int backup(const struct conf *conf, const char *file)
{
	char err[512];

	if (!is_ours(conf))
		return EXIT_FAILURE;
	if (store_copy(conf->database, file, err, sizeof(err))) {
		diag(LOG_ERR, "%s", err);
		return EXIT_FAILURE;
	}
	diag(LOG_INFO, "%s has what %s had; keep %s, too, and secret", file,
	     conf->database, conf->signing_key);
	return EXIT_SUCCESS;
}

static int restore(const struct conf *conf, const char *file)
{
	char err[512];

	if (!is_ours(conf))
		return EXIT_FAILURE;
	if (store_restore(file, conf->database, err, sizeof(err))) {
		diag(LOG_ERR, "%s", err);
		return EXIT_FAILURE;
	}
	diag(LOG_INFO, "%s is as %s was; what it had is in %s.old",
	     conf->database, file, conf->database);
	return EXIT_SUCCESS;
}

static const struct verb {
	const char *name;
	bool takes_file;
	int (*run)(const struct conf *conf, const char *file);
} verbs[] = {
	{ "new-key", false, new_key },
	{ "backup", true, backup },
	{ "restore", true, restore },
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const struct verb *find(char *const *words)
{
	const struct verb *v;

	for (v = verbs; v < verbs + VERBS; v++) {
		if (!strcmp(v->name, words[0]) && v->takes_file == !!words[1])
			return v;
	}
	return NULL;
}

/**
 * verb_known() - is this a command?
 * @words: two at most, NULL-terminated
 *
 * Return: whether it is none, or one that there is.
 */
bool verb_known(char *const *words)
{
	return !words[0] || find(words);
}

/**
 * verb_run() - do it
 * @conf: the configuration
 * @words: that are known
 *
 * Return: exit status, and all is said.
 */
int verb_run(const struct conf *conf, char *const *words)
{
	umask(077);
	return find(words)->run(conf, words[1]);
}
