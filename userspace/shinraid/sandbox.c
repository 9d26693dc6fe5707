// SPDX-License-Identifier: MIT
/* User, capabilities, limits and system calls of each process. */
#include <cap-ng.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../daemon/diag.h"
#include "sandbox.h"

/* Looked up before fork: afterwards there is no access to the files. */
static struct {
	bool change;
	uid_t uid;
	gid_t gid;
	gid_t groups[2];
	size_t ngroups;
} who;

static const int calls_common[] = {
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(sendmsg),
	SCMP_SYS(recvmsg),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(getrandom),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(lseek),
	SCMP_SYS(tgkill),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
};

/* A TPM device is reached by read, write and poll on what is open. */
static const int calls_tpm[] = {
	SCMP_SYS(select),
	SCMP_SYS(pselect6),
	SCMP_SYS(fcntl),
};

/* A software TPM by connections, and its TCTI makes new ones all the time. */
static const int calls_swtpm[] = {
	SCMP_SYS(socket),      SCMP_SYS(connect),     SCMP_SYS(recvfrom),
	SCMP_SYS(sendto),      SCMP_SYS(getsockopt),  SCMP_SYS(setsockopt),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(bind),
	SCMP_SYS(openat),      SCMP_SYS(uname),	      SCMP_SYS(ioctl),
	SCMP_SYS(sendmmsg),    SCMP_SYS(statfs),
};

static const int calls_net[] = {
	SCMP_SYS(epoll_wait),	  SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_ctl),	  SCMP_SYS(epoll_create1),
	SCMP_SYS(eventfd2),	  SCMP_SYS(pipe2),
	SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
	SCMP_SYS(accept4),	  SCMP_SYS(accept),
	SCMP_SYS(listen),	  SCMP_SYS(recvfrom),
	SCMP_SYS(sendto),	  SCMP_SYS(readv),
	SCMP_SYS(shutdown),	  SCMP_SYS(getpeername),
	SCMP_SYS(getsockname),	  SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),	  SCMP_SYS(fcntl),
	SCMP_SYS(ioctl),	  SCMP_SYS(pread64),
	SCMP_SYS(uname),	  SCMP_SYS(sysinfo),
};

/* Only where reports or evidence are pushed do connections begin here. */
static const int calls_push[] = {
	SCMP_SYS(socket),
	SCMP_SYS(connect),
};

static const int calls_parent[] = {
	SCMP_SYS(epoll_wait),	   SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_ctl),	   SCMP_SYS(epoll_create1),
	SCMP_SYS(eventfd2),	   SCMP_SYS(pipe2),
	SCMP_SYS(socketpair),	   SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime), SCMP_SYS(fcntl),
	SCMP_SYS(ioctl),	   SCMP_SYS(openat),
	SCMP_SYS(mkdirat),	   SCMP_SYS(unlinkat),
	SCMP_SYS(getdents64),	   SCMP_SYS(fdatasync),
	SCMP_SYS(fsync),	   SCMP_SYS(ftruncate),
	SCMP_SYS(fstatfs),	   SCMP_SYS(wait4),
	SCMP_SYS(waitid),	   SCMP_SYS(kill),
	SCMP_SYS(socket),	   SCMP_SYS(connect),
	SCMP_SYS(sendto),	   SCMP_SYS(recvfrom),
	SCMP_SYS(pread64),	   SCMP_SYS(uname),
	SCMP_SYS(renameat),
};

#ifdef __SANITIZE_ADDRESS__
static const int calls_sanitizer[] = {
	SCMP_SYS(sigaltstack),
	SCMP_SYS(readlink),
	SCMP_SYS(openat),
	SCMP_SYS(prctl),
	SCMP_SYS(clone),
	SCMP_SYS(clone3),
	SCMP_SYS(wait4),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(sched_yield),
	SCMP_SYS(ioctl),
	SCMP_SYS(pipe2),
	SCMP_SYS(getdents64),
	SCMP_SYS(ptrace),
	SCMP_SYS(mprotect),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(prlimit64),
	SCMP_SYS(getrlimit),
	SCMP_SYS(arch_prctl),
	SCMP_SYS(readlinkat),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(pread64),
};
#endif

static const struct {
	const int *calls;
	size_t count;
} lists[] = {
	[SANDBOX_PARENT] = { calls_parent, ARRAY_SIZE(calls_parent) },
	[SANDBOX_TPM] = { calls_tpm, ARRAY_SIZE(calls_tpm) },
	[SANDBOX_NET] = { calls_net, ARRAY_SIZE(calls_net) },
};

/**
 * sandbox_find_user() - look up whom to become
 * @conf: the configuration
 * @err: out on error
 * @errlen: its room
 *
 * Return: 0; -ENOENT when there is no such user.
 */
