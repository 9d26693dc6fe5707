// SPDX-License-Identifier: MIT
/* Where a store is: a file, or a database of PostgreSQL. */
#include <libpq-fe.h>

#include "store.h"

/**
 * store_is_file() - is a store a file?
 * @where: a path, or postgresql://
 *
 * Return: whether it is.
 */
bool store_is_file(const char *where)
{
	return *where == '/';
}

/**
 * store_fault() - what is wrong with where a store is to be
 * @where: as the configuration says
 *
 * A URL is written into logs: passwords are not for it.
 *
 * Return: as in "is not ..."; NULL.
 */
const char *store_fault(const char *where)
{
	PQconninfoOption *options, *o;
	const char *fault = NULL;

	if (store_is_file(where))
		return NULL;
	if (strncmp(where, "postgresql://", strlen("postgresql://")))
		return "is a path that begins with /, or postgresql://...";
	options = PQconninfoParse(where, NULL);
	if (!options)
		return "is no URL that libpq can read";
	for (o = options; o->keyword && !fault; o++) {
		if (o->val && strstr(o->keyword, "password"))
			fault = "has no password in it; name a file by "
				"?passfile=";
	}
	PQconninfoFree(options);
	return fault;
}
