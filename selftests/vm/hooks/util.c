// SPDX-License-Identifier: MIT
/* Files, sockets and children that operations begin with. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "hooks.h"

int opened(const char *path, int flags)
{
	return (int)must(open(path, flags | O_CLOEXEC, 0644), path);
}

void put(const char *path, const char *text)
{
	int fd = opened(path, O_WRONLY);

	must(write(fd, text, strlen(text)), path);
	close(fd);
}

int fresh(const char *name)
{
	static const char page[PAGE] = "content";
	int fd;

	unlink(name);
	fd = opened(name, O_RDWR | O_CREAT | O_EXCL);
	must(write(fd, page, sizeof(page)), name);
	must(lseek(fd, 0, SEEK_SET), name);
	return fd;
}

void piped(int fd[2])
{
	must(pipe2(fd, O_CLOEXEC), "make a pipe");
}

void tcp_pair(int fd[2])
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(to);
	int l = (int)must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
			  "make a socket");

	must(bind(l, (void *)&to, sizeof(to)), "bind");
	must(listen(l, 1), "listen");
	must(getsockname(l, (void *)&to, &len), "getsockname");
	fd[0] = (int)must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
			  "make a socket");
	must(connect(fd[0], (void *)&to, sizeof(to)), "connect");
	fd[1] = (int)must(accept4(l, NULL, NULL, SOCK_CLOEXEC), "accept");
	close(l);
}

void unix_pair(int fd[2], int type)
{
	must(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fd), "socketpair");
}

pid_t child_waiting(void)
{
	int ready[2];
	pid_t pid;
	char c;

	piped(ready);
	pid = (pid_t)must(fork(), "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		must(write(ready[1], "", 1), "say that it waits");
		for (;;)
			pause();
	}
	must(read(ready[0], &c, 1), "wait for the child");
	close(ready[0]);
	close(ready[1]);
	return pid;
}

void child_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

long in_child(long (*body)(void))
{
	int status;
	pid_t pid = (pid_t)must(fork(), "fork");

	if (!pid)
		_exit((int)-body());
	must(waitpid(pid, &status, 0), "wait");
	gate(false); /* it may have died with the gate open */
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

static long spawn(const char *path, char *const argv[])
{
	static char *const envp[] = { NULL };
	int status;
	pid_t pid = vfork();

	if (!pid) {
		execve(path, argv, envp);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	errno = ENOEXEC;
	return status ? -1 : 0;
}

long run_program(const char *path, char *const argv[])
{
	return COUNT(spawn(path, argv));
}
