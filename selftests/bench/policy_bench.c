// SPDX-License-Identifier: MIT
/*
 * What an answer of the decision core costs, in instructions, with few and with
 * many rules, and what a policy costs to build and to check.  Prints JSON; ends
 * with 1 when a bar is missed.  Instructions are counted by single steps, so
 * they repeat exactly; times are of this machine.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <shinrai/policy_build.h>

#define TCP 6
#define MOST 100000
#define SHAPES 24
#define BAR 1.2

enum kind { HOSTS, PROGRAMS, USERS, MIXED, KINDS };

static const char *const kinds[] = { "hosts", "programs", "users", "mixed" };
static const u32 sizes[] = { 1, SHAPES, 100, 1000, 10000, MOST };

static struct shinrai_policy_label label[4];
static struct shinrai_policy_group group[MOST];
static u8 digest[MOST][SHINRAI_DIGEST_SIZE];
static struct shinrai_policy_sink sink[MOST];
static struct shinrai_policy_rule rule[MOST];
static char string[32 * MOST];
static u8 owner[SHINRAI_DIGEST_SIZE];
static char text[32], cgroup[64];

static struct shinrai_policy_tables t = {
	.generation = 1,
	.owner = owner,
	.source = owner,
	.name = "bench",
	.label = label,
	.group = group,
	.digest = (const u8 (*)[SHINRAI_DIGEST_SIZE])digest,
	.sink = sink,
	.rule = rule,
	.string = string,
};

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static u32 add_text(const char *format, u32 n)
{
	const u32 at = t.strings;

	t.strings += 1 + (u32)sprintf(string + at, format, n);
	return at;
}

static void number(u8 *at, u32 n)
{
	at[0] = (u8)(n >> 16);
	at[1] = (u8)(n >> 8);
	at[2] = (u8)n;
}

/* A network, a stick, a socket or wherever to. */
static void make_sink(struct shinrai_policy_rule *r, u32 n, u32 which)
{
	struct shinrai_policy_sink *s = &sink[t.sinks];

	if (which == 5) {
		/* Anybody anywhere would be everything. */
		if (n % 4 == 0)
			r->action = SHINRAI_ACTION_EXPORT;
		return;
	}
	r->sink = t.sinks++;
	s->kind = SHINRAI_SINK_INET;
	s->family = which == 2 ? 6 : 4;
	s->prefix = which == 1 ? 24 : which == 2 ? 64 : 32;
	s->port_last = 65535;
	s->addr[0] = 10;
	number(s->addr + (which == 1 ? 0 : 1), n);
	if (which == 3) {
		s->kind = SHINRAI_SINK_LOCAL;
		s->text = add_text("/run/socket-%u", n);
	} else if (which == 4) {
		s->kind = SHINRAI_SINK_MEDIA;
		s->exact = SHINRAI_MEDIA_VENDOR | SHINRAI_MEDIA_SERIAL;
		s->text = add_text("SERIAL%u", n);
	} else if (which == 0) {
		s->proto = TCP;
		s->port_first = s->port_last = 443;
	}
	if (which > 2)
		s->family = s->prefix = s->port_last = s->addr[0] = s->addr[1] =
			s->addr[2] = s->addr[3] = 0;
}

static void make_subject(struct shinrai_policy_rule *r, u32 n, u8 kind)
{
	r->subject_kind = kind;
	if (kind == SHINRAI_SUBJECT_PROGRAM) {
		r->subject = t.groups;
		group[t.groups].first = t.groups;
		group[t.groups].count = 1;
		number(digest[t.groups++], n);
	} else if (kind == SHINRAI_SUBJECT_USER) {
		r->subject = n;
	} else if (kind == SHINRAI_SUBJECT_CGROUP) {
		r->subject = add_text("/system.slice/unit-%u.service", n);
	}
}

/* @rules different ones; with MIXED of SHAPES shapes in turn. */
static void make_tables(enum kind kind, u32 rules)
{
	u32 i, k;

	memset(sink, 0, sizeof(sink));
	memset(digest, 0, sizeof(digest));
	t.labels = ARRAY_SIZE(label);
	t.strings = 1;
	t.groups = t.sinks = 0;
	t.rules = rules;
	for (i = 0; i < t.labels; i++) {
		label[i].uuid[0] = (u8)i;
		label[i].name = 1;
		for (k = 1; k < SHINRAI_ACTIONS; k++)
			label[i].otherwise[k] = SHINRAI_VERDICT_DENY;
	}
	add_text("label", 0);
	for (i = 0; i < rules; i++) {
		rule[i] = (struct shinrai_policy_rule){
			.verdict = SHINRAI_VERDICT_ALLOW,
			.action = SHINRAI_ACTION_SEND,
			.sink = SHINRAI_POLICY_NONE,
			.condition = SHINRAI_POLICY_NONE,
			.line = i + 1,
		};
		if (kind == MIXED || kind == HOSTS)
			make_sink(&rule[i], i,
				  kind == MIXED ? i % SHAPES / 4 : 0);
		if (kind == MIXED)
			make_subject(&rule[i], i, (u8)(i % 4));
		else if (kind != HOSTS)
			make_subject(&rule[i], i,
				     kind == USERS ? SHINRAI_SUBJECT_USER :
						     SHINRAI_SUBJECT_PROGRAM);
	}
	t.digests = t.groups;
}

