// SPDX-License-Identifier: MIT
/* State files: what parses is written so that it parses to the same again. */
#include <stdlib.h>

#include <shinrai/facts.h>
#include <shinrai/session.h>
#include <shinrai/state.h>
#include <shinrai/verdict.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* What can be read can be told, kept and read again. */
static void fuzz_verdict(const u8 *data, size_t len)
{
	static struct shinrai_appraisal v, back;
	u8 *packed;
	size_t n;

	if (!shinrai_verdict_unpack(data, len, &v)) {
		json_decref(shinrai_verdict_json(&v));
		if (shinrai_verdict_pack(&v, &packed, &n) ||
		    shinrai_verdict_unpack(packed, n, &back))
			abort();
		shinrai_appraisal_free(&back);
		free(packed);
	}
	shinrai_appraisal_free(&v);
}

/* Each is there once, when it is read again. */
static void fuzz_facts(const u8 *data, size_t len)
{
	struct shinrai_facts f = { .seed = 7 }, back = { .seed = 7 };
	u8 *packed;
	size_t n;

	if (!shinrai_facts_unpack(&f, data, len)) {
		if (shinrai_facts_pack(&f, &packed, &n) || n > len ||
		    shinrai_facts_unpack(&back, packed, n) || back.n != f.n)
			abort();
		free(packed);
	}
	shinrai_facts_free(&f);
	shinrai_facts_free(&back);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static struct shinrai_state s, back;
	struct shinrai_session session;
	char *text;
	u8 *packed;
	size_t n;

	if (!shinrai_state_unpack(data, len, &s)) {
		/* The first version is written as the next one. */
		if (shinrai_state_pack(&s, &packed, &n) ||
		    (data[7] == packed[7] &&
		     (n != len || memcmp(packed, data, n))))
			abort();
		free(packed);
	}
	fuzz_verdict(data, len);
	fuzz_facts(data, len);
	shinrai_session_parse(data, len, &session);
	if (shinrai_state_parse(data, len, &s))
		return 0;
	if (shinrai_state_format(&s, &text))
		abort();
	if (shinrai_state_parse(text, strlen(text), &back) ||
	    memcmp(&s, &back, sizeof(s)))
		abort();
	free(text);
	return 0;
}
