// SPDX-License-Identifier: MIT
/*
 * Runs each operation once and prints which hooks of the kernel it called:
 * "operation: result: hook=count ...", a line each, after facts of the same form.
 * A function that is traced because no hook sees what it does is told likewise.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "attach.h"
#include "hooks.h"
#include "slots.h"

static const struct group *const groups[] = {
	&file_group, &path_group, &pipe_group, &net_group,   &local_group,
	&mem_group,  &ipc_group,  &proc_group, &uring_group, &admin_group,
};

static uint64_t *slots;
static const char *now; /* the operation at hand */

void gate(bool open)
{
	__atomic_store_n(&slots[HOOKS_GATE], open, __ATOMIC_SEQ_CST);
}

static void stuck(int signal)
{
	(void)signal;
	fprintf(stderr, "hooks: \"%s\" does not end\n", now);
	_exit(1);
}

long must(long r, const char *what)
{
	if (r < 0) {
		fprintf(stderr, "hooks: \"%s\" cannot %s: %s\n", now, what,
			strerror(errno));
		exit(1);
	}
	return r;
}

/* A cgroup of our own: whatever else runs in the machine is not counted. */
static void enter_cgroup(void)
{
	static const char dir[] = "/sys/fs/cgroup/hooks";
	struct stat st;

	must(mkdir(dir, 0755), "make a cgroup");
	must(stat(dir, &st), "stat the cgroup");
	put("/sys/fs/cgroup/hooks/cgroup.procs", "0");
	slots[HOOKS_CGROUP] = st.st_ino;
}

static void print_result(const char *name, long r)
{
	if (r)
		printf("%s: %s:", name, strerrorname_np((int)-r));
	else
		printf("%s: ok:", name);
}

static void run(const struct operation *o, bool apart)
{
	size_t i, hooks = attach_count();
	long r;

	now = o->name;
	memset(slots + HOOKS_ALLOC_SAME, 0,
	       (HOOKS_SLOTS - HOOKS_ALLOC_SAME) * sizeof(slots[0]));
	alarm(60);
	r = apart ? in_child(o->run) : o->run();
	alarm(0);
	print_result(o->name, r);
	for (i = 0; i < hooks; i++)
		if (slots[HOOKS_FIRST + i])
			printf(" %s=%llu", attach_name(i),
			       (unsigned long long)slots[HOOKS_FIRST + i]);
	printf("\n");
	fflush(stdout);
}

/* Names of functions that ftrace can reach, as the kernel lists them. */
static bool traceable(const char *function)
{
	char line[512];
	bool found = false;
	FILE *f = fopen("/sys/kernel/tracing/available_filter_functions", "re");

	must(f ? 0 : -1, "open available_filter_functions");
	while (!found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, " \n")] = '\0';
		found = !strcmp(line, function);
	}
	fclose(f);
	return found;
}

static void traceable_facts(void)
{
	static const char *const functions[] = {
		"do_splice",
		"do_tee",
		"__x64_sys_sendfile64",
		"__x64_sys_vmsplice",
		"__x64_sys_mq_timedsend",
		"__x64_sys_mq_timedreceive",
		"__ia32_compat_sys_sendfile",
		"__ia32_sys_sendfile64",
		"__ia32_sys_vmsplice",
		"__ia32_sys_mq_timedsend",
		"__ia32_sys_mq_timedsend_time32",
		"__ia32_sys_mq_timedreceive",
		"__ia32_sys_mq_timedreceive_time32",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(functions); i++)
		printf("fact, ftrace reaches %s: %s:\n", functions[i],
		       traceable(functions[i]) ? "yes" : "no");
}

static long only_fork(void)
{
	pid_t pid;

	gate(true);
	pid = fork();
	if (!pid)
		_exit(0);
	gate(false);
	child_end(pid);
	return pid < 0 ? -errno : 0;
}

/* One or the other; neither means that nobody was called. */
static void mm_fact(const char *when, enum hooks_slot same,
		    enum hooks_slot other)
{
	printf("fact, the child's memory at %s: %s:\n", when,
	       slots[same] && !slots[other] ? "still its parent's" :
	       slots[other] && !slots[same] ? "its own" :
					      "not known");
}

static void fork_facts(void)
{
	only_fork();
	mm_fact("task_alloc", HOOKS_ALLOC_SAME, HOOKS_ALLOC_OTHER);
	mm_fact("sched_process_fork", HOOKS_FORK_SAME, HOOKS_FORK_OTHER);
}

int main(int argc, char **argv)
{
	const struct rlimit core = { RLIM_INFINITY, RLIM_INFINITY };
	size_t i, j;

	if (argc != 3) {
		fprintf(stderr, "usage: hooks OBJECT DIR\n");
		return 2;
	}
	now = "the beginning";
	slots = attach_all(argv[1]);
	if (!slots)
		return 1;
	enter_cgroup();
	must(chdir(argv[2]), "enter the folder");
	signal(SIGALRM, stuck);
	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_CORE, &core);
	traceable_facts();
	fork_facts();
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		for (j = 0; j < groups[i]->count; j++)
			run(&groups[i]->list[j], groups[i]->apart);
	return 0;
}
