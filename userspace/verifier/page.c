// SPDX-License-Identifier: MIT
/* Pages: their frame, their headers, and files that are part of the program. */
#include <stdio.h>

#include <shinrai/verdict.h>
#include <shinrai/version.h>

#include "page.h"

/* Nothing from elsewhere, no script at all, and in no frame of others. */
#define CSP                                                      \
	"default-src 'none'; style-src 'self'; img-src 'self'; " \
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

#define EMBED(name, path)                                       \
	asm(".pushsection .rodata\n"                            \
	    ".global " name ", " name "_end\n" name             \
	    ":\n.incbin \"userspace/verifier/" path "\"\n" name \
	    "_end:\n.popsection\n")

EMBED("verifier_style", "page.css");
EMBED("verifier_icon", "icon.svg");

extern const char verifier_style[], verifier_style_end[];
extern const char verifier_icon[], verifier_icon_end[];

static const struct {
	const char *path, *name;
} places[] = {
	{ "/", "Fleet" },
	{ "/violations", "Violations" },
};

/**
 * page_from_elsewhere() - did a page of another origin make a browser ask?
 * @req: the request
 *
 * A browser shows a person's certificate whoever makes it ask.  Nobody elsewhere
 * can read an answer, but what a request does would be done: Fetch 3.2, W3C Fetch
 * Metadata.
 *
 * Return: whether it is a request that could change something, and so asked.
 */
bool page_from_elsewhere(struct evhttp_request *req)
{
	const struct evkeyvalq *in = evhttp_request_get_input_headers(req);
	const char *origin = evhttp_find_header(in, "Origin");
	const char *site = evhttp_find_header(in, "Sec-Fetch-Site");
	const char *host = evhttp_find_header(in, "Host");

	if (evhttp_request_get_command(req) == EVHTTP_REQ_GET)
		return false;
	if (site && strcmp(site, "same-origin") && strcmp(site, "none"))
		return true;
	return origin && (!host || strncmp(origin, "https://", 8) ||
			  strcmp(origin + 8, host));
}

static void answer(struct evhttp_request *req, int status, const char *reason,
		   const char *type, struct evbuffer *body)
{
	struct evkeyvalq *h = evhttp_request_get_output_headers(req);

	evhttp_add_header(h, "Content-Security-Policy", CSP);
	evhttp_add_header(h, "X-Content-Type-Options", "nosniff");
	evhttp_add_header(h, "Referrer-Policy", "no-referrer");
	evhttp_add_header(h, "Cross-Origin-Opener-Policy", "same-origin");
	evhttp_add_header(h, "Cross-Origin-Resource-Policy", "same-origin");
	reply(req, status, reason, type, body);
}

static void send_file(struct evhttp_request *req, const char *type,
		      const char *data, const char *end)
{
	struct evbuffer *body = evbuffer_new();

	if (body && !evbuffer_add(body, data, (size_t)(end - data)))
		answer(req, 200, "OK", type, body);
	else
		reply_problem(req, 503, "Service Unavailable", "out of memory");
	if (body)
		evbuffer_free(body);
}

/**
 * page_style() - how pages look
 * @r: the request
 */
void page_style(const struct request *r)
{
	send_file(r->req, "text/css; charset=utf-8", verifier_style,
		  verifier_style_end);
}

/**
 * page_icon() - what a browser shows beside their titles
 * @r: the request
 */
void page_icon(const struct request *r)
{
	send_file(r->req, "image/svg+xml", verifier_icon, verifier_icon_end);
}

static void navigation(struct html *h, const char *title)
{
	size_t i;

	html(h, "<header>\n<nav aria-label=\"Pages\">\n<ul>\n");
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		html(h, "<li><a href=\"%s\"", places[i].path);
		if (!strcmp(places[i].name, title))
			html(h, " aria-current=\"page\"");
		html(h, ">%s</a></li>\n", places[i].name);
	}
	html(h, "</ul>\n</nav>\n</header>\n");
}

/**
 * page_begin() - begin a page
 * @p: out, for page_end()
 * @req: is answered by page_end()
 * @title: of the page, and its heading
 * @twin: path of the same as JSON, in use until page_end(); NULL: there is none
 *
 * Return: to write the page's content to.
 */
