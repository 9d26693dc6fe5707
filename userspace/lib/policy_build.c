// SPDX-License-Identifier: MIT
/* A policy blob in memory of its own. */
#include <stdlib.h>

#include <shinrai/policy_build.h>

/**
 * shinrai_policy_build() - see policy_build.h
 * @t: the tables
 * @blob: out
 * @len: out
 *
 * Return: 0; -EINVAL; -E2BIG; -ENOMEM.
 */
int shinrai_policy_build(const struct shinrai_policy_tables *t, u8 **blob,
			 size_t *len)
{
	size_t room = shinrai_policy_pack_room(t);
	void *buf = malloc(room ? room : 1);
	int err;

	if (!buf)
		return -ENOMEM;
	err = shinrai_policy_pack(t, buf, room, len);
	if (err)
		free(buf);
	else
		*blob = buf;
	return err;
}
