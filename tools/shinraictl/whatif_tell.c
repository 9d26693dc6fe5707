// SPDX-License-Identifier: MIT
/* What-if: flows that fare otherwise, those alike together. */
#include <errno.h>
#include <search.h>
#include <string.h>

#include "whatif.h"

static const struct {
	const char *title, *key;
} outcomes[] = {
	[NEWLY_REFUSED] = { "newly refused", "newly_refused" },
	[NEWLY_ALLOWED] = { "newly allowed", "newly_allowed" },
	[NEWLY_AUDITED] = { "allowed as before, newly audited",
			    "newly_audited" },
	[NOT_AUDITED] = { "allowed as before, no more audited", "not_audited" },
	[IN_DOUBT] = { "cannot be told", "in_doubt" },
	[UNCHANGED] = { "unchanged", "unchanged" },
};

/* Joins labels as the language does. */
static void put_labels(FILE *to, const struct whatif *w,
		       const struct shinrai_flow *f)
{
	struct shinrai_flow_names names = shinrai_names_get(&w->names);
	char text[SHINRAI_LABEL_WORDS];
	unsigned int i;

	for (i = 0; i < f->nlabels; i++) {
		shinrai_label_words(&f->label[i], &names, text);
		fprintf(to, "%s%s", i ? ", " : "", text);
	}
}

static char *what_text(const struct whatif *w, const struct shinrai_flow *f)
{
	struct shinrai_access a;
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	if (!to)
		return NULL;
	whatif_access(f, &a);
	put_labels(to, w, f);
	fputs(": ", to);
	if (f->sink_kind && !f->have_sink)
		fprintf(to, "%s, where to is withheld",
			shinrai_action_name(f->action));
	else
		policy_access_print(to, &a);
	fclose(to);
	return text;
}

static char *who_text(const struct shinrai_flow *f)
{
	CTL_FREE char *exe = ctl_escape(f->exe.p, f->exe.len, false);
	char hex[2 * SHINRAI_DIGEST_SIZE + 1];
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	if (!to)
		return NULL;
	fprintf(to, "%s%s", exe, *exe ? ", " : "");
	if (f->program)
		fprintf(to, "sha256:%s",
			shinrai_hex_encode(f->program, SHINRAI_DIGEST_SIZE,
					   hex));
	else
		fputs("a program that was not measured", to);
	if (f->have_uid)
		fprintf(to, ", user %u", f->uid);
	fclose(to);
	return text;
}

static char *was_text(const struct shinrai_flow *f)
{
	char *text;

	if (asprintf(&text,
		     f->rule ? "%s by line %u of generation %llu" :
			       "%s by default",
		     shinrai_answer_name(f->verdict), f->rule,
		     (unsigned long long)f->generation) < 0)
		return NULL;
	return text;
}

static char *would_text(const struct whatif_answer *a)
{
	static const char *const doubts[] = {
		[WHATIF_SINK] = "that depends on where to, which is withheld",
		[WHATIF_USER] = "that depends on the user, who is withheld",
		[WHATIF_CGROUP] = "that depends on the cgroup, of which only"
				  " the number is recorded (see --cgroups)",
		[WHATIF_OTHERS] = "that depends on another owner, too",
	};
	const char *verdict = shinrai_answer_name(a->verdict);
	char *text;
	int n;

	if (a->doubt)
		return strdup(doubts[a->doubt]);
	if (!a->by)
		n = asprintf(&text, "%s by another owner, as before", verdict);
	else if (a->no_label)
		n = asprintf(&text, "%s: %s has no such label", verdict,
			     a->by->file.name);
	else if (a->line)
		n = asprintf(&text, "%s by line %u of %s", verdict, a->line,
			     a->by->file.path);
	else
		n = asprintf(&text, "%s by default", verdict);
	return n < 0 ? NULL : text;
}

static int by_text(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	int order = (int)x->outcome - (int)y->outcome;

	if (!order)
		order = strcmp(x->what, y->what);
	if (!order)
		order = strcmp(x->who, y->who);
	if (!order)
		order = strcmp(x->was, y->was);
	return order ? order : strcmp(x->would, y->would);
}

static void free_group(void *p)
{
	struct group *g = p;

	free(g->what);
	free(g->who);
	free(g->was);
	free(g->would);
	free(g);
}

