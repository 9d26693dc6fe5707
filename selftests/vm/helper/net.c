// SPDX-License-Identifier: MIT
/* The other side of a connection: prints what it receives, a line for each. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper.h"

int cmd_sink(char **arg)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)atoi(arg[0])) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, from;
	char data[4096];
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 8))
		fail("listen");
	puts("ready");
	fflush(stdout);
	while ((from = accept(fd, NULL, NULL)) >= 0) {
		while ((n = read(from, data, sizeof(data))) > 0)
			printf("%.*s", (int)n, data);
		fflush(stdout);
		close(from);
	}
	return 0;
}
