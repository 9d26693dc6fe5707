// SPDX-License-Identifier: MIT
/* Processes: births, programs, identities, and reaching into one another. */
#include <linux/kcmp.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "hooks.h"

#define PROGRAM "/usr/bin/busybox"

static char *const truth[] = { "busybox", "true", NULL };
static char secret[16] = "secret";

static long born(pid_t pid)
{
	if (!pid)
		_exit(0);
	return pid < 0 ? -1 : waitpid(pid, NULL, 0);
}

static long op_fork(void)
{
	return COUNT(born(fork()));
}

static long op_vfork(void)
{
	pid_t pid;

	gate(true);
	pid = vfork();
	if (!pid)
		_exit(0);
	gate(false);
	return pid < 0 ? -errno : born(pid) < 0;
}

static int nothing(void *unused)
{
	(void)unused;
	return 0;
}

static long op_thread(void)
{
	static char stack[16 * PAGE] __attribute__((aligned(16)));
	const int flags = CLONE_VM | CLONE_FILES | CLONE_FS | SIGCHLD;
	pid_t pid;

	return COUNT((pid = clone(nothing, stack + sizeof(stack), flags, NULL),
		      pid < 0 ? -1 : waitpid(pid, NULL, 0)));
}

static long op_exec(void)
{
	return run_program(PROGRAM, truth);
}

static void write_script(void)
{
	int fd;

	unlink("script");
	fd = opened("script", O_WRONLY | O_CREAT);
	must(dprintf(fd, "#!%s sh\nexit 0\n", PROGRAM), "write a script");
	fchmod(fd, 0755);
	close(fd);
}

static long op_exec_script(void)
{
	static char *const argv[] = { "script", NULL };

	write_script();
	return run_program("script", argv);
}

static long op_exec_shell(void)
{
	static char *const argv[] = { "busybox", "sh", "script", NULL };

	write_script();
	return run_program(PROGRAM, argv);
}

/* Executes what @fd is open on; @fd is gone afterwards. */
static long run_fd(int fd)
{
	static char *const envp[] = { NULL };
	int status;
	pid_t pid = fork();

	if (!pid) {
		syscall(SYS_execveat, fd, "", truth, envp, AT_EMPTY_PATH);
		_exit(127);
	}
	close(fd);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	errno = ENOEXEC;
	return status ? -1 : 0;
}

static int program_in_memory(void)
{
	int in = opened(PROGRAM, O_RDONLY);
	int fd = (int)must(memfd_create("program", MFD_CLOEXEC), "memfd");
	static char part[64 * PAGE];
	ssize_t n;

	while ((n = must(read(in, part, sizeof(part)), PROGRAM)) > 0)
		must(write(fd, part, (size_t)n), "copy the program");
	close(in);
	return fd;
}

static long op_exec_memfd(void)
{
	char path[64];
	int fd = program_in_memory(), again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = opened(path, O_RDONLY);
	close(fd);
	return COUNT(run_fd(again));
}

static pid_t tracee; /* of the operations below, in order */

static long op_vm_readv(void)
{
	struct iovec v = { secret, sizeof(secret) };
	char to[sizeof(secret)];
	struct iovec w = { to, sizeof(to) };

	tracee = child_waiting();
	return COUNT(process_vm_readv(tracee, &w, 1, &v, 1, 0));
}

static long op_vm_writev(void)
{
	struct iovec v = { secret, sizeof(secret) };

	return COUNT(process_vm_writev(tracee, &v, 1, &v, 1, 0));
}

static int proc_fd = -1;

static long open_proc(const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)tracee, name);
	return COUNT(proc_fd = open(path, flags | O_CLOEXEC));
}

static long op_open_mem(void)
{
	return open_proc("mem", O_RDWR);
}

static long op_pread_mem(void)
{
	char to[8];

	return COUNT(pread(proc_fd, to, sizeof(to), (off_t)(uintptr_t)secret));
}

static long op_pwrite_mem(void)
{
	return COUNT(pwrite(proc_fd, "x", 1, (off_t)(uintptr_t)secret));
}

static long op_open_environ(void)
{
	return open_proc("environ", O_RDONLY);
}

static long op_read_environ(void)
{
	char to[8];

	return COUNT(read(proc_fd, to, sizeof(to)));
}

static long op_read_cmdline(void)
{
	char to[8];

	open_proc("cmdline", O_RDONLY);
	return COUNT(read(proc_fd, to, sizeof(to)));
}

static long op_open_exe(void)
{
	return open_proc("exe", O_RDONLY);
}

