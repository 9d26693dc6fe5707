/* SPDX-License-Identifier: MIT */
/* What all verbs of shinrai-verify share.  One verb a file. */
#ifndef SHINRAI_VERIFY_H
#define SHINRAI_VERIFY_H

#include <jansson.h>
#include <stdio.h>

#include <shinrai/pcrs.h>
#include <shinrai/util.h>

/*
 * A verdict is about what was read; a file that cannot be read, a network that
 * fails, memory that lacks are failures, never verdicts.
 */
enum {
	VERIFY_GOOD = 0, /* trusted, valid, consistent */
	VERIFY_FAILURE = 1,
	VERIFY_USAGE = 2,
	VERIFY_BAD = 3, /* untrusted, refused, wrong or malformed */
	VERIFY_UNKNOWN = 4, /* cannot tell */
};

#define VERIFY_MAX_ITEM (64u << 10) /* quotes, keys, PCR values */

struct verify;

struct verify_verb {
	const char *name;
	const char *synopsis; /* what follows the name in the usage line */
	const char *summary;
	const char *options; /* lines of the help, "" when there are none */
	/* @argv[0] is the verb.  Return: exit status. */
	int (*run)(struct verify *v, int argc, char **argv);
};

struct verify {
	const struct verify_verb *verb;
	bool json; /* set before the verb runs, --json may be anywhere */
};

int verb_replay(struct verify *v, int argc, char **argv);
int verb_quote(struct verify *v, int argc, char **argv);
int verb_live(struct verify *v, int argc, char **argv);
int verb_check(struct verify *v, int argc, char **argv);
int verb_proof(struct verify *v, int argc, char **argv);
int verb_report(struct verify *v, int argc, char **argv);

/* Prints the verb's help to standard output.  Return: exit status. */
int verify_help(struct verify *v);

/*
 * The one error of a run: a line on standard error, or with --json an object
 * {"error":{"code","message","hint"}} on standard output.
 * @code: for programs
 * @hint: the next step, or NULL
 * Return: VERIFY_FAILURE.
 */
int verify_error(struct verify *v, const char *code, const char *hint,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* As verify_error() with the code "usage".  Return: VERIFY_USAGE. */
int verify_usage(struct verify *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Reads a file or says why not.
 * @data: out, for the caller to free()
 * Return: 0; VERIFY_FAILURE, told already.
 */
int verify_read(struct verify *v, const char *path, size_t max, u8 **data,
		size_t *len);

/*
 * Prints one JSON value and a line feed to standard output.
 * @value: released
 * @status: exit status when that worked
 * Return: @status; VERIFY_FAILURE, told already.
 */
int verify_json(struct verify *v, json_t *value, int status);

/* Makes sure that what was printed arrived.  Return: as verify_json(). */
int verify_finish(struct verify *v, int status);

/*
 * Bytes from outside as printable ASCII, the rest as \xNN, so that no terminal
 * and no JSON reader is at their mercy.
 * Return: for the caller to free(); never NULL.
 */
char *verify_escape(const void *data, size_t len);

/* Return: hexadecimal, as a JSON string. */
json_t *verify_json_hex(const void *data, size_t len);

/* Return: {"sha256":{"10":hex}}. */
json_t *verify_json_pcrs(const struct shinrai_pcrs *p);

static inline void verify_unref_json(json_t **j)
{
	json_decref(*j);
}

#define VERIFY_JSON __attribute__((cleanup(verify_unref_json))) json_t *

#endif
