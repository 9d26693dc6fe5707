// SPDX-License-Identifier: MIT
/*
 * /vm/helper in the test machine: the few things that no shell command does,
 * one verb each.  Prints the errno's name and exits with 1 when refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper.h"

#define DELETE_MODULE_32 129

__attribute__((noreturn)) void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerrorname_np(errno));
	exit(1);
}

int open_or_fail(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0755);

	if (fd < 0)
		fail(path);
	return fd;
}

void write_or_fail(int fd, const void *buf, size_t len)
{
	if (write(fd, buf, len) != (ssize_t)len)
		fail("write");
}

/* Whoever started this may go on; it stays until it is killed. */
__attribute__((noreturn)) void ready(void)
{
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}

int cmd_finit(char **arg)
{
	if (syscall(SYS_finit_module, open_or_fail(arg[0], O_RDONLY), "", 0))
		fail("finit_module");
	return 0;
}

int cmd_init(char **arg)
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

/* What is no module, from as many tasks, as often from each; all at once. */
int cmd_no_modules(char **arg)
{
	unsigned long tasks = strtoul(arg[1], NULL, 0);
	unsigned long times = strtoul(arg[2], NULL, 0);
	int fd = open_or_fail(arg[0], O_RDONLY);
	char image[4096];

	if (read(fd, image, sizeof(image)) != sizeof(image))
		fail(arg[0]);
	for (; tasks; tasks--) {
		if (fork())
			continue;
		for (; times; times--)
			syscall(SYS_init_module, image, sizeof(image), "");
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	return 0;
}

int cmd_delete(char **arg)
{
	if (syscall(SYS_delete_module, arg[0], strtoul(arg[1], NULL, 0)))
		fail("delete_module");
	return 0;
}

/* The same by the system call that 32-bit programs make. */
int cmd_delete32(char **arg)
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

/* A kernel to boot next, with an initramfs and a command line. */
int cmd_kexec_load(char **arg)
{
	if (syscall(SYS_kexec_file_load, open_or_fail(arg[0], O_RDONLY),
		    open_or_fail(arg[1], O_RDONLY), strlen(arg[2]) + 1, arg[2],
		    0))
		fail("kexec_file_load");
	return 0;
}

int cmd_kexec(char **arg)
{
	(void)arg;
	sync();
	reboot(RB_KEXEC);
	fail("reboot");
}

/* Punches a hole into the second page. */
int cmd_punch(char **arg)
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
	{ "accounts", 4, cmd_accounts },
	{ "subuids", 3, cmd_subuids },
	{ "churn", 3, cmd_churn },
	{ "anon", 0, cmd_anon },
	{ "anon-protect", 0, cmd_anon_protect },
	{ "map", 1, cmd_map },
	{ "map-rwx", 1, cmd_map_rwx },
	{ "map-wait", 1, cmd_map_wait },
	{ "protect", 1, cmd_protect },
	{ "protects", 2, cmd_protects },
	{ "rwx", 1, cmd_rwx },
	{ "leaderless", 1, cmd_leaderless },
	{ "cow", 1, cmd_cow },
	{ "memfd", 1, cmd_memfd },
	{ "tmpfile", 2, cmd_tmpfile },
	{ "unlinked", 2, cmd_unlinked },
	{ "memfd-map", 2, cmd_memfd_map },
	{ "pinned", 1, cmd_pinned },
	{ "tail", 1, cmd_tail },
	{ "tail-huge", 2, cmd_tail_huge },
	{ "odd", 2, cmd_odd },
	{ "many", 2, cmd_many },
	{ "finit", 1, cmd_finit },
	{ "init", 1, cmd_init },
	{ "no-modules", 3, cmd_no_modules },
	{ "delete", 2, cmd_delete },
	{ "delete32", 2, cmd_delete32 },
	{ "kexec-load", 3, cmd_kexec_load },
	{ "kexec", 0, cmd_kexec },
	{ "punch", 1, cmd_punch },
	{ "label-add", 3, cmd_label_add },
	{ "labels", 1, cmd_labels },
	{ "labels-pid", 1, cmd_labels_pid },
	{ "sink", 1, cmd_sink },
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
