// SPDX-License-Identifier: MIT
/* Mappings that are executable, or become so. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "helper.h"

static void *map_or_fail(int prot, int flags, int fd)
{
	void *p = mmap(NULL, 4096, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		fail("mmap");
	return p;
}

static void protect_or_fail(void *p, int prot)
{
	if (mprotect(p, 4096, prot))
		fail("mprotect");
}

static void *map_file(const char *path, int prot)
{
	int fd = open_or_fail(path, O_RDONLY);
	void *p = map_or_fail(prot, MAP_PRIVATE, fd);

	close(fd);
	return p;
}

int cmd_anon(char **arg)
{
	(void)arg;
	map_or_fail(PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1);
	return 0;
}

int cmd_anon_protect(char **arg)
{
	char *p = map_or_fail(PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1);

	(void)arg;
	p[0] = 1;
	protect_or_fail(p, PROT_READ | PROT_EXEC);
	return 0;
}

int cmd_map(char **arg)
{
	map_file(arg[0], PROT_READ | PROT_EXEC);
	return 0;
}

int cmd_map_rwx(char **arg)
{
	map_file(arg[0], PROT_READ | PROT_WRITE | PROT_EXEC);
	return 0;
}

int cmd_map_wait(char **arg)
{
	map_file(arg[0], PROT_READ | PROT_EXEC);
	ready();
}

int cmd_protect(char **arg)
{
	protect_or_fail(map_file(arg[0], PROT_READ), PROT_READ | PROT_EXEC);
	return 0;
}

/* Code that was measured, and that can be changed in place from now on. */
int cmd_rwx(char **arg)
{
	protect_or_fail(map_file(arg[0], PROT_READ | PROT_EXEC),
			PROT_READ | PROT_WRITE | PROT_EXEC);
	return 0;
}

/* A private page of a file mapping holds what was stored, not the file. */
int cmd_cow(char **arg)
{
	char *p = map_file(arg[0], PROT_READ | PROT_WRITE);

	p[0] = 1;
	protect_or_fail(p, PROT_READ | PROT_EXEC);
	return 0;
}

static volatile sig_atomic_t over;

static void stop(int signal)
{
	(void)signal;
	over = 1;
}

/* New contents, each made executable by mprotect, until SIGTERM; how many. */
int cmd_protects(char **arg)
{
	uint64_t n, first = strtoull(arg[1], NULL, 0);
	char path[256];

	signal(SIGTERM, stop);
	for (n = 0; !over; n++) {
		snprintf(path, sizeof(path), "%s/%lx", arg[0],
			 (unsigned long)(first + n));
		write_tiny(path, first + n);
		protect_or_fail(map_file(path, PROT_READ),
				PROT_READ | PROT_EXEC);
		if (!n) {
			puts("ready");
			fflush(stdout);
		}
		usleep(50000);
	}
	printf("%lu\n", (unsigned long)n);
	fflush(stdout);
	ready();
}

static void *other_thread(void *unused)
{
	(void)unused;
	sleep(1); /* the leader has ended by then */
	ready();
}

/* A process whose first thread is gone. */
int cmd_leaderless(char **arg)
{
	pthread_t thread;

	map_file(arg[0], PROT_READ | PROT_EXEC);
	errno = pthread_create(&thread, NULL, other_thread, NULL);
	if (errno)
		fail("pthread_create");
	pthread_exit(NULL);
}
