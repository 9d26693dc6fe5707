// SPDX-License-Identifier: MIT
/*
 * A program that a grant names: it may handle the secret, and nothing of that
 * sticks to it.  Dynamically linked, as such a program would be.
 *
 * usage: declass send SECRET | stay SECRET | exec SECRET COMMAND... |
 *        copy FILE TO
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../helper/leak.h"

/* Somewhere to look for it. */
char token[TOKEN + 1];

/* What it starts is another program: it gets the file and the words. */
static int start(const char *path, char **command)
{
	int fd = open_at(path, O_RDONLY), i;

	if (dup2(fd, 9) < 0)
		broken("dup2");
	for (i = 0; command[i]; i++)
		if (!strcmp(command[i], "@TOKEN@"))
			command[i] = token;
	execvp(command[0], command);
	fail(command[0]);
}

/* Logs of what held the secret, for who wants to read them afterwards. */
static int copy(const char *path, const char *to)
{
	int from = open_at(path, O_RDONLY);
	int fd = open_at(to, O_WRONLY | O_CREAT);
	char block[4096];
	ssize_t n;

	while ((n = need(read(from, block, sizeof(block)), path)))
		put(fd, block, n);
	return DONE;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	if (!strcmp(argv[1], "copy") && argc > 3)
		return copy(argv[2], argv[3]);
	read_secret(argv[2], token);
	if (!strcmp(argv[1], "send"))
		return tell(token, TOKEN);
	if (!strcmp(argv[1], "exec") && argc > 3)
		return start(argv[2], argv + 3);
	for (;;)
		pause();
}
