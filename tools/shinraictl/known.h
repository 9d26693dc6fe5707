/* SPDX-License-Identifier: MIT */
/* digests make: digests of known code, and the chain that vouches for them. */
#ifndef SHINRAICTL_KNOWN_H
#define SHINRAICTL_KNOWN_H

#include <shinrai/hash.h>
#include <sys/types.h>

#include "ctl.h"

#define KNOWN_HEX 65 /* of a SHA-256 digest, with its NUL */

struct known_entry {
	uint8_t sha256[32];
	const char *kind; /* static */
	char *path; /* escaped, owned */
};

/* What the list will say. */
struct known {
	struct ctl *ctl;
	struct known_entry *entry;
	size_t n;
	char **source; /* text after "# source: " */
	size_t nsources;
};

/* known.c */
void known_add(struct known *k, const uint8_t sha256[32], const char *kind,
	       const char *path);
void known_source(struct known *k, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int known_write(struct known *k, const char *path);
void known_free(struct known *k);

/* content.c: one file's bytes, hashed as they pass by. */
struct content {
	struct known *known;
	struct shinrai_sha256 md;
	char *path;
	mode_t mode;
	uint8_t head[4096];
	size_t head_len;
	bool whole; /* compressed module: keep it all */
	struct ctl_buf all;
};

int content_begin(struct content *c, struct known *k, const char *path,
		  mode_t mode);
int content_add(struct content *c, const void *data, size_t len);
int content_end(struct content *c);
void content_free(struct content *c);
void content_sha256(const void *data, size_t len, uint8_t sha256[32]);

/* unpack.c */
int unpack(const void *data, size_t len, size_t limit, struct ctl_buf *out);

/* prog.c */
struct prog {
	const char *const *argv; /* argv[0] is an absolute path */
	const char *dir; /* to run in, or NULL */
	bool clean; /* no environment but LC_ALL=C and PATH */
	const struct ctl_buf *in; /* standard input, NULL: empty */
	struct ctl_buf out, err, fd3;
	int status; /* exit status, 128 + signal */
};

int prog_run(struct prog *p);
void prog_free(struct prog *p);

/* inrelease.c */
struct release_file {
	char *path;
	uint8_t sha256[32];
	uint64_t size;
};

struct release {
	char *name; /* file, for messages */
	char *origin, *codename; /* escaped */
	char sha256[KNOWN_HEX]; /* of the InRelease file */
	char signer[41]; /* fingerprint of the primary key */
	struct release_file *file; /* those that are called Packages* */
	size_t n;
	bool used; /* a package of its lists was taken */
};

int release_load(struct ctl *ctl, const char *path, const char *keyring,
		 struct release *r);
void release_source(struct known *k, const struct release *r);
void release_free(struct release *r);

/* packages.c */
struct package {
	const char *name, *version, *arch, *file; /* into the list's text */
	uint8_t sha256[32];
	uint64_t size;
	struct release *release;
};

struct packages {
	struct package *p;
	size_t n;
	struct ctl_buf *text;
	size_t ntexts;
};

int packages_load(struct ctl *ctl, struct packages *list, const char *path,
		  struct release *r);
const struct package *packages_digest(const struct packages *list,
				      const uint8_t sha256[32]);
const struct package *packages_file(const struct packages *list,
				    const char *deb);
void packages_free(struct packages *list);

/* debfile.c */
int deb_add(struct known *k, const struct packages *list, const char *path);

/* local.c */
int local_add(struct known *k, const char *dir);

/* apt.c */
struct apt {
	const char *lists, *archives, *keyring;
	struct ctl_list packages;
};

int apt_add(struct known *k, const struct apt *apt);

#endif
