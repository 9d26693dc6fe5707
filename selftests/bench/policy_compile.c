// SPDX-License-Identifier: MIT
/* Compiles a policy, or parses JSON: each by itself, for callgrind to count. */
#include <jansson.h>
#include <shinrai/policy_text.h>
#include <shinrai/util.h>
#include <stdlib.h>

static int compile(const u8 *data, size_t len)
{
	const struct shinrai_policy_source source = {
		.text = (const char *)data,
		.len = len,
	};
	struct shinrai_policy_notes notes;
	size_t size;
	u8 *blob;
	int ret;

	ret = shinrai_policy_compile(&source, &notes, &blob, &size);
	if (ret) {
		fprintf(stderr, "line %u: %s\n", notes.note[0].line,
			notes.note[0].message);
		return EXIT_FAILURE;
	}
	printf("%u rules, %zu bytes, %u warnings\n",
	       ((struct shinrai_policy_head *)blob)->rules, size,
	       notes.warnings);
	shinrai_policy_notes_free(&notes);
	free(blob);
	return EXIT_SUCCESS;
}

static int parse(const u8 *data, size_t len)
{
	json_t *v = json_loadb((const char *)data, len, JSON_REJECT_DUPLICATES,
			       NULL);

	if (!v)
		return EXIT_FAILURE;
	printf("%zu lines\n", json_array_size(v));
	json_decref(v);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	size_t len;
	u8 *data;
	int ret;

	if (argc != 3 ||
	    shinrai_file_read(argv[2], SHINRAI_POLICY_SOURCE, &data, &len))
		return EXIT_FAILURE;
	ret = *argv[1] == 'j' ? parse(data, len) : compile(data, len);
	free(data);
	return ret;
}
