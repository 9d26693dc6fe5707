// SPDX-License-Identifier: MIT
/*
 * Signs policies, then loads one after the other; tells how long each took.
 *
 * usage: swap NAMESPACE CERT KEY FIRST COUNT
 *
 * Generation G has 1 + G % 7 rules for sending, each in line G: whoever reads a
 * policy back can tell whether all of it is of one piece.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

#include <shinrai/cms.h>
#include <shinrai/policy_build.h>

#define RULES 7

struct signed_policy {
	u8 *blob, *sig;
	size_t len, sig_len;
};

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "swap: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void build(struct signed_policy *p, const char *name, const u8 *owner,
		  u64 generation)
{
	static const u8 source[SHINRAI_DIGEST_SIZE];
	const struct shinrai_policy_label label = {
		.uuid = { 1 },
		.name = 1,
		.line = (u32)generation,
		.otherwise = { 0, 1, 1, 1, 1, 1, 1, 1 },
	};
	struct shinrai_policy_rule rule[RULES];
	const struct shinrai_policy_tables t = {
		.generation = generation,
		.owner = owner,
		.source = source,
		.name = name,
		.label = &label,
		.rule = rule,
		.string = "\0plans",
		.labels = 1,
		.rules = 1 + generation % RULES,
		.strings = sizeof("\0plans"),
	};
	u32 i;

	for (i = 0; i < RULES; i++)
		rule[i] = (struct shinrai_policy_rule){
			.verdict = SHINRAI_VERDICT_DENY,
			.action = SHINRAI_ACTION_SEND,
			.subject_kind = SHINRAI_SUBJECT_USER,
			.subject = i,
			.sink = SHINRAI_POLICY_NONE,
			.condition = SHINRAI_POLICY_NONE,
			.line = (u32)generation,
		};
	errno = -shinrai_policy_build(&t, &p->blob, &p->len);
	need(!errno, "build");
}

static void load(int fd, const struct signed_policy *p)
{
	const struct shinrai_load req = {
		.data = (uintptr_t)p->blob,
		.signature = (uintptr_t)p->sig,
		.data_len = (u32)p->len,
		.signature_len = (u32)p->sig_len,
		.kind = SHINRAI_LOAD_POLICY,
	};

	need(!ioctl(fd, SHINRAI_IOC_LOAD, &req), "load");
}

static struct signed_policy *sign_all(char **argv, u64 first, size_t count)
{
	struct signed_policy *p = calloc(count, sizeof(*p));
	u8 owner[SHINRAI_DIGEST_SIZE];
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;
	size_t i;

	need(p, "memory");
	errno = -shinrai_cms_read_cert(argv[2], &cert);
	need(!errno, argv[2]);
	errno = -shinrai_cms_read_key(argv[3], NULL, NULL, &key);
	need(!errno, argv[3]);
	shinrai_cms_owner(cert, owner);
	for (i = 0; i < count; i++) {
		build(&p[i], argv[1], owner, first + i);
		errno = -shinrai_cms_sign(cert, key, p[i].blob, p[i].len,
					  &p[i].sig, &p[i].sig_len);
		need(!errno, "sign");
	}
	X509_free(cert);
	EVP_PKEY_free(key);
	return p;
}

int main(int argc, char **argv)
{
	double begun, took, most = 0;
	struct signed_policy *p;
	size_t i, count;
	int fd;

	need(argc == 6, "usage: swap NAMESPACE CERT KEY FIRST COUNT");
	count = strtoul(argv[5], NULL, 10);
	begun = now();
	p = sign_all(argv, strtoull(argv[4], NULL, 10), count);
	printf("signed %zu, %.1f ms each\n", count,
	       (now() - begun) * 1e3 / (double)count);
	fflush(stdout);
	fd = open("/dev/shinrai", O_RDWR | O_CLOEXEC);
	need(fd >= 0, "/dev/shinrai");
	begun = now();
	for (i = 0; i < count; i++) {
		took = now();
		load(fd, &p[i]);
		took = now() - took;
		most = took > most ? took : most;
		free(p[i].blob);
		free(p[i].sig);
	}
	printf("loaded %zu, %.1f ms each, %.1f ms at most\n", count,
	       (now() - begun) * 1e3 / (double)count, most * 1e3);
	free(p);
	return 0;
}