int sandbox_find_user(const struct conf *conf, char *err, size_t errlen)
{
	struct passwd *pw;
	struct group *gr;

	if (!*conf->user)
		return 0;
	pw = getpwnam(conf->user);
	if (!pw) {
		snprintf(err, errlen,
			 "user %s does not exist (create it with "
			 "systemd-sysusers, or set \"user\")",
			 conf->user);
		return -ENOENT;
	}
	who.change = getuid() != pw->pw_uid || geteuid() != pw->pw_uid;
	who.uid = pw->pw_uid;
	who.gid = pw->pw_gid;
	who.groups[who.ngroups++] = pw->pw_gid;
	gr = getgrnam("tss");
	if (gr)
		who.groups[who.ngroups++] = gr->gr_gid;
	return 0;
}

/**
 * sandbox_own_spool() - make the spool's folder, owned by the user
 * @conf: after sandbox_find_user()
 *
 * Return: 0; -errno.
 */
int sandbox_own_spool(const struct conf *conf)
{
	if (mkdir(conf->spool, 0700))
		return errno == EEXIST ? 0 : -errno;
	if (who.change && chown(conf->spool, who.uid, who.gid))
		return -errno;
	return 0;
}

static void limit(int resource, rlim_t value)
{
	struct rlimit r = { value, value };

	if (setrlimit(resource, &r))
		diag_die("cannot set a resource limit: %s", strerror(errno));
}

static void limits(const struct conf *conf, enum sandbox which)
{
	rlim_t files = CONF_FILES;

	if (which == SANDBOX_NET)
		files += (rlim_t)conf->limits.server.connections;
	limit(RLIMIT_NOFILE, files);
	limit(RLIMIT_CORE, 0);
#ifndef __SANITIZE_ADDRESS__
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_MEMLOCK, 0);
#endif
}

static void become_user(void)
{
	if (who.change && (setgroups(who.ngroups, who.groups) ||
			   setresgid(who.gid, who.gid, who.gid) ||
			   setresuid(who.uid, who.uid, who.uid)))
		diag_die("cannot become the configured user: %s (start as root "
			 "or as that user)",
			 strerror(errno));
	capng_clear(CAPNG_SELECT_BOTH);
	/* Without CAP_SETPCAP the bounding set stays: nothing is in it. */
	if (capng_apply(CAPNG_SELECT_CAPS))
		diag_die("cannot drop capabilities");
}

static int allow(scmp_filter_ctx ctx, const int *calls, size_t count)
{
	size_t i;
	int ret;

	for (i = 0; i < count; i++) {
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
		if (ret)
			return ret;
	}
	return 0;
}

/* Memory is never executable and writable again, nor files executable. */
static int allow_memory(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp no_exec =
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	int ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				   no_exec);

#ifndef __SANITIZE_ADDRESS__
	if (!ret)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect),
				       1, no_exec);
#endif
	return ret;
}

static void filter(const struct conf *conf, enum sandbox which)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int ret = ctx ? 0 : -ENOMEM;

	if (!ret)
		ret = allow(ctx, calls_common, ARRAY_SIZE(calls_common));
	if (!ret)
		ret = allow(ctx, lists[which].calls, lists[which].count);
	if (!ret && which == SANDBOX_TPM && strncmp(conf->tcti, "device:", 7))
		ret = allow(ctx, calls_swtpm, ARRAY_SIZE(calls_swtpm));
	if (!ret && which == SANDBOX_NET &&
	    (*conf->report_url || *conf->verifier_url))
		ret = allow(ctx, calls_push, ARRAY_SIZE(calls_push));
	if (!ret)
		ret = allow_memory(ctx);
#ifdef __SANITIZE_ADDRESS__
	if (!ret)
		ret = allow(ctx, calls_sanitizer, ARRAY_SIZE(calls_sanitizer));
#endif
	if (!ret)
		ret = seccomp_load(ctx);
	if (ret)
		diag_die("cannot load the system call filter: %s (does this "
			 "kernel have CONFIG_SECCOMP_FILTER?)",
			 strerror(-ret));
	seccomp_release(ctx);
}

/**
 * sandbox_enter() - give up everything that @which does not need, for good
 * @conf: after sandbox_find_user()
 * @which: the process that we are
 *
 * Ends the process when anything of it fails.
 */
void sandbox_enter(const struct conf *conf, enum sandbox which)
{
	limits(conf, which);
	become_user();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		diag_die("prctl: %s", strerror(errno));
	/* Becoming another user cleared it, so not earlier. */
	if (which != SANDBOX_PARENT && prctl(PR_SET_PDEATHSIG, SIGKILL))
		diag_die("prctl: %s", strerror(errno));
	filter(conf, which);
}
