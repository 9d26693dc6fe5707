// SPDX-License-Identifier: MIT
/* Pages: violations that the log of verdicts has, the newest first. */
#include <stdio.h>

#include "page.h"
#include "view.h"

#define STEP 10 /* entries of the log that are read at once */
#define WINDOW 200 /* that are looked through, where some are found */
/* Where none is: all that was looked through the twin gives. */
#define WINDOW_MAX LOG_ENTRIES_MAX
#define SHOWN 50
#define SHOWN_BYTES (512u << 10) /* of their entries */

/* Entries with violations, the newest first, and where they are. */
struct search {
	u64 begin, end; /* that were looked through */
	size_t bytes; /* of those that are found */
	u32 may; /* classes of fields that may be read */
	json_t *found; /* [index, entry] */
};

static bool is_enough(const struct search *q)
{
	const u64 seen = q->end - q->begin;
	const size_t n = json_array_size(q->found);

	return !q->begin || n == SHOWN || q->bytes > SHOWN_BYTES ||
	       seen >= (n ? WINDOW : WINDOW_MAX);
}

/* Members are sorted: "violations" is the last one. */
static int take_entry(void *arg, const struct store_entry *e)
{
	static const char none[] = "\"violations\":0}";
	struct search *q = arg;
	const size_t len = strlen(e->text);
	json_t *j;

	q->begin--;
	if (len >= strlen(none) &&
	    !strcmp(e->text + len - strlen(none), none) &&
	    !strstr(e->text, "\"past\":"))
		return is_enough(q);
	j = view_entry(e, q->may); /* NULL: damaged, its place shows nothing */
	if (!page_number(j, "violations") && !json_object_get(j, "past")) {
		json_decref(j);
		return is_enough(q);
	}
	q->bytes += len + strlen(e->disclosures);
	j = json_pack("[I, o]", (json_int_t)q->begin, j);
	if (json_array_append_new(q->found, j))
		return -ENOMEM;
	return is_enough(q);
}

/* Of one whose words are not to be read: what of the rest is. */
static void write_parts(struct html *h, const json_t *access)
{
	const json_t *who = json_object_get(access, "who");
	const json_t *sink = json_object_get(access, "sink");

	html(h, "<bdi>%s</bdi> ", page_text(access, "outcome"));
	html(h, "<bdi>%s</bdi> of ", page_text(access, "action"));
	html(h, "<bdi>%s</bdi> by ", page_text(access, "path"));
	html(h, "<bdi>%s</bdi> to ", page_text(who, "exe"));
	html(h, "%s ", page_text(sink, "kind"));
	html(h, "<bdi>%s</bdi>", page_text(sink, "address"));
}

/* @device: NULL: its record is of an earlier boot, of which there is no page */
static void write_access(struct html *h, const char *device,
			 const json_t *access)
{
	const unsigned long long record = page_number(access, "record");

	html(h, "<li>");
	if (json_is_string(json_object_get(access, "text")))
		html(h, "<bdi>%s</bdi>", page_text(access, "text"));
	else
		write_parts(h, access);
	if (device)
		html(h,
		     "<br><a href=\"/device/%s/record?number=%llu\">record "
		     "%llu</a></li>\n",
		     device, record, record);
	else
		html(h, "<br>record %llu</li>\n", record);
}

/* What the verdict says of the accesses: notes of records, and what left. */
static void write_told(struct html *h, const json_t *entry)
{
	const json_t *verdict = json_object_get(entry, "verdict"), *at;
	const json_t *reasons = json_object_get(verdict, "reasons");
	const json_t *notes = json_object_get(verdict, "notes");
	unsigned long long record;
	size_t i;

	json_array_foreach(reasons, i, at) {
		if (!strcmp(page_text(at, "code"), "data-left"))
			page_reason(h, page_text(entry, "device"), at);
	}
	json_array_foreach(notes, i, at) {
		if (page_note_record(page_words(at), &record))
			page_note(h, page_text(entry, "device"),
				  page_words(at));
	}
}

