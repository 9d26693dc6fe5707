/* SPDX-License-Identifier: MIT */
/* What people and programs ask the verifier, PROTOCOL.md 10. */
#ifndef VERIFIER_API_H
#define VERIFIER_API_H

#include "fleet.h"

bool session_may_go_on(struct conn *conn, size_t received, void *fleet);
void api_identify(struct conn *conn, u8 client[32], void *fleet);
void api_request(struct evhttp_request *req, struct conn *conn, void *fleet);

#endif
