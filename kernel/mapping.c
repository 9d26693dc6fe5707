// SPDX-License-Identifier: GPL-2.0-only
/* What does a change of protection make executable?  Pure. */
#include "pure.h"

/**
 * shinrai_mapping_judge() - what has to be told of a change of protection
 * @c: the mapping before, and what it asks for
 *
 * Private pages of a file mapping hold what was stored to them, which is in no
 * file; from the moment that such pages may be both written and executed,
 * nobody can say any more what runs.
 *
 * Return: SHINRAI_GAINS_CODE and SHINRAI_GAINS_ANON, or'ed; 0 for nothing.
 */
u32 shinrai_mapping_judge(const struct shinrai_change *c)
{
	const bool exec = c->exec && !c->was_exec;
	const bool write = c->exec && c->write && !c->was_write;
	const bool stores = c->file && c->private;
	u32 gains = 0;

	if (exec && c->file)
		gains |= SHINRAI_GAINS_CODE;
	if (exec && (!c->file || (stores && (c->stored || c->write))))
		gains |= SHINRAI_GAINS_ANON;
	if (write && stores)
		gains |= SHINRAI_GAINS_ANON;
	return gains;
}
