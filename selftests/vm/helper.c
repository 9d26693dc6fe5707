// SPDX-License-Identifier: MIT
/*
 * /vm/helper in the test machine: the few things that no shell command does,
 * one verb each.  Prints the errno's name and exits with 1 when refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TINY_SIZE 160
#define TINY_BASE 0x400000UL
#define DELETE_MODULE_32 129

static __attribute__((noreturn)) void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerrorname_np(errno));
	exit(1);
}

static int open_or_fail(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0755);

	if (fd < 0)
		fail(path);
	return fd;
}

static void write_or_fail(int fd, const void *buf, size_t len)
{
	if (write(fd, buf, len) != (ssize_t)len)
		fail("write");
}

static void *map_or_fail(int prot, int flags, int fd)
{
	void *p = mmap(NULL, 4096, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		fail("mmap");
	return p;
}

static void protect_or_fail(void *p)
{
	if (mprotect(p, 4096, PROT_READ | PROT_EXEC))
		fail("mprotect");
}

/* The smallest program: exits with 0.  Each @number makes another content. */
static void tiny(uint8_t out[TINY_SIZE], uint64_t number)
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

static void write_tiny(const char *path, uint64_t number)
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

static int cmd_tiny(char **arg)
{
	write_tiny(arg[0], strtoull(arg[1], NULL, 0));
	return 0;
}

/* Runs @count programs that nobody has seen, beginning with number @first. */
static int cmd_flood(char **arg)
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

/* Writes and runs one file over and over, each time with another content. */
static int cmd_churn(char **arg)
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

static int cmd_anon(char **arg)
{
	(void)arg;
	map_or_fail(PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1);
	return 0;
}

static int cmd_anon_protect(char **arg)
{
	char *p = map_or_fail(PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1);

	(void)arg;
	p[0] = 1;
	protect_or_fail(p);
	return 0;
}

static int cmd_map(char **arg)
{
	map_or_fail(PROT_READ | PROT_EXEC, MAP_PRIVATE,
		    open_or_fail(arg[0], O_RDONLY));
	return 0;
}

static int cmd_protect(char **arg)
{
	protect_or_fail(map_or_fail(PROT_READ, MAP_PRIVATE,
				    open_or_fail(arg[0], O_RDONLY)));
	return 0;
}

/* A private page of a file mapping holds what was stored, not the file. */
static int cmd_cow(char **arg)
{
	char *p = map_or_fail(PROT_READ | PROT_WRITE, MAP_PRIVATE,
			      open_or_fail(arg[0], O_RDONLY));

	p[0] = 1;
	protect_or_fail(p);
	return 0;
}

static __attribute__((noreturn)) void exec_fd(int fd)
{
	char *const argv[] = { (char *)"from-a-descriptor", NULL };
	char *const envp[] = { NULL };

	fexecve(fd, argv, envp);
	fail("fexecve");
}

static int cmd_memfd(char **arg)
{
	uint8_t image[TINY_SIZE];
	int fd = memfd_create("code", MFD_CLOEXEC);

	if (fd < 0)
		fail("memfd_create");
	tiny(image, strtoull(arg[0], NULL, 0));
	write_or_fail(fd, image, sizeof(image));
	exec_fd(fd);
}

static int cmd_tmpfile(char **arg)
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

static int cmd_unlinked(char **arg)
{
	int fd;

	write_tiny(arg[0], strtoull(arg[1], NULL, 0));
	fd = open_or_fail(arg[0], O_RDONLY);
	if (unlink(arg[0]))
		fail(arg[0]);
	exec_fd(fd);
}

static int cmd_finit(char **arg)
{
	if (syscall(SYS_finit_module, open_or_fail(arg[0], O_RDONLY), "", 0))
		fail("finit_module");
	return 0;
}

static int cmd_init(char **arg)
{
	int fd = open_or_fail(arg[0], O_RDONLY);
	struct stat st;
	void *image;

	if (fstat(fd, &st))
		fail(arg[0]);
	image = malloc(st.st_size);
	if (!image || read(fd, image, st.st_size) != st.st_size)
		fail(arg[0]);
	if (syscall(SYS_init_module, image, st.st_size, ""))
		fail("init_module");
	return 0;
}

static int cmd_delete(char **arg)
{
	if (syscall(SYS_delete_module, arg[0], strtoul(arg[1], NULL, 0)))
		fail("delete_module");
	return 0;
}

/* The same by the system call that 32-bit programs make. */
static int cmd_delete32(char **arg)
{
	static char name[64]; /* this program lies below 4 GiB */
	long ret;

	snprintf(name, sizeof(name), "%s", arg[0]);
	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(DELETE_MODULE_32), "b"(name),
			   "c"(strtoul(arg[1], NULL, 0)), "d"(0)
			 : "memory", "r8", "r9", "r10", "r11");
	if ((int)ret < 0) {
		errno = -(int)ret;
		fail("delete_module");
	}
	return 0;
}

/* Punches a hole into the second page. */
static int cmd_punch(char **arg)
{
	if (fallocate(open_or_fail(arg[0], O_RDWR),
		      FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 4096))
		fail("fallocate");
	return 0;
}

static const struct {
	const char *name;
	int args;
	int (*run)(char **arg);
} verbs[] = {
	{ "tiny", 2, cmd_tiny },
	{ "flood", 3, cmd_flood },
	{ "churn", 3, cmd_churn },
	{ "anon", 0, cmd_anon },
	{ "anon-protect", 0, cmd_anon_protect },
	{ "map", 1, cmd_map },
	{ "protect", 1, cmd_protect },
	{ "cow", 1, cmd_cow },
	{ "memfd", 1, cmd_memfd },
	{ "tmpfile", 2, cmd_tmpfile },
	{ "unlinked", 2, cmd_unlinked },
	{ "finit", 1, cmd_finit },
	{ "init", 1, cmd_init },
	{ "delete", 2, cmd_delete },
	{ "delete32", 2, cmd_delete32 },
	{ "punch", 1, cmd_punch },
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(argv[1], verbs[i].name) &&
		    argc == verbs[i].args + 2)
			return verbs[i].run(argv + 2);
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		fprintf(stderr, "helper %s: %d arguments\n", verbs[i].name,
			verbs[i].args);
	return 2;
}
