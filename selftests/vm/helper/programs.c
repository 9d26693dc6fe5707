// SPDX-License-Identifier: MIT
/* Programs that nobody has seen: one, many, by many users, without a name. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper.h"

#define TINY_BASE 0x400000UL

/* The smallest program: exits with 0.  Each @number makes another content. */
void tiny(uint8_t out[TINY_SIZE], uint64_t number)
{
	static const uint8_t head[] = {
		0x7f, 'E', 'L', 'F', 2, 1, 1,  0, 0, 0, 0, 0,
		0,    0,   0,	0,   2, 0, 62, 0, 1, 0, 0, 0,
	};
	static const uint8_t code[] = {
		0xb8, 60,   0,	  0,	0, /* mov $60, %eax */
		0x31, 0xff, 0x0f, 0x05, /* xor %edi, %edi; syscall */
	};
	const uint64_t entry = TINY_BASE + 120, size = TINY_SIZE;
	const uint64_t phdr[7] = { 1 | 5ULL << 32, 0,	 TINY_BASE, TINY_BASE,
				   size,	   size, 4096 };

	memset(out, 0, TINY_SIZE);
	memcpy(out, head, sizeof(head));
	memcpy(out + 24, &entry, 8);
	out[32] = 64; /* where the program header is */
	out[52] = 64; /* sizes of the headers, and how many */
	out[54] = 56;
	out[56] = 1;
	memcpy(out + 64, phdr, sizeof(phdr));
	memcpy(out + 120, code, sizeof(code));
	memcpy(out + 136, &number, 8);
}

void write_tiny(const char *path, uint64_t number)
{
	uint8_t image[TINY_SIZE];
	int fd = open_or_fail(path, O_WRONLY | O_CREAT | O_TRUNC);

	tiny(image, number);
	write_or_fail(fd, image, sizeof(image));
	close(fd);
}

static int run(const char *path)
{
	char *const argv[] = { (char *)path, NULL };
	char *const envp[] = { NULL };
	int status, err;
	pid_t pid;

	err = posix_spawn(&pid, path, NULL, NULL, argv, envp);
	if (err)
		return err;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fail("waitpid");
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : EIO;
}

int cmd_tiny(char **arg)
{
	write_tiny(arg[0], strtoull(arg[1], NULL, 0));
	return 0;
}

/* Runs @count programs that nobody has seen, beginning with number @first. */
int cmd_flood(char **arg)
{
	unsigned long i, count = strtoul(arg[1], NULL, 0), ran = 0;
	uint64_t first = strtoull(arg[2], NULL, 0);
	char path[256];
	int err = 0;

	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%lx", arg[0],
			 (unsigned long)first + i);
		write_tiny(path, first + i);
		err = run(path);
		unlink(path);
		if (err)
			break;
		ran++;
	}
	printf("%lu %s\n", ran, err ? strerrorname_np(err) : "ok");
	return err != 0;
}

/* Runs a new program as user @uid.  Return: 0, or an errno. */
static int run_as(const char *path, uint64_t number, uid_t uid)
{
	int status;
	pid_t pid;

	write_tiny(path, number);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (!pid) {
		if (!setresuid(uid, uid, uid))
			execl(path, path, NULL);
		_exit(errno);
	}
	if (waitpid(pid, &status, 0) < 0)
		fail("waitpid");
	unlink(path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static int run_as_each(const char *dir, unsigned long count, uint64_t first,
		       uid_t uid)
{
	unsigned long i;
	char path[256];
	int err = 0;

	for (i = 0; i < count && !err; i++) {
		snprintf(path, sizeof(path), "%s/%lx", dir,
			 (unsigned long)first + i);
		err = run_as(path, first + i, uid + i);
	}
	printf("%lu %s\n", i, err ? strerrorname_np(err) : "ok");
	fflush(stdout);
	return err != 0;
}

/* @count new programs, from number @first on, each as a user of its own. */
int cmd_accounts(char **arg)
{
	return run_as_each(arg[0], strtoul(arg[1], NULL, 0),
			   strtoull(arg[2], NULL, 0),
			   (uid_t)strtoul(arg[3], NULL, 0));
}

static void map_ids(pid_t pid, const char *which)
{
	static const char map[] = "0 1000 1\n1 100000 60000\n";
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, which);
	write_or_fail(open_or_fail(path, O_WRONLY), map, sizeof(map) - 1);
}

/* The same by user 1000, as the subordinate users that root has given him. */
int cmd_subuids(char **arg)
{
	int go[2], there[2], status;
	pid_t pid;
	char c;

	if (pipe(go) || pipe(there))
		fail("pipe");
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (!pid) {
		if (setresgid(1000, 1000, 1000) ||
		    setresuid(1000, 1000, 1000) || unshare(CLONE_NEWUSER))
			fail("unshare");
		write_or_fail(there[1], "", 1);
		if (read(go[0], &c, 1) != 1 || setresuid(0, 0, 0))
			fail("setresuid");
		_exit(run_as_each(arg[0], strtoul(arg[1], NULL, 0),
				  strtoull(arg[2], NULL, 0), 1));
	}
	if (read(there[0], &c, 1) != 1)
		fail("the other end");
	map_ids(pid, "uid_map");
	map_ids(pid, "gid_map");
	write_or_fail(go[1], "", 1);
	if (waitpid(pid, &status, 0) < 0)
		fail("waitpid");
	return status != 0;
}

/* Writes and runs one file over and over, each time with another content. */
int cmd_churn(char **arg)
{
	unsigned long i, count = strtoul(arg[1], NULL, 0);
	uint64_t first = strtoull(arg[2], NULL, 0);
	int err;

	for (i = 0; i < count; i++) {
		write_tiny(arg[0], first + i);
		/* A fork of a neighbour may hold our writer for a moment. */
		while ((err = run(arg[0])) == ETXTBSY)
			usleep(1000);
		if (err) {
			errno = err;
			fail(arg[0]);
		}
	}
	return 0;
}

static __attribute__((noreturn)) void exec_fd(int fd)
{
	char *const argv[] = { (char *)"from-a-descriptor", NULL };
	char *const envp[] = { NULL };

	fexecve(fd, argv, envp);
	fail("fexecve");
}

int cmd_memfd(char **arg)
{
	uint8_t image[TINY_SIZE];
	int fd = memfd_create("code", MFD_CLOEXEC);

	if (fd < 0)
		fail("memfd_create");
	tiny(image, strtoull(arg[0], NULL, 0));
	write_or_fail(fd, image, sizeof(image));
	exec_fd(fd);
}

int cmd_tmpfile(char **arg)
{
	uint8_t image[TINY_SIZE];
	char path[64];
	int fd = open_or_fail(arg[0], O_TMPFILE | O_RDWR), again;

	tiny(image, strtoull(arg[1], NULL, 0));
	write_or_fail(fd, image, sizeof(image));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open_or_fail(path, O_RDONLY);
	close(fd);
	exec_fd(again);
}

int cmd_unlinked(char **arg)
{
	int fd;

	write_tiny(arg[0], strtoull(arg[1], NULL, 0));
	fd = open_or_fail(arg[0], O_RDONLY);
	if (unlink(arg[0]))
		fail(arg[0]);
	exec_fd(fd);
}
