// SPDX-License-Identifier: MIT
/* policy show: what a policy says, in the words of its language. */
#include "policy.h"

/* Return: static text. */
const char *policy_item_name(u8 kind)
{
	static const char *const names[] = {
		[SHINRAI_ITEM_POLICY] = "policy",
		[SHINRAI_ITEM_LABEL] = "label",
		[SHINRAI_ITEM_DEFAULT] = "default",
		[SHINRAI_ITEM_GROUP] = "program",
		[SHINRAI_ITEM_NETWORK] = "network",
		[SHINRAI_ITEM_MEDIUM] = "media",
		[SHINRAI_ITEM_RULE] = "rule",
		[SHINRAI_ITEM_GRANT] = "grant",
	};

	return names[kind];
}

/* Return: an array, a new reference. */
json_t *policy_items_json(const struct shinrai_policy_list *list)
{
	const struct shinrai_policy_item *item = list->item;
	json_t *a = json_array();
	u32 i;

	for (i = 0; i < list->count; i++, item++)
		json_array_append_new(a, json_pack("{s:s, s:i, s:o}", "kind",
						   policy_item_name(item->kind),
						   "line", item->line, "text",
						   json_string(item->text)));
	return a;
}

/* Prints a policy; shared with what is loaded.  Return: exit status. */
int policy_show(struct ctl *ctl, const struct policy_file *f)
{
	const struct shinrai_policy_head *h = f->p.head;
	char hex[2 * SHINRAI_DIGEST_SIZE + 1];
	struct shinrai_policy_list list;
	json_t *v, *a;
	u32 i;

	if (shinrai_policy_list(&f->p, &list))
		return ctl_error(ctl, "memory", NULL, "out of memory");
	if (ctl->json) {
		v = policy_summary_json(f);
		a = policy_items_json(&list);
		json_object_set_new(v, "statements", a);
		shinrai_policy_list_free(&list);
		return ctl_json_out(ctl, stdout, v);
	}
	shinrai_hex_encode(h->owner, sizeof(h->owner), hex);
	printf("# owner %s\n", hex);
	shinrai_hex_encode(h->source, sizeof(h->source), hex);
	printf("# source sha256:%s\n", hex);
	for (i = 0; i < list.count; i++) {
		if (i && list.item[i].kind != list.item[i - 1].kind)
			putchar('\n');
		fputs(list.item[i].text, stdout);
		if (list.item[i].line)
			printf("  # line %u", list.item[i].line);
		putchar('\n');
	}
	shinrai_policy_list_free(&list);
	return ctl_flush_stdout(ctl);
}

int cmd_policy_show(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_opt opts[] = { { 0 } };
	CTL_POLICY f = { 0 };
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	if (!ctl->operands.n)
		return ctl_usage(ctl, "policy show: which FILE?");
	ret = policy_read(&f, ctl, ctl->operands.v[0], NULL);
	if (ret)
		return ret;
	return policy_show(ctl, &f);
}
