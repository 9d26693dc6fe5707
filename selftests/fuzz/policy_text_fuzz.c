// SPDX-License-Identifier: MIT
/* The policy compiler: what it accepts can be told and compiled again. */
#include <stdlib.h>

#include <shinrai/policy_text.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static const char known[] =
	"# shinrai-digests v1\n"
	"abababababababababababababababababababababababababababababababab"
	" exec /bin/a\n";

/* One list there is, and one that is none. */
static FILE *open_list(void *ctx, const char *name)
{
	(void)ctx;
	if (!strcmp(name, "known.txt"))
		return fmemopen((void *)(uintptr_t)known, sizeof(known) - 1,
				"r");
	if (!strcmp(name, "malformed.txt"))
		return fmemopen((void *)(uintptr_t)known, 40, "r");
	errno = ENOENT;
	return NULL;
}

static void look_at_notes(const struct shinrai_policy_notes *n, int ret)
{
	unsigned int i, errors = 0;

	for (i = 0; i < n->count; i++) {
		if (!n->note[i].line || !n->note[i].column ||
		    !n->note[i].width || !*n->note[i].message)
			abort();
		errors += !n->note[i].warning;
	}
	if (errors != n->errors || !errors != !ret)
		abort();
}

static u8 *compile(const char *text, size_t len, struct shinrai_policy *p)
{
	const struct shinrai_policy_source source = { .text = text,
						      .len = len,
						      .list = open_list };
	struct shinrai_policy_notes notes;
	u8 *blob = NULL;
	size_t size;
	int ret;

	ret = shinrai_policy_compile(&source, &notes, &blob, &size);
	look_at_notes(&notes, ret);
	shinrai_policy_notes_free(&notes);
	if (!ret && shinrai_policy_check(p, blob, size))
		abort();
	return blob;
}

/* Statements that were made of a text must be its equal. */
static void again(const struct shinrai_policy *p)
{
	struct shinrai_policy_list list;
	struct shinrai_policy q;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	u8 *blob;
	u32 i;

	if (!f || shinrai_policy_list(p, &list))
		abort();
	for (i = 0; i < list.count; i++)
		fprintf(f, "%s\n", list.item[i].text);
	fclose(f);
	shinrai_policy_list_free(&list);
	blob = compile(text, len, &q);
	if (!blob || p->head->rules != q.head->rules ||
	    p->head->labels != q.head->labels ||
	    p->head->sinks != q.head->sinks ||
	    p->head->digests != q.head->digests ||
	    p->head->conditions != q.head->conditions ||
	    p->head->grants != q.head->grants ||
	    p->head->entries != q.head->entries ||
	    p->head->flags != q.head->flags)
		abort();
	free(blob);
	free(text);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct shinrai_policy p;
	u8 *blob = compile((const char *)data, len, &p);

	if (blob)
		again(&p);
	free(blob);
	return 0;
}
