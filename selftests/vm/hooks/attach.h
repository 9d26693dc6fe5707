/* SPDX-License-Identifier: MIT */
/* The counting program at every hook that this kernel has. */
#ifndef _HOOKS_ATTACH_H
#define _HOOKS_ATTACH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Attaches the programs of @object; says on stderr what is wrong.
 * Return: the shared slots (slots.h), or NULL.
 */
uint64_t *attach_all(const char *object);
size_t attach_count(void);
const char *attach_name(size_t i);

#endif
