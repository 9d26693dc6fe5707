// SPDX-License-Identifier: MIT
/* Pages: a verdict, from what decides it down to what it was made of. */
#include <stdio.h>

#include "page.h"

static void link_record(struct html *h, const char *device,
			unsigned long long record)
{
	html(h, "<a href=\"/device/%s/record?number=%llu\">record %llu</a>",
	     device, record, record);
}

/**
 * page_note_record() - the record that a note is of
 * @note: the note
 * @record: out
 *
 * Return: whether it is of one.
 */
bool page_note_record(const char *note, unsigned long long *record)
{
	return sscanf(note, "record %16llu:", record) == 1;
}

/**
 * page_note() - one note of a verdict
 * @h: is added to
 * @device: name of whose
 * @note: the note
 */
void page_note(struct html *h, const char *device, const char *note)
{
	unsigned long long record;

	html(h, "<li><bdi>%s</bdi>", note);
	if (page_note_record(note, &record)) {
		html(h, "<br>");
		link_record(h, device, record);
	}
	html(h, "</li>\n");
}

/**
 * page_reason() - one reason of a verdict, what of, and what to do
 * @h: is added to
 * @device: its name
 * @reason: of the verdict's reasons
 */
void page_reason(struct html *h, const char *device, const json_t *reason)
{
	const unsigned long long count = page_number(reason, "count");

	html(h, "<li>");
	page_state(h, page_text(reason, "severity"));
	html(h, ": %s (<code>%s</code>)", page_text(reason, "text"),
	     page_text(reason, "code"));
	if (*page_text(reason, "detail"))
		html(h, "<br><bdi>%s</bdi>", page_text(reason, "detail"));
	if (json_object_get(reason, "record")) {
		html(h, "<br>");
		link_record(h, device, page_number(reason, "record"));
	}
	if (count)
		html(h, "<br>%llu of this kind; the first are listed", count);
	if (*page_text(reason, "next"))
		html(h, "<br><span class=\"small\">What to do: %s</span>",
		     page_text(reason, "next"));
	html(h, "</li>\n");
}

static void reasons(struct html *h, const char *device, const json_t *verdict)
{
	const json_t *all = json_object_get(verdict, "reasons"), *reason;
	size_t i;

	html(h, "<h3>Reasons</h3>\n");
	if (!json_array_size(all)) {
		html(h, "<p>Nothing speaks against it.</p>\n");
		return;
	}
	html(h, "<ol>\n");
	json_array_foreach(all, i, reason)
		page_reason(h, device, reason);
	html(h, "</ol>\n");
}

static void ladder(struct html *h, const json_t *verdict)
{
	const json_t *all = json_object_get(verdict, "ladder"), *step;
	bool proven;
	size_t i;

	html(h, "<h3>Steps, from the root of trust up</h3>\n<ol>\n");
	json_array_foreach(all, i, step) {
		proven = json_is_true(json_object_get(step, "proven"));
		html(h,
		     "<li>%s: <span class=\"state %s\"><span aria-hidden="
		     "\"true\">%s</span> %s</span></li>\n",
		     page_text(step, "step"), proven ? "trusted" : "unknown",
		     proven ? "\u2713" : "?", proven ? "proven" : "not proven");
	}
	html(h, "</ol>\n");
}

static void number(struct html *h, const json_t *j, const char *name,
		   const char *what)
{
	if (json_object_get(j, name))
		html(h, "<dt>%s</dt><dd>%llu</dd>\n", what,
		     page_number(j, name));
}

static void text(struct html *h, const json_t *j, const char *name,
		 const char *what)
{
	if (*page_text(j, name))
		html(h, "<dt>%s</dt><dd><bdi>%s</bdi></dd>\n", what,
		     page_text(j, name));
}

