// SPDX-License-Identifier: MIT
/* digests make: known code from signed packages, or from a trusted folder. */
#include <string.h>

#include "known.h"

#define KEYRING "/usr/share/keyrings/debian-archive-keyring.gpg"

struct sources {
	struct ctl_list debs, packages;
	const char *inrelease, *local, *out;
	struct apt apt;
};

static int check(struct ctl *ctl, const struct sources *s)
{
	if (ctl->operands.n)
		return ctl_usage(ctl,
				 "%s: nothing vouches for the files in a"
				 " folder; if you do, say --trust-local %s, and"
				 " every verdict will say so",
				 ctl->operands.v[0], ctl->operands.v[0]);
	if (!s->debs.n && (s->inrelease || s->packages.n))
		return ctl_usage(ctl, "--inrelease and --packages go with"
				      " --deb");
	if (!s->debs.n && !s->apt.packages.n && !s->local)
		return ctl_usage(ctl, "digests make: from what? --apt, --deb or"
				      " --trust-local");
	if (s->debs.n && (!s->inrelease || !s->packages.n))
		return ctl_usage(ctl,
				 "--deb: nothing vouches for %s without"
				 " --inrelease and --packages, the signed chain"
				 " InRelease, Packages, .deb",
				 s->debs.v[0]);
	return 0;
}

static int add_debs(struct known *k, const struct sources *s)
{
	struct packages list = { 0 };
	struct release r;
	size_t i;
	int ret;

	ret = release_load(k->ctl, s->inrelease, s->apt.keyring, &r);
	for (i = 0; i < s->packages.n && !ret; i++)
		ret = packages_load(k->ctl, &list, s->packages.v[i], &r);
	for (i = 0; i < s->debs.n && !ret; i++) {
		ctl_progress("%zu/%zu %s", i + 1, s->debs.n, s->debs.v[i]);
		ret = deb_add(k, &list, s->debs.v[i]);
	}
	if (!ret)
		release_source(k, &r);
	packages_free(&list);
	release_free(&r);
	return ret;
}

static int run(struct ctl *ctl, const struct sources *s)
{
	struct known k = { .ctl = ctl };
	int ret = check(ctl, s);

	if (!ret && s->debs.n)
		ret = add_debs(&k, s);
	if (!ret && s->apt.packages.n)
		ret = apt_add(&k, &s->apt);
	if (!ret && s->local)
		ret = local_add(&k, s->local);
	if (!ret)
		ret = known_write(&k, s->out);
	known_free(&k);
	return ret ? ret : ctl_flush_stdout(ctl);
}

int cmd_digests_make(struct ctl *ctl, int argc, char **argv)
{
	struct sources s = {
		.out = "-",
		.apt = { "/var/lib/apt/lists",
			 "/var/cache/apt/archives",
			 KEYRING,
			 { 0 } },
	};
	struct ctl_opt opts[] = {
		{ "apt", CTL_LIST, &s.apt.packages, "PACKAGE...",
		  "packages that apt knows; NAME or NAME=VERSION", 0 },
		{ "deb", CTL_LIST, &s.debs, "FILE...", "packages in files", 0 },
		{ "inrelease", CTL_TEXT, &s.inrelease, "FILE",
		  "for --deb: the archive's signed index", 0 },
		{ "packages", CTL_LIST, &s.packages, "FILE...",
		  "for --deb: Packages, also .xz .gz .zst .lz4", 0 },
		{ "keyring", CTL_TEXT, &s.apt.keyring, "FILE",
		  "who may sign; default: Debian's archive keys", 0 },
		{ "lists", CTL_TEXT, &s.apt.lists, "DIR",
		  "for --apt: default /var/lib/apt/lists", 0 },
		{ "archives", CTL_TEXT, &s.apt.archives, "DIR",
		  "for --apt: default /var/cache/apt/archives", 0 },
		{ "trust-local", CTL_TEXT, &s.local, "DIR",
		  "take a folder on your word; verdicts will say so", 0 },
		{ "out", CTL_TEXT, &s.out, "FILE", "default: -", 0 },
		{ 0 },
	};
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret == CTL_GO_ON)
		ret = run(ctl, &s);
	free(s.debs.v);
	free(s.packages.v);
	free(s.apt.packages.v);
	return ret;
}
