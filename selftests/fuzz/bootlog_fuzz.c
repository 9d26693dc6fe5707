// SPDX-License-Identifier: MIT
/* Firmware logs, every accessor on every event, and what is learned of them. */
#include <stdlib.h>

#include <shinrai/learn.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* Keeps what was read from being optimised away. */
static volatile u64 sink;

static u64 touch(const struct shinrai_bytes *b)
{
	u64 sum = 0;
	size_t i;

	for (i = 0; i < b->len; i++)
		sum += b->p[i];
	return sum;
}

/* Only of what can be read to its end. */
static void learn(const u8 *data, size_t len, bool whole)
{
	json_t *j = NULL;
	int ret = shinrai_learn_boot(data, len, &j);

	if (!ret != !!j || (!ret && !whole) ||
	    json_array_size(json_object_get(j, "kernel")) > SHINRAI_MAX_LEARNED)
		abort();
	json_decref(j);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct shinrai_bootlog_variable v;
	struct shinrai_bootlog_event e;
	struct shinrai_bootlog_tag t;
	struct shinrai_bootlog b;
	struct shinrai_pcrs pcrs;
	u64 sum = 0;
	int ret;

	ret = shinrai_bootlog_init(&b, data, len);
	if (!ret != !b.error)
		abort();
	if (ret) {
		learn(data, len, false);
		return 0;
	}
	while ((ret = shinrai_bootlog_next(&b, &e)) > 0) {
		sum += touch(&e.data);
		if (!shinrai_bootlog_variable(&e, &v)) {
			sum += touch(&v.name) + touch(&v.data);
			sum += shinrai_bootlog_variable_is(&v, "SecureBoot");
		}
		if (!shinrai_bootlog_tag(&e, &t))
			sum += touch(&t.data);
	}
	if (!ret != (shinrai_bootlog_offset(&b) == len))
		abort();
	learn(data, len, !ret);
	shinrai_replay_values(&b.replay, &pcrs);
	sink = sum;
	return 0;
}
