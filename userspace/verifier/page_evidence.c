// SPDX-License-Identifier: MIT
/* Pages: what the records of a device told, all of them or one. */
#include <stdio.h>

#include "page.h"
#include "view.h"

/* Why there is nothing, in words. */
static const struct {
	const char *missing, *words;
} words[] = {
	{ "not-judged",
	  "Nothing is kept: the device was not judged yet, or not since it was "
	  "enrolled anew." },
	{ "not-kept",
	  "Nothing is kept of this boot: so much was found that the whole log is "
	  "asked for when the policy changes." },
	{ "too-many",
	  "Nothing is kept of this boot: more than 20000 different programs and "
	  "pieces of code ran, which are too many, or an earlier version of the "
	  "verifier kept them." },
	{ "damaged",
	  "What was kept of this boot is damaged; the whole log is asked for "
	  "when the policy changes." },
	{ "not-shown",
	  "Nothing is kept of it: no quote that was judged covered it." },
	{ "not-first",
	  "Nothing is kept of it: it is not of code, or the same code ran before "
	  "in this boot and is kept with the first record that told of it." },
};

static bool write_missing(struct html *h, const json_t *evidence)
{
	const char *missing = page_text(evidence, "missing");
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].missing, missing))
			continue;
		html(h, "<p>%s</p>\n", words[i].words);
		return true;
	}
	return false;
}

/* @device: its records are linked; NULL: this is the page of the record */
static void write_fact(struct html *h, const char *device, const json_t *fact)
{
	const unsigned long long record = page_number(fact, "record");
	const json_t *sha256 = json_object_get(fact, "sha256");

	html(h, "<tr><th scope=\"row\">");
	if (device)
		html(h, "<a href=\"/device/%s/record?number=%llu\">", device,
		     record);
	html(h, "%llu", record);
	if (device)
		html(h, "</a>");
	html(h, "</th><td>%s</td><td>", page_text(fact, "kind"));
	if (json_is_null(sha256))
		html(h, "by ");
	html(h, "<bdi>%s</bdi></td><td><code>%s</code></td></tr>\n",
	     page_text(fact, "path"), page_words(sha256));
}

static void write_facts(struct html *h, const char *device,
			const json_t *evidence)
{
	const json_t *facts = json_object_get(evidence, "facts"), *fact;
	const unsigned long long n = json_array_size(facts);
	const unsigned long long from = page_number(evidence, "from");
	size_t i;

	html(h, "<div class=\"wide\" role=\"region\" tabindex=\"0\" "
		"aria-labelledby=\"facts\">\n<table>\n<caption id=\"facts\">");
	if (n)
		html(h, "%llu to %llu of ", from + 1, from + n);
	html(h,
	     "%llu in this boot, in the order of the log</caption>\n<thead><tr>"
	     "<th scope=\"col\">Record</th><th scope=\"col\">Kind</th>"
	     "<th scope=\"col\">Path</th><th scope=\"col\">SHA-256</th></tr>"
	     "</thead>\n<tbody>\n",
	     page_number(evidence, "total"));
	json_array_foreach(facts, i, fact)
		write_fact(h, device, fact);
	html(h, "</tbody>\n</table>\n</div>\n");
}

/**
 * page_told() - what a record told
 * @h: is added to
 * @device: name of whose
 * @evidence: of the record, as the API gives it; NULL: it cannot be read
 * @boot: of the verdict that is shown beside it; ""
 */
void page_told(struct html *h, const char *device, const json_t *evidence,
	       const char *boot)
{
	const json_t *next = json_object_get(evidence, "next");

	if (!evidence) {
		html(h, "<p role=\"status\">The database cannot be read now; "
			"see the verifier's log.</p>\n");
		return;
	}
	if (*page_text(evidence, "boot_id") &&
	    strcmp(page_text(evidence, "boot_id"), boot))
		html(h,
		     "<p class=\"alarm\">What is kept is of another boot: "
		     "<code>%s</code>.</p>\n",
		     page_text(evidence, "boot_id"));
	if (write_missing(h, evidence))
		return;
	write_facts(h, NULL, evidence);
	if (json_is_integer(next))
		html(h,
		     "<p><a href=\"/device/%s/evidence?from=%llu\">More of it"
		     "</a></p>\n",
		     device, page_number(evidence, "next"));
}

static void write_ways(struct html *h, const char *device,
		       const json_t *evidence)
{
	const unsigned long long from = page_number(evidence, "from");
	const json_t *next = json_object_get(evidence, "next");

	if (!from && !json_is_integer(next))
		return;
	html(h, "<nav aria-label=\"More evidence\"><ul>\n");
	if (from)
		html(h,
		     "<li><a rel=\"prev\" href=\"/device/%s/evidence?from=%llu\">"
		     "Previous</a></li>\n",
		     device, from > EVIDENCE_SHOWN ? from - EVIDENCE_SHOWN : 0);
	if (json_is_integer(next))
		html(h,
		     "<li><a rel=\"next\" href=\"/device/%s/evidence?from=%llu\">"
		     "Next</a></li>\n",
		     device, page_number(evidence, "next"));
	html(h, "</ul></nav>\n");
}

static void write_evidence(struct html *h, const char *device,
			   const json_t *evidence)
{
	html(h, "<p><a href=\"/device/%s\">Back to %s</a></p>\n", device,
	     device);
	if (*page_text(evidence, "boot_id"))
		html(h,
		     "<p>Of the boot <code>%s</code>, of which %llu records were "
		     "judged. What ran is listed once, with the first record "
		     "that told of it, which a quote of the TPM covered.</p>\n",
		     page_text(evidence, "boot_id"),
		     page_number(evidence, "records"));
	if (write_missing(h, evidence))
		return;
	write_facts(h, device, evidence);
	write_ways(h, device, evidence);
}

static void evidence_read(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);
	const struct device *d = fleet_by_id(f, e->id);
	char title[DEVICE_NAME_MAX + 16], twin[DEVICE_NAME_MAX + 64];
	struct page p;

	if (j->err) {
		errand_failed(e);
	} else if (e->wrong || !d) {
		page_problem(e->req, 404, "Not Found",
			     "the device was withdrawn");
	} else {
		snprintf(title, sizeof(title), "Evidence of %s", d->r.name);
		snprintf(twin, sizeof(twin),
			 "/v1/devices/%s/evidence?from=%llu", d->r.name,
			 (unsigned long long)e->number[0]);
		write_evidence(page_begin(&p, e->req, title, twin), d->r.name,
			       e->answer);
		page_end(&p);
	}
	errand_free(e);
}

/**
 * page_evidence() - what the records of a device told
 * @r: the request
 */
void page_evidence(const struct request *r)
{
	evidence_errand(r, NULL, false, evidence_read);
}
