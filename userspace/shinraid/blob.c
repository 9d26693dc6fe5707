// SPDX-License-Identifier: MIT
/* Reference-counted bytes: a mapping of the spool, or a log read whole. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "blob.h"

struct blob {
	unsigned int refs;
	bool mapped;
	void *p;
	size_t len;
};

static struct blob *make(void *p, size_t len, bool mapped)
{
	struct blob *b = malloc(sizeof(*b));

	if (!b)
		return NULL;
	*b = (struct blob){ 1, mapped, p, len };
	return b;
}

/**
 * blob_map() - map a file that is only ever appended to
 * @fd: open for reading, may be closed afterwards
 * @len: bytes; those behind the file's end must not be touched yet
 *
 * Return: a blob with one reference; NULL with errno.
 */
struct blob *blob_map(int fd, size_t len)
{
	void *p = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
	struct blob *b;

	if (p == MAP_FAILED)
		return NULL;
	b = make(p, len, true);
	if (!b)
		munmap(p, len);
	return b;
}

/**
 * blob_read() - read a pseudo file from its beginning
 * @fd: open for reading
 * @max: more than that is an error
 *
 * Return: a blob with one reference; NULL with errno, EFBIG above @max.
 */
struct blob *blob_read(int fd, size_t max)
{
	size_t len = 0, cap = 0;
	u8 *p = NULL, *q;
	struct blob *b;
	ssize_t n = 1;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return NULL;
	while (n > 0) {
		if (len == cap) {
			cap = cap ? cap * 2 : 65536;
			q = len > max ? NULL : realloc(p, cap);
			if (!q) {
				errno = len > max ? EFBIG : ENOMEM;
				goto fail;
			}
			p = q;
		}
		n = read(fd, p + len, cap - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	if (n < 0)
		goto fail;
	if (len > max) {
		errno = EFBIG;
		goto fail;
	}
	b = make(p, len, false);
	if (b)
		return b;
fail:
	free(p);
	return NULL;
}

/**
 * blob_get() - one more reference
 * @b: may be NULL
 *
 * Return: @b.
 */
struct blob *blob_get(struct blob *b)
{
	if (b)
		b->refs++;
	return b;
}

/**
 * blob_put() - give a reference back
 * @b: may be NULL
 */
void blob_put(struct blob *b)
{
	if (!b || --b->refs)
		return;
	if (b->mapped)
		munmap(b->p, b->len);
	else
		free(b->p);
	free(b);
}

/**
 * blob_data() - the bytes
 * @b: a blob
 *
 * Return: valid as long as the reference.
 */
const u8 *blob_data(const struct blob *b)
{
	return b->p;
}

/**
 * blob_size() - how many
 * @b: may be NULL
 *
 * Return: bytes.
 */
size_t blob_size(const struct blob *b)
{
	return b ? b->len : 0;
}

static void appended(const void *data, size_t len, void *b)
{
	(void)data;
	(void)len;
	blob_put(b);
}

/**
 * blob_append() - put bytes of a blob into a buffer without copying them
 * @to: holds a reference until they are sent
 * @b: the blob
 * @data: inside it
 * @len: bytes
 *
 * Return: 0; -ENOMEM.
 */
int blob_append(struct evbuffer *to, struct blob *b, const void *data,
		size_t len)
{
	if (evbuffer_add_reference(to, data, len, appended, blob_get(b))) {
		blob_put(b);
		return -ENOMEM;
	}
	return 0;
}
