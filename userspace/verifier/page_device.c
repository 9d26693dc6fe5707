// SPDX-License-Identifier: MIT
/* Pages: one device, from how it stands to its evidence. */
#include <stdio.h>
#include <stdlib.h>

#include "page.h"
#include "view.h"

#define CHANGES_SHOWN 100

static int read_changes(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);

	e->answer = json_array();
	if (!e->answer)
		return -ENOMEM;
	return api_changes_read(s, e->id, CHANGES_SHOWN, e->may, e->answer);
}

static void fact(struct html *h, const json_t *j, const char *name,
		 const char *what)
{
	if (*page_text(j, name))
		html(h, "<dt>%s</dt><dd><bdi>%s</bdi></dd>\n", what,
		     page_text(j, name));
}

static void time_fact(struct html *h, const json_t *j, const char *name,
		      const char *what)
{
	html(h, "<dt>%s</dt><dd>", what);
	page_time(h, json_object_get(j, name));
	html(h, "</dd>\n");
}

static void write_standing(struct html *h, const json_t *j)
{
	html(h, "<section aria-labelledby=\"standing\">\n"
		"<h2 id=\"standing\">How it stands</h2>\n<p>");
	page_state(h, page_text(j, "state"));
	html(h, " since ");
	page_time(h, json_object_get(j, "since"));
	if (*page_text(j, "code"))
		html(h, ": <bdi>%s</bdi> (<code>%s</code>)",
		     page_text(j, "reason"), page_text(j, "code"));
	html(h, "</p>\n<dl>\n");
	time_fact(h, j, "judged", "Judged last");
	time_fact(h, j, "last_good", "Trusted last");
	fact(h, j, "failure", "The last question had no answer");
	fact(h, j, "group", "Group");
	fact(h, j, "policy", "Held against");
	fact(h, j, "url", "Asked at");
	fact(h, j, "assurance", "TPM it was enrolled by");
	fact(h, j, "ak", "Pinned key");
	html(h, "</dl>\n");
	if (!json_is_true(json_object_get(j, "fresh")))
		html(h, "<p class=\"alarm\">It was not judged within the "
			"configured time: what follows is how it was.</p>\n");
	html(h, "</section>\n");
}

static void write_changes(struct html *h, const json_t *changes,
			  const char *name)
{
	const json_t *c;
	size_t i;

	html(h, "<section aria-labelledby=\"changes\">\n"
		"<h2 id=\"changes\">Changes</h2>\n");
	if (!changes) {
		html(h, "<p role=\"status\">The database cannot be read now; "
			"see the verifier's log.</p>\n</section>\n");
		return;
	}
	html(h,
	     "<p><a href=\"/v1/devices/%s/changes\">The last 1000 as JSON</a>"
	     "</p>\n<div class=\"wide\" role=\"region\" tabindex=\"0\" "
	     "aria-labelledby=\"list\">\n<table>\n"
	     "<caption id=\"list\">The last %u, the newest first</caption>\n"
	     "<thead><tr><th scope=\"col\">When</th><th scope=\"col\">State"
	     "</th><th scope=\"col\">Reason</th></tr></thead>\n<tbody>\n",
	     name, (unsigned int)json_array_size(changes));
	json_array_foreach(changes, i, c) {
		html(h, "<tr><th scope=\"row\">");
		page_time(h, json_object_get(c, "since"));
		html(h, "</th><td>");
		page_state(h, page_text(c, "state"));
		html(h, "</td><td><bdi>%s</bdi></td></tr>\n",
		     page_text(c, "reason"));
	}
	html(h, "</tbody>\n</table>\n</div>\n</section>\n");
}

static void answer_device(struct evhttp_request *req, const struct device *d,
			  const json_t *changes, u32 may)
{
	json_t *j = api_device(d, may);
	json_t *verdict = view_verdict(&d->r, may);
	char twin[DEVICE_NAME_MAX + 16];
	struct page p;
	struct html *h;

	snprintf(twin, sizeof(twin), "/v1/devices/%s", d->r.name);
	h = page_begin(&p, req, d->r.name, twin);
	html(h,
	     "<p><a href=\"#verdict\">Last verdict</a>, "
	     "<a href=\"/device/%s/evidence\">evidence</a>, "
	     "<a href=\"#changes\">changes</a></p>\n",
	     d->r.name);
	write_standing(h, j);
	page_verdict(h, d->r.name, verdict);
	write_changes(h, changes, d->r.name);
	h->failed |= !j || !verdict;
	page_end(&p);
	json_decref(j);
	json_decref(verdict);
}

/* Meanwhile it may have been withdrawn. */
static void changes_read(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);
	const struct device *d = fleet_find(f, e->r.name);

	if (d)
		answer_device(e->req, d, j->err ? NULL : e->answer, e->may);
	else
		page_problem(e->req, 404, "Not Found",
			     "the device was withdrawn");
	errand_free(e);
}

/**
 * page_device() - one device, with its verdict
 * @r: the request
 */
void page_device(const struct request *r)
{
	struct errand *e = errand_new(r->req, read_changes, changes_read);

	if (!e)
		return;
	e->id = r->dev->r.id;
	e->r.name = strdup(r->dev->r.name);
	if (e->r.name) {
		errand_read(r, e);
		return;
	}
	reply_problem(r->req, 503, "Service Unavailable", "out of memory");
	errand_free(e);
}
