// SPDX-License-Identifier: GPL-2.0-only
/* SHA-256 of files and of kernel buffers, with the fastest driver there is. */
#include <crypto/hash.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/kmod.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core.h"

#define CHUNK (64 * 1024)
#define SPARE 4
/* Small enough for the stack's neighbours when nothing may sleep. */
#define NOFAULT_CHUNK PAGE_SIZE

static struct crypto_shash *tfm;
static void *spare[SPARE];

static void *chunk_get(void)
{
	unsigned int i;
	void *buf;

	for (i = 0; i < SPARE; i++) {
		buf = xchg(&spare[i], NULL);
		if (buf)
			return buf;
	}
	return kvmalloc(CHUNK, GFP_KERNEL);
}

static void chunk_put(void *buf)
{
	unsigned int i;

	for (i = 0; i < SPARE; i++) {
		if (!cmpxchg(&spare[i], NULL, buf))
			return;
	}
	kvfree(buf);
}

/**
 * shinrai_hash_init() - allocate the hash, accelerated where possible
 *
 * Context: may sleep; loads a module.
 * Return: 0; what crypto_alloc_shash() says.
 */
int shinrai_hash_init(void)
{
	/* Without it the generic code is chosen, at 1.7 times the cost. */
	request_module("sha256-ssse3");
	tfm = crypto_alloc_shash("sha256", 0, 0);
	return PTR_ERR_OR_ZERO(tfm);
}

/**
 * shinrai_hash_exit() - release the hash
 */
void shinrai_hash_exit(void)
{
	unsigned int i;

	for (i = 0; i < SPARE; i++)
		kvfree(spare[i]);
	crypto_free_shash(tfm);
}

static int hash_chunks(struct file *file, unsigned long end,
		       struct shash_desc *desc, void *buf, u64 *size)
{
	loff_t pos = 0;
	ssize_t n;
	int ret;

	for (;;) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (time_after(jiffies, end))
			return -ETIMEDOUT;
		n = kernel_read(file, buf, CHUNK, &pos);
		if (n < 0)
			return (int)n;
		if (!n)
			break;
		ret = crypto_shash_update(desc, buf, (unsigned int)n);
		if (ret)
			return ret;
		cond_resched();
	}
	*size = (u64)pos;
	return 0;
}

/**
 * shinrai_hash_file() - hash a regular file from its first to its last byte
 * @file: open for reading
 * @end: jiffies; not begun to read on after that
 * @digest: out
 * @size: out, bytes hashed
 *
 * Context: may sleep, can be killed.
 * Return: 0; -EINVAL for a file that cannot be read; -EINTR; -ETIMEDOUT;
 * -ENOMEM; what the filesystem says.
 */
int shinrai_hash_file(struct file *file, unsigned long end,
		      u8 digest[SHINRAI_DIGEST_SIZE], u64 *size)
{
	SHASH_DESC_ON_STACK(desc, tfm);
	void *buf;
	int ret;

	might_sleep();
	if (!(file->f_mode & FMODE_READ) || !(file->f_mode & FMODE_CAN_READ))
		return -EINVAL;
	buf = chunk_get();
	if (!buf)
		return -ENOMEM;
	desc->tfm = tfm;
	ret = crypto_shash_init(desc);
	if (!ret)
		ret = hash_chunks(file, end, desc, buf, size);
	if (!ret)
		ret = crypto_shash_final(desc, digest);
	shash_desc_zero(desc);
	chunk_put(buf);
	return ret;
}

/**
 * shinrai_hash_kernel() - hash bytes at an address that may be anything
 * @addr: not trusted: a bad one is an error, never a fault
 * @size: bytes
 * @digest: out
 *
 * Context: any but interrupts; does not sleep.
 * Return: 0; -EFAULT; -ERANGE for a user's address; -ENOMEM.
 */
int shinrai_hash_kernel(const void *addr, size_t size,
			u8 digest[SHINRAI_DIGEST_SIZE])
{
	SHASH_DESC_ON_STACK(desc, tfm);
	size_t n, done;
	void *buf;
	int ret;

	buf = kmalloc(NOFAULT_CHUNK, GFP_ATOMIC | __GFP_NOWARN);
	if (!buf)
		return -ENOMEM;
	desc->tfm = tfm;
	ret = crypto_shash_init(desc);
	for (done = 0; !ret && done < size; done += n) {
		n = min_t(size_t, size - done, NOFAULT_CHUNK);
		ret = copy_from_kernel_nofault(buf, addr + done, n);
		if (!ret)
			ret = crypto_shash_update(desc, buf, (unsigned int)n);
	}
	if (!ret)
		ret = crypto_shash_final(desc, digest);
	shash_desc_zero(desc);
	kfree(buf);
	return ret;
}
