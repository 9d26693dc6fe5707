// SPDX-License-Identifier: MIT
/*
 * Logs of earlier boots as a crash left them: what is read of them are whole records,
 * the same whether or not somebody read before, and all of it in as many parts as it
 * takes.
 */
/* links: userspace/shinraid/past.c userspace/shinraid/prune.c userspace/shinraid/blob.c */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../userspace/shinraid/past.h"

#define BOOTS 3

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void open_all(struct past *p, const u8 *data, size_t len)
{
	u8 boot_id[SHINRAI_BOOT_ID_SIZE] = { 0 };
	size_t size;
	int fd;

	for (; boot_id[0] < BOOTS; boot_id[0]++, data += size, len -= size) {
		size = boot_id[0] < BOOTS - 1 ? len / 2 : len;
		fd = memfd_create("past", MFD_CLOEXEC);
		check(fd >= 0 && write(fd, data, size) == (ssize_t)size);
		past_add(p, boot_id, fd, size);
	}
}

/* Return: records in it, all of them whole. */
static u64 count(const u8 *data, size_t len)
{
	struct shinrai_record r;
	struct shinrai_rd rd;
	u64 n = 0;

	shinrai_rd_init(&rd, data, len);
	while (shinrai_record_next(&rd, &r) > 0)
		n++;
	check(!shinrai_rd_left(&rd));
	return n;
}

/* @data: from which record on, how much room there is, the logs */
int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const u8 boot_id[SHINRAI_BOOT_ID_SIZE] = { 0 };
	struct past p = { 0 };
	u8 *some, *same, *all;
	size_t n, m, k, max;
	u64 from;
	int ret;

	if (len < 3)
		return 0;
	from = data[0];
	max = 1 + ((size_t)data[1] << 8 | data[2]);
	open_all(&p, data + 3, len - 3);
	ret = past_read(&p, boot_id, from, max, &some, &n);
	check(ret == 0 || ret == -ENODATA);
	if (!ret) {
		check(n && n <= max && count(some, n));
		check(!past_read(&p, boot_id, 0, len, &all, &k) && k >= n);
		check(!past_read(&p, boot_id, from, max, &same, &m));
		check(m == n && !memcmp(same, some, n));
		check(memmem(all, k, some, n));
		free(some);
		free(same);
		free(all);
	}
	past_close(&p);
	check(!p.n && past_read(&p, boot_id, 0, 1, &all, &k) == -ENODATA);
	return 0;
}
