// SPDX-License-Identifier: MIT
/* Pages: one record of a device's log: what it told, and what was found of it. */
#include <stdio.h>

#include "page.h"
#include "view.h"

static void write_record(struct html *h, const char *name,
			 const json_t *verdict, u64 record)
{
	const json_t *reasons = json_object_get(verdict, "reasons"), *at;
	const json_t *notes = json_object_get(verdict, "notes");
	unsigned long long of;
	size_t i, found = 0;

	html(h, "<ul>\n");
	json_array_foreach(reasons, i, at) {
		if (json_object_get(at, "record") &&
		    page_number(at, "record") == record) {
			page_reason(h, name, at);
			found++;
		}
	}
	json_array_foreach(notes, i, at) {
		if (page_note_record(page_words(at), &of) && of == record) {
			page_note(h, name, page_words(at));
			found++;
		}
	}
	if (!found)
		html(h,
		     "<li>The last verdict says nothing of it; accesses that "
		     "earlier ones told of are among the <a href="
		     "\"/violations\">violations</a>.</li>\n");
	html(h, "</ul>\n");
}

static void write_place(struct html *h, const json_t *verdict, u64 record)
{
	const json_t *quoted = json_object_get(verdict, "quoted_record");

	html(h, "<p>Of the boot <code>%s</code>. ",
	     page_text(verdict, "boot_id"));
	if (record >= page_number(verdict, "records"))
		html(h, "It was not among the records that were shown.");
	else if (quoted && record <= page_number(verdict, "quoted_record"))
		html(h, "The quote covers it: the TPM vouches that it is what "
			"the machine recorded.");
	else
		html(h, "The quote does not cover it.");
	html(h, "</p>\n");
}

static void write_verdict(struct html *h, const char *name,
			  const json_t *verdict, u64 number)
{
	html(h,
	     "<h2>What was found of it</h2>\n"
	     "<p>By the <a href=\"/device/%s#verdict\">last verdict</a>:</p>\n",
	     name);
	write_record(h, name, verdict, number);
}

static void answer_record(struct errand *e, const struct device *d,
			  const json_t *evidence)
{
	char title[DEVICE_NAME_MAX + 48], twin[DEVICE_NAME_MAX + 64];
	const unsigned long long number = e->number[1];
	json_t *verdict = view_verdict(&d->r, e->may);
	const char *name = d->r.name;
	struct page p;
	struct html *h;

	snprintf(title, sizeof(title), "Record %llu of %s", number, name);
	snprintf(twin, sizeof(twin), "/v1/devices/%s/evidence?record=%llu",
		 name, number);
	h = page_begin(&p, e->req, title, twin);
	html(h,
	     "<p>Back to <a href=\"/device/%s\">%s</a>, "
	     "<a href=\"/device/%s/evidence\">its evidence</a></p>\n",
	     name, name, name);
	if (json_is_object(verdict))
		write_place(h, verdict, number);
	else
		html(h, "<p>There is no verdict.</p>\n");
	html(h, "<h2>What it told</h2>\n");
	page_told(h, name, evidence, page_text(verdict, "boot_id"));
	if (json_is_object(verdict))
		write_verdict(h, name, verdict, number);
	html(h,
	     "<p class=\"small\">The whole record is on the device, not here: "
	     "<code>shinraictl log show --from %llu --count 1</code>.</p>\n",
	     number);
	h->failed |= !verdict;
	page_end(&p);
	json_decref(verdict);
}

/* Meanwhile it may have been withdrawn. */
static void record_read(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);
	const struct device *d = fleet_by_id(f, e->id);

	if (d && !e->wrong)
		answer_record(e, d, j->err ? NULL : e->answer);
	else
		page_problem(e->req, 404, "Not Found",
			     "the device was withdrawn");
	errand_free(e);
}

/**
 * page_record() - one record of a device's log
 * @r: the request
 */
void page_record(const struct request *r)
{
	evidence_errand(r, "number", true, record_read);
}
