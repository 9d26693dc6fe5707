// SPDX-License-Identifier: MIT
/* Looks through the memory of a process that somebody else started. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "leak.h"

static char all[1 << 20];

/* How memory of @pid at @from gets into all[]. */
typedef ssize_t reader(pid_t pid, unsigned long from, size_t len);

static ssize_t by_vm_read(pid_t pid, unsigned long from, size_t len)
{
	struct iovec here = { all, len }, there = { (void *)from, len };

	return process_vm_readv(pid, &here, 1, &there, 1, 0);
}

static ssize_t by_file(pid_t pid, unsigned long from, size_t len)
{
	static int fd = -1;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	if (fd < 0)
		fd = open_at(path, O_RDONLY);
	return pread(fd, all, len, from);
}

static ssize_t by_ptrace(pid_t pid, unsigned long from, size_t len)
{
	size_t i;
	long word;

	for (i = 0; i < len; i += sizeof(word)) {
		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, pid, from + i, 0);
		if (errno)
			return -1;
		memcpy(all + i, &word, sizeof(word));
	}
	return len;
}

/* Data of the program itself, which ends in "declass" as its maps say. */
static int search(pid_t pid, const char *begin, reader *read_memory)
{
	unsigned long from, to;
	char path[64], line[512], *p;
	ssize_t n;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		fail(path);
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx rw", &from, &to) != 2 ||
		    !strstr(line, " rw") || !strstr(line, "/declass"))
			continue;
		n = need(read_memory(pid, from,
				     to - from < sizeof(all) ? to - from :
							       sizeof(all)),
			 "its memory");
		p = memmem(all, n, begin, strlen(begin));
		if (p && p + TOKEN <= all + n)
			return tell(p, TOKEN);
	}
	_exit(SILENT);
}

/* vm-read-other PID BEGIN: a secret that begins like this */
static int vm_read_other(char **arg)
{
	return search(atoi(arg[0]), arg[1], by_vm_read);
}

static int mem_read_other(char **arg)
{
	return search(atoi(arg[0]), arg[1], by_file);
}

/* Attached to it when it has read already. */
static int trace_other(char **arg)
{
	pid_t pid = atoi(arg[0]);

	need(ptrace(PTRACE_ATTACH, pid, 0, 0), "PTRACE_ATTACH");
	waitpid(pid, NULL, __WALL);
	return search(pid, arg[1], by_ptrace);
}

static bool is_sleeping(pid_t pid)
{
	char path[64], line[256] = { 0 }, *p;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open_at(path, O_RDONLY);
	need(read(fd, line, sizeof(line) - 1), path);
	close(fd);
	p = strrchr(line, ')');
	return p && p[2] == 'S';
}

/* trace-from-start BEGIN COMMAND...: the tracer starts it itself */
static int trace_from_start(char **arg)
{
	pid_t pid = spawn();

	if (!pid) {
		need(ptrace(PTRACE_TRACEME, 0, 0, 0), "PTRACE_TRACEME");
		execvp(arg[1], arg + 1);
		fail(arg[1]);
	}
	wait_still(pid);
	need(ptrace(PTRACE_CONT, pid, 0, 0), "PTRACE_CONT");
	while (!is_sleeping(pid))
		usleep(10 * 1000);
	kill(pid, SIGSTOP);
	wait_still(pid);
	return search(pid, arg[0], by_ptrace);
}

const struct verb verbs_peek[] = {
	{ "vm-read-other", 2, vm_read_other },
	{ "mem-read-other", 2, mem_read_other },
	{ "trace-other", 2, trace_other },
	{ "trace-from-start", 2, trace_from_start },
	{ NULL, 0, NULL },
};
