// SPDX-License-Identifier: MIT
/* Names of what is asked for.  Pure. */
#include <string.h>

#include "items.h"

static u32 item_of(const char *name)
{
	static const struct {
		const char *name;
		u32 item;
	} names[] = { { "log", ITEM_LOG },
		      { "ima", ITEM_IMA },
		      { "firmware", ITEM_FIRMWARE },
		      { "machine", ITEM_MACHINE } };
	size_t i;

	for (i = 0; name && i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i].name))
			return names[i].item;
	}
	return 0;
}

/**
 * items_parse() - read a list of items
 * @list: an array
 * @items: out, those that are known here
 *
 * Return: whether there are no others, and none twice.
 */
bool items_parse(const json_t *list, u32 *items)
{
	bool good = true;
	u32 item;
	size_t i;

	*items = 0;
	for (i = 0; i < json_array_size(list); i++) {
		item = item_of(json_string_value(json_array_get(list, i)));
		good &= item && !(*items & item);
		*items |= item;
	}
	return good;
}
