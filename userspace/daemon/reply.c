// SPDX-License-Identifier: MIT
/* Answers of a server: anything, JSON, and problems (RFC 9457). */
#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdlib.h>

#include "server.h"

#define RETRY_SECONDS "5"

/**
 * reply() - answer a request
 * @req: belongs to evhttp afterwards
 * @status: HTTP status
 * @reason: its words
 * @type: of @body
 * @body: is emptied
 */
void reply(struct evhttp_request *req, int status, const char *reason,
	   const char *type, struct evbuffer *body)
{
	struct evkeyvalq *h = evhttp_request_get_output_headers(req);

	evhttp_add_header(h, "Content-Type", type);
	evhttp_add_header(h, "Cache-Control", "no-store");
	conn_sending(req, evbuffer_get_length(body));
	evhttp_send_reply(req, status, reason, body);
}

/**
 * reply_json() - answer a request with JSON
 * @req: belongs to evhttp afterwards
 * @status: HTTP status
 * @reason: its words
 * @type: application/json, or what is more than that
 * @json: is released; NULL: memory lacked
 */
void reply_json(struct evhttp_request *req, int status, const char *reason,
		const char *type, json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	struct evbuffer *body = evbuffer_new();

	if (text && body && !evbuffer_add(body, text, strlen(text))) {
		reply(req, status, reason, type, body);
	} else { /* no memory for words */
		conn_sending(req, 0);
		evhttp_send_reply(req, 503, "Service Unavailable", NULL);
	}
	if (body)
		evbuffer_free(body);
	free(text);
	json_decref(json);
}

/**
 * reply_problem() - answer with an error, RFC 9457
 * @req: belongs to evhttp afterwards
 * @status: HTTP status
 * @title: its words
 * @detail: what is wrong here, what to do
 *
 * Where it may be tried again Retry-After says when, unless the caller said so.
 */
void reply_problem(struct evhttp_request *req, int status, const char *title,
		   const char *detail)
{
	struct evkeyvalq *h = evhttp_request_get_output_headers(req);
	json_t *j = json_pack("{s:s, s:i, s:s}", "title", title, "status",
			      status, "detail", detail);

	if ((status == 503 || status == 429) &&
	    !evhttp_find_header(h, "Retry-After"))
		evhttp_add_header(h, "Retry-After", RETRY_SECONDS);
	reply_json(req, status, title, "application/problem+json", j);
}
