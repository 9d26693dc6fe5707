/* SPDX-License-Identifier: MIT */
/*
 * The pages for people, made here and readable without JavaScript.  page.c: what
 * all have in common; page_NAME.c: one page, or a part of one.  Each is written from the JSON
 * that its twin in the API gives.
 */
#ifndef VERIFIER_PAGE_H
#define VERIFIER_PAGE_H

#include "api_part.h"
#include "html.h"

struct page {
	struct html h;
	struct evhttp_request *req; /* answered by page_end() */
	const char *twin; /* path of the same as JSON; NULL: none */
	int status; /* and its words: */
	const char *reason;
};

/* page.c */
struct html *page_begin(struct page *p, struct evhttp_request *req,
			const char *title, const char *twin);
void page_end(struct page *p);
void page_bad(struct evhttp_request *req, const char *detail);
const char *page_words(const json_t *value);
const char *page_text(const json_t *j, const char *name);
unsigned long long page_number(const json_t *j, const char *name);
void page_state(struct html *h, const char *state);
void page_time(struct html *h, const json_t *time);

/* page_evidence.c */
void page_told(struct html *h, const char *device, const json_t *evidence,
	       const char *boot);

/* page_plot.c */
void page_plot(struct html *h, const json_t *history, unsigned int hours);

/* page_verdict.c */
void page_verdict(struct html *h, const char *device, const json_t *verdict);
bool page_note_record(const char *note, unsigned long long *record);
void page_note(struct html *h, const char *device, const char *note);
void page_reason(struct html *h, const char *device, const json_t *reason);

#endif