/* Return: the group that says what @g says, which may be @g itself. */
static struct group *find_group(struct whatif *w, struct group *g)
{
	struct group **found = tsearch(g, &w->tree, by_text);

	if (!found)
		return NULL;
	if (*found != g) {
		free_group(g);
		return *found;
	}
	w->group = ctl_grow(w->group, w->ngroups, sizeof(struct group *));
	w->group[w->ngroups++] = g;
	return g;
}

/*
 * Adds accesses of a flow to those that fared alike.
 * @count: how many; @bytes: what they moved
 * Return: 0; -ENOMEM.
 */
int whatif_tell(struct whatif *w, const struct shinrai_flow *f, u64 record,
		enum outcome outcome, const struct whatif_answer *a, u64 count,
		u64 bytes)
{
	struct group *g;

	w->accesses[outcome] += count;
	if (outcome >= CHANGES)
		return 0;
	g = ctl_alloc(sizeof(*g));
	g->outcome = outcome;
	g->what = what_text(w, f);
	g->who = who_text(f);
	g->was = was_text(f);
	g->would = would_text(a);
	g->first_record = record;
	g->first_ns = f->wall_ns;
	if (!g->what || !g->who || !g->was || !g->would) {
		free_group(g);
		return -ENOMEM;
	}
	g = find_group(w, g);
	if (!g)
		return -ENOMEM;
	g->count += count;
	g->bytes += bytes;
	g->last_record = record;
	return 0;
}

static void print_group(const struct group *g)
{
	char when[SHINRAI_TIME_NS];

	shinrai_time_ns_format(g->first_ns, when);
	printf("  %s\n    by %s\n    was: %s\n    would be: %s\n"
	       "    %llu accesses, %llu bytes, first at %s, record %llu",
	       g->what, g->who, g->was, g->would, (unsigned long long)g->count,
	       (unsigned long long)g->bytes, when,
	       (unsigned long long)g->first_record);
	if (g->last_record != g->first_record)
		printf(" to %llu", (unsigned long long)g->last_record);
	putchar('\n');
}

static json_t *group_json(const struct group *g)
{
	char when[SHINRAI_TIME_NS];

	shinrai_time_ns_format(g->first_ns, when);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:s}",
			 "what", g->what, "who", g->who, "was", g->was, "would",
			 g->would, "count", (json_int_t)g->count, "bytes",
			 (json_int_t)g->bytes, "first_record",
			 (json_int_t)g->first_record, "last_record",
			 (json_int_t)g->last_record, "first", when);
}

/* For people. */
void whatif_print(const struct whatif *w)
{
	size_t i, n;
	int o;

	for (o = 0; o < OUTCOMES; o++) {
		for (i = 0, n = 0; i < w->ngroups; i++)
			n += w->group[i]->outcome == (enum outcome)o;
		if (o == UNCHANGED)
			printf("unchanged: %llu accesses\n",
			       (unsigned long long)w->accesses[o]);
		else if (n || o <= NEWLY_ALLOWED)
			printf("%s: %zu flows, %llu accesses\n",
			       outcomes[o].title, n,
			       (unsigned long long)w->accesses[o]);
		for (i = 0; i < w->ngroups; i++) {
			if (w->group[i]->outcome == (enum outcome)o)
				print_group(w->group[i]);
		}
	}
}

/* Return: a new reference. */
json_t *whatif_json(const struct whatif *w)
{
	json_t *v, *a, *accesses = json_object();
	size_t i;
	int o;

	a = json_array();
	for (i = 0; i < w->n; i++)
		json_array_append_new(a, policy_summary_json(&w->c[i].file));
	v = json_pack("{s:o, s:I, s:o}", "policies", a, "flows",
		      (json_int_t)w->flows, "accesses", accesses);
	for (o = 0; o < OUTCOMES; o++) {
		json_object_set_new(accesses, outcomes[o].key,
				    json_integer((json_int_t)w->accesses[o]));
		if (o == UNCHANGED)
			continue;
		a = json_array();
		for (i = 0; i < w->ngroups; i++) {
			if (w->group[i]->outcome == (enum outcome)o)
				json_array_append_new(a,
						      group_json(w->group[i]));
		}
		json_object_set_new(v, outcomes[o].key, a);
	}
	return v;
}

/* Releases the groups. */
void whatif_free(struct whatif *w)
{
	tdestroy(w->tree, free_group);
	free(w->group);
}