/* Entries of before have them in their verdict only. */
static void write_accesses(struct html *h, const json_t *entry)
{
	const json_t *accesses = json_object_get(entry, "accesses"), *at;
	const unsigned long long left_out = page_number(entry, "left_out");
	size_t i;

	html(h, "<ul>\n");
	json_array_foreach(accesses, i, at)
		write_access(h, page_text(entry, "device"), at);
	if (left_out)
		html(h, "<li>%llu more, which the device's log has</li>\n",
		     left_out);
	if (!accesses)
		write_told(h, entry);
	html(h, "</ul>\n");
}

static void write_past_reason(struct html *h, const json_t *reason)
{
	const char *detail = page_text(reason, "detail");

	html(h, "<li>%s (<code>%s</code>)", page_text(reason, "text"),
	     page_text(reason, "code"));
	if (*detail)
		html(h, "<br><bdi>%s</bdi>", detail);
	if (json_object_get(reason, "record"))
		html(h, "<br>record %llu", page_number(reason, "record"));
	html(h, "</li>\n");
}

static void write_past_boot(struct html *h, const json_t *boot)
{
	const json_t *reasons = json_object_get(boot, "reasons"), *at;
	const json_t *accesses = json_object_get(boot, "accesses");
	const json_t *left = json_object_get(boot, "left_out");
	const unsigned long long first = page_number(boot, "first");
	const unsigned long long records = page_number(boot, "records");
	const unsigned long long more =
		page_number(left, "reasons") + page_number(left, "accesses");
	size_t i;

	if (json_is_true(json_object_get(boot, "more"))) {
		html(h,
		     "<p>There are more records of boot <code>%s</code>, or of "
		     "later ones, on the device's disk only</p>\n",
		     page_text(boot, "boot_id"));
		return;
	}
	if (json_is_true(json_object_get(boot, "gone"))) {
		html(h,
		     "<p>Of boot <code>%s</code>, the last one that was judged, "
		     "the device sends no log any more: if that recorded more, it "
		     "did not come, nor perhaps what later ones did</p>\n",
		     page_text(boot, "boot_id"));
		return;
	}
	if (records)
		html(h,
		     "<p>Not proven, as no quote covers it: records %llu to %llu "
		     "of an earlier boot, <code>%s</code></p>\n<ul>\n",
		     first, first + records - 1, page_text(boot, "boot_id"));
	else
		html(h,
		     "<p>What came of an earlier boot, <code>%s</code>, is no "
		     "record</p>\n<ul>\n",
		     page_text(boot, "boot_id"));
	json_array_foreach(reasons, i, at)
		write_past_reason(h, at);
	json_array_foreach(accesses, i, at)
		write_access(h, NULL, at);
	if (more)
		html(h, "<li>%llu more, which that log has</li>\n", more);
	html(h, "</ul>\n");
}

static void write_past(struct html *h, const json_t *entry)
{
	const json_t *all = json_object_get(entry, "past"), *boot;
	size_t i;

	json_array_foreach(all, i, boot)
		write_past_boot(h, boot);
}

static void write_entry(struct html *h, const json_t *entry, u64 index)
{
	json_t *at = device_time((s64)page_number(entry, "time_ms"));

	html(h, "<tr><th scope=\"row\">");
	page_time(h, at);
	html(h, "</th><td><a href=\"/device/%s\">%s</a></td><td>%llu</td><td>",
	     page_text(entry, "device"), page_text(entry, "device"),
	     page_number(entry, "violations"));
	page_state(h, page_text(entry, "state"));
	html(h, "</td><td>");
	if (page_number(entry, "violations"))
		write_accesses(h, entry);
	write_past(h, entry);
	html(h,
	     "</td><td><a href=\"/v1/log/entries?start=%llu&amp;count=1\">"
	     "%llu</a></td></tr>\n",
	     (unsigned long long)index, (unsigned long long)index);
	json_decref(at);
}

