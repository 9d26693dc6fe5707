// SPDX-License-Identifier: MIT
/* API: metrics for Prometheus, also while the database fails. */
#include "api_part.h"

static int read_size(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);

	e->number[0] = !store_log_head(s, &e->head);
	return 0;
}

static void size_read(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);
	struct evbuffer *body = evbuffer_new();
	bool known = !j->err && e->number[0];

	if (body) {
		metrics_write(f, known ? &e->head.size : NULL, body);
		reply(e->req, 200, "OK",
		      "text/plain; version=0.0.4; charset=utf-8", body);
		evbuffer_free(body);
	} else {
		reply_problem(e->req, 503, "Service Unavailable",
			      "out of memory");
	}
	errand_free(e);
}

/**
 * api_metrics() - metrics, Prometheus text format 0.0.4
 * @r: the request
 */
void api_metrics(const struct request *r)
{
	struct errand *e = errand_new(r->req, read_size, size_read);

	if (e)
		errand_read(r, e);
}
