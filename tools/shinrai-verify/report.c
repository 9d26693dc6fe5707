// SPDX-License-Identifier: MIT
/* Errors, JSON and escapes of shinrai-verify: the one place that formats. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <shinrai/hex.h>

#include "verify.h"

char *verify_escape(const void *data, size_t len)
{
	const u8 *p = data;
	char *out = malloc(4 * len + 1), *o = out;
	size_t i;

	if (!out)
		abort();
	for (i = 0; i < len; i++) {
		if (p[i] >= 0x20 && p[i] < 0x7f && p[i] != '\\')
			*o++ = (char)p[i];
		else
			o += sprintf(o, "\\x%02x", p[i]);
	}
	*o = '\0';
	return out;
}

static void report(struct verify *v, const char *code, const char *hint,
		   const char *message)
{
	VERIFY_JSON e = NULL;

	if (!v->json) {
		fprintf(stderr, "shinrai-verify: %s", message);
		if (hint)
			fprintf(stderr, " (%s)", hint);
		fputc('\n', stderr);
		return;
	}
	e = json_pack("{s:{s:s, s:s, s:s?}}", "error", "code", code, "message",
		      message, "hint", hint);
	if (e)
		json_dumpf(e, stdout, JSON_COMPACT);
	fputc('\n', stdout);
	fflush(stdout);
}

static void __attribute__((format(printf, 4, 0)))
vreport(struct verify *v, const char *code, const char *hint, const char *fmt,
	va_list ap)
{
	SHINRAI_FREE char *text = NULL;
	SHINRAI_FREE char *safe = NULL;

	if (vasprintf(&text, fmt, ap) < 0) {
		text = NULL;
		report(v, code, hint, "out of memory");
		return;
	}
	safe = verify_escape(text, strlen(text));
	report(v, code, hint, safe);
}

int verify_error(struct verify *v, const char *code, const char *hint,
		 const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vreport(v, code, hint, fmt, ap);
	va_end(ap);
	return VERIFY_FAILURE;
}

int verify_usage(struct verify *v, const char *fmt, ...)
{
	SHINRAI_FREE char *hint = NULL;
	va_list ap;

	if (asprintf(&hint, "see shinrai-verify %s%s--help",
		     v->verb ? v->verb->name : "", v->verb ? " " : "") < 0)
		hint = NULL;
	va_start(ap, fmt);
	vreport(v, "usage", hint, fmt, ap);
	va_end(ap);
	return VERIFY_USAGE;
}

int verify_read(struct verify *v, const char *path, size_t max, u8 **data,
		size_t *len)
{
	int ret = shinrai_file_read(path, max, data, len);

	if (!ret)
		return 0;
	if (ret == -EFBIG)
		return verify_error(v, "too-large", "is it the right file?",
				    "cannot read %s: more than %zu bytes", path,
				    max);
	return verify_error(v, "read", NULL, "cannot read %s: %s", path,
			    strerror(-ret));
}

int verify_finish(struct verify *v, int status)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	if (errno == EPIPE)
		return VERIFY_FAILURE;
	return verify_error(v, "output", NULL,
			    "cannot write to standard output: %s",
			    strerror(errno));
}

int verify_json(struct verify *v, json_t *value, int status)
{
	VERIFY_JSON j = value;

	if (!j || json_dumpf(j, stdout, JSON_COMPACT) ||
	    fputc('\n', stdout) == EOF)
		return verify_error(v, "output", NULL, "cannot write JSON");
	return verify_finish(v, status);
}

json_t *verify_json_hex(const void *data, size_t len)
{
	SHINRAI_FREE char *hex = malloc(2 * len + 1);

	return hex ? json_string(shinrai_hex_encode(data, len, hex)) : NULL;
}

json_t *verify_json_pcrs(const struct shinrai_pcrs *p)
{
	const struct shinrai_pcr_value *value;
	json_t *all = json_object(), *bank;
	char pcr[8], alg[8];
	const char *name;

	for (value = p->v; value < p->v + p->count; value++) {
		name = shinrai_bank_name(value->alg);
		if (!name) {
			snprintf(alg, sizeof(alg), "0x%04x", value->alg);
			name = alg;
		}
		bank = json_object_get(all, name);
		if (!bank) {
			bank = json_object();
			json_object_set_new(all, name, bank);
		}
		snprintf(pcr, sizeof(pcr), "%u", value->pcr);
		json_object_set_new(bank, pcr,
				    verify_json_hex(value->value, value->size));
	}
	return all;
}
