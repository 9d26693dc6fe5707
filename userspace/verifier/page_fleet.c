// SPDX-License-Identifier: MIT
/* Pages: the fleet at a glance, and its devices, the worst first. */
#include <stdio.h>

#include "page.h"

#define ROWS 100 /* devices on one page */
#define PAGE_MAX 1000000
#define ANY_STATE DEVICE_STATES

static const enum device_state order[DEVICE_STATES] = {
	DEVICE_UNTRUSTED, DEVICE_UNKNOWN, DEVICE_UNREACHABLE,
	DEVICE_NEW,	  DEVICE_TRUSTED,
};

/* What is asked for. */
struct view {
	u64 hours;
	u64 state; /* ANY_STATE: each */
	const char *group; /* ""; each */
	u64 page; /* from 1 on */
	u64 devices; /* of @state and @group */
	u64 count[DEVICE_STATES]; /* of @group */
	u32 may; /* classes of fields that may be read */
};

static const char *state_name(u64 state)
{
	return state == ANY_STATE ? "" : device_state_name(state);
}

static void count(const struct fleet *f, struct view *v)
{
	size_t i;

	fleet_count(f, *v->group ? v->group : NULL, v->count);
	for (i = 0; i < DEVICE_STATES; i++) {
		if (v->state == ANY_STATE || v->state == i)
			v->devices += v->count[i];
	}
}

static void write_counts(struct html *h, const struct view *v, size_t all)
{
	size_t i;

	html(h, "<section aria-labelledby=\"now\">\n<h2 id=\"now\">Now");
	if (*v->group)
		html(h, ", in group %s", v->group);
	html(h, "</h2>\n<ul class=\"counts\">\n");
	for (i = 0; i < DEVICE_STATES; i++) {
		html(h, "<li><a href=\"/?state=%s",
		     device_state_name(order[i]));
		if (*v->group)
			html(h, "&amp;group=%s", v->group);
		html(h, "\"><strong>%llu</strong> ",
		     (unsigned long long)v->count[order[i]]);
		page_state(h, device_state_name(order[i]));
		html(h, "</a></li>\n");
	}
	html(h,
	     "<li><a href=\"/\"><strong>%llu</strong> in all</a></li>\n"
	     "</ul>\n</section>\n",
	     (unsigned long long)all);
}

/* Of the configuration, and the one that is asked for. */
static void write_groups(struct html *h, const struct fleet *f,
			 const struct view *v)
{
	const struct conf *conf = f->policies->of;
	bool found = !*v->group;
	size_t i;

	html(h, "<label for=\"group\">of the group</label>\n"
		"<select id=\"group\" name=\"group\">\n"
		"<option value=\"\">any</option>\n");
	for (i = 0; i < conf_group_count(conf); i++) {
		const char *name = conf_group_name(conf, i);
		const bool is = !strcmp(v->group, name);

		html(h, "<option");
		if (is)
			html(h, " selected");
		html(h, ">%s</option>\n", name);
		found |= is;
	}
	if (!found)
		html(h, "<option selected>%s</option>\n", v->group);
	html(h, "</select>\n");
}

static void write_form(struct html *h, const struct fleet *f,
		       const struct view *v)
{
	static const struct {
		u64 hours;
		const char *name;
	} spans[] = { { 1, "an hour" },
		      { 24, "a day" },
		      { 168, "a week" },
		      { 720, "30 days" } };
	size_t i;

	html(h, "<form method=\"get\" action=\"/\">\n"
		"<label for=\"state\">Devices in the state</label>\n"
		"<select id=\"state\" name=\"state\">\n"
		"<option value=\"\">any</option>\n");
	for (i = 0; i < DEVICE_STATES; i++) {
		html(h, "<option");
		if (v->state == order[i])
			html(h, " selected");
		html(h, ">%s</option>\n", device_state_name(order[i]));
	}
	html(h, "</select>\n");
	write_groups(h, f, v);
	html(h, "<label for=\"hours\">plot of</label>\n"
		"<select id=\"hours\" name=\"hours\">\n");
	for (i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		html(h, "<option value=\"%llu\"",
		     (unsigned long long)spans[i].hours);
		if (v->hours == spans[i].hours)
			html(h, " selected");
		html(h, ">%s</option>\n", spans[i].name);
	}
	html(h, "</select>\n<button>Show</button>\n</form>\n");
}

static void write_row(struct html *h, const struct device *d,
		      const struct device_standing *st, u32 may)
{
	const struct policy_choice c = fleet_policy(d);
	json_t *shown = api_standing(st, may);
	json_t *judged = device_time(d->r.judged);

	html(h, "<tr><th scope=\"row\"><a href=\"/device/%s\">%s</a></th><td>",
	     d->r.name, d->r.name);
	page_state(h, device_state_name(st->state));
	html(h, "</td><td>");
	page_time(h, json_object_get(shown, "since"));
	html(h, "</td><td><bdi>%s</bdi></td><td>", page_text(shown, "reason"));
	page_time(h, judged);
	html(h, "</td><td>%s</td><td>%s</td><td>%s</td></tr>\n", fleet_group(d),
	     c.name, shinrai_assurance_name(d->r.tpm.assurance));
	h->failed |= !shown;
	json_decref(shown);
	json_decref(judged);
}

/* Of @state, after @skip of them, @most at most. */
static void write_rows(struct html *h, const struct fleet *f,
		       const struct view *v, enum device_state state, u64 skip,
		       u64 most)
{
	struct device_standing st;
	const struct device *d;
	u64 n = 0;

	TAILQ_FOREACH(d, &f->devices, link) {
		if (*v->group && strcmp(fleet_group(d), v->group))
			continue;
		fleet_standing(d, &st);
		if (st.state != state || n++ < skip)
			continue;
		if (n > skip + most)
			break;
		write_row(h, d, &st, v->may);
	}
}

