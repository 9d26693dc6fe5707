/* SPDX-License-Identifier: MIT */
/* What of the evidence is asked for, PROTOCOL.md 5. */
#ifndef SHINRAID_ITEMS_H
#define SHINRAID_ITEMS_H

#include <jansson.h>
#include <stdbool.h>

#include <shinrai/platform.h>

enum item { ITEM_LOG = 1, ITEM_IMA = 2, ITEM_FIRMWARE = 4, ITEM_MACHINE = 8 };
#define ITEMS_ALL (ITEM_LOG | ITEM_IMA | ITEM_FIRMWARE | ITEM_MACHINE)
#define ITEMS_REPORT (ITEM_LOG | ITEM_FIRMWARE | ITEM_MACHINE)

bool items_parse(const json_t *list, u32 *items);

#endif
