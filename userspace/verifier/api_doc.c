// SPDX-License-Identifier: MIT
/* API: what it is, as OpenAPI 3.1: openapi.json, which is part of the program. */
#include "api_part.h"

asm(".pushsection .rodata\n"
    ".global verifier_openapi, verifier_openapi_end\n"
    "verifier_openapi:\n"
    ".incbin \"userspace/verifier/openapi.json\"\n"
    "verifier_openapi_end:\n"
    ".popsection\n");

extern const char verifier_openapi[], verifier_openapi_end[];

/**
 * api_doc() - openapi.json
 * @r: the request
 */
void api_doc(const struct request *r)
{
	struct evbuffer *body = evbuffer_new();
	size_t len = (size_t)(verifier_openapi_end - verifier_openapi);

	if (body && !evbuffer_add(body, verifier_openapi, len))
		reply(r->req, 200, "OK", "application/vnd.oai.openapi+json",
		      body);
	else
		reply_problem(r->req, 503, "Service Unavailable",
			      "out of memory");
	if (body)
		evbuffer_free(body);
}