struct html *page_begin(struct page *p, struct evhttp_request *req,
			const char *title, const char *twin)
{
	struct html *h = &p->h;

	*p = (struct page){ .h.out = evbuffer_new(),
			    .req = req,
			    .twin = twin,
			    .status = 200,
			    .reason = "OK" };
	html(h,
	     "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	     "<meta charset=\"utf-8\">\n<title>%s - shinrai</title>\n"
	     "<meta name=\"viewport\" content=\"width=device-width\">\n"
	     "<meta name=\"color-scheme\" content=\"light dark\">\n"
	     "<link rel=\"stylesheet\" href=\"/style.css\">\n"
	     "<link rel=\"icon\" type=\"image/svg+xml\" href=\"/icon.svg\">\n",
	     title);
	if (twin)
		html(h,
		     "<link rel=\"alternate\" type=\"application/json\" "
		     "href=\"%s\">\n",
		     twin);
	html(h, "</head>\n<body>\n"
		"<a class=\"skip\" href=\"#main\">Skip to the content</a>\n");
	navigation(h, title);
	html(h, "<main id=\"main\" tabindex=\"-1\">\n<h1>%s</h1>\n", title);
	return h;
}

/**
 * page_end() - end a page, and send it
 * @p: from page_begin()
 */
void page_end(struct page *p)
{
	struct html *h = &p->h;
	json_t *now = device_time(fleet_now());

	html(h, "</main>\n<footer>\n<p>As of ");
	page_time(h, now);
	html(h, "; load the page again for what is newer. ");
	if (p->twin)
		html(h,
		     "<a href=\"%s\" type=\"application/json\">The same as "
		     "JSON</a>. ",
		     p->twin);
	html(h, "shinrai-verifier %s.</p>\n</footer>\n</body>\n</html>\n",
	     SHINRAI_VERSION);
	if (h->failed || !now)
		reply_problem(p->req, 503, "Service Unavailable",
			      "out of memory");
	else
		answer(p->req, p->status, p->reason, "text/html; charset=utf-8",
		       h->out);
	json_decref(now);
	if (h->out)
		evbuffer_free(h->out);
}

/**
 * page_problem() - answer with an error, to people as a page
 * @req: is answered
 * @status: HTTP status
 * @title: its words
 * @detail: what is wrong here, what to do
 *
 * Programs, which do not say that they take HTML, get reply_problem().
 */
void page_problem(struct evhttp_request *req, int status, const char *title,
		  const char *detail)
{
	const char *takes = evhttp_find_header(
		evhttp_request_get_input_headers(req), "Accept");
	struct page p;

	if (!takes || !strstr(takes, "text/html")) {
		reply_problem(req, status, title, detail);
		return;
	}
	html(page_begin(&p, req, title, NULL), "<p>%s</p>\n", detail);
	p.status = status;
	p.reason = title;
	page_end(&p);
}

/**
 * page_bad() - answer with 400
 * @req: is answered
 * @detail: what is wrong with it
 */
void page_bad(struct evhttp_request *req, const char *detail)
{
	page_problem(req, 400, "Bad Request", detail);
}

/**
 * page_words() - a text
 * @value: of it, or of what stands for one that is not to be read
 *
 * Return: the text; "(redacted)"; "" when there is none.
 */
const char *page_words(const json_t *value)
{
	const char *s = json_string_value(value);

	if (json_object_get(value, "redacted"))
		return "(redacted)";
	return s ? s : "";
}

/**
 * page_text() - a text of an object
 * @j: the object
 * @name: of the member
 *
 * Return: the text; "" when there is none.
 */
const char *page_text(const json_t *j, const char *name)
{
	return page_words(json_object_get(j, name));
}

/**
 * page_number() - a number of an object
 * @j: the object
 * @name: of the member
 *
 * Return: the number; 0 when there is none.
 */
unsigned long long page_number(const json_t *j, const char *name)
{
	return (unsigned long long)json_integer_value(json_object_get(j, name));
}

/**
 * page_state() - a state as a sign and a word
 * @h: is added to
 * @state: of a device or a verdict
 */
void page_state(struct html *h, const char *state)
{
	static const struct {
		const char *state, *sign;
	} signs[] = {
		{ "trusted", "\u2713" }, { "untrusted", "\u2717" },
		{ "unknown", "?" },	 { "unreachable", "\u2026" },
		{ "new", "+" },
	};
	size_t i;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (!strcmp(signs[i].state, state))
			html(h,
			     "<span class=\"state %s\"><span aria-hidden="
			     "\"true\">%s</span> %s</span>",
			     state, signs[i].sign, state);
	}
}

/**
 * page_time() - a time
 * @h: is added to
 * @time: RFC 3339, as device_time() gives it
 */
void page_time(struct html *h, const json_t *time)
{
	const char *s = json_string_value(time);

	if (s)
		html(h, "<time datetime=\"%s\">%s</time>", s, s);
	else
		html(h, "never");
}
