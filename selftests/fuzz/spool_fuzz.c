// SPDX-License-Identifier: MIT
/* links: userspace/shinraid/spool.c userspace/shinraid/prune.c userspace/shinraid/boots.c */
/* The spool after a crash, whatever is in it: only whole records stay, and they tell
 * the same as when they were appended.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <shinrai/hex.h>

#include "../../userspace/shinraid/spool.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static char roots[2][64]; /* one to recover, one to append to */

static void remove_roots(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(roots); i++)
		rmdir(roots[i]);
}

static void make_roots(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(roots); i++) {
		strcpy(roots[i], "/dev/shm/spool-fuzz-XXXXXX");
		if (!mkdtemp(roots[i]))
			abort();
	}
	atexit(remove_roots);
}

/* The file of a boot; its folder is there afterwards. */
static void log_path(const char *root, const u8 *boot, char path[128])
{
	char hex[2 * SHINRAI_BOOT_ID_SIZE + 1];

	shinrai_hex_encode(boot, SHINRAI_BOOT_ID_SIZE, hex);
	snprintf(path, 128, "%s/%s", root, hex);
	mkdir(path, 0700);
	strcat(path, "/log.cel");
}

static void forget(char path[128])
{
	unlink(path);
	strcpy(strrchr(path, '/'), "/order");
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	strcpy(strrchr(path, '/'), "/boots");
	unlink(path);
}

static void put(const char *path, const u8 *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	close(fd);
}

static void open_spool(struct spool *sp, const char *root, const u8 *boot)
{
	spool_init(sp);
	if (spool_open(sp, root, boot))
		abort();
}

/* What is left is what was there, up to a border. */
static void check_file(const struct spool *sp, const u8 *data, size_t len)
{
	const u64 size = spool_size(sp);
	u8 *back = malloc(len + 1);
	u64 i;

	if (!back || size + sp->cut != len ||
	    pread(sp->fd, back, len + 1, 0) != (ssize_t)size ||
	    memcmp(back, data, size))
		abort();
	free(back);
	for (i = 0; i < sp->records; i++) {
		if (sp->offset[i] >= sp->offset[i + 1])
			abort();
	}
}

static void check_facts(const struct spool_facts *f, u64 records)
{
	if (f->ncapped > SHINRAI_MAX_BANKS || f->own >> SPOOL_PCRS ||
	    (f->own && !(f->own >> f->flow & 1)) || f->violations > records)
		abort();
}

static void check_range(const struct spool *sp, u64 from, u64 max)
{
	u64 first, offset, len;

	if (spool_range(sp, from, max, &first, &offset, &len)) {
		if (sp->records)
			abort();
		return;
	}
	if (len > max || first > sp->records || offset != sp->offset[first] ||
	    len > spool_size(sp) - offset)
		abort();
}

static void check_same(const struct spool *a, const struct spool *b)
{
	if (a->records != b->records || b->cut ||
	    (a->records && memcmp(a->offset, b->offset,
				  (a->records + 1) * sizeof(*a->offset))) ||
	    memcmp(&a->facts, &b->facts, sizeof(a->facts)))
		abort();
}

/* The same records, one after the other. */
static void append(struct spool *sp, const u8 *data, size_t len)
{
	struct shinrai_record rec;
	struct shinrai_header h;
	struct shinrai_rd r;

	shinrai_rd_init(&r, data, len);
	while (shinrai_record_next(&r, &rec) > 0) {
		if (shinrai_record_check(&rec, &h) != SHINRAI_FAULT_NONE ||
		    spool_append(sp, &rec, &h))
			abort();
	}
	if (spool_flush(sp))
		abort();
}

/* @data: the boot, and what is in its spool */
int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	const u8 *boot = data;
	char path[128], other[128];
	struct spool sp, back;

	if (len < SHINRAI_BOOT_ID_SIZE)
		return 0;
	data += SHINRAI_BOOT_ID_SIZE;
	len -= SHINRAI_BOOT_ID_SIZE;
	if (!*roots[0])
		make_roots();
	log_path(roots[0], boot, path);
	log_path(roots[1], boot, other);
	put(path, data, len);
	open_spool(&sp, roots[0], boot);
	check_file(&sp, data, len);
	check_facts(&sp.facts, sp.records);
	check_range(&sp, 0, len);
	check_range(&sp, sp.records / 2, len / 2);
	check_range(&sp, sp.records + 1, 1);
	open_spool(&back, roots[0], boot);
	check_same(&sp, &back);
	spool_close(&back);
	open_spool(&back, roots[1], boot);
	append(&back, data, spool_size(&sp));
	check_same(&sp, &back);
	spool_close(&back);
	spool_close(&sp);
	forget(path);
	forget(other);
	return 0;
}
