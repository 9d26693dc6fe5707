// SPDX-License-Identifier: MIT
/*
 * Logs of earlier boots as a crash left them: what is read of them are whole records,
 * the same whether or not somebody read before, and all of it in as many parts as it
 * takes.  The names of boots are whatever a crash left, too: who names one of them, of
 * which there is no log, gets all.
 */
/* links: userspace/shinraid/past.c userspace/shinraid/prune.c userspace/shinraid/boots.c userspace/shinraid/blob.c */
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

static int file_of(const u8 *data, size_t len)
{
	int fd = memfd_create("past", MFD_CLOEXEC);

	check(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	return fd;
}

static void open_all(struct past *p, const u8 *data, size_t len)
{
	u8 boot_id[SHINRAI_BOOT_ID_SIZE] = { 0 };
	size_t size;

	past_set_boots(p, file_of(data, len), len);
	for (; boot_id[0] < BOOTS; boot_id[0]++, data += size, len -= size) {
		size = boot_id[0] < BOOTS - 1 ? len / 2 : len;
		past_add(p, boot_id, file_of(data, size), size);
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
	/* One that is named in the middle of it is none. */
	for (m = 3; m + sizeof(boot_id) <= len && m < 40; m++) {
		const bool is = past_is_for(&p, data + m) > 0;

		check(is || (m - 3) % sizeof(boot_id) || !p.boots_size);
		ret = past_read(&p, data + m, from, max, &some, &n);
		check(ret == -ENODATA || (!ret && is));
		if (!ret)
			free(some);
	}
	past_close(&p);
	check(past_is_for(&p, boot_id) == 0);
	check(!p.n && past_read(&p, boot_id, 0, 1, &all, &k) == -ENODATA);
	return 0;
}
