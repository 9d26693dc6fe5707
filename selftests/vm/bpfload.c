// SPDX-License-Identifier: MIT
/* Loads and attaches each program of a BPF object; stays, and they with it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

static int fail(const char *what, const char *name, int err)
{
	printf("cannot %s %s: %s\n", what, name, strerror(-err));
	return 1;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	struct bpf_program *program;
	int err;

	if (argc != 2) {
		fprintf(stderr, "usage: bpfload OBJECT\n");
		return 2;
	}
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	object = bpf_object__open_file(argv[1], NULL);
	err = (int)libbpf_get_error(object);
	if (err)
		return fail("open", argv[1], err);
	err = bpf_object__load(object);
	if (err)
		return fail("load", argv[1], err);
	bpf_object__for_each_program(program, object)
	{
		err = (int)libbpf_get_error(bpf_program__attach(program));
		if (err)
			return fail("attach", bpf_program__name(program), err);
	}
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
