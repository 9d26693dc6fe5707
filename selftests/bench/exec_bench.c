// SPDX-License-Identifier: MIT
/*
 * Guest side of the exec benchmark: times what measuring code adds to.  Prints
 * one JSON object of case -> nanoseconds (median) on standard output.  Meant for
 * a guest whose clock counts instructions; static, single-threaded.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_SAMPLES 4096
#define MIB (1 << 20)

static uint64_t sample[MAX_SAMPLES];

static void die(const char *what, const char *name)
{
	fprintf(stderr, "exec_bench: cannot %s %s: %s\n", what, name,
		strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static uint64_t median(unsigned int n)
{
	qsort(sample, n, sizeof(sample[0]), by_value);
	return sample[n / 2];
}

/* vfork and execve, so that fork's own cost stays small and the same. */
static void run(const char *path)
{
	char *const argv[] = { (char *)path, NULL };
	char *const envp[] = { NULL };
	int status;
	pid_t pid = vfork();

	if (!pid) {
		execve(path, argv, envp);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("run", path);
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		errno = ENOEXEC;
		die("run", path);
	}
}

/* A program of @size bytes whose tail makes its content unique. */
static void make_program(const char *path, const char *base, size_t size,
			 uint32_t unique)
{
	static uint8_t buf[MIB];
	struct stat st;
	int fd = open(base, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) || (size_t)st.st_size + 4 > size ||
	    size > sizeof(buf) ||
	    read(fd, buf, (size_t)st.st_size) != st.st_size)
		die("read", base);
	close(fd);
	memset(buf + st.st_size, 0, size - (size_t)st.st_size);
	memcpy(buf + size - 4, &unique, 4);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0 || write(fd, buf, size) != (ssize_t)size)
		die("write", path);
	close(fd);
}

static uint64_t cached_exec(const char *dir, const char *base)
{
	unsigned int i, n = 200;
	char path[256];
	uint64_t t;

	snprintf(path, sizeof(path), "%s/cached", dir);
	make_program(path, base, 64 << 10, 1);
	for (i = 0; i < 20; i++)
		run(path);
	for (i = 0; i < n; i++) {
		t = now();
		run(path);
		sample[i] = now() - t;
	}
	return median(n);
}

static uint64_t first_exec(const char *dir, const char *base, unsigned int n,
			   size_t size, uint32_t unique)
{
	char path[256];
	unsigned int i;
	uint64_t t;

	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/first", dir);
		unlink(path);
		make_program(path, base, size, unique + i);
		t = now();
		run(path);
		sample[i] = now() - t;
	}
	unlink(path);
	return median(n);
}

/*
 * A library's text as the dynamic linker maps it: all of it, executable, used
 * (one access for each run of pages that one fault brings in), unmapped.
 */
static uint64_t cached_mmap(const char *path)
{
	const unsigned int n = 64, loops = 50;
	const volatile uint8_t *p;
	unsigned int i, j, at;
	uint64_t t;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("open", path);
	for (i = 0; i < n; i++) {
		t = now();
		for (j = 0; j < loops; j++) {
			p = mmap(NULL, MIB, PROT_READ | PROT_EXEC, MAP_PRIVATE,
				 fd, 0);
			if (p == MAP_FAILED)
				die("map", path);
			for (at = 0; at < MIB; at += 64 << 10)
				(void)p[at];
			munmap((void *)p, MIB);
		}
		sample[i] = (now() - t) / loops;
	}
	close(fd);
	return median(n);
}

static uint64_t open_close(const char *path)
{
	const unsigned int n = 64, loops = 500;
	unsigned int i, j;
	uint64_t t;
	int fd;

	for (i = 0; i < n; i++) {
		t = now();
		for (j = 0; j < loops; j++) {
			fd = open(path, O_RDONLY);
			if (fd < 0)
				die("open", path);
			close(fd);
		}
		sample[i] = (now() - t) / loops;
	}
	return median(n);
}

static uint64_t pread5(const char *path)
{
	const unsigned int n = 64, loops = 2000;
	unsigned int i, j;
	char buf[5];
	uint64_t t;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("open", path);
	for (i = 0; i < n; i++) {
		t = now();
		for (j = 0; j < loops; j++) {
			if (pread(fd, buf, sizeof(buf), 0) != sizeof(buf))
				die("read", path);
		}
		sample[i] = (now() - t) / loops;
	}
	close(fd);
	return median(n);
}

/* Many distinct small programs at once; returns what the whole burst took. */
static uint64_t burst(const char *dir, const char *base, unsigned int n)
{
	char path[256];
	unsigned int i;
	uint64_t t;

	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/burst%u", dir, i);
		make_program(path, base, 16 << 10, 0x40000000u + i);
	}
	t = now();
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/burst%u", dir, i);
		run(path);
	}
	t = now() - t;
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/burst%u", dir, i);
		unlink(path);
	}
	return t;
}

int main(int argc, char **argv)
{
	const char *dir, *base;
	char data[256], library[256];

	if (argc != 4) {
		fprintf(stderr,
			"usage: exec_bench all|first|burst DIR PROGRAM\n");
		return 2;
	}
	dir = argv[2];
	base = argv[3];
	snprintf(data, sizeof(data), "%s/data", dir);
	make_program(data, base, 64 << 10, 2);
	snprintf(library, sizeof(library), "%s/library", dir);
	make_program(library, base, MIB, 3);
	if (!strcmp(argv[1], "burst")) {
		printf("{\"burst_1000\": %llu}\n",
		       (unsigned long long)burst(dir, base, 1000));
		return 0;
	}
	if (!strcmp(argv[1], "first")) {
		printf("{\"first_exec_1m\": %llu}\n",
		       (unsigned long long)first_exec(dir, base, 15, MIB,
						      9000));
		return 0;
	}
	printf("{\"cached_exec\": %llu, ",
	       (unsigned long long)cached_exec(dir, base));
	printf("\"first_exec_1m\": %llu, ",
	       (unsigned long long)first_exec(dir, base, 15, MIB, 100));
	printf("\"cached_mmap\": %llu, ",
	       (unsigned long long)cached_mmap(library));
	printf("\"open_close\": %llu, ", (unsigned long long)open_close(data));
	printf("\"pread5\": %llu}\n", (unsigned long long)pread5(data));
	return 0;
}
