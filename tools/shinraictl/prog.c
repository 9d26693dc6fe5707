// SPDX-License-Identifier: MIT
/* Runs a program and keeps what it wrote.  Memory files: nothing can stall. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "known.h"

#define MAX_OUTPUT ((size_t)256 << 20)
#define FDS 4 /* 0, 1, 2 and 3 of the program */

static int memory_file(const struct ctl_buf *content)
{
	int fd = memfd_create("shinraictl", MFD_CLOEXEC), high;
	size_t done = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	/* Out of the way of the numbers that the program gets. */
	high = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	close(fd);
	while (high >= 0 && content && done < content->len) {
		n = write(high, content->data + done, content->len - done);
		if (n < 0) {
			close(high);
			return -errno;
		}
		done += (size_t)n;
	}
	if (high < 0 || lseek(high, 0, SEEK_SET))
		return -errno;
	return high;
}

static int spawn(struct prog *p, const int fd[FDS], pid_t *pid)
{
	static char *const clean[] = { "LC_ALL=C", "PATH=/usr/bin:/bin", NULL };
	posix_spawn_file_actions_t actions;
	int i, ret;

	posix_spawn_file_actions_init(&actions);
	for (i = 0; i < FDS; i++)
		posix_spawn_file_actions_adddup2(&actions, fd[i], i);
	if (p->dir)
		posix_spawn_file_actions_addchdir_np(&actions, p->dir);
	ret = posix_spawn(pid, p->argv[0], &actions, NULL,
			  (char *const *)p->argv, p->clean ? clean : environ);
	posix_spawn_file_actions_destroy(&actions);
	return -ret;
}

static int wait_for(struct prog *p, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	p->status = WIFEXITED(status) ? WEXITSTATUS(status) :
					128 + WTERMSIG(status);
	return 0;
}

static int take(int fd, struct ctl_buf *b)
{
	if (lseek(fd, 0, SEEK_SET))
		return -errno;
	return ctl_read_fd(fd, MAX_OUTPUT, b);
}

/* Return: 0 when it ran, whatever its status; errno of posix_spawn() &c. */
int prog_run(struct prog *p)
{
	int fd[FDS] = { -1, -1, -1, -1 }, i, ret = 0;
	struct ctl_buf *to[FDS] = { NULL, &p->out, &p->err, &p->fd3 };
	pid_t pid;

	for (i = 0; i < FDS && !ret; i++) {
		fd[i] = memory_file(i ? NULL : p->in);
		ret = fd[i] < 0 ? fd[i] : 0;
	}
	if (!ret)
		ret = spawn(p, fd, &pid);
	if (!ret)
		ret = wait_for(p, pid);
	for (i = 1; i < FDS && !ret; i++)
		ret = take(fd[i], to[i]);
	for (i = 0; i < FDS; i++) {
		if (fd[i] >= 0)
			close(fd[i]);
	}
	return ret;
}

/* Releases what the program wrote. */
void prog_free(struct prog *p)
{
	ctl_buf_free(&p->out);
	ctl_buf_free(&p->err);
	ctl_buf_free(&p->fd3);
}
