/* SPDX-License-Identifier: MIT */
/* What all verbs share: options, errors, output.  One verb a file. */
#ifndef SHINRAICTL_CTL_H
#define SHINRAICTL_CTL_H

#include <jansson.h>
#include <shinrai/hex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SHINRAI_DEVICE "/dev/shinrai"

enum {
	EXIT_OK = 0,
	EXIT_ERROR = 1,
	EXIT_USAGE = 2,
};

/* How an option takes its value. */
enum ctl_opt_type {
	CTL_FLAG, /* bool */
	CTL_TEXT, /* const char * */
	CTL_NUMBER, /* uint64_t, decimal */
	CTL_LIST, /* struct ctl_list: what follows up to the next option */
};

struct ctl_list {
	char **v;
	size_t n;
};

struct ctl_opt {
	const char *name; /* without "--" */
	enum ctl_opt_type type;
	void *to;
	const char *arg; /* name of the value in the help, NULL for a flag */
	const char *help;
	bool given;
};

struct ctl_verb;

struct ctl {
	const struct ctl_verb *verb;
	bool json;
	struct ctl_list operands;
};

struct ctl_verb {
	const char *name;
	const char *operands; /* for the usage line, "" when there are none */
	unsigned int max_operands;
	const char *summary;
	int (*run)(struct ctl *ctl, int argc, char **argv);
};

/*
 * The verbs: @argv is what follows the verb.  They print their result or one
 * error and return the exit status.
 */
int cmd_status(struct ctl *ctl, int argc, char **argv);
int cmd_log_show(struct ctl *ctl, int argc, char **argv);
int cmd_log_follow(struct ctl *ctl, int argc, char **argv);
int cmd_log_export(struct ctl *ctl, int argc, char **argv);
int cmd_violations_list(struct ctl *ctl, int argc, char **argv);
int cmd_violations_show(struct ctl *ctl, int argc, char **argv);
int cmd_violations_follow(struct ctl *ctl, int argc, char **argv);
int cmd_flush(struct ctl *ctl, int argc, char **argv);
int cmd_arm(struct ctl *ctl, int argc, char **argv);
int cmd_mode(struct ctl *ctl, int argc, char **argv);
int cmd_digests_make(struct ctl *ctl, int argc, char **argv);
int cmd_reference_make(struct ctl *ctl, int argc, char **argv);
int cmd_reference_sign(struct ctl *ctl, int argc, char **argv);
int cmd_label_add(struct ctl *ctl, int argc, char **argv);
int cmd_label_apply(struct ctl *ctl, int argc, char **argv);
int cmd_label_show(struct ctl *ctl, int argc, char **argv);
int cmd_owner_admit(struct ctl *ctl, int argc, char **argv);
int cmd_owner_revoke(struct ctl *ctl, int argc, char **argv);
int cmd_owner_load(struct ctl *ctl, int argc, char **argv);
int cmd_owner_list(struct ctl *ctl, int argc, char **argv);
int cmd_policy_check(struct ctl *ctl, int argc, char **argv);
int cmd_policy_compile(struct ctl *ctl, int argc, char **argv);
int cmd_policy_sign(struct ctl *ctl, int argc, char **argv);
int cmd_policy_load(struct ctl *ctl, int argc, char **argv);
int cmd_policy_show(struct ctl *ctl, int argc, char **argv);
int cmd_policy_diff(struct ctl *ctl, int argc, char **argv);
int cmd_policy_explain(struct ctl *ctl, int argc, char **argv);
int cmd_policy_whatif(struct ctl *ctl, int argc, char **argv);
int cmd_setup(struct ctl *ctl, int argc, char **argv);
int cmd_fleet_list(struct ctl *ctl, int argc, char **argv);
int cmd_fleet_show(struct ctl *ctl, int argc, char **argv);
int cmd_fleet_changes(struct ctl *ctl, int argc, char **argv);
int cmd_fleet_group(struct ctl *ctl, int argc, char **argv);
int cmd_fleet_policy(struct ctl *ctl, int argc, char **argv);
int cmd_fleet_learn(struct ctl *ctl, int argc, char **argv);
int cmd_fleet_enrol(struct ctl *ctl, int argc, char **argv);
int cmd_fleet_watch(struct ctl *ctl, int argc, char **argv);
int cmd_fleet_withdraw(struct ctl *ctl, int argc, char **argv);

/* opt.c */
#define CTL_GO_ON (-1)
int ctl_options(struct ctl *ctl, struct ctl_opt *opts, int argc, char **argv);
int ctl_record_number(struct ctl *ctl, uint64_t *record);

/* report.c */
int ctl_error(struct ctl *ctl, const char *code, const char *hint,
	      const char *fmt, ...) __attribute__((format(printf, 4, 5)));
int ctl_usage(struct ctl *ctl, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void ctl_note(struct ctl *ctl, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void ctl_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int ctl_json_out(struct ctl *ctl, FILE *to, json_t *value);
int ctl_flush_stdout(struct ctl *ctl);

/* text.c */
char *ctl_escape(const void *data, size_t len, bool spaces);
char *ctl_inert(const char *text);
void *ctl_alloc(size_t n);
void *ctl_grow(void *p, size_t n, size_t size);

/* A buffer that is owned, freed by ctl_buf_free(). */
struct ctl_buf {
	uint8_t *data;
	size_t len;
	size_t cap;
};

/* file.c */
void ctl_buf_free(struct ctl_buf *b);
int ctl_buf_add(struct ctl_buf *b, const void *data, size_t len);
int ctl_read_fd(int fd, size_t limit, struct ctl_buf *b);
int ctl_read_file(const char *path, size_t limit, struct ctl_buf *b);

/* A file that appears whole or not at all; "-" is standard output. */
struct ctl_out {
	const char *path;
	char *temp;
	FILE *f;
};

int ctl_out_open(struct ctl_out *o, const char *path);
int ctl_out_commit(struct ctl_out *o, bool replace);
void ctl_out_abort(struct ctl_out *o);

static inline void ctl_unref_json(json_t **v)
{
	json_decref(*v);
}

static inline void ctl_free_ptr(void *p)
{
	free(*(void **)p);
}

#define CTL_JSON __attribute__((cleanup(ctl_unref_json))) json_t *
#define CTL_FREE __attribute__((cleanup(ctl_free_ptr)))
#define CTL_BUF __attribute__((cleanup(ctl_buf_free))) struct ctl_buf
#define CTL_OUT __attribute__((cleanup(ctl_out_abort))) struct ctl_out

#endif