static void evidence(struct html *h, const char *device, const json_t *verdict)
{
	const json_t *clock = json_object_get(verdict, "clock");

	html(h, "<h3>Evidence</h3>\n<dl>\n");
	text(h, verdict, "machine", "Calls itself (proves nothing)");
	text(h, verdict, "boot_id", "Boot");
	text(h, verdict, "root", "Root of trust");
	text(h, verdict, "assurance", "TPM it was enrolled by");
	text(h, verdict, "ak_name", "Key that signed the quote");
	number(h, verdict, "records", "Records of this boot");
	number(h, verdict, "quoted_record",
	       "Last record that the quote covers");
	number(h, verdict, "code_events", "Programs and code recorded");
	number(h, clock, "ms", "TPM's clock, ms");
	number(h, clock, "resets", "TPM resets");
	number(h, clock, "restarts", "TPM restarts");
	if (json_is_false(json_object_get(clock, "safe")))
		html(h, "<dt>TPM's clock is safe</dt><dd>no</dd>\n");
	html(h,
	     "</dl>\n<p><a href=\"/device/%s/evidence\">What ran on it, and "
	     "which record told of it</a></p>\n",
	     device);
}

static void owner(struct html *h, const json_t *o)
{
	const json_t *policy = json_object_get(o, "policy");

	html(h, "<tr><th scope=\"row\"><bdi>%s</bdi></th><td>",
	     page_text(o, "namespace"));
	if (json_is_object(policy))
		html(h,
		     "generation %llu, %llu rules, SHA-256 "
		     "<code>%s</code>",
		     page_number(policy, "generation"),
		     page_number(policy, "rules"), page_text(policy, "sha256"));
	else
		html(h, "none in force");
	html(h, "</td><td>%s</td></tr>\n",
	     json_is_true(json_object_get(o, "revoked")) ? "revoked" :
							   "admitted");
}

static void data(struct html *h, const json_t *verdict)
{
	const json_t *d = json_object_get(verdict, "data"), *o;
	const json_t *owners = json_object_get(d, "owners");
	const json_t *flows = json_object_get(d, "flows");
	size_t i;

	html(h, "<h3>Labelled data</h3>\n<dl>\n");
	text(h, d, "mode", "Mode");
	number(h, flows, "allowed", "Accesses allowed");
	number(h, flows, "audited", "Accesses audited");
	number(h, flows, "refused", "Accesses refused");
	number(h, flows, "left", "Accesses denied and not prevented");
	number(h, d, "labels_lost", "Labels that did not go along");
	html(h, "</dl>\n");
	if (!json_array_size(owners))
		return;
	html(h,
	     "<div class=\"wide\" role=\"region\" tabindex=\"0\" "
	     "aria-labelledby=\"owners\">\n<table>\n"
	     "<caption id=\"owners\">Owners of data, and their policies</caption>"
	     "\n<thead><tr><th scope=\"col\">Namespace</th><th scope=\"col\""
	     ">Policy</th><th scope=\"col\">Owner</th></tr></thead>\n"
	     "<tbody>\n");
	json_array_foreach(owners, i, o)
		owner(h, o);
	html(h, "</tbody>\n</table>\n</div>\n");
}

static void notes(struct html *h, const char *device, const json_t *verdict)
{
	const json_t *all = json_object_get(verdict, "notes"), *note;
	size_t i;

	if (!json_array_size(all))
		return;
	html(h, "<h3>Notes, which change no verdict</h3>\n<ul>\n");
	json_array_foreach(all, i, note)
		page_note(h, device, page_words(note));
	html(h, "</ul>\n");
}

/**
 * page_verdict() - a verdict
 * @h: is added to
 * @device: name of whose
 * @verdict: PROTOCOL.md 7; null: there is none
 */
void page_verdict(struct html *h, const char *device, const json_t *verdict)
{
	html(h, "<section aria-labelledby=\"verdict\">\n"
		"<h2 id=\"verdict\">Last verdict</h2>\n");
	if (!json_is_object(verdict)) {
		html(h, "<p>There is none.</p>\n</section>\n");
		return;
	}
	html(h, "<p>");
	page_state(h, page_text(verdict, "verdict"));
	html(h, ": %s</p>\n", page_text(verdict, "headline"));
	reasons(h, device, verdict);
	ladder(h, verdict);
	evidence(h, device, verdict);
	data(h, verdict);
	notes(h, device, verdict);
	html(h, "</section>\n");
}