/* What rule @n is about. */
static void aim(u32 n, struct shinrai_access *a)
{
	static u8 program[SHINRAI_DIGEST_SIZE];
	const struct shinrai_policy_rule *r = &rule[n];

	memset(a, 0, sizeof(*a));
	a->action = SHINRAI_ACTION_SEND;
	a->sink_kind = SHINRAI_SINK_INET;
	a->family = 4;
	a->proto = TCP;
	a->port = 443;
	a->addr[0] = 10;
	number(a->addr + 1, n);
	memset(program, 0, sizeof(program));
	number(program, n);
	a->program = program;
	a->uid = n;
	a->cgroup_len = (u32)snprintf(cgroup, sizeof(cgroup),
				      "/system.slice/unit-%u.service/sub", n);
	a->cgroup = cgroup;
	if (r->sink == SHINRAI_POLICY_NONE)
		return;
	a->sink_kind = sink[r->sink].kind;
	a->family = sink[r->sink].family;
	memcpy(a->addr, sink[r->sink].addr, sizeof(a->addr));
	snprintf(text, sizeof(text), "%s", string + sink[r->sink].text);
	a->text = text;
	a->text_len = (u32)strlen(text);
}

/* One that no rule is about. */
static void miss(struct shinrai_access *a)
{
	aim(0, a);
	a->sink_kind = SHINRAI_SINK_INET;
	a->family = 4;
	memset(a->addr, 99, sizeof(a->addr));
	a->uid = 77777777;
	memset((u8 *)a->program, 0xee, SHINRAI_DIGEST_SIZE);
	a->cgroup = "/user.slice/user-1000.slice/session";
	a->cgroup_len = (u32)strlen(a->cgroup);
}

static void judge(const struct shinrai_policy *p, u64 labels,
		  const struct shinrai_access *a, u8 verdict)
{
	struct shinrai_answer out = { .verdict = verdict };

	if (p)
		shinrai_policy_judge(p, labels, a, NULL, false, &out);
	if (out.verdict != verdict)
		_exit(3);
}

/* Single steps from one stop to the next, around one answer. */
static long steps(const struct shinrai_policy *p, u64 labels,
		  const struct shinrai_access *a, u8 verdict)
{
	const pid_t pid = fork();
	long n = 0;
	int status;

	if (!pid) {
		judge(p, labels, a, verdict); /* binds what it calls */
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		judge(p, labels, a, verdict);
		raise(SIGSTOP);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		fail("policy_bench: cannot count instructions");
	do {
		n++;
		if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) ||
		    waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
			fail("policy_bench: cannot step");
	} while (WSTOPSIG(status) == SIGTRAP);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return n;
}

static long instructions(const struct shinrai_policy *p, u64 labels,
			 const struct shinrai_access *a, u8 verdict)
{
	return steps(p, labels, a, verdict) - steps(NULL, labels, a, verdict);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* The answers' costs: hit, miss, and what no rule's action is. */
static void answers(const struct shinrai_policy *p, long cost[4])
{
	struct shinrai_access a;

	aim(t.rules / 2 / SHAPES * SHAPES, &a);
	cost[0] = instructions(p, 1, &a, SHINRAI_VERDICT_ALLOW);
	miss(&a);
	cost[1] = instructions(p, 1, &a, SHINRAI_VERDICT_DENY);
	cost[2] = instructions(p, 15, &a, SHINRAI_VERDICT_DENY);
	a.action = SHINRAI_ACTION_READ;
	cost[3] = instructions(p, 1, &a, SHINRAI_VERDICT_DENY);
}

static void report(u32 rules, const struct shinrai_policy *p, const long *cost,
		   double build_ns, double check_ns)
{
	printf("   \"%u\": {\"hit\": %ld, \"miss\": %ld, \"miss_4_labels\": %ld,"
	       " \"other_action\": %ld, \"shapes\": %u, \"bytes\": %u,"
	       " \"build_ns_per_rule\": %.0f, \"check_ns_per_rule\": %.0f}",
	       rules, cost[0], cost[1], cost[2], cost[3], p->head->shapes,
	       p->head->size, build_ns / rules, check_ns / rules);
}

static void one_size(enum kind kind, u32 rules, long cost[4])
{
	struct shinrai_policy p;
	double begun, built;
	size_t len;
	u8 *blob;

	make_tables(kind, rules);
	begun = now();
	if (shinrai_policy_build(&t, &blob, &len))
		fail("policy_bench: cannot build a policy");
	built = now();
	if (shinrai_policy_check(&p, blob, len))
		fail("policy_bench: cannot check a policy");
	begun = built - begun;
	built = now() - built;
	answers(&p, cost);
	report(rules, &p, cost, begun, built);
	free(blob);
}

/* Cost with 10,000 rules against that with as few as have these shapes. */
static bool bars(enum kind kind, long cost[][4])
{
	const long *few = cost[kind == MIXED], *many = cost[4];
	bool met = true;
	u32 i;

	printf(",\n   \"10000_against_%u\": [", sizes[kind == MIXED]);
	for (i = 0; i < 4; i++) {
		printf("%s%.3f", i ? ", " : "",
		       (double)many[i] / (double)few[i]);
		met &= (double)many[i] <= BAR * (double)few[i];
	}
	printf("], \"met\": %s\n  }", met ? "true" : "false");
	return met;
}

int main(void)
{
	long cost[ARRAY_SIZE(sizes)][4];
	bool met = true;
	u32 kind, i;

	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	printf("{\"unit\": \"instructions of one answer\", \"bar\": %.1f,\n",
	       BAR);
	for (kind = 0; kind < KINDS; kind++) {
		printf("  \"%s\": {\n", kinds[kind]);
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			if (i)
				printf(",\n");
			one_size(kind, sizes[i], cost[i]);
		}
		met &= bars(kind, cost);
		printf(kind + 1 < KINDS ? ",\n" : "\n}\n");
	}
	return met ? 0 : 1;
}
