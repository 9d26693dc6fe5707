// SPDX-License-Identifier: MIT
/* policy diff: what a new policy says otherwise, statement by statement. */
#include <string.h>

#include "policy.h"

#define ALONE UINT32_MAX

/* One statement of one of the two policies. */
struct side {
	const struct shinrai_policy_item *item;
	char *key; /* equal: about the same thing */
	u32 other; /* its counterpart, or ALONE */
};

struct diff {
	struct policy_file file[2];
	struct shinrai_policy_list list[2];
	struct side *side[2]; /* in the order of the list */
	struct side **sorted[2]; /* by kind, key and order */
	u32 changes;
};

/* A label is its UUID, whatever it is called; what has a name is that name. */
static char *make_key(const struct shinrai_policy *p,
		      const struct shinrai_policy_item *item)
{
	const char *text = item->text, *end = text + strlen(text), *space;
	char *key;

	switch (item->kind) {
	case SHINRAI_ITEM_POLICY:
		end = text;
		break;
	case SHINRAI_ITEM_LABEL:
	case SHINRAI_ITEM_DEFAULT:
		key = ctl_alloc(2 * SHINRAI_UUID_SIZE + 1);
		return shinrai_hex_encode(p->label[item->first].uuid,
					  SHINRAI_UUID_SIZE, key);
	case SHINRAI_ITEM_GROUP:
	case SHINRAI_ITEM_NETWORK:
	case SHINRAI_ITEM_MEDIUM:
		space = strchr(text, ' ');
		space = strchr(space + 1, ' ');
		end = space ? space : end;
	}
	key = ctl_alloc((size_t)(end - text) + 1);
	memcpy(key, text, (size_t)(end - text));
	return key;
}

static int compare(const struct side *a, const struct side *b)
{
	if (a->item->kind != b->item->kind)
		return a->item->kind < b->item->kind ? -1 : 1;
	return strcmp(a->key, b->key);
}

static int by_key(const void *a, const void *b)
{
	const struct side *x = *(struct side *const *)a;
	const struct side *y = *(struct side *const *)b;
	int order = compare(x, y);

	return order ? order : (x > y) - (x < y);
}

static int take_side(struct diff *d, struct ctl *ctl, unsigned int n)
{
	const struct shinrai_policy_list *l = &d->list[n];
	u32 i;
	int ret;

	ret = policy_read(&d->file[n], ctl, ctl->operands.v[n], NULL);
	if (ret)
		return ret;
	if (shinrai_policy_list(&d->file[n].p, &d->list[n]))
		return ctl_error(ctl, "memory", NULL, "out of memory");
	d->side[n] = ctl_alloc(l->count * sizeof(**d->side));
	d->sorted[n] = ctl_alloc(l->count * sizeof(**d->sorted));
	for (i = 0; i < l->count; i++) {
		d->side[n][i].item = &l->item[i];
		d->side[n][i].key = make_key(&d->file[n].p, &l->item[i]);
		d->side[n][i].other = ALONE;
		d->sorted[n][i] = &d->side[n][i];
	}
	qsort(d->sorted[n], l->count, sizeof(**d->sorted), by_key);
	return 0;
}

static void pair(struct diff *d)
{
	struct side *a, *b;
	u32 i = 0, k = 0;
	int order;

	while (i < d->list[0].count && k < d->list[1].count) {
		a = d->sorted[0][i];
		b = d->sorted[1][k];
		order = compare(a, b);
		if (!order) {
			a->other = (u32)(b - d->side[1]);
			b->other = (u32)(a - d->side[0]);
		}
		i += order <= 0;
		k += order >= 0;
	}
}

static void print_side(char sign, const struct shinrai_policy_item *item)
{
	printf("%c %s", sign, item->text);
	if (item->line)
		printf("  # line %u", item->line);
	putchar('\n');
}

static json_t *item_json(const struct shinrai_policy_item *item)
{
	return item ? json_pack("{s:i, s:o}", "line", item->line, "text",
				json_string(item->text)) :
		      json_null();
}

/* @old, @new: one of them may be NULL. */
static void tell(struct diff *d, json_t *changes,
		 const struct shinrai_policy_item *old,
		 const struct shinrai_policy_item *new)
{
	const char *what = !old ? "added" : !new ? "removed" : "changed";
	const u8 kind = old ? old->kind : new->kind;

	d->changes++;
	if (changes) {
		json_array_append_new(
			changes,
			json_pack("{s:s, s:s, s:o, s:o}", "change", what,
				  "kind", policy_item_name(kind), "old",
				  item_json(old), "new", item_json(new)));
		return;
	}
	if (old)
		print_side('-', old);
	if (new)
		print_side('+', new);
}

/* By kind: first what was there, then what is new. */
static void tell_all(struct diff *d, json_t *changes)
{
	const struct side *s;
	u32 kind, i;

	for (kind = 0; kind <= SHINRAI_ITEM_GRANT; kind++) {
		for (i = 0; i < d->list[0].count; i++) {
			s = &d->side[0][i];
			if (s->item->kind != kind)
				continue;
			if (s->other == ALONE)
				tell(d, changes, s->item, NULL);
			else if (strcmp(s->item->text,
					d->list[1].item[s->other].text))
				tell(d, changes, s->item,
				     &d->list[1].item[s->other]);
		}
		for (i = 0; i < d->list[1].count; i++) {
			s = &d->side[1][i];
			if (s->item->kind == kind && s->other == ALONE)
				tell(d, changes, NULL, s->item);
		}
	}
}

static int run(struct diff *d, struct ctl *ctl)
{
	json_t *changes = ctl->json ? json_array() : NULL;
	int ret = take_side(d, ctl, 0);

	if (!ret)
		ret = take_side(d, ctl, 1);
	if (ret) {
		json_decref(changes);
		return ret;
	}
	pair(d);
	tell_all(d, changes);
	if (!changes)
		return ctl_flush_stdout(ctl);
	return ctl_json_out(ctl, stdout,
			    json_pack("{s:o, s:o, s:b, s:o}", "old",
				      policy_summary_json(&d->file[0]), "new",
				      policy_summary_json(&d->file[1]), "same",
				      !d->changes, "changes", changes));
}

static void release(struct diff *d)
{
	unsigned int n;
	u32 i;

	for (n = 0; n < 2; n++) {
		for (i = 0; d->side[n] && i < d->list[n].count; i++)
			free(d->side[n][i].key);
		free(d->side[n]);
		free(d->sorted[n]);
		shinrai_policy_list_free(&d->list[n]);
		policy_free(&d->file[n]);
	}
}

int cmd_policy_diff(struct ctl *ctl, int argc, char **argv)
{
	bool exit_code = false;
	struct ctl_opt opts[] = {
		{ "exit-code", CTL_FLAG, &exit_code, NULL,
		  "fail when they differ", 0 },
		{ 0 },
	};
	struct diff d = { 0 };
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	if (ctl->operands.n != 2)
		return ctl_usage(ctl, "policy diff: which OLD and NEW?");
	ret = run(&d, ctl);
	if (!ret && exit_code && d.changes)
		ret = EXIT_ERROR;
	release(&d);
	return ret;
}
