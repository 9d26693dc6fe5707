// SPDX-License-Identifier: MIT
/* Memory that A and B share, whichever way it came to be shared. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <unistd.h>

#include "leak.h"

static char token[TOKEN];

static char *map_shared(int fd, int prot)
{
	return need_map(mmap(NULL, 4096, prot, MAP_SHARED, fd, 0), "mmap");
}

/* A page for both, and A puts the secret in. */
static int through(const char *secret, char *shared)
{
	pid_t pid = spawn();

	if (!pid) {
		read_secret(secret, token);
		memcpy(shared, token, TOKEN);
		_exit(DONE);
	}
	finish(pid);
	return tell(shared, TOKEN);
}

static int map_anonymous(char **arg)
{
	return through(arg[0], need_map(mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					     MAP_SHARED | MAP_ANONYMOUS, -1, 0),
					"mmap"));
}

static int new_file(const char *path)
{
	int fd = open_at(path, O_RDWR | O_CREAT);

	need(ftruncate(fd, 4096), "ftruncate");
	return fd;
}

/* map-file SECRET FILE: both have mapped it before */
static int map_file(char **arg)
{
	return through(arg[0],
		       map_shared(new_file(arg[1]), PROT_READ | PROT_WRITE));
}

static char *volatile between;

static void *wait_and_tell(void *unused)
{
	(void)unused;
	while (!between[TOKEN])
		usleep(1000);
	_exit(tell(between, TOKEN));
}

/* B's first thread ends, and another one loads. */
static int map_no_leader(char **arg)
{
	pthread_t thread;
	pid_t a, b;

	between = need_map(mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0),
			   "mmap");
	b = spawn();
	if (!b) {
		need(-pthread_create(&thread, NULL, wait_and_tell, NULL),
		     "thread");
		pthread_exit(NULL);
	}
	a = spawn();
	if (!a) {
		usleep(200000);
		read_secret(arg[0], token);
		memcpy(between, token, TOKEN);
		between[TOKEN] = 1;
		_exit(DONE);
	}
	finish(a);
	_exit(ended(b));
}

/* map-read SECRET FILE: A stores to its mapping, B opens the file and reads */
static int map_read(char **arg)
{
	int fd = new_file(arg[1]);
	char *shared = map_shared(fd, PROT_READ | PROT_WRITE);
	pid_t pid = spawn();

	if (!pid) {
		read_secret(arg[0], token);
		memcpy(shared, token, TOKEN);
		_exit(DONE);
	}
	close(fd);
	munmap(shared, 4096);
	finish(pid);
	read_secret(arg[1], token);
	return tell(token, TOKEN);
}

/* map-write SECRET FILE: A writes to the file, B has mapped it to read */
static int map_write(char **arg)
{
	char *shared = map_shared(new_file(arg[1]), PROT_READ);
	pid_t pid = spawn();

	if (!pid) {
		read_secret(arg[0], token);
		put(open_at(arg[1], O_WRONLY), token, TOKEN);
		_exit(DONE);
	}
	finish(pid);
	return tell(shared, TOKEN);
}

/*
 * map-chain SECRET ONE TWO: A shares one file with B, B another with C, and no
 * one of them makes a call once A has read.
 */
static int map_chain(char **arg)
{
	char *one = map_shared(new_file(arg[1]), PROT_READ | PROT_WRITE);
	char *two = map_shared(new_file(arg[2]), PROT_READ | PROT_WRITE);
	volatile char *from = one;
	pid_t a, b;
	int i;

	b = spawn();
	if (!b) {
		while (!from[TOKEN - 1])
			;
		for (i = 0; i < TOKEN; i++)
			two[i] = from[i];
		_exit(DONE);
	}
	munmap(one, 4096);
	a = spawn();
	if (!a) {
		one = map_shared(open_at(arg[1], O_RDWR),
				 PROT_READ | PROT_WRITE);
		munmap(two, 4096);
		read_secret(arg[0], token);
		memcpy(one, token, TOKEN);
		_exit(DONE);
	}
	finish(a);
	finish(b);
	return tell(two, TOKEN);
}

/* A names it through /proc; nothing was passed. */
static int memfd_named(char **arg)
{
	int fd = need(memfd_create("leak", 0), "memfd_create");
	char path[64];
	pid_t pid;

	need(ftruncate(fd, 4096), "ftruncate");
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), fd);
	pid = spawn();
	if (!pid) {
		close(fd);
		read_secret(arg[0], token);
		put(open_at(path, O_WRONLY), token, TOKEN);
		_exit(DONE);
	}
	finish(pid);
	need(pread(fd, token, TOKEN, 0), "pread");
	return tell(token, TOKEN);
}

static int memfd_mapped(char **arg)
{
	int fd = need(memfd_create("leak", 0), "memfd_create");

	need(ftruncate(fd, 4096), "ftruncate");
	return through(arg[0], map_shared(fd, PROT_READ | PROT_WRITE));
}

