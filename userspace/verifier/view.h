/* SPDX-License-Identifier: MIT */
/*
 * What somebody gets to see: the one place where fields are left out that a role
 * may not read.  All that leaves the verifier with such fields in it, as JSON, page,
 * EAR or webhook, has come through here.
 */
#ifndef VERIFIER_VIEW_H
#define VERIFIER_VIEW_H

#include <jansson.h>

#include <shinrai/sealed.h>

#include "store.h"

json_t *view(json_t *j, u32 may);
json_t *view_verdict(const struct device_record *r, u32 may);
json_t *view_entry(const struct store_entry *e, u32 may);
json_t *view_leaf(const struct store_entry *e, u32 may);
json_t *view_disclosures(const struct store_entry *e, u32 may);

#endif
