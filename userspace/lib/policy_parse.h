/* SPDX-License-Identifier: MIT */
/*
 * Inside of the policy compiler.  One statement is read at a time: its words
 * are taken from the cursor, and at the first mistake the rest of it is left.
 * A function that finds one tells it with shinrai_pt_fail() and returns what that
 * returns: -EINVAL, or -ENOMEM, which ends it all.
 */
#ifndef SHINRAI_POLICY_PARSE_H
#define SHINRAI_POLICY_PARSE_H

#include <shinrai/policy_text.h>
#include <shinrai/rd.h>

/* An array that grows by doubling. */
struct pt_vec {
	void *p;
	u32 n;
	u32 cap;
};

/* Open addressing; the items are in an array elsewhere. */
struct pt_slot {
	u32 hash;
	u32 index; /* of the item, plus one; 0: free */
};

struct pt_hash {
	struct pt_slot *slot;
	u32 cap; /* a power of two, or 0 */
	u32 n;
};

enum pt_token_kind {
	PT_END, /* of the statement */
	PT_WORD,
	PT_STRING, /* without its quotes, escapes as they are written */
	PT_COMMA,
};

struct pt_token {
	const char *p; /* into the text */
	u32 len;
	u32 line;
	u8 kind;
};

enum pt_name_kind {
	PT_UNKNOWN, /* its definition went wrong or lacks; that was told */
	PT_LABEL, /* index: label */
	PT_PROGRAM, /* index: group */
	PT_NETWORK, /* index, count: prefixes */
	PT_MEDIA, /* index, count: devices */
	PT_TIME, /* index: window */
};

struct pt_name {
	struct pt_token at;
	u8 kind;
	bool defined; /* and not only used */
	bool used;
	u32 index;
	u32 count;
};

/* Who a rule is about. */
struct pt_who {
	u8 kind; /* enum shinrai_subject_kind */
	u32 id; /* as struct shinrai_policy_rule's subject */
};

/* The statement of a rule, before it becomes one rule for each combination. */
struct pt_rule {
	struct pt_token verb;
	u8 verdict;
	u8 actions; /* bit of each */
	bool all_labels;
	u64 labels; /* bit of each */
	u32 flags; /* SHINRAI_RULE_* */
	struct shinrai_policy_condition condition;
	struct pt_token bytes_at; /* where a limit of bytes is */
};

/* A statement that made rules: from @first up to the next statement's. */
struct pt_said {
	struct pt_token verb;
	u32 first;
	bool told; /* something odd of it */
};

/* The compiler's whole state. */
struct pt {
	const struct shinrai_policy_source *source;
	struct shinrai_policy_notes *notes;
	struct shinrai_rd rd; /* lines that are left */
	const char *text; /* behind a byte order mark */
	u32 line;

	struct pt_vec token; /* of the statement, its PT_END last */
	u32 at; /* cursor */
	struct pt_vec who; /* struct pt_who, of this statement */
	struct pt_vec to; /* u32, sinks of this statement */

	struct pt_token policy; /* the name in its statement */
	bool headed; /* that statement was there, be it wrong */
	u64 generation;
	struct pt_vec name; /* struct pt_name */
	struct pt_hash names;
	struct pt_vec prefix; /* struct shinrai_policy_sink */
	struct pt_vec device; /* struct shinrai_policy_sink */
	struct pt_vec window; /* struct shinrai_policy_condition */

	/* Tables of the blob. */
	struct pt_vec label, pattern, group, digest, sink, condition, grant,
		rule, string;
	struct pt_vec said; /* struct pt_said */
	struct pt_hash strings, sinks, conditions, rules, denies, unnamed;
	u32 meters;
	/* Where a default was said, by action: of all labels, and of each. */
	u32 every_line[SHINRAI_ACTIONS];
	u8 every[SHINRAI_ACTIONS]; /* 0: none was said */
	u32 own_line[SHINRAI_POLICY_LABELS][SHINRAI_ACTIONS];
	bool all_labels; /* some rule is about all of them */
};

/* policy_lex.c */
int shinrai_pt_statement(struct pt *t);

