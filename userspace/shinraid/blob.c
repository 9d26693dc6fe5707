// SPDX-License-Identifier: MIT
/* Reference-counted bytes: a mapping of the spool, or what was read of a log. */
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

/* What was read of a file and is still wanted. */
struct tail {
	u8 *p;
	size_t len, cap;
	u64 first; /* byte of the file that @p begins with */
};

static void drop_before(struct tail *t, u64 to)
{
	size_t n;

	if (to <= t->first)
		return;
	n = to - t->first < t->len ? (size_t)(to - t->first) : t->len;
	t->first += n;
	t->len -= n;
	memmove(t->p, t->p + n, t->len);
}

static void keep_last(struct tail *t, size_t max)
{
	if (t->len > max)
		drop_before(t, t->first + t->len - max);
}

/* It grows to about twice @max: much is dropped at once then, and rarely. */
static int make_room(struct tail *t, size_t max)
{
	size_t cap = t->cap ? t->cap * 2 : 65536;
	u8 *q;

	if (t->len == t->cap && t->len >= 2 * max)
		keep_last(t, max);
	if (t->len < t->cap)
		return 0;
	q = realloc(t->p, cap);
	if (!q)
		return -ENOMEM;
	t->p = q;
	t->cap = cap;
	return 0;
}

/**
 * blob_read_tail() - read the end of a pseudo file
 * @fd: open for reading
 * @from: byte; what is before it is read, as such files have no length and seeking
 *	in them costs the same, but not kept
 * @max: bytes; of more behind @from the last are kept
 * @first: out: byte that the blob begins with; the file ends where the blob does,
 *	and if that is before @from the blob is empty
 *
 * Return: a blob with one reference; NULL with errno.
 */
struct blob *blob_read_tail(int fd, u64 from, size_t max, u64 *first)
{
	struct tail t = { 0 };
	struct blob *b;
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return NULL;
	do {
		if (make_room(&t, max))
			goto fail;
		n = read(fd, t.p + t.len, t.cap - t.len);
		if (n > 0) {
			t.len += (size_t)n;
			drop_before(&t, from);
		}
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		goto fail;
	keep_last(&t, max);
	*first = t.first;
	b = make(t.p, t.len, false);
	if (b)
		return b;
fail:
	free(t.p);
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
