// SPDX-License-Identifier: MIT
/* links: tools/shinraictl/content.c tools/shinraictl/unpack.c tools/shinraictl/known.c tools/shinraictl/file.c tools/shinraictl/text.c tools/shinraictl/prog.c */
/* digests make: what is signed may be malformed all the same. */
#include <stdarg.h>

#include "tools/shinraictl/known.h"

static int release_parse(struct ctl *ctl, struct release *r, char *text);
static int packages_parse(struct packages *list, char *text, struct release *r);

/* The parsers are static: take their files in, under other names. */
#define parse release_parse
#define is_packages release_is_packages
#include "tools/shinraictl/inrelease.c"
#undef parse
#define parse packages_parse
#include "tools/shinraictl/packages.c"
#undef parse
#define not_listed deb_not_listed
#include "tools/shinraictl/debfile.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int ctl_error(struct ctl *ctl, const char *code, const char *hint,
	      const char *fmt, ...)
{
	(void)ctl;
	(void)code;
	(void)hint;
	(void)fmt;
	return EXIT_ERROR;
}

void ctl_note(struct ctl *ctl, const char *fmt, ...)
{
	(void)ctl;
	(void)fmt;
}

void ctl_progress(const char *fmt, ...)
{
	(void)fmt;
}

int ctl_json_out(struct ctl *ctl, FILE *to, json_t *value)
{
	(void)ctl;
	(void)to;
	json_decref(value);
	return EXIT_OK;
}

static void fuzz_release(struct ctl *ctl, char *text)
{
	struct release r = { 0 };

	r.name = strdup("fuzz");
	release_parse(ctl, &r, text);
	release_free(&r);
}

static void fuzz_packages(char *text)
{
	struct packages list = { 0 };
	struct release r = { 0 };

	packages_parse(&list, text, &r);
	packages_file(&list, "a_1%3a2_all.deb");
	packages_free(&list);
}

static void fuzz_deb(struct ctl *ctl, const uint8_t *data, size_t size)
{
	struct ctl_buf file = { (uint8_t *)data, size, size };
	struct known k = { .ctl = ctl };
	struct deb *d = ctl_alloc(sizeof(*d));

	d->known = &k;
	d->name = "fuzz";
	read_deb(d, &file);
	free(d);
	known_free(&k);
}

static void fuzz_status(const uint8_t *data, size_t size)
{
	struct ctl_buf b = { 0 };
	struct verdict v;

	if (!ctl_buf_add(&b, data, size))
		read_status(&v, &b);
	ctl_buf_free(&b);
}

/* The first byte chooses the parser. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ctl ctl = { 0 };
	char *text;

	if (!size)
		return 0;
	text = ctl_alloc(size);
	memcpy(text, data + 1, size - 1);
	switch (*data) {
	case 'r':
		fuzz_release(&ctl, text);
		break;
	case 'p':
		fuzz_packages(text);
		break;
	case 'd':
		fuzz_deb(&ctl, data + 1, size - 1);
		break;
	case 's':
		fuzz_status(data + 1, size - 1);
		break;
	}
	free(text);
	return 0;
}