/* policy_note.c */
int shinrai_pt_fail(struct pt *t, const struct pt_token *at, const char *hint,
		    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
int shinrai_pt_warn(struct pt *t, const struct pt_token *at, const char *hint,
		    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
#define PT_QUOTE 48 /* buffer of shinrai_pt_quote() */
const char *shinrai_pt_quote(const struct pt_token *token, char buf[PT_QUOTE]);

/* policy_vec.c */
void *shinrai_pt_push(struct pt_vec *v, const void *item, u32 size);
u32 shinrai_pt_hash_bytes(const void *p, size_t n);
typedef bool (*pt_same)(const struct pt *t, u32 index, const void *key);
u32 shinrai_pt_find(const struct pt *t, const struct pt_hash *h, u32 hash,
		    pt_same same, const void *key);
int shinrai_pt_insert(struct pt_hash *h, u32 hash, u32 index);

/* policy_words.c */
struct pt_word {
	const char *name; /* NULL ends the list */
	u64 value;
};

extern const struct pt_word shinrai_pt_actions[], shinrai_pt_verdicts[],
	shinrai_pt_protocols[], shinrai_pt_families[], shinrai_pt_days[];

static inline const struct pt_token *pt_peek(const struct pt *t)
{
	return (const struct pt_token *)t->token.p + t->at;
}

static inline const struct pt_token *pt_take(struct pt *t)
{
	const struct pt_token *token = pt_peek(t);

	if (token->kind != PT_END)
		t->at++;
	return token;
}

bool shinrai_pt_is(const struct pt_token *token, const char *word);
bool shinrai_pt_accept(struct pt *t, const char *word);
bool shinrai_pt_accept_comma(struct pt *t);
const struct pt_word *shinrai_pt_find_word(const struct pt_word *list,
					   const char *p, size_t len);
const char *shinrai_pt_word_name(const struct pt_word *list, u32 value);
int shinrai_pt_take_word(struct pt *t, const struct pt_word *list,
			 const char *what, u32 *value);
int shinrai_pt_expected(struct pt *t, const char *what, const char *hint);
int shinrai_pt_end(struct pt *t);
int shinrai_pt_take_number(struct pt *t, const char *what, u64 max, u64 *value);
int shinrai_pt_number(struct pt *t, const struct pt_token *at, u64 max,
		      u64 *value);
struct pt_near {
	const struct pt_token *token;
	const char *best;
	size_t len;
	unsigned int distance;
};
void shinrai_pt_near_init(struct pt_near *n, const struct pt_token *token);
void shinrai_pt_near_try(struct pt_near *n, const char *p, size_t len);

/* policy_names.c */
bool shinrai_pt_is_name(const struct pt_token *token);
bool shinrai_pt_is_namespace(const struct pt_token *token);
int shinrai_pt_define(struct pt *t, const char *what, u32 *name);
int shinrai_pt_use(struct pt *t, u32 kinds, const char *what,
		   struct pt_name **name);
int shinrai_pt_text(struct pt *t, const struct pt_token *token, u32 *string);
int shinrai_pt_take_string(struct pt *t, const char *what, u32 *string);
struct pt_name *shinrai_pt_name(const struct pt *t, u32 index);
int shinrai_pt_pattern(struct pt *t, u32 *string);
int shinrai_pt_warn_unused(struct pt *t);

/* policy_place.c */
struct pt_token shinrai_pt_part(const struct pt_token *token, const char *p,
				size_t len);
bool shinrai_pt_is_address(const struct pt_token *token);
int shinrai_pt_prefix(struct pt *t, const struct pt_token *token,
		      struct shinrai_policy_sink *s);
int shinrai_pt_device(struct pt *t, struct shinrai_policy_sink *s);
int shinrai_pt_network(struct pt *t);
int shinrai_pt_media(struct pt *t);

/* policy_dest.c */
int shinrai_pt_destination(struct pt *t);

/* policy_when.c */
int shinrai_pt_time(struct pt *t);
int shinrai_pt_when(struct pt *t, struct shinrai_policy_condition *c);
int shinrai_pt_limit(struct pt *t, struct pt_rule *r);
int shinrai_pt_rate(struct pt *t, struct pt_rule *r);

/* policy_program.c */
int shinrai_pt_program(struct pt *t);
int shinrai_pt_program_group(struct pt *t, u32 *group);

/* policy_label.c */
extern const u8 shinrai_pt_defaults[SHINRAI_ACTIONS];
int shinrai_pt_label(struct pt *t);
int shinrai_pt_default(struct pt *t);
int shinrai_pt_grant(struct pt *t);
void shinrai_pt_finish_labels(struct pt *t);

/* policy_odd.c */
int shinrai_pt_said(struct pt *t, const struct pt_rule *s);
int shinrai_pt_seen(struct pt *t, const struct pt_rule *s,
		    const struct shinrai_policy_rule *r, bool *again);
int shinrai_pt_warn_denied(struct pt *t);

/* policy_rule.c */
int shinrai_pt_rule(struct pt *t);
int shinrai_pt_labels(struct pt *t, u64 *labels, bool *all);
bool shinrai_pt_clause(const struct pt_token *token);

#endif