static int memfd_secret_mapped(char **arg)
{
	int fd = need(syscall(SYS_memfd_secret, 0), "memfd_secret");

	need(ftruncate(fd, 4096), "ftruncate");
	return through(arg[0], map_shared(fd, PROT_READ | PROT_WRITE));
}

static int posix_shm(char **arg)
{
	int fd = need(shm_open("/leak", O_RDWR | O_CREAT, 0600), "shm_open");

	shm_unlink("/leak");
	need(ftruncate(fd, 4096), "ftruncate");
	return through(arg[0], map_shared(fd, PROT_READ | PROT_WRITE));
}

static int huge_pages(char **arg)
{
	return through(arg[0],
		       need_map(mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB,
				     -1, 0),
				"MAP_HUGETLB"));
}

/* before SECRET: mapped, and then it gets its label: see late_label */
static int map_before(char **arg)
{
	char *early = need_map(mmap(NULL, 4096, PROT_READ, MAP_SHARED,
				    open_at(arg[0], O_RDONLY), 0),
			       "mmap");

	hold_still();
	return tell(early, TOKEN);
}

/* The same, and the descriptor is another one's. */
static int dup_before(char **arg)
{
	int fd = need(dup(open_at(arg[0], O_RDONLY)), "dup");

	hold_still();
	need(pread(fd, token, TOKEN, 0), "pread");
	return tell(token, TOKEN);
}

/* And here nothing of it has been read, but the connection is there as well. */
static int sendfile_before(char **arg)
{
	int from = open_at(arg[0], O_RDONLY), to = dial(WORLD), p[2];

	need(pipe(p), "pipe");
	hold_still();
	need(splice(from, NULL, p[1], NULL, TOKEN, 0), "splice");
	need(splice(p[0], NULL, to, NULL, TOKEN, 0), "splice");
	return DONE;
}

static void *reader(void *path)
{
	read_secret(path, token);
	return NULL;
}

/* One thread reads, another one sends. */
static int cmd_thread(char **arg)
{
	pthread_t thread;
	int fd = dial(WORLD);

	errno = pthread_create(&thread, NULL, reader, arg[0]);
	if (errno)
		broken("pthread_create");
	pthread_join(thread, NULL);
	put(fd, token, TOKEN);
	return DONE;
}

/* The child runs in the parent's memory until it ends. */
static int cmd_vfork(char **arg)
{
	int fd = dial(WORLD);
	static volatile pid_t pid;

	pid = vfork();
	need(pid, "vfork");
	if (!pid) {
		read_secret(arg[0], token);
		_exit(DONE);
	}
	finish(pid);
	put(fd, token, TOKEN);
	return DONE;
}

static int reads(void *path)
{
	read_secret(path, token);
	return DONE;
}

/* One memory, two processes that are no threads of each other. */
static int clone_vm(char **arg)
{
	static char stack[65536] __attribute__((aligned(16)));
	int fd = dial(WORLD);
	pid_t pid =
		clone(reads, stack + sizeof(stack), CLONE_VM | SIGCHLD, arg[0]);

	need(pid, "clone");
	finish(pid);
	put(fd, token, TOKEN);
	return DONE;
}

/* Sends as soon as it is in memory: the call that reads may not have ended. */
static void *keep_sending(void *fd)
{
	while (!*(volatile char *)&token[TOKEN - 1])
		sched_yield();
	if (write(*(int *)fd, token, TOKEN) != TOKEN)
		_exit(errno == EPERM || errno == EACCES ? REFUSED : BROKEN);
	return NULL;
}

static int race(char **arg)
{
	pthread_t thread;
	int fd = dial(WORLD);

	errno = pthread_create(&thread, NULL, keep_sending, &fd);
	if (errno)
		broken("pthread_create");
	read_secret(arg[0], token);
	pthread_join(thread, NULL);
	return DONE;
}

/* leave SECRET: goes into the background, and sends when it looks quiet */
static int leave(char **arg)
{
	int fd;

	read_secret(arg[0], token);
	if (spawn())
		return DONE;
	setsid();
	if (spawn())
		_exit(DONE);
	usleep(100 * 1000);
	fd = dial(WORLD);
	put(fd, token, TOKEN);
	return DONE;
}

const struct verb verbs_map[] = {
	{ "map-anonymous", 1, map_anonymous },
	{ "map-file", 2, map_file },
	{ "map-no-leader", 1, map_no_leader },
	{ "map-read", 2, map_read },
	{ "map-write", 2, map_write },
	{ "map-chain", 3, map_chain },
	{ "memfd-named", 1, memfd_named },
	{ "memfd-mapped", 1, memfd_mapped },
	{ "memfd-secret", 1, memfd_secret_mapped },
	{ "posix-shm", 1, posix_shm },
	{ "huge-pages", 1, huge_pages },
	{ "map-before", 1, map_before },
	{ "dup-before", 1, dup_before },
	{ "sendfile-before", 1, sendfile_before },
	{ "thread", 1, cmd_thread },
	{ "vfork", 1, cmd_vfork },
	{ "clone-vm", 1, clone_vm },
	{ "race", 1, race },
	{ "leave", 1, leave },
	{ NULL, 0, NULL },
};
