// SPDX-License-Identifier: MIT
/* Files that go out without being read, and descriptors from elsewhere. */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "leak.h"

static char token[TOKEN];

/* The file is never in memory of this process. */
static int cmd_sendfile(char **arg)
{
	int fd = dial(WORLD), from = open_at(arg[0], O_RDONLY);

	need(sendfile(fd, from, NULL, TOKEN), "sendfile");
	return DONE;
}

static int cmd_splice(char **arg)
{
	int fd = dial(WORLD), from = open_at(arg[0], O_RDONLY), p[2];

	need(pipe(p), "pipe");
	need(splice(from, NULL, p[1], NULL, TOKEN, 0), "splice");
	need(splice(p[0], NULL, fd, NULL, TOKEN, 0), "splice");
	return DONE;
}

static int cmd_vmsplice(char **arg)
{
	struct iovec v = { token, TOKEN };
	int fd = dial(WORLD), p[2];

	need(pipe(p), "pipe");
	read_secret(arg[0], token);
	need(vmsplice(p[1], &v, 1, 0), "vmsplice");
	need(splice(p[0], NULL, fd, NULL, TOKEN, 0), "splice");
	return DONE;
}

/* Duplicated into a second pipe, which goes to the socket. */
static int cmd_tee(char **arg)
{
	int fd = dial(WORLD), from = open_at(arg[0], O_RDONLY), p[2], q[2];

	need(pipe(p), "pipe");
	need(pipe(q), "pipe");
	need(splice(from, NULL, p[1], NULL, TOKEN, 0), "splice");
	need(tee(p[0], q[1], TOKEN, 0), "tee");
	need(splice(q[0], NULL, fd, NULL, TOKEN, 0), "splice");
	return DONE;
}

static int cmd_aio(char **arg)
{
	struct iocb cb = { .aio_lio_opcode = IOCB_CMD_PWRITE,
			   .aio_buf = (uintptr_t)token,
			   .aio_nbytes = TOKEN },
		    *list = &cb;
	aio_context_t ctx = 0;
	struct io_event done;

	cb.aio_fildes = dial(WORLD);
	need(syscall(SYS_io_setup, 1, &ctx), "io_setup");
	read_secret(arg[0], token);
	need(syscall(SYS_io_submit, ctx, 1, &list), "io_submit");
	need(syscall(SYS_io_getevents, ctx, 1, 1, &done, NULL), "io_getevents");
	errno = done.res < 0 ? -done.res : 0;
	need(done.res < 0 ? -1 : 0, "aio");
	return DONE;
}

/* Connected by the parent; the child that reads only writes to it. */
static int inherited(char **arg)
{
	int fd = dial(WORLD);
	pid_t pid = spawn();

	if (!pid) {
		read_secret(arg[0], token);
		put(fd, token, TOKEN);
		_exit(DONE);
	}
	close(fd);
	finish(pid);
	return DONE;
}

static void give(int via, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} c = { { 0 } };
	struct iovec v = { "", 1 };
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = c.bytes,
			    .msg_controllen = sizeof(c.bytes) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(h), &fd, sizeof(fd));
	need(sendmsg(via, &m, 0), "SCM_RIGHTS");
}

/* A descriptor that is withheld leaves the message without it. */
static int receive(int via)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} c;
	char byte;
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = c.bytes,
			    .msg_controllen = sizeof(c.bytes) };
	struct cmsghdr *h;
	int fd;

	if (!need(recvmsg(via, &m, 0), "recvmsg"))
		_exit(SILENT);
	h = CMSG_FIRSTHDR(&m);
	if (!h || h->cmsg_type != SCM_RIGHTS)
		_exit(REFUSED);
	memcpy(&fd, CMSG_DATA(h), sizeof(fd));
	return fd;
}

/* A, with the secret, is given a connection by B. */
static int passed_socket(char **arg)
{
	int pair[2];
	pid_t pid;

	need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	pid = spawn();
	if (!pid) {
		close(pair[0]);
		read_secret(arg[0], token);
		put(receive(pair[1]), token, TOKEN);
		_exit(DONE);
	}
	close(pair[1]);
	give(pair[0], dial(WORLD));
	finish(pid);
	return DONE;
}

/* A takes it out of B's table by itself. */
static int pidfd_socket(char **arg)
{
	int fd = dial(WORLD), peer;
	pid_t parent = getpid(), pid = spawn();

	if (!pid) {
		close(fd);
		read_secret(arg[0], token);
		peer = need(syscall(SYS_pidfd_open, parent, 0), "pidfd_open");
		put(need(syscall(SYS_pidfd_getfd, peer, fd, 0), "pidfd_getfd"),
		    token, TOKEN);
		_exit(DONE);
	}
	finish(pid);
	return DONE;
}

