// SPDX-License-Identifier: MIT
/*
 * One copy of the counting program for each function bpf_lsm_* of the running
 * kernel that a program can be attached to, and for functions that are traced
 * where there is no hook, in the order of their names.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "attach.h"
#include "slots.h"

#define PREFIX "bpf_lsm_"
#define MAX_HOOKS (HOOKS_SLOTS - HOOKS_FIRST)

static struct hook {
	const char *name;
	__u32 btf_id;
	bool traced;
} hooks[MAX_HOOKS];
static size_t count;

static const char *const traced[] = {
	"do_splice",
	"do_tee",
	"__x64_sys_sendfile64",
	"__x64_sys_vmsplice",
	"__x64_sys_mq_timedsend",
	"__x64_sys_mq_timedreceive",
};

size_t attach_count(void)
{
	return count;
}

const char *attach_name(size_t i)
{
	return hooks[i].name;
}

static int by_name(const void *a, const void *b)
{
	const struct hook *x = a, *y = b;

	int differ = strcmp(x->name, y->name);

	return differ ? differ : x->btf_id < y->btf_id ? -1 : 1;
}

/* Return: whether @name is that of a function to attach to; then in @h. */
static bool wanted(const char *name, struct hook *h)
{
	size_t i;

	h->traced = strncmp(name, PREFIX, strlen(PREFIX)) != 0;
	h->name = h->traced ? name : name + strlen(PREFIX);
	for (i = 0; h->traced && i < sizeof(traced) / sizeof(traced[0]); i++)
		if (!strcmp(name, traced[i]))
			return true;
	return !h->traced;
}

/* Of a function that is in the BTF twice the kernel knows the first one. */
static void keep_one_of_each(void)
{
	size_t i, kept = 0;

	qsort(hooks, count, sizeof(hooks[0]), by_name);
	for (i = 0; i < count; i++)
		if (!kept || strcmp(hooks[kept - 1].name, hooks[i].name))
			hooks[kept++] = hooks[i];
	count = kept;
}

/* Return: how many names there are, or a negative errno. */
static int find_names(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct btf_type *type;
	struct hook hook = { 0 };
	const char *name;
	__u32 i;

	if (!btf)
		return -errno;
	for (i = 1; i < btf__type_cnt(btf); i++) {
		type = btf__type_by_id(btf, i);
		name = btf__name_by_offset(btf, type->name_off);
		if (!btf_is_func(type) || !wanted(name, &hook))
			continue;
		if (count == MAX_HOOKS)
			return -E2BIG;
		hook.btf_id = i;
		hooks[count++] = hook;
	}
	keep_one_of_each();
	return (int)count; /* @btf stays: it holds the names */
}

/* Return: 0, or -EINVAL: not a hook, or one that takes no program. */
static int attach(const struct bpf_program *program, size_t i)
{
	const bool trace = hooks[i].traced;
	const enum bpf_attach_type at = trace ? BPF_TRACE_FENTRY : BPF_LSM_MAC;
	LIBBPF_OPTS(bpf_prog_load_opts, load, .expected_attach_type = at,
		    .attach_btf_id = hooks[i].btf_id);
	LIBBPF_OPTS(bpf_link_create_opts, link,
		    .tracing.cookie = HOOKS_FIRST + i);
	int fd;

	fd = bpf_prog_load(trace ? BPF_PROG_TYPE_TRACING : BPF_PROG_TYPE_LSM,
			   "hooks_count", "GPL", bpf_program__insns(program),
			   bpf_program__insn_cnt(program), &load);
	if (fd < 0)
		return fd;
	return bpf_link_create(fd, 0, at, &link);
}

static int attach_hooks(const struct bpf_program *program)
{
	size_t i, kept = 0;
	int r;

	for (i = 0; i < count; i++) {
		hooks[kept] = hooks[i];
		r = attach(program, kept);
		if (r >= 0)
			kept++;
		else if (r != -EINVAL && r != -EACCES)
			return r;
	}
	count = kept;
	return 0;
}

static int attach_others(struct bpf_object *object)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
	{
		if (!strcmp(bpf_program__name(program), "hooks_count"))
			continue;
		if (!bpf_program__attach(program))
			return -errno;
	}
	return 0;
}

static void *map_slots(const struct bpf_object *object)
{
	int fd = bpf_object__find_map_fd_by_name(object, "slots");
	void *p = mmap(NULL, HOOKS_SLOTS * sizeof(uint64_t),
		       PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void *fail(const char *what, int err)
{
	fprintf(stderr, "hooks: cannot %s: %s\n", what, strerror(-err));
	return NULL;
}

uint64_t *attach_all(const char *path)
{
	struct bpf_object *object;
	uint64_t *slots;
	int err;

	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	object = bpf_object__open_file(path, NULL);
	err = object ? bpf_object__load(object) : -errno;
	if (err)
		return fail("load the programs", err);
	slots = map_slots(object);
	if (!slots)
		return fail("map the slots", -errno);
	err = find_names();
	if (err <= 0)
		return fail("find hooks in the kernel's BTF", err);
	err = attach_hooks(
		bpf_object__find_program_by_name(object, "hooks_count"));
	if (!err)
		err = attach_others(object);
	return err ? fail("attach the programs", err) : slots;
}
