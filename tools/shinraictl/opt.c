// SPDX-License-Identifier: MIT
/* Long options by a table, which also prints the help.  No option repeats. */
#include <errno.h>
#include <string.h>

#include "ctl.h"

struct parse {
	struct ctl *ctl;
	struct ctl_opt *opts; /* ends in an entry without a name */
	struct ctl_list *open; /* list option that still takes words */
	bool help;
	bool only_operands; /* "--" was seen */
};

static void print_help(struct ctl *ctl, const struct ctl_opt *opts)
{
	char left[64];

	printf("usage: shinraictl %s%s%s [OPTION]...\n%s\n\n", ctl->verb->name,
	       *ctl->verb->operands ? " " : "", ctl->verb->operands,
	       ctl->verb->summary);
	for (; opts->name; opts++) {
		snprintf(left, sizeof(left), "--%s%s%s", opts->name,
			 opts->arg ? " " : "", opts->arg ? opts->arg : "");
		printf("  %-24s%s\n", left, opts->help);
	}
	printf("  %-24s%s\n  %-24s%s\n", "--json", "print JSON, errors too",
	       "--help", "print this");
}

static int push(struct parse *p, struct ctl_list *list, char *word)
{
	char **v = realloc(list->v, (list->n + 1) * sizeof(*v));

	if (!v)
		return ctl_error(p->ctl, "memory", NULL, "out of memory");
	list->v = v;
	list->v[list->n++] = word;
	return CTL_GO_ON;
}

static int operand(struct parse *p, char *word)
{
	if (p->open)
		return push(p, p->open, word);
	if (p->ctl->operands.n >= p->ctl->verb->max_operands)
		return ctl_usage(p->ctl, "%s: unexpected argument '%s'",
				 p->ctl->verb->name, word);
	return push(p, &p->ctl->operands, word);
}

static bool is_number(const char *text, uint64_t *to)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno)
		return false;
	*to = n;
	return true;
}

static int parse_number(struct parse *p, const struct ctl_opt *o,
			const char *value)
{
	if (is_number(value, o->to))
		return CTL_GO_ON;
	return ctl_usage(p->ctl, "--%s: '%s' is not a decimal number", o->name,
			 value);
}

static int set_value(struct parse *p, const struct ctl_opt *o, char *value)
{
	if (o->type == CTL_NUMBER)
		return parse_number(p, o, value);
	if (o->type == CTL_LIST)
		return push(p, o->to, value);
	if (!*value)
		return ctl_usage(p->ctl, "--%s: its value is empty", o->name);
	*(const char **)o->to = value;
	return CTL_GO_ON;
}

static struct ctl_opt *find(struct parse *p, const char *name, size_t len)
{
	struct ctl_opt *o;

	for (o = p->opts; o->name; o++) {
		if (strlen(o->name) == len && !memcmp(o->name, name, len))
			return o;
	}
	return NULL;
}

/* Return: CTL_GO_ON or an exit status; *used counts words beyond the first. */
static int option(struct parse *p, char **words, int left, int *used)
{
	const char *name = words[0] + 2;
	size_t len = strcspn(name, "=");
	char *value = name[len] ? words[0] + 2 + len + 1 : NULL;
	struct ctl_opt *o = find(p, name, len);

	p->open = NULL;
	if (!o)
		return ctl_usage(p->ctl, "%s: unknown option '%s'",
				 p->ctl->verb->name, words[0]);
	if (o->given)
		return ctl_usage(p->ctl, "--%s was given twice", o->name);
	o->given = true;
	if (o->type == CTL_FLAG) {
		if (value)
			return ctl_usage(p->ctl, "--%s takes no value",
					 o->name);
		*(bool *)o->to = true;
		return CTL_GO_ON;
	}
	if (o->type == CTL_LIST)
		p->open = o->to;
	if (value)
		return set_value(p, o, value);
	if (o->type == CTL_LIST)
		return CTL_GO_ON;
	if (!left)
		return ctl_usage(p->ctl, "--%s needs a value: %s", o->name,
				 o->arg);
	*used = 1;
	return set_value(p, o, words[1]);
}

static int one_word(struct parse *p, char **words, int left, int *used)
{
	char *w = words[0];
	bool *flag = NULL;

	if (p->only_operands || w[0] != '-' || !w[1])
		return operand(p, w);
	if (w[1] != '-')
		return ctl_usage(p->ctl,
				 "%s: unknown option '%s' (options are"
				 " long, as in --json)",
				 p->ctl->verb->name, w);
	if (!w[2]) {
		p->only_operands = true;
		p->open = NULL;
		return CTL_GO_ON;
	}
	if (!strcmp(w, "--help"))
		flag = &p->help;
	else if (!strcmp(w, "--json"))
		flag = &p->ctl->json;
	if (!flag)
		return option(p, words, left, used);
	p->open = NULL;
	*flag = true;
	return CTL_GO_ON;
}

/*
 * An option with a list takes every word up to the next option.  "--" ends the
 * options.  --help and --json belong to every verb.
 *
 * Return: CTL_GO_ON, or the exit status after --help or a mistake.
 */
int ctl_options(struct ctl *ctl, struct ctl_opt *opts, int argc, char **argv)
{
	struct parse p = { .ctl = ctl, .opts = opts };
	int i, ret, used, json = 0, help = 0;

	for (i = 0; i < argc; i++) {
		if (!p.only_operands) {
			json += !strcmp(argv[i], "--json");
			help += !strcmp(argv[i], "--help");
		}
		if (json > 1 || help > 1)
			return ctl_usage(ctl, "%s was given twice", argv[i]);
		used = 0;
		ret = one_word(&p, argv + i, argc - i - 1, &used);
		if (ret != CTL_GO_ON)
			return ret;
		i += used;
	}
	if (p.help) {
		print_help(ctl, opts);
		return ctl_flush_stdout(ctl);
	}
	for (; opts->name; opts++) {
		if (opts->type == CTL_LIST && opts->given &&
		    !((struct ctl_list *)opts->to)->n)
			return ctl_usage(ctl, "--%s needs a value: %s",
					 opts->name, opts->arg);
	}
	return CTL_GO_ON;
}

/*
 * The first operand as the number of a record.
 * Return: CTL_GO_ON; EXIT_USAGE, told.
 */
int ctl_record_number(struct ctl *ctl, uint64_t *record)
{
	if (!ctl->operands.n)
		return ctl_usage(ctl, "%s: which record?", ctl->verb->name);
	if (is_number(ctl->operands.v[0], record))
		return CTL_GO_ON;
	return ctl_usage(ctl, "%s: '%s' is not a record number",
			 ctl->verb->name, ctl->operands.v[0]);
}