/* B gets the open file and reads it: A never did. */
static int passed_file(char **arg)
{
	int pair[2];
	pid_t pid;

	need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	pid = spawn();
	if (!pid) {
		give(pair[1], open_at(arg[0], O_RDONLY));
		_exit(DONE);
	}
	close(pair[1]);
	finish(pid);
	take(receive(pair[0]), token);
	return tell(token, TOKEN);
}

/* A's file to B, B's to C; and C was connected before. */
static int passed_twice(char **arg)
{
	int fd = dial(WORLD), one[2], two[2];
	pid_t a, b;

	need(socketpair(AF_UNIX, SOCK_STREAM, 0, one), "socketpair");
	need(socketpair(AF_UNIX, SOCK_STREAM, 0, two), "socketpair");
	a = spawn();
	if (!a) {
		give(one[1], open_at(arg[0], O_RDONLY));
		_exit(DONE);
	}
	finish(a);
	b = spawn();
	if (!b) {
		give(two[1], receive(one[0]));
		_exit(DONE);
	}
	finish(b);
	take(receive(two[0]), token);
	if (write(fd, token, TOKEN) == TOKEN)
		return DONE;
	_exit(is_labelled() ? LABELLED : REFUSED);
}

/* B takes the open file out of A's table. */
static int pidfd_file(char **arg)
{
	int from = 100, peer;
	pid_t pid = spawn();

	if (!pid) {
		need(dup2(open_at(arg[0], O_RDONLY), from), "dup2");
		hold_still();
		_exit(DONE);
	}
	wait_still(pid);
	peer = need(syscall(SYS_pidfd_open, pid, 0), "pidfd_open");
	take(need(syscall(SYS_pidfd_getfd, peer, from, 0), "pidfd_getfd"),
	     token);
	kill(pid, SIGKILL);
	return tell(token, TOKEN);
}

/* One table of descriptors, two memories: A opens, B reads. */
static int shared_table(char **arg)
{
	pid_t pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);

	need(pid, "clone");
	if (!pid) {
		need(dup3(open(arg[0], O_RDONLY), 100, 0), "dup3");
		_exit(DONE);
	}
	finish(pid);
	take(100, token);
	return tell(token, TOKEN);
}

/* The same the other way: B opens the connection, A writes to it. */
static int shared_table_out(char **arg)
{
	pid_t pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);

	need(pid, "clone");
	if (!pid) {
		read_secret(arg[0], token);
		hold_still();
		put(100, token, TOKEN);
		_exit(DONE);
	}
	wait_still(pid);
	need(dup3(dial(WORLD), 100, 0), "dup3");
	kill(pid, SIGCONT);
	finish(pid);
	return DONE;
}

/* Whoever connects gets it: accepted, not connected. */
static int serve(char **arg)
{
	struct sockaddr_in in = world_in(HERE, atoi(arg[1]));
	int fd = need(socket(AF_INET, SOCK_STREAM, 0), "socket"), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	need(bind(fd, (struct sockaddr *)&in, sizeof(in)), "bind");
	need(listen(fd, 1), "listen");
	fd = need(accept(fd, NULL, NULL), "accept");
	read_secret(arg[0], token);
	put(fd, token, TOKEN);
	return DONE;
}

/* fd-out FD SECRET: with a connection that whoever started this had made */
static int fd_out(char **arg)
{
	read_secret(arg[1], token);
	put(atoi(arg[0]), token, TOKEN);
	return DONE;
}

/* dial COMMAND...: starts it with a connection as descriptor 9 */
static int cmd_dial(char **arg)
{
	need(dup2(dial(WORLD), 9), "dup2");
	execvp(arg[0], arg);
	fail(arg[0]);
}

const struct verb verbs_pass[] = {
	{ "sendfile", 1, cmd_sendfile },
	{ "splice", 1, cmd_splice },
	{ "vmsplice", 1, cmd_vmsplice },
	{ "tee", 1, cmd_tee },
	{ "aio", 1, cmd_aio },
	{ "inherited", 1, inherited },
	{ "passed-socket", 1, passed_socket },
	{ "pidfd-socket", 1, pidfd_socket },
	{ "passed-file", 1, passed_file },
	{ "passed-twice", 1, passed_twice },
	{ "pidfd-file", 1, pidfd_file },
	{ "shared-table", 1, shared_table },
	{ "shared-table-out", 1, shared_table_out },
	{ "serve", 2, serve },
	{ "fd-out", 2, fd_out },
	{ "dial", 1, cmd_dial },
	{ NULL, 0, NULL },
};
