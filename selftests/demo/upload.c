// SPDX-License-Identifier: MIT
/* Reads a file and sends it to a host.  Exits: 0 sent, 3 not permitted. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int fail(const char *what)
{
	int refused = errno == EPERM || errno == EACCES;

	perror(what);
	return refused ? 3 : 1;
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	char data[4096];
	ssize_t len;
	int fd;

	if (argc != 4 || inet_pton(AF_INET, argv[2], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: upload FILE ADDRESS PORT\n");
		return 2;
	}
	to.sin_port = htons((uint16_t)atoi(argv[3]));
	fd = open(argv[1], O_RDONLY);
	len = fd < 0 ? -1 : read(fd, data, sizeof(data));
	if (len < 0)
		return fail(argv[1]);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return fail(argv[2]);
	if (send(fd, data, (size_t)len, MSG_NOSIGNAL) != len)
		return fail(argv[2]);
	return close(fd) ? fail(argv[2]) : 0;
}
