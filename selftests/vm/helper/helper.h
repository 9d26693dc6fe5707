/* SPDX-License-Identifier: MIT */
/* What the files of /vm/helper share: each verb, and the steps they are made of. */
#ifndef _HELPER_H
#define _HELPER_H

#include <stddef.h>
#include <stdint.h>

#define TINY_SIZE 160

__attribute__((noreturn)) void fail(const char *what);
int open_or_fail(const char *path, int flags);
void write_or_fail(int fd, const void *buf, size_t len);
__attribute__((noreturn)) void ready(void);
void tiny(uint8_t out[TINY_SIZE], uint64_t number);
void write_tiny(const char *path, uint64_t number);

int cmd_tiny(char **arg);
int cmd_flood(char **arg);
int cmd_accounts(char **arg);
int cmd_subuids(char **arg);
int cmd_churn(char **arg);
int cmd_anon(char **arg);
int cmd_anon_protect(char **arg);
int cmd_map(char **arg);
int cmd_map_rwx(char **arg);
int cmd_map_wait(char **arg);
int cmd_protect(char **arg);
int cmd_protects(char **arg);
int cmd_rwx(char **arg);
int cmd_leaderless(char **arg);
int cmd_cow(char **arg);
int cmd_memfd(char **arg);
int cmd_tmpfile(char **arg);
int cmd_unlinked(char **arg);
int cmd_memfd_map(char **arg);
int cmd_pinned(char **arg);
int cmd_tail(char **arg);
int cmd_tail_huge(char **arg);
int cmd_odd(char **arg);
int cmd_many(char **arg);
int cmd_finit(char **arg);
int cmd_init(char **arg);
int cmd_no_modules(char **arg);
int cmd_delete(char **arg);
int cmd_delete32(char **arg);
int cmd_kexec_load(char **arg);
int cmd_kexec(char **arg);
int cmd_punch(char **arg);

int cmd_label_add(char **arg);
int cmd_labels(char **arg);
int cmd_labels_pid(char **arg);
int cmd_sink(char **arg);

#endif