static void write_entries(struct html *h, const json_t *found)
{
	const json_t *one;
	size_t i;

	json_array_foreach(found, i, one)
		write_entry(h, json_array_get(one, 1),
			    (u64)json_integer_value(json_array_get(one, 0)));
}

static int search(struct search *q, struct store *s, u64 end)
{
	int ret;

	q->begin = q->end = end;
	while (!is_enough(q)) {
		const u64 before = q->begin;

		ret = store_log_back(s, before, STEP, take_entry, q);
		if (ret < 0)
			return ret;
		if (q->begin == before)
			return -EBADMSG;
	}
	return 0;
}

/*
 * Out: number[0] and number[1]: what was looked through, begin and end; number[2]: of
 * those that were found; body: these.
 */
static int search_log(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);
	struct search q = { .may = e->may, .found = json_array() };
	struct html h = { .out = evbuffer_new() };
	u64 *end = &e->number[1];
	int ret = store_log_head(s, &e->head);

	e->body = h.out;
	if (*end > e->head.size)
		*end = e->head.size;
	if (!ret)
		ret = q.found && h.out ? search(&q, s, *end) : -ENOMEM;
	if (!ret)
		write_entries(&h, q.found);
	e->number[0] = q.begin;
	e->number[2] = json_array_size(q.found);
	json_decref(q.found);
	return ret ? ret : h.failed ? -ENOMEM : 0;
}

static void write_found(struct html *h, const struct errand *e)
{
	html(h,
	     "<p>Accesses to labelled data that its owners deny, refused or "
	     "not, as devices proved them; and what a device recorded before "
	     "it booted anew and no quote covers. An entry of the log is "
	     "made when they become known; the whole log is at "
	     "<a href=\"/v1/log\">/v1/log</a>.</p>\n"
	     "<div class=\"wide\" role=\"region\" tabindex=\"0\" "
	     "aria-labelledby=\"list\">\n<table>\n");
	html(h,
	     "<caption id=\"list\">Of the %llu entries of the log, those "
	     "before number %llu, the newest first</caption>\n<thead><tr>"
	     "<th scope=\"col\">When</th><th scope=\"col\">Device</th>"
	     "<th scope=\"col\">New ones</th><th scope=\"col\">State</th>"
	     "<th scope=\"col\">What was denied</th>"
	     "<th scope=\"col\">Entry</th></tr></thead>\n<tbody>\n",
	     (unsigned long long)e->head.size,
	     (unsigned long long)e->number[1]);
	h->failed |= evbuffer_add_buffer(h->out, e->body) != 0;
	html(h, "</tbody>\n</table>\n</div>\n");
	if (!e->number[2])
		html(h, "<p>There are none in what was looked through.</p>\n");
	if (e->number[0])
		html(h,
		     "<nav aria-label=\"More violations\"><p><a rel=\"next\" "
		     "href=\"/violations?before=%llu\">Older ones</a></p></nav>"
		     "\n",
		     (unsigned long long)e->number[0]);
}

static void log_searched(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);
	char twin[80];
	struct page p;

	(void)f;
	if (j->err) {
		errand_failed(e);
		errand_free(e);
		return;
	}
	snprintf(twin, sizeof(twin), "/v1/log/entries?start=%llu&count=%llu",
		 (unsigned long long)e->number[0],
		 (unsigned long long)(e->number[1] - e->number[0]));
	write_found(page_begin(&p, e->req, "Violations", twin), e);
	page_end(&p);
	errand_free(e);
}

/**
 * page_violations() - what owners of data deny and devices did
 * @r: the request
 */
void page_violations(const struct request *r)
{
	u64 before = NUMBER_MAX;
	struct errand *e;

	if (!request_number(r, "before", NUMBER_MAX, &before)) {
		page_bad(r->req, "before is a number of an entry of the log");
		return;
	}
	e = errand_new(r->req, search_log, log_searched);
	if (!e)
		return;
	e->number[1] = before;
	errand_read(r, e);
}
