// SPDX-License-Identifier: MIT
/* Decoded records as lines of a table: a header line, then one per event. */
#include <string.h>

#include "ctl.h"
#include "decode.h"

static void print_value(FILE *f, const json_t *v);

static void print_text(FILE *f, const char *text)
{
	/* Escaped when it was decoded, except for blanks. */
	for (; *text; text++) {
		if (*text == ' ')
			fputs("\\x20", f);
		else
			fputc(*text, f);
	}
}

static void print_object(FILE *f, const json_t *v)
{
	const char *key, *sep = "";
	json_t *x;

	if (json_object_get(v, "withheld")) {
		fputs("(withheld)", f);
		return;
	}
	json_object_foreach((json_t *)v, key, x) {
		fprintf(f, "%s%s:", sep, key);
		print_value(f, x);
		sep = ",";
	}
}

static void print_value(FILE *f, const json_t *v)
{
	size_t i;

	switch (json_typeof(v)) {
	case JSON_STRING:
		print_text(f, json_string_value(v));
		break;
	case JSON_INTEGER:
		fprintf(f, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
		break;
	case JSON_ARRAY:
		for (i = 0; i < json_array_size(v); i++) {
			if (i)
				fputc(json_is_object(json_array_get(v, 0)) ?
					      ';' :
					      ',',
				      f);
			print_value(f, json_array_get(v, i));
		}
		if (!json_array_size(v))
			fputc('-', f);
		break;
	case JSON_OBJECT:
		print_object(f, v);
		break;
	case JSON_TRUE:
		fputs("yes", f);
		break;
	case JSON_FALSE:
		fputs("no", f);
		break;
	default:
		fputc('-', f);
		break;
	}
}

static void print_event(FILE *f, const json_t *event)
{
	const char *key;
	json_t *v;

	fprintf(f, "    %-10s",
		json_string_value(json_object_get(event, "event")));
	json_object_foreach((json_t *)event, key, v) {
		if (!strcmp(key, "event"))
			continue;
		fprintf(f, " %s=", key);
		print_value(f, v);
	}
	fputc('\n', f);
}

/* Large ones are texts in JSON. */
static unsigned long long get_uint(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (json_is_string(v))
		return strtoull(json_string_value(v), NULL, 10);
	return (unsigned long long)json_integer_value(v);
}

/* @record: from decode_record(). */
void decode_print(FILE *f, const json_t *record)
{
	const json_t *type = json_object_get(record, "type");
	const json_t *index = json_object_get(record, "pcr");
	unsigned long long ns = get_uint(record, "time_ns");
	const json_t *events = json_object_get(record, "events");
	const json_t *fault = json_object_get(record, "fault");
	const char *key;
	json_t *v;
	size_t i;

	fprintf(f, "%-7llu %6llu.%06llu  ", get_uint(record, "record"),
		ns / 1000000000, ns / 1000 % 1000000);
	if (index)
		fprintf(f, "PCR %-3" JSON_INTEGER_FORMAT,
			json_integer_value(index));
	else
		fprintf(f, "NV %#llx", get_uint(record, "nv"));
	fprintf(f, " %-10s", type ? json_string_value(type) : "?");
	json_object_foreach(json_object_get(record, "digests"), key, v)
		fprintf(f, " %s:%s", key, json_string_value(v));
	fputc('\n', f);
	if (fault)
		fprintf(f, "    FAULT: %s\n", json_string_value(fault));
	json_array_foreach((json_t *)events, i, v)
		print_event(f, v);
}
