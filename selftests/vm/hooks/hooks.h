/* SPDX-License-Identifier: MIT */
/* What the files of the hook matrix share: tables of operations, the gate. */
#ifndef _HOOKS_H
#define _HOOKS_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define PAGE 4096

/* run() prepares, does its one thing inside COUNT(), returns 0 or -errno. */
struct operation {
	const char *name;
	long (*run)(void);
};

struct group {
	const struct operation *list;
	size_t count;
	bool apart; /* each in a process of its own */
};

extern const struct group admin_group, file_group, ipc_group, local_group,
	mem_group, net_group, path_group, pipe_group, proc_group, uring_group;

/* Hooks are counted while it is open.  No system call: a store. */
void gate(bool open);

#define COUNT(call)                       \
	({                                \
		long count_r;             \
                                          \
		gate(true);               \
		count_r = (long)(call);   \
		gate(false);              \
		count_r < 0 ? -errno : 0; \
	})

/* Preparation that has to succeed.  Return: @r */
long must(long r, const char *what);

/* A file of one page.  Return: descriptor for reading and writing */
int fresh(const char *name);
int opened(const char *path, int flags);
void put(const char *path, const char *text);
void piped(int fd[2]);
void tcp_pair(int fd[2]);
void unix_pair(int fd[2], int type);

/* A child process in pause(); it dies with the driver. */
pid_t child_waiting(void);
void child_end(pid_t pid);
/* Runs @body in a child, inside COUNT if it says so itself.  Return: 0, -errno */
long in_child(long (*body)(void));
long run_program(const char *path, char *const argv[]);

#endif
