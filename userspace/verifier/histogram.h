/* SPDX-License-Identifier: MIT */
/* How long things took, counted in classes: all that is kept of each is its class. */
#ifndef VERIFIER_HISTOGRAM_H
#define VERIFIER_HISTOGRAM_H

#include <event2/buffer.h>
#include <jansson.h>

#include <shinrai/platform.h>

#define HISTOGRAM_BUCKETS 12

struct histogram {
	u64 bucket[HISTOGRAM_BUCKETS + 1]; /* the last: above all bounds */
	u64 sum_us;
};

void histogram_add(struct histogram *h, s64 us);
json_t *histogram_ms(const struct histogram *h, unsigned int permille);
void histogram_write(const struct histogram *h, const char *name,
		     struct evbuffer *out);

#endif
