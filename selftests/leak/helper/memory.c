// SPDX-License-Identifier: MIT
/*
 * From A's memory to B, who looks into it, or whom A reaches into.  A stands
 * still meanwhile: its parent sees that without being told anything.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "leak.h"

static char token[TOKEN];

static int open_memory(pid_t pid, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	return open_at(path, flags);
}

/* A: reads, stands still. */
static pid_t bearer(const char *secret)
{
	pid_t pid = spawn();

	if (!pid) {
		read_secret(secret, token);
		hold_still();
		_exit(DONE);
	}
	wait_still(pid);
	return pid;
}

static int done_with(pid_t pid)
{
	kill(pid, SIGKILL);
	return tell(token, TOKEN);
}

static void peek(pid_t pid)
{
	long word;
	size_t i;

	for (i = 0; i < TOKEN; i += sizeof(word)) {
		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, pid, token + i, 0);
		if (errno)
			fail("PEEKDATA");
		memcpy(token + i, &word, sizeof(word));
	}
}

static int ptrace_peek(char **arg)
{
	pid_t pid = bearer(arg[0]);

	need(ptrace(PTRACE_SEIZE, pid, 0, 0), "PTRACE_SEIZE");
	need(ptrace(PTRACE_INTERRUPT, pid, 0, 0), "PTRACE_INTERRUPT");
	if (waitpid(pid, NULL, __WALL) != pid)
		broken("waitpid");
	peek(pid);
	return done_with(pid);
}

/* Traced by its own wish, before or after it read anything. */
static int trace_me(const char *secret, bool late)
{
	pid_t pid = spawn();
	int status;

	if (!pid) {
		if (late)
			read_secret(secret, token);
		need(ptrace(PTRACE_TRACEME, 0, 0, 0), "TRACEME");
		if (!late)
			read_secret(secret, token);
		hold_still();
		_exit(DONE);
	}
	wait_still(pid);
	peek(pid);
	ptrace(PTRACE_KILL, pid, 0, 0);
	waitpid(pid, &status, __WALL);
	return tell(token, TOKEN);
}

static int ptrace_early(char **arg)
{
	return trace_me(arg[0], false);
}

static int ptrace_late(char **arg)
{
	return trace_me(arg[0], true);
}

/* A is the tracer, and writes into B. */
static int ptrace_poke(char **arg)
{
	pid_t b = spawn(), a;
	long word;
	size_t i;

	if (!b) {
		prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
		hold_still();
		_exit(tell(token, TOKEN));
	}
	wait_still(b);
	a = spawn();
	if (!a) {
		need(ptrace(PTRACE_SEIZE, b, 0, 0), "SEIZE");
		need(ptrace(PTRACE_INTERRUPT, b, 0, 0), "INTERRUPT");
		waitpid(b, NULL, __WALL);
		read_secret(arg[0], token);
		for (i = 0; i < TOKEN; i += sizeof(word)) {
			memcpy(&word, token + i, sizeof(word));
			need(ptrace(PTRACE_POKEDATA, b, token + i, word),
			     "POKEDATA");
		}
		need(ptrace(PTRACE_DETACH, b, 0, 0), "DETACH");
		_exit(DONE);
	}
	finish(a);
	kill(b, SIGCONT);
	_exit(ended(b));
}

static int vm_read(char **arg)
{
	struct iovec v = { token, TOKEN };
	pid_t pid = bearer(arg[0]);

	need(process_vm_readv(pid, &v, 1, &v, 1, 0), "process_vm_readv");
	return done_with(pid);
}

static int vm_write(char **arg)
{
	struct iovec v = { token, TOKEN };
	pid_t b = getpid(), a = spawn();

	if (!a) {
		read_secret(arg[0], token);
		need(process_vm_writev(b, &v, 1, &v, 1, 0),
		     "process_vm_writev");
		_exit(DONE);
	}
	finish(a);
	return tell(token, TOKEN);
}

static int mem_read(char **arg)
{
	pid_t pid = bearer(arg[0]);

	need(pread(open_memory(pid, O_RDONLY), token, TOKEN, (off_t)token),
	     "pread");
	return done_with(pid);
}

/* B opened A's memory before A had anything in it. */
static int mem_early(char **arg)
{
	pid_t pid = spawn();
	int fd;

	if (!pid) {
		hold_still();
		read_secret(arg[0], token);
		hold_still();
		_exit(DONE);
	}
	wait_still(pid);
	fd = open_memory(pid, O_RDONLY);
	kill(pid, SIGCONT);
	wait_still(pid);
	need(pread(fd, token, TOKEN, (off_t)token), "pread");
	return done_with(pid);
}

static int mem_write(char **arg)
{
	pid_t b = getpid(), a = spawn();

	if (!a) {
		read_secret(arg[0], token);
		need(pwrite(open_memory(b, O_RDWR), token, TOKEN, (off_t)token),
		     "pwrite");
		_exit(DONE);
	}
	finish(a);
	return tell(token, TOKEN);
}

