// SPDX-License-Identifier: MIT
/* The command line of a daemon: which configuration, and whether it is right. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include <shinrai/version.h>

#include "options.h"

static const struct option known[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "check-config", no_argument, NULL, 'n' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static int refuse(const char *usage)
{
	fputs(usage, stderr);
	return 2;
}

/**
 * options_take() - read the command line
 * @o: in and out
 * @argc: of main()
 * @argv: of main()
 * @usage: what help says
 *
 * Return: -1 to go on; else the exit status, and all is said.
 */
int options_take(struct options *o, int argc, char **argv, const char *usage)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:nhV", known, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 'n':
			o->check = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'V':
			printf("%s " SHINRAI_VERSION "\n",
			       program_invocation_short_name);
			return 0;
		default:
			return refuse(usage);
		}
	}
	o->words = argv + optind;
	return argc - optind <= o->most ? -1 : refuse(usage);
}
