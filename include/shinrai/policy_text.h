/* SPDX-License-Identifier: MIT */
/*
 * The policy language, shinrai-policy(5): text to blob, and a blob's rules back
 * to text.
 */
#ifndef _SHINRAI_POLICY_TEXT_H
#define _SHINRAI_POLICY_TEXT_H

#include <stdio.h>

#include "policy.h"

#define SHINRAI_POLICY_SOURCE (16U << 20) /* bytes of a text */
#define SHINRAI_POLICY_LINE (64U << 10) /* bytes, its end not counted */
#define SHINRAI_POLICY_ERRORS 20 /* told in one run; as many warnings */

/* What is wrong, or odd, with a text. */
struct shinrai_policy_note {
	bool warning; /* the policy is compiled all the same */
	u32 line; /* from 1 */
	u32 column; /* from 1, in characters; a tab is one */
	u32 width; /* characters that are meant, at least 1 */
	char *message;
	char *hint; /* or NULL */
};

/* In the order of lines, and of columns within one. */
struct shinrai_policy_notes {
	struct shinrai_policy_note *note;
	unsigned int count;
	unsigned int errors;
	unsigned int warnings;
	bool more; /* some were left out */
};

struct shinrai_policy_source {
	const char *text;
	size_t len;
	const u8 *owner; /* as SHINRAI_FIELD_OWNER; NULL: zeroes */
	/*
	 * Opens a list of digests that the text names.  The file is closed by
	 * the compiler; NULL with errno set when there is none.  May be NULL:
	 * then no list can be read.
	 */
	FILE *(*list)(void *ctx, const char *name);
	void *ctx;
};

int shinrai_policy_compile(const struct shinrai_policy_source *source,
			   struct shinrai_policy_notes *notes, u8 **blob,
			   size_t *len);
void shinrai_policy_notes_free(struct shinrai_policy_notes *notes);

enum shinrai_policy_item_kind {
	SHINRAI_ITEM_POLICY,
	SHINRAI_ITEM_LABEL,
	SHINRAI_ITEM_DEFAULT,
	SHINRAI_ITEM_GROUP,
	SHINRAI_ITEM_NETWORK,
	SHINRAI_ITEM_MEDIUM,
	SHINRAI_ITEM_RULE,
	SHINRAI_ITEM_GRANT,
};

/* A statement of the language that says what a part of a blob does. */
struct shinrai_policy_item {
	u8 kind; /* enum shinrai_policy_item_kind */
	u32 line; /* of the source; 0 for defaults, networks and media */
	u32 first; /* label, group, rule or grant */
	u32 count; /* of rules, what the statement stands for; else 1 */
	char *text;
};

/* Together they are a policy that says the same. */
struct shinrai_policy_list {
	struct shinrai_policy_item *item;
	u32 count;
};

int shinrai_policy_list(const struct shinrai_policy *p,
			struct shinrai_policy_list *list);
void shinrai_policy_list_free(struct shinrai_policy_list *list);

/* What alone keeps a rule from matching an access. */
enum shinrai_policy_miss {
	SHINRAI_MISS_NONE, /* it matches */
	SHINRAI_MISS_SUBJECT,
	SHINRAI_MISS_PORT,
	SHINRAI_MISS_PROTOCOL,
	SHINRAI_MISS_ADDRESS,
	SHINRAI_MISS_PRODUCT,
	SHINRAI_MISS_SERIAL,
	SHINRAI_MISS_DESTINATION,
	SHINRAI_MISS_TIME,
	SHINRAI_MISS_LIMIT,
	SHINRAI_MISS_MORE, /* several of these, or label or action */
};

enum shinrai_policy_miss shinrai_policy_misses(const struct shinrai_policy *p,
					       u32 rule, u8 label,
					       const struct shinrai_access *a);

/* Words of the language and what they stand for. */
enum shinrai_policy_words {
	SHINRAI_WORDS_ACTIONS, /* enum shinrai_action */
	SHINRAI_WORDS_VERDICTS, /* enum shinrai_verdict_code */
	SHINRAI_WORDS_PROTOCOLS, /* IPPROTO_* */
	SHINRAI_WORDS_FAMILIES, /* AF_* */
};

const char *shinrai_policy_word(enum shinrai_policy_words words, u32 value);
int shinrai_policy_word_value(enum shinrai_policy_words words, const char *word,
			      u32 *value);

/* Patterns of paths; "**" crosses '/'. */
bool shinrai_policy_glob(const char *pattern, const char *path, size_t len);
const char *shinrai_policy_glob_check(const char *pattern);

#endif