static long op_open_fd(void)
{
	return open_proc("fd/0", O_RDONLY);
}

static long op_getfd(void)
{
	int fd = (int)must(pidfd_open(tracee, 0), "pidfd_open");

	return COUNT(pidfd_getfd(fd, 0, 0));
}

static long op_kcmp(void)
{
	return COUNT(syscall(SYS_kcmp, getpid(), tracee, KCMP_VM, 0, 0));
}

static long op_perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_TASK_CLOCK,
	};

	return COUNT(syscall(SYS_perf_event_open, &attr, tracee, -1, -1, 0));
}

static long op_attach(void)
{
	return COUNT(ptrace(PTRACE_ATTACH, tracee, NULL, NULL));
}

static long op_peek(void)
{
	must(waitpid(tracee, NULL, 0), "wait for the tracee");
	errno = 0;
	return COUNT((ptrace(PTRACE_PEEKDATA, tracee, secret, NULL),
		      errno ? -1 : 0));
}

static long op_poke(void)
{
	return COUNT(ptrace(PTRACE_POKEDATA, tracee, secret, 0x5ecL));
}

static long op_detach(void)
{
	long r = COUNT(ptrace(PTRACE_DETACH, tracee, NULL, NULL));

	child_end(tracee);
	return r;
}

static long traced_by_parent(void)
{
	return COUNT(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static long op_traceme(void)
{
	return in_child(traced_by_parent);
}

/* Return: 0 when a child that dies leaves its memory behind. */
static long dump_core(const char *pattern)
{
	int status;
	pid_t pid;

	put("/proc/sys/kernel/core_pattern", pattern);
	pid = (pid_t)must(fork(), "fork");
	if (!pid) {
		gate(true);
		raise(SIGSEGV);
	}
	must(waitpid(pid, &status, 0), "wait");
	gate(false);
	return WCOREDUMP(status) ? 0 : -EIO;
}

static long op_core(void)
{
	return dump_core("core");
}

static long op_core_pipe(void)
{
	return dump_core("|" PROGRAM " cat");
}

static long new_user(void)
{
	return COUNT(setresuid(1000, 1000, 1000));
}

static long op_setuid(void)
{
	return in_child(new_user);
}

static long new_namespace(void)
{
	return COUNT(unshare(CLONE_NEWUSER));
}

static long op_newuser(void)
{
	return in_child(new_namespace);
}

static long op_prctl(void)
{
	return COUNT(prctl(PR_SET_DUMPABLE, 1));
}

static long op_prlimit(void)
{
	struct rlimit limit;

	must(getrlimit(RLIMIT_CORE, &limit), "getrlimit");
	return COUNT(setrlimit(RLIMIT_CORE, &limit));
}

static long op_nice(void)
{
	return COUNT(setpriority(PRIO_PROCESS, 0, 0));
}

static const struct operation list[] = {
	{ "fork", op_fork },
	{ "vfork", op_vfork },
	{ "clone CLONE_VM", op_thread },
	{ "execve", op_exec },
	{ "execve of a #! script", op_exec_script },
	{ "sh script.sh", op_exec_shell },
	{ "execveat of a memfd", op_exec_memfd },
	{ "process_vm_readv", op_vm_readv },
	{ "process_vm_writev", op_vm_writev },
	{ "open /proc/PID/mem", op_open_mem },
	{ "pread /proc/PID/mem", op_pread_mem },
	{ "pwrite /proc/PID/mem", op_pwrite_mem },
	{ "open /proc/PID/environ", op_open_environ },
	{ "read /proc/PID/environ", op_read_environ },
	{ "read /proc/PID/cmdline", op_read_cmdline },
	{ "open /proc/PID/exe", op_open_exe },
	{ "open /proc/PID/fd/0", op_open_fd },
	{ "pidfd_getfd", op_getfd },
	{ "kcmp", op_kcmp },
	{ "perf_event_open", op_perf },
	{ "PTRACE_ATTACH", op_attach },
	{ "PTRACE_PEEKDATA", op_peek },
	{ "PTRACE_POKEDATA", op_poke },
	{ "PTRACE_DETACH", op_detach },
	{ "PTRACE_TRACEME", op_traceme },
	{ "core dump to a file", op_core },
	{ "core dump to a program", op_core_pipe },
	{ "setresuid", op_setuid },
	{ "unshare CLONE_NEWUSER", op_newuser },
	{ "prctl", op_prctl },
	{ "setrlimit", op_prlimit },
	{ "setpriority", op_nice },
};

const struct group proc_group = { list, ARRAY_SIZE(list), false };
