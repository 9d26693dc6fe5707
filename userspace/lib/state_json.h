/* SPDX-License-Identifier: MIT */
/* How the parts of a state are kept in its JSON. */
#ifndef SHINRAI_STATE_JSON_H
#define SHINRAI_STATE_JSON_H

#include <jansson.h>

#include <shinrai/state.h>

json_t *shinrai_state_hex(const void *data, size_t len);
bool shinrai_state_number(const json_t *j, const char *key, u64 max, u64 *out);
bool shinrai_state_bytes(const json_t *j, const char *key, u8 *out, size_t cap,
			 size_t *len);

/* state_data.c */
json_t *shinrai_state_data_json(const struct shinrai_data_state *d);
bool shinrai_state_data_parse(const json_t *j, struct shinrai_data_state *d);

/* state_boot.c */
json_t *shinrai_state_boot_json(const struct shinrai_boot_state *b);
bool shinrai_state_boot_parse(const json_t *j, struct shinrai_boot_state *b);

#endif