/* A had opened B's memory before it read. */
static int mem_write_early(char **arg)
{
	pid_t b = getpid(), a = spawn();
	int fd;

	if (!a) {
		fd = open_memory(b, O_RDWR);
		read_secret(arg[0], token);
		need(pwrite(fd, token, TOKEN, (off_t)token), "pwrite");
		_exit(DONE);
	}
	finish(a);
	return tell(token, TOKEN);
}

/* The handler of B's page faults is A: it fills the page. */
static int fault_handler(char **arg)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_copy copy = { .len = 4096 };
	static char page[4096] __attribute__((aligned(4096)));
	int fd = need(syscall(SYS_userfaultfd, O_CLOEXEC), "userfaultfd");
	char *empty = need_map(mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
			       "mmap");
	pid_t pid;

	need(ioctl(fd, UFFDIO_API, &api), "UFFDIO_API");
	reg.range.start = (uintptr_t)empty;
	reg.range.len = 4096;
	need(ioctl(fd, UFFDIO_REGISTER, &reg), "UFFDIO_REGISTER");
	pid = spawn();
	if (!pid) {
		read_secret(arg[0], page);
		copy.dst = (uintptr_t)empty;
		copy.src = (uintptr_t)page;
		need(ioctl(fd, UFFDIO_COPY, &copy), "UFFDIO_COPY");
		_exit(DONE);
	}
	finish(pid);
	return tell(empty, TOKEN);
}

/* crash SECRET: dies with it in memory, and dumps core wherever that goes */
static int crash(char **arg)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	read_secret(arg[0], token);
	setrlimit(RLIMIT_CORE, &all);
	prctl(PR_SET_DUMPABLE, 1);
	abort();
}

/* B crashes, into whose memory A has written. */
static int crash_other(char **arg)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	char *shared = need_map(mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0),
				"mmap");
	pid_t pid;

	setrlimit(RLIMIT_CORE, &all);
	prctl(PR_SET_DUMPABLE, 1);
	pid = spawn();
	if (!pid) {
		read_secret(arg[0], token);
		memcpy(shared, token, TOKEN);
		_exit(DONE);
	}
	finish(pid);
	abort();
}

/* stay SECRET: has it in memory until it is killed */
static __attribute__((noreturn)) int stay(char **arg)
{
	read_secret(arg[0], token);
	for (;;)
		pause();
}

/* Where the physical page of @token lies. */
static uint64_t frame_of(pid_t pid, const void *address)
{
	uint64_t entry = 0;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	fd = open_at(path, O_RDONLY);
	need(pread(fd, &entry, 8, (uintptr_t)address / 4096 * 8), "pagemap");
	return (entry & ((1ULL << 55) - 1)) * 4096 + (uintptr_t)address % 4096;
}

struct elf_head {
	unsigned char ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum;
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

/* The kernel's own memory as a core file: every page of every process. */
static int kcore(char **arg)
{
	pid_t pid = bearer(arg[0]);
	uint64_t at = frame_of(pid, token);
	int fd = open_at("/proc/kcore", O_RDONLY), i;
	struct elf_segment s;
	struct elf_head h;

	need(pread(fd, &h, sizeof(h), 0), "kcore");
	for (i = 0; i < h.phnum; i++) {
		need(pread(fd, &s, sizeof(s), h.phoff + i * sizeof(s)),
		     "kcore");
		if (s.paddr != (uint64_t)-1 && s.type == 1 && at >= s.paddr &&
		    at + TOKEN <= s.paddr + s.memsz) {
			need(pread(fd, token, TOKEN, s.offset + at - s.paddr),
			     "kcore");
			return done_with(pid);
		}
	}
	_exit(SILENT);
}

/* swapped SECRET: its page is on the swap device, and it stays */
static __attribute__((noreturn)) int swapped(char **arg)
{
	char *page = need_map(mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
			      "mmap");

	read_secret(arg[0], page);
	memset(token, 0, TOKEN);
	need(madvise(page, 4096, MADV_PAGEOUT), "MADV_PAGEOUT");
	for (;;)
		pause();
}

const struct verb verbs_memory[] = {
	{ "ptrace-peek", 1, ptrace_peek },
	{ "ptrace-early", 1, ptrace_early },
	{ "ptrace-late", 1, ptrace_late },
	{ "ptrace-poke", 1, ptrace_poke },
	{ "vm-read", 1, vm_read },
	{ "vm-write", 1, vm_write },
	{ "mem-read", 1, mem_read },
	{ "mem-early", 1, mem_early },
	{ "mem-write", 1, mem_write },
	{ "mem-write-early", 1, mem_write_early },
	{ "fault-handler", 1, fault_handler },
	{ "crash", 1, crash },
	{ "crash-other", 1, crash_other },
	{ "stay", 1, stay },
	{ "kcore", 1, kcore },
	{ "swapped", 1, swapped },
	{ NULL, 0, NULL },
};
