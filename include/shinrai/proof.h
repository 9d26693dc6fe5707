/* SPDX-License-Identifier: MIT */
/* What a verifier's log proves, PROTOCOL.md 13: heads, entries, growth. */
#ifndef _SHINRAI_PROOF_H
#define _SHINRAI_PROOF_H

#include <jansson.h>

#include "merkle.h"

#define SHINRAI_LOG_HEAD_TYPE "shinrai-log-head+jwt"
#define SHINRAI_LOG_NAME_SIZE 33 /* 32 hex digits, and NUL */

struct shinrai_log_head {
	char log[SHINRAI_LOG_NAME_SIZE]; /* tells logs apart */
	u64 size; /* entries */
	s64 time; /* s since 1970, on the word of who signed it */
	u8 root[SHINRAI_TREE_HASH];
};

int shinrai_log_head_check(const char *jws, const json_t *keys,
			   struct shinrai_log_head *head);
int shinrai_log_includes(const struct shinrai_log_head *head,
			 const json_t *proof);
int shinrai_log_grew(const struct shinrai_log_head *old,
		     const struct shinrai_log_head *head, const json_t *proof);

#endif
