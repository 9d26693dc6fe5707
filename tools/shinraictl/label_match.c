// SPDX-License-Identifier: MIT
/* Which files a policy's pattern names. */
#include "label.h"

/* A pattern's character, "?", or "\" before either. */
static bool one(const char **pattern, char c)
{
	const char *p = *pattern;
	bool same;

	if (*p == '?') {
		same = c != '/';
	} else {
		if (*p == '\\' && p[1])
			p++;
		same = *p == c;
	}
	*pattern = p + 1;
	return same;
}

/*
 * Shell patterns over whole paths: "*" and "?" stay within a name, "**" crosses
 * "/".  Only the last star is ever tried again, and the last double star, so
 * time is bounded by the product of the lengths.
 */
bool label_matches(const char *pattern, const char *path)
{
	const char *star = NULL, *star_at = NULL;
	const char *deep = NULL, *deep_at = NULL;

	while (*path) {
		if (pattern[0] == '*' && pattern[1] == '*') {
			deep = pattern += 2;
			deep_at = path;
			star = NULL;
		} else if (*pattern == '*') {
			star = ++pattern;
			star_at = path;
		} else if (*pattern && one(&pattern, *path)) {
			path++;
		} else if (star && *star_at != '/') {
			pattern = star;
			path = ++star_at;
		} else if (deep) {
			pattern = deep;
			path = ++deep_at;
			star = NULL;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
