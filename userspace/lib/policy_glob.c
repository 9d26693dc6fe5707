// SPDX-License-Identifier: MIT
/*
 * Patterns of paths: '*', '?' and '[...]' stay inside one part of a path, "**"
 * does not.  Takes time in proportion to pattern times text at worst.
 */
#include <shinrai/policy_text.h>

/* @p: behind '['.  Return: behind its ']', NULL when it is no set. */
static const char *set_end(const char *p)
{
	p += *p == '!' || *p == '^';
	p += *p == ']';
	for (; *p && *p != ']'; p++) {
		if (*p == '/' || (u8)*p >= 0x80)
			return NULL;
	}
	return *p ? p + 1 : NULL;
}

static bool in_set(const char *p, char c)
{
	bool not = *p == '!' || *p == '^', found = false;
	const char *end = set_end(p) - 1;

	for (p += not ; p < end; p++) {
		if (p + 2 < end && p[1] == '-') {
			found |= *p <= c && c <= p[2];
			p += 2;
		} else {
			found |= *p == c;
		}
	}
	return found != not ;
}

/* The bytes of one character of well-formed text; 1 else. */
static size_t one_character(const char *s, size_t left)
{
	size_t n = 1;

	while (n < left && ((u8)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* One character against what is no star.  Return: bytes taken, 0: none fits. */
static size_t step(const char **pattern, const char *s, size_t left)
{
	const char *p = *pattern;

	if (!left || !*p)
		return 0;
	if (*p == '?' && *s != '/') {
		*pattern = p + 1;
		return one_character(s, left);
	}
	if (*p == '[' && *s != '/' && in_set(p + 1, *s)) {
		*pattern = set_end(p + 1);
		return one_character(s, left);
	}
	if (*p == '\\')
		p++;
	else if (*p == '?' || *p == '[')
		return 0;
	if (*p != *s)
		return 0;
	*pattern = p + 1;
	return 1;
}

struct star {
	const char *pattern; /* what follows it; NULL: none so far */
	size_t at; /* where that was tried last */
	bool whole; /* two stars, a slash before and after: whole parts */
};

/* Lets two stars take more.  Return: false when there is no more. */
static bool widen(struct star *two, const char *text, size_t len)
{
	const char *slash;

	if (!two->pattern || two->at >= len)
		return false;
	if (!two->whole) {
		two->at++;
		return true;
	}
	slash = memchr(text + two->at, '/', len - two->at);
	if (!slash)
		return false;
	two->at = (size_t)(slash - text) + 1;
	return true;
}

/* At a star of the pattern: takes it, as little as it can. */
static const char *take_star(const char *begin, const char *p, size_t at,
			     struct star *one, struct star *two)
{
	if (p[1] != '*') {
		one->pattern = p + 1;
		one->at = at;
		return p + 1;
	}
	one->pattern = NULL;
	two->whole = p > begin && p[-1] == '/' && p[2] == '/';
	two->pattern = p + 2 + two->whole;
	two->at = at;
	return two->pattern;
}

/**
 * shinrai_policy_glob() - does a path match a pattern?
 * @pattern: well formed, see shinrai_policy_glob_check()
 * @path: the path; it needs no NUL
 * @len: its bytes
 *
 * Return: whether all of it does.
 */
bool shinrai_policy_glob(const char *pattern, const char *path, size_t len)
{
	struct star one = { 0 }, two = { 0 };
	const char *p = pattern;
	size_t at = 0, n;

	for (;;) {
		if (*p == '*') {
			p = take_star(pattern, p, at, &one, &two);
			continue;
		}
		if (at == len && !*p)
			return true;
		n = step(&p, path + at, len - at);
		at += n;
		if (n)
			continue;
		if (one.pattern && one.at < len && path[one.at] != '/') {
			at = ++one.at;
			p = one.pattern;
		} else if (widen(&two, path, len)) {
			one.pattern = NULL;
			at = two.at;
			p = two.pattern;
		} else {
			return false;
		}
	}
}

/**
 * shinrai_policy_glob_check() - is a pattern well formed?
 * @pattern: text
 *
 * Return: NULL; what is wrong, a static text.
 */
const char *shinrai_policy_glob_check(const char *pattern)
{
	const char *p;

	if (*pattern != '/')
		return "a pattern begins with '/'";
	for (p = pattern; *p; p++) {
		if (*p == '[') {
			p = set_end(p + 1);
			if (!p)
				return "'[' without ']', or with more than"
				       " ASCII inside";
			p--;
		} else if (*p == '\\' && !*++p) {
			return "a backslash with nothing behind it";
		} else if (p[0] == '*' && p[1] == '*' && p[2] == '*') {
			return "more than two stars";
		}
	}
	return NULL;
}
