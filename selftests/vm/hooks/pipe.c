// SPDX-License-Identifier: MIT
/* Pipes and terminals, and what moves pages between descriptors. */
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "hooks.h"

static char page[PAGE];

static void filled(int fd[2])
{
	piped(fd);
	must(write(fd[1], page, 100), "fill the pipe");
}

static long op_pipe(void)
{
	int fd[2];

	return COUNT(pipe(fd));
}

static long op_write(void)
{
	int fd[2];

	piped(fd);
	return COUNT(write(fd[1], "x", 1));
}

static long op_read(void)
{
	int fd[2];

	filled(fd);
	return COUNT(read(fd[0], page, 1));
}

static long op_pipe_reopen(void)
{
	char path[64];
	int fd[2];

	piped(fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd[0]);
	return COUNT(open(path, O_WRONLY));
}

static long op_fifo_open(void)
{
	unlink("fifo");
	must(mkfifo("fifo", 0600), "mkfifo");
	return COUNT(open("fifo", O_RDWR));
}

static long op_splice_file_pipe(void)
{
	int fd[2], in = fresh("in");

	piped(fd);
	return COUNT(splice(in, NULL, fd[1], NULL, 100, 0));
}

static long op_splice_pipe_file(void)
{
	int fd[2], out = fresh("out");

	filled(fd);
	return COUNT(splice(fd[0], NULL, out, NULL, 100, 0));
}

static long op_splice_pipe_tcp(void)
{
	int fd[2], s[2];

	filled(fd);
	tcp_pair(s);
	return COUNT(splice(fd[0], NULL, s[0], NULL, 100, 0));
}

static long op_splice_tcp_pipe(void)
{
	int fd[2], s[2];

	piped(fd);
	tcp_pair(s);
	must(send(s[0], page, 100, 0), "send");
	return COUNT(splice(s[1], NULL, fd[1], NULL, 100, 0));
}

static long op_splice_pipe_unix(void)
{
	int fd[2], s[2];

	filled(fd);
	unix_pair(s, SOCK_STREAM);
	return COUNT(splice(fd[0], NULL, s[0], NULL, 100, 0));
}

static long op_splice_unix_pipe(void)
{
	int fd[2], s[2];

	piped(fd);
	unix_pair(s, SOCK_STREAM);
	must(send(s[0], page, 100, 0), "send");
	return COUNT(splice(s[1], NULL, fd[1], NULL, 100, 0));
}

static long op_splice_pipe_pipe(void)
{
	int fd[2], to[2];

	filled(fd);
	piped(to);
	return COUNT(splice(fd[0], NULL, to[1], NULL, 100, 0));
}

static long op_tee(void)
{
	int fd[2], to[2];

	filled(fd);
	piped(to);
	return COUNT(tee(fd[0], to[1], 100, 0));
}

static long op_vmsplice_out(void)
{
	struct iovec v = { page, 100 };
	int fd[2];

	piped(fd);
	return COUNT(vmsplice(fd[1], &v, 1, 0));
}

static long op_vmsplice_in(void)
{
	struct iovec v = { page, 100 };
	int fd[2];

	filled(fd);
	return COUNT(vmsplice(fd[0], &v, 1, 0));
}

static long op_sendfile_pipe(void)
{
	int fd[2], in = fresh("in");

	piped(fd);
	return COUNT(sendfile(fd[1], in, NULL, 100));
}

static long op_sendfile_tcp(void)
{
	int s[2], in = fresh("in");

	tcp_pair(s);
	return COUNT(sendfile(s[0], in, NULL, 100));
}

static long op_sendfile_unix(void)
{
	int s[2], in = fresh("in");

	unix_pair(s, SOCK_STREAM);
	return COUNT(sendfile(s[0], in, NULL, 100));
}

static long op_eventfd(void)
{
	return COUNT(eventfd(0, EFD_CLOEXEC));
}

static long op_eventfd_write(void)
{
	uint64_t value = 0x5ec;
	int fd = (int)must(eventfd(0, EFD_CLOEXEC), "eventfd");

	return COUNT(write(fd, &value, sizeof(value)));
}

static int master = -1, slave = -1;

static long op_pty(void)
{
	master = -1;
	return COUNT(master = open("/dev/ptmx", O_RDWR | O_NOCTTY));
}

static long op_pty_slave(void)
{
	must(unlockpt(master), "unlock the terminal");
	return COUNT(slave = open(ptsname(master), O_RDWR | O_NOCTTY));
}

static long op_pty_peer(void)
{
	return COUNT(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY));
}

static long op_pty_write(void)
{
	return COUNT(write(slave, "x\n", 2));
}

static long op_pty_read(void)
{
	return COUNT(read(master, page, sizeof(page)));
}

static long op_sti(void)
{
	return COUNT(ioctl(slave, TIOCSTI, "x"));
}

static const struct operation list[] = {
	{ "pipe", op_pipe },
	{ "write to a pipe", op_write },
	{ "read from a pipe", op_read },
	{ "open of a pipe through /proc", op_pipe_reopen },
	{ "open a FIFO", op_fifo_open },
	{ "splice file->pipe", op_splice_file_pipe },
	{ "splice pipe->file", op_splice_pipe_file },
	{ "splice pipe->tcp", op_splice_pipe_tcp },
	{ "splice tcp->pipe", op_splice_tcp_pipe },
	{ "splice pipe->unix", op_splice_pipe_unix },
	{ "splice unix->pipe", op_splice_unix_pipe },
	{ "splice pipe->pipe", op_splice_pipe_pipe },
	{ "tee pipe->pipe", op_tee },
	{ "vmsplice memory->pipe", op_vmsplice_out },
	{ "vmsplice pipe->memory", op_vmsplice_in },
	{ "sendfile file->pipe", op_sendfile_pipe },
	{ "sendfile file->tcp", op_sendfile_tcp },
	{ "sendfile file->unix", op_sendfile_unix },
	{ "eventfd", op_eventfd },
	{ "write to an eventfd", op_eventfd_write },
	{ "open /dev/ptmx", op_pty },
	{ "open a terminal", op_pty_slave },
	{ "TIOCGPTPEER", op_pty_peer },
	{ "write to a terminal", op_pty_write },
	{ "read from its master", op_pty_read },
	{ "TIOCSTI", op_sti },
};

const struct group pipe_group = { list, ARRAY_SIZE(list), false };
