/* SPDX-License-Identifier: MIT */
/* The one request and the one answer that the client knows of HTTP/1.1. */
#ifndef SHINRAI_CLIENT_HTTP_H
#define SHINRAI_CLIENT_HTTP_H

#include <shinrai/client.h>

#define CLIENT_MAX_HEAD 16384

struct client_head {
	unsigned int status;
	bool have_length;
	size_t length;
	bool chunked; /* or another transfer coding */
	char type[64]; /* media type, lower case, without parameters */
};

int shinrai_http_request(const struct shinrai_client_request *req,
			 const struct shinrai_session *s, char **text);
int shinrai_http_head(const char *text, size_t len, struct client_head *h);
size_t shinrai_http_head_end(const char *text, size_t len);

#endif
