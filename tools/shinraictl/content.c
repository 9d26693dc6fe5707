// SPDX-License-Identifier: MIT
/* Is a file code, of which kind, and what is the digest of its content? */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <shinrai/hash.h>
#include <shinrai/rd.h>

#include "known.h"

#define MAX_MODULE ((size_t)256 << 20) /* bytes of a compressed module */

enum {
	ELF_REL = 1,
	ELF_EXEC = 2,
	ELF_DYN = 3,
	ELF_PT_INTERP = 3,
};

static bool ends(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

static bool packed_module(const char *path)
{
	return ends(path, ".ko.xz") || ends(path, ".ko.zst") ||
	       ends(path, ".ko.gz");
}

static u64 elf_int(const struct content *c, size_t at, unsigned int size)
{
	struct shinrai_rd r;

	shinrai_rd_init(&r, c->head, c->head_len);
	shinrai_rd_bytes(&r, at);
	return c->head[5] == 2 ? shinrai_rd_be(&r, size) :
				 shinrai_rd_le(&r, size);
}

/* Whether the program headers ask for an interpreter; ELF 1.2, gABI 5. */
static bool elf_interp(const struct content *c)
{
	bool wide = c->head[4] == 2;
	u64 at = elf_int(c, wide ? 32 : 28, wide ? 8 : 4);
	u64 size = elf_int(c, wide ? 54 : 42, 2);
	u64 n = elf_int(c, wide ? 56 : 44, 2);

	for (; n && size && at < c->head_len; n--, at += size) {
		if (elf_int(c, (size_t)at, 4) == ELF_PT_INTERP)
			return true;
	}
	return false;
}

static const char *elf_kind(const struct content *c)
{
	switch (elf_int(c, 16, 2)) {
	case ELF_REL:
		return ends(c->path, ".ko") ? "module" : NULL;
	case ELF_EXEC:
		return "exec";
	case ELF_DYN:
		/* libc.so.6 has an interpreter too: its name decides. */
		return elf_interp(c) && !strstr(c->path, ".so") ? "exec" :
								  "lib";
	}
	return NULL;
}

/* Return: the kind, NULL for what can neither be executed nor mapped so. */
static const char *kind_of(const struct content *c)
{
	const char *kind = NULL;

	if (c->head_len >= 2 && !memcmp(c->head, "#!", 2))
		return "script";
	if (packed_module(c->path))
		return "module";
	if (c->head_len >= 20 && !memcmp(c->head, "\177ELF", 4))
		kind = elf_kind(c);
	if (kind)
		return kind;
	/* Kernels, PE programs, firmware, whatever binfmt_misc may run. */
	if (c->head_len >= 2 && !memcmp(c->head, "MZ", 2))
		return "any";
	if (strstr(c->path, "/lib/firmware/") || c->mode & 0111)
		return "any";
	return NULL;
}

/* SHA-256 of a buffer. */
void content_sha256(const void *data, size_t len, uint8_t sha256[32])
{
	struct shinrai_sha256 md;

	shinrai_sha256_init(&md);
	shinrai_sha256_update(&md, data, len);
	shinrai_sha256_final(&md, sha256);
}

/*
 * @path: absolute; @mode: its permissions.
 * Return: 0; -ENOMEM.  content_free() afterwards in either case.
 */
int content_begin(struct content *c, struct known *k, const char *path,
		  mode_t mode)
{
	memset(c, 0, sizeof(*c));
	c->known = k;
	c->mode = mode;
	c->path = strdup(path);
	if (!c->path)
		return -ENOMEM;
	shinrai_sha256_init(&c->md);
	c->whole = packed_module(path);
	return 0;
}

/* Return: 0; -EFBIG for an immense compressed module; -ENOMEM. */
int content_add(struct content *c, const void *data, size_t len)
{
	size_t n = sizeof(c->head) - c->head_len;

	if (n > len)
		n = len;
	memcpy(c->head + c->head_len, data, n);
	c->head_len += n;
	shinrai_sha256_update(&c->md, data, len);
	if (!c->whole)
		return 0;
	if (c->all.len + len > MAX_MODULE)
		return -EFBIG;
	return ctl_buf_add(&c->all, data, len);
}

/* A compressed module may be loaded as it is or unpacked by modprobe. */
static int add_unpacked(struct content *c)
{
	CTL_BUF out = { 0 };
	uint8_t sha256[32];
	int ret = unpack(c->all.data, c->all.len, MAX_MODULE, &out);

	if (ret)
		return ret;
	content_sha256(out.data, out.len, sha256);
	*strrchr(c->path, '.') = '\0';
	known_add(c->known, sha256, "module", c->path);
	return 0;
}

/* Adds the file when it is code.  Return: 0; -EBADMSG; -ENOMEM. */
int content_end(struct content *c)
{
	const char *kind = kind_of(c);
	uint8_t sha256[32];

	if (!kind)
		return 0;
	shinrai_sha256_final(&c->md, sha256);
	known_add(c->known, sha256, kind, c->path);
	return c->whole ? add_unpacked(c) : 0;
}

/* Releases what content_begin() took, also when that failed. */
void content_free(struct content *c)
{
	free(c->path);
	ctl_buf_free(&c->all);
}
