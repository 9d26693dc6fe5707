/* SPDX-License-Identifier: MIT */
/*
 * HTML and SVG, in which nothing that is filled in can be markup: markup is in
 * literals only, and every text that they name is escaped.
 */
#ifndef VERIFIER_HTML_H
#define VERIFIER_HTML_H

#include <event2/buffer.h>
#include <stdbool.h>

struct html {
	struct evbuffer *out; /* the caller's; NULL: memory lacked */
	bool failed; /* memory lacked: what is in @out is not whole */
};

/*
 * Write @markup, a literal, where %s is a text, %u an unsigned int and %llu an
 * unsigned long long; attributes are in double quotes.
 */
#define html(h, markup, ...) html_write(h, "" markup, ##__VA_ARGS__)

void html_write(struct html *h, const char *markup, ...)
	__attribute__((format(printf, 2, 3)));

#endif
