/* SPDX-License-Identifier: MIT */
/*
 * What the files of the leak matrix's helper share: how a step ends, the world
 * outside, and the tables of verbs.
 *
 * Who reads a secret is a process of its own, and says how it fared by its exit
 * code and by nothing else: whatever else it touches may carry the label.
 */
#ifndef _LEAK_H
#define _LEAK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum outcome {
	DONE = 0, /* every step went through */
	BROKEN = 1, /* a step failed that no policy refuses */
	REFUSED = 3, /* EPERM or EACCES */
	LABELLED = 4, /* so at the edge, to a process that has a label */
	SILENT = 5, /* nothing refused, nothing came */
};

/* How a secret looks: 16 random bytes in hex. */
#define TOKEN 32

/* The other machine: a network namespace at the far end of a veth pair. */
#define HERE "10.99.0.1"
#define WORLD "10.99.0.2"
#define WORLD6 "fd99::2"
#define WORLD_MAC                \
	{                        \
		2, 0, 0, 0, 0, 2 \
	}
#define ALLOWED "10.99.0.3"
#define GROUP "239.99.0.1"
#define NEAR "v0" /* the end on this side */
#define PORT 7000
#define MPTCP_PORT 7001
#define BARRIER_PORT 7009

struct verb {
	const char *name;
	int args; /* at least */
	int (*run)(char **arg);
};

/* Each ends with a verb without a name. */
extern const struct verb verbs_base[], verbs_world[], verbs_net[], verbs_pass[],
	verbs_ring[], verbs_ipc[], verbs_map[], verbs_memory[], verbs_odd[],
	verbs_file[], verbs_destroy[], verbs_media[], verbs_fuse[],
	verbs_peek[], verbs_netlink[];

/* util.c */
__attribute__((noreturn)) void fail(const char *what);
__attribute__((noreturn)) void broken(const char *what);
int need(int ret, const char *what);
void *need_map(void *map, const char *what);
int open_at(const char *path, int flags);
void put(int fd, const void *buf, size_t len);
void read_secret(const char *path, char token[TOKEN]);
void hold_still(void);
void wait_still(pid_t pid);
int ended(pid_t pid);
void finish(pid_t pid);
pid_t spawn(void);
void seen_or_silent(const void *buf, size_t len);

/* world.c */
struct sockaddr_in world_in(const char *addr, uint16_t port);
int dial(const char *addr);
int tell(const void *buf, size_t len);
void call_witness(void);
bool is_labelled(void);

/* Bytes from @fd until a whole secret is there. */
void take(int fd, char token[TOKEN]);

#endif
