// SPDX-License-Identifier: MIT
/* links: tools/shinraictl/decode.c tools/shinraictl/print.c tools/shinraictl/names.c tools/shinraictl/bankhash.c tools/shinraictl/text.c */
/* shinraictl log show: any log as JSON and as lines, all of it printable. */
#include <stdlib.h>

#include "tools/shinraictl/decode.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void check_printable(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (((u8)text[i] < 0x20 && text[i] != '\n') || text[i] == 0x7f)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct shinrai_record rec;
	struct shinrai_rd rd;
	const char *fault;
	char *text, *lines;
	size_t len;
	json_t *v;
	FILE *f;

	shinrai_rd_init(&rd, data, size);
	while (shinrai_record_next(&rd, &rec) > 0) {
		v = decode_record(&rec, true, &fault);
		text = json_dumps(v, JSON_COMPACT);
		if (!text)
			abort();
		f = open_memstream(&lines, &len);
		if (!f)
			abort();
		decode_print(f, v);
		fclose(f);
		check_printable(lines, len);
		free(lines);
		free(text);
		json_decref(v);
	}
	return 0;
}
