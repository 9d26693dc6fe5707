// SPDX-License-Identifier: MIT
/*
 * /vm/leak/leak in the test machine: the ways out that no shell command takes,
 * one verb each.
 *
 * usage: leak VERB [ARGUMENT...]      exit: enum outcome
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "leak.h"

static const struct verb *const tables[] = {
	verbs_base,    verbs_world, verbs_net,	  verbs_pass, verbs_ring,
	verbs_ipc,     verbs_map,   verbs_memory, verbs_odd,  verbs_file,
	verbs_destroy, verbs_media, verbs_fuse,	  verbs_peek, verbs_netlink,
};

/* Whoever waits for what a policy withholds. */
static void too_late(int signal)
{
	(void)signal;
	_exit(SILENT);
}

static const struct verb *find(const char *name)
{
	const struct verb *v;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (v = tables[i]; v->name; v++)
			if (!strcmp(v->name, name))
				return v;
	return NULL;
}

int main(int argc, char **argv)
{
	const struct verb *v = argc > 1 ? find(argv[1]) : NULL;

	if (!v || argc - 2 < v->args) {
		fprintf(stderr, "usage: leak VERB [ARGUMENT...]\n");
		return 2;
	}
	signal(SIGALRM, too_late);
	signal(SIGPIPE, SIG_IGN);
	call_witness();
	alarm(5);
	if (v->run(argv + 2) == DONE)
		return DONE;
	return BROKEN;
}
