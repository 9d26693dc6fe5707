// SPDX-License-Identifier: MIT
/* How long things took: counted by classes, and what they say of all of them. */
#include <inttypes.h>

#include "histogram.h"

/* us; in seconds as they are written */
static const struct {
	s64 us;
	const char *text;
} bounds[HISTOGRAM_BUCKETS] = {
	{ 50, "5e-05" },   { 100, "0.0001" }, { 250, "0.00025" },
	{ 1000, "0.001" }, { 5000, "0.005" }, { 20000, "0.02" },
	{ 50000, "0.05" }, { 100000, "0.1" }, { 500000, "0.5" },
	{ 1000000, "1" },  { 5000000, "5" },  { 30000000, "30" },
};

/**
 * histogram_add() - something took a time
 * @h: of what
 * @us: how long
 */
void histogram_add(struct histogram *h, s64 us)
{
	unsigned int i = 0;

	while (i < HISTOGRAM_BUCKETS && us > bounds[i].us)
		i++;
	h->bucket[i]++;
	h->sum_us += us > 0 ? (u64)us : 0;
}

/**
 * histogram_ms() - how long that part of them took at most
 * @h: the times
 * @permille: 990 is the 99th percentile
 *
 * Return: a bound in ms, 0 when there were none, JSON null above all bounds; NULL
 * when memory lacks.
 */
json_t *histogram_ms(const struct histogram *h, unsigned int permille)
{
	u64 count = 0, sum = 0;
	unsigned int i;

	for (i = 0; i <= HISTOGRAM_BUCKETS; i++)
		count += h->bucket[i];
	if (!count)
		return json_integer(0);
	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		sum += h->bucket[i];
		if (sum * 1000 >= count * permille)
			return json_integer((json_int_t)(bounds[i].us / 1000));
	}
	return json_null();
}

/**
 * histogram_write() - the times as Prometheus reads them
 * @h: the times
 * @name: of what, in s
 * @out: is added to
 */
void histogram_write(const struct histogram *h, const char *name,
		     struct evbuffer *out)
{
	u64 count = 0;
	unsigned int i;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		count += h->bucket[i];
		evbuffer_add_printf(out,
				    "shinrai_%s_bucket{le=\"%s\"} %" PRIu64
				    "\n",
				    name, bounds[i].text, count);
	}
	count += h->bucket[i];
	evbuffer_add_printf(out,
			    "shinrai_%s_bucket{le=\"+Inf\"} %" PRIu64 "\n"
			    "shinrai_%s_sum %" PRIu64 ".%06u\n"
			    "shinrai_%s_count %" PRIu64 "\n",
			    name, count, name, h->sum_us / 1000000,
			    (unsigned int)(h->sum_us % 1000000), name, count);
}