static void link_page(struct html *h, const struct view *v, u64 page,
		      const char *rel, const char *name)
{
	html(h,
	     "<li><a rel=\"%s\" href=\"/?state=%s&amp;group=%s&amp;hours=%llu"
	     "&amp;page=%llu\">%s</a></li>\n",
	     rel, state_name(v->state), v->group, (unsigned long long)v->hours,
	     (unsigned long long)page, name);
}

static void write_paging(struct html *h, const struct view *v)
{
	const u64 last = (v->devices + ROWS - 1) / ROWS;

	if (last <= 1)
		return;
	html(h, "<nav aria-label=\"More devices\">\n<ul>\n");
	if (v->page > 1) {
		link_page(h, v, 1, "first", "First");
		link_page(h, v, v->page - 1, "prev", "Previous");
	}
	html(h, "<li>page %llu of %llu</li>\n", (unsigned long long)v->page,
	     (unsigned long long)last);
	if (v->page < last) {
		link_page(h, v, v->page + 1, "next", "Next");
		link_page(h, v, last, "last", "Last");
	}
	html(h, "</ul>\n</nav>\n");
}

static void write_caption(struct html *h, const struct view *v, u64 first)
{
	u64 last = first + ROWS < v->devices ? first + ROWS : v->devices;

	html(h, "<caption id=\"list\">");
	if (first < v->devices)
		html(h, "%llu to %llu of ", (unsigned long long)first + 1,
		     (unsigned long long)last);
	html(h, "%llu devices", (unsigned long long)v->devices);
	if (*v->group)
		html(h, " of the group %s", v->group);
	if (v->state == ANY_STATE)
		html(h, ", the worst first</caption>\n");
	else
		html(h, " that are %s</caption>\n", state_name(v->state));
}

static void write_devices(struct html *h, const struct fleet *f,
			  const struct view *v)
{
	u64 skip = (v->page - 1) * ROWS, left = ROWS;
	size_t i;

	html(h, "<section aria-labelledby=\"devices\">\n"
		"<h2 id=\"devices\">Devices</h2>\n");
	write_form(h, f, v);
	html(h, "<div class=\"wide\" role=\"region\" tabindex=\"0\" "
		"aria-labelledby=\"list\">\n<table>\n");
	write_caption(h, v, skip);
	html(h,
	     "<thead><tr><th scope=\"col\">Device</th>"
	     "<th scope=\"col\">State</th><th scope=\"col\">Since</th>"
	     "<th scope=\"col\">Reason</th><th scope=\"col\">Judged</th>"
	     "<th scope=\"col\">Group</th><th scope=\"col\">Policy</th><th scope=\"col\">TPM</th>"
	     "</tr></thead>\n<tbody>\n");
	for (i = 0; i < DEVICE_STATES && left; i++) {
		const u64 n = v->count[order[i]];

		if (v->state != ANY_STATE && v->state != order[i])
			continue;
		if (skip < n) {
			write_rows(h, f, v, order[i], skip, left);
			left -= n - skip < left ? n - skip : left;
		}
		skip -= n < skip ? n : skip;
	}
	html(h, "</tbody>\n</table>\n</div>\n");
	write_paging(h, v);
	html(h, "</section>\n");
}

static void write_twin(char *twin, size_t size, const struct view *v)
{
	const bool any = v->state == ANY_STATE;

	snprintf(twin, size, "/v1/devices%s%s%s%s",
		 any ? "" : "?state=", state_name(v->state),
		 !*v->group ? "" :
		 any	    ? "?group=" :
			      "&group=",
		 v->group);
}

static void history_read_for_page(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);
	struct view v = { .hours = e->number[0],
			  .state = e->number[1],
			  .page = e->number[2],
			  .group = e->r.group,
			  .may = e->may };
	struct page p;
	struct html *h;
	char twin[160];

	count(f, &v);
	write_twin(twin, sizeof(twin), &v);
	h = page_begin(&p, e->req, "Fleet", twin);
	if (!f->keeps)
		html(h, "<p class=\"alarm\" role=\"alert\">The database takes "
			"nothing: what is judged now is not shown.</p>\n");
	write_counts(h, &v, f->ndevices);
	page_plot(h, e->answer, (unsigned int)v.hours);
	write_devices(h, f, &v);
	page_end(&p);
	errand_free(e);
}

/**
 * page_fleet() - the fleet at a glance, and its devices
 * @r: the request
 */
void page_fleet(const struct request *r)
{
	const char *state = request_arg(r, "state");
	enum device_state only = DEVICE_NEW;
	const char *group = request_arg(r, "group");
	u64 hours, page = 1;
	struct errand *e;

	if (state && *state && device_state_by_name(state, &only)) {
		page_bad(r->req, "state is one of new, trusted, untrusted, "
				 "unknown, unreachable");
		return;
	}
	if (group && *group && !fleet_has_group(r->fleet, group)) {
		page_bad(r->req, "group: there is none of this name");
		return;
	}
	if (!request_number(r, "page", PAGE_MAX, &page) || !page) {
		page_bad(r->req, "page is a number from 1 on");
		return;
	}
	if (!history_hours(r, &hours))
		return;
	e = errand_new(r->req, history_keep, history_read_for_page);
	if (!e)
		return;
	e->number[0] = hours;
	e->number[1] = state && *state ? only : ANY_STATE;
	e->number[2] = page;
	e->r.group = strdup(group ?: "");
	if (e->r.group) {
		errand_read(r, e);
		return;
	}
	page_problem(r->req, 503, "Service Unavailable", "out of memory");
	errand_free(e);
}
