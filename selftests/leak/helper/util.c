// SPDX-License-Identifier: MIT
/* How the helper's steps end, and processes that wait for each other. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "leak.h"

__attribute__((noreturn)) void broken(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerrorname_np(errno));
	_exit(BROKEN);
}

/* A step of the channel itself: a policy may have refused it. */
__attribute__((noreturn)) void fail(const char *what)
{
	if (errno != EPERM && errno != EACCES)
		broken(what);
	fprintf(stderr, "%s: refused\n", what);
	_exit(REFUSED);
}

int need(int ret, const char *what)
{
	if (ret < 0)
		fail(what);
	return ret;
}

void *need_map(void *map, const char *what)
{
	if (map == MAP_FAILED)
		fail(what);
	return map;
}

int open_at(const char *path, int flags)
{
	return need(open(path, flags | O_CLOEXEC, 0644), path);
}

void put(int fd, const void *buf, size_t len)
{
	ssize_t n = write(fd, buf, len);

	need(n, "write");
	if ((size_t)n != len) {
		errno = ENOSPC;
		broken("write");
	}
}

/* Until @len bytes are there; a half may come first. */
static void take_all(int fd, char *buf, size_t len)
{
	ssize_t n;

	while (len) {
		n = need(read(fd, buf, len), "read");
		if (!n)
			_exit(SILENT);
		buf += n;
		len -= n;
	}
}

/* The first bytes that come are those of a whole secret. */
void take(int fd, char token[TOKEN])
{
	take_all(fd, token, TOKEN);
}

void read_secret(const char *path, char token[TOKEN])
{
	int fd = open_at(path, O_RDONLY);

	take(fd, token);
	close(fd);
}

pid_t spawn(void)
{
	pid_t pid = fork();

	if (pid < 0)
		broken("fork");
	if (!pid)
		alarm(3);
	return pid;
}

/* Stops until somebody continues it: signals carry no data. */
void hold_still(void)
{
	raise(SIGSTOP);
}

void wait_still(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, WUNTRACED) != pid)
		broken("waitpid");
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	if (!WIFSTOPPED(status))
		_exit(BROKEN);
}

int ended(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		broken("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The end of who bore the secret: unless it went well, it is ours as well. */
void finish(pid_t pid)
{
	int code = ended(pid);

	if (code != DONE)
		_exit(code);
}

/* What a receiver found: all of it is zero when nothing came. */
void seen_or_silent(const void *buf, size_t len)
{
	static const char nothing[TOKEN];

	if (len > TOKEN || !memcmp(buf, nothing, len))
		_exit(SILENT);
}
