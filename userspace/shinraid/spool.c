// SPDX-License-Identifier: MIT
/* Spool of one boot: append, index, recovery after a crash. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <shinrai/abridge.h>
#include <shinrai/hex.h>

#include "spool.h"

#define FIRST_CAP 1024

/**
 * spool_lock() - keep others from the spools
 * @root: folder of all spools, exists
 *
 * Two that append to one log would both spoil it.
 *
 * Return: a descriptor that holds the lock until it is closed; -EWOULDBLOCK
 * when somebody else holds it; -errno.
 */
int spool_lock(const char *root)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

/**
 * spool_init() - a spool without a log
 * @sp: to be released with spool_close()
 */
void spool_init(struct spool *sp)
{
	memset(sp, 0, sizeof(*sp));
	sp->fd = -1;
}

/**
 * spool_close() - release, without making anything durable
 * @sp: afterwards as after spool_init()
 */
void spool_close(struct spool *sp)
{
	if (sp->fd >= 0)
		close(sp->fd);
	free(sp->offset);
	spool_init(sp);
}

/**
 * spool_size() - bytes in the log
 * @sp: the spool
 *
 * Return: the size; 0 without a log.
 */
u64 spool_size(const struct spool *sp)
{
	return sp->offset ? sp->offset[sp->records] : 0;
}

static int index_room(struct spool *sp)
{
	u64 cap = sp->cap ? sp->cap * 2 : FIRST_CAP;
	u64 *p;

	if (sp->records + 2 <= sp->cap)
		return 0;
	p = realloc(sp->offset, cap * sizeof(*p));
	if (!p)
		return -ENOMEM;
	if (!sp->offset)
		p[0] = 0;
	sp->offset = p;
	sp->cap = cap;
	return 0;
}

static void learn_own(struct spool_facts *f, const struct shinrai_event *ev)
{
	const struct shinrai_field *pcrs =
		shinrai_event_field(ev, SHINRAI_FIELD_PCRS);

	if (pcrs && pcrs->len == 2 && pcrs->data[0] < SPOOL_PCRS &&
	    pcrs->data[1] < SPOOL_PCRS) {
		f->own = 1u << pcrs->data[0] | 1u << pcrs->data[1];
		f->flow = pcrs->data[1];
	}
}

static void learn_start(struct spool_facts *f, const struct shinrai_event *ev)
{
	const struct shinrai_field *banks =
		shinrai_event_field(ev, SHINRAI_FIELD_BANKS);
	struct shinrai_rd r;
	u16 alg;

	learn_own(f, ev);
	if (!banks)
		return;
	f->ncapped = 0;
	shinrai_rd_init(&r, banks->data, banks->len);
	while (shinrai_rd_left(&r) && f->ncapped < SHINRAI_MAX_BANKS) {
		alg = shinrai_rd_be16(&r);
		shinrai_rd_u8(&r);
		if (shinrai_rd_u8(&r))
			f->capped[f->ncapped++] = alg;
	}
}

static void learn_arm(struct spool_facts *f, const struct shinrai_event *ev)
{
	const struct shinrai_field *window =
		shinrai_event_field(ev, SHINRAI_FIELD_WINDOW);
	struct shinrai_rd r;

	if (!window)
		return;
	shinrai_rd_init(&r, window->data, window->len);
	f->window_ms = shinrai_rd_be32(&r);
	f->window_events = shinrai_rd_be32(&r);
}

static void learn(struct spool_facts *f, const struct shinrai_record *rec,
		  const struct shinrai_header *h)
{
	struct shinrai_header again;
	struct shinrai_event ev;
	struct shinrai_rd events;
	const u8 *tlv;

	/* Most records are of code that ran, and say nothing new here. */
	if (h->type == SHINRAI_RECORD_EVENTS && (!f->own || h->pcr != f->flow))
		return;
	if (shinrai_content_parse(rec, &again, &tlv, &events))
		return;
	while (shinrai_event_next(&events, &ev) > 0) {
		if (ev.type == SHINRAI_EVENT_START)
			learn_start(f, &ev);
		else if (ev.type == SHINRAI_EVENT_ARM)
			learn_arm(f, &ev);
		else if (shinrai_abridge_violation(&ev))
			f->violations = h->recnum + 1;
	}
}

static int note(struct spool *sp, const struct shinrai_record *rec,
		const struct shinrai_header *h)
{
	int ret = index_room(sp);

	if (ret)
		return ret;
	sp->offset[sp->records + 1] = sp->offset[sp->records] + rec->raw_len;
	sp->records++;
	learn(&sp->facts, rec, h);
	return 0;
}

/* Indexes the records that are whole; the rest, a torn tail, is cut off. */
static int recover(struct spool *sp)
{
	struct shinrai_record rec;
	struct shinrai_header h;
	struct shinrai_rd log;
	struct stat st;
	void *p;
	int ret;

	ret = index_room(sp);
	if (ret)
		return ret;
	if (fstat(sp->fd, &st))
		return -errno;
	if (!st.st_size)
		return 0;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, sp->fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	shinrai_rd_init(&log, p, (size_t)st.st_size);
	while (!ret && shinrai_record_next(&log, &rec) > 0) {
		if (shinrai_record_check(&rec, &h) != SHINRAI_FAULT_NONE ||
		    rec.recnum != sp->records ||
		    memcmp(h.boot_id, sp->boot_id, sizeof(h.boot_id)))
			break;
		ret = note(sp, &rec, &h);
	}
	munmap(p, (size_t)st.st_size);
	if (ret)
		return ret;
	sp->cut = (u64)st.st_size - spool_size(sp);
	if (sp->cut && ftruncate(sp->fd, (off_t)spool_size(sp)))
		return -errno;
	/* Who was killed may have left what the kernel has not written yet. */
	return spool_flush(sp);
}

/* A new folder and a new name in it survive a crash only when synced. */
static int sync_dir(int dir, const char *name)
{
	int ret = 0;
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (fsync(fd))
		ret = -errno;
	close(fd);
	return ret;
}

static int open_log(const char *root, const char *name,
		    const u8 boot_id[SHINRAI_BOOT_ID_SIZE])
{
	int dir, sub, fd = -1, ret = 0;

	dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	if (mkdirat(dir, name, 0700) && errno != EEXIST)
		ret = -errno;
	sub = ret ? -1 :
		    openat(dir, name,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (!ret && sub < 0)
		ret = -errno;
	if (!ret)
		ret = spool_order(root, sub, boot_id);
	if (!ret)
		ret = spool_add_boot(root, dir, boot_id);
	if (!ret) {
		fd = openat(sub, "log.cel",
			    O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW |
				    O_CLOEXEC,
			    0600);
		if (fd < 0)
			ret = -errno;
	}
	if (!ret)
		ret = sync_dir(sub, ".");
	if (!ret)
		ret = sync_dir(dir, ".");
	if (sub >= 0)
		close(sub);
	close(dir);
	if (ret && fd >= 0)
		close(fd);
	return ret ? ret : fd;
}

/**
 * spool_open() - open or create the spool of one boot and recover it
 * @sp: from spool_init()
 * @root: folder of all spools, exists
 * @boot_id: of the log
 *
 * A record that is torn or that does not check, and what follows it, is cut
 * off; @sp->cut says how many bytes.
 *
 * Return: 0; -errno, then @sp is as after spool_init().
 */
int spool_open(struct spool *sp, const char *root,
	       const u8 boot_id[SHINRAI_BOOT_ID_SIZE])
{
	char name[2 * SHINRAI_BOOT_ID_SIZE + 1];
	int ret;

	shinrai_hex_encode(boot_id, SHINRAI_BOOT_ID_SIZE, name);
	ret = open_log(root, name, boot_id);
	if (ret < 0)
		return ret;
	sp->fd = ret;
	memcpy(sp->boot_id, boot_id, sizeof(sp->boot_id));
	ret = recover(sp);
	if (ret)
		spool_close(sp);
	return ret;
}

/**
 * spool_append() - add the next record
 * @sp: an open spool
 * @rec: checked with shinrai_record_check()
 * @h: its header
 *
 * Return: 0; -EINVAL for another record number or boot; -ENOMEM; -errno of
 * write(), the file then is as before; -EIO when that failed, too.
 */
int spool_append(struct spool *sp, const struct shinrai_record *rec,
		 const struct shinrai_header *h)
{
	u64 size = spool_size(sp);
	size_t done = 0;
	ssize_t n;
	int ret;

	if (rec->recnum != sp->records ||
	    memcmp(h->boot_id, sp->boot_id, sizeof(sp->boot_id)))
		return -EINVAL;
	ret = index_room(sp);
	if (ret)
		return ret;
	while (done < rec->raw_len) {
		n = write(sp->fd, rec->raw + done, rec->raw_len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			ret = n ? -errno : -EIO;
			if (ftruncate(sp->fd, (off_t)size))
				ret = -EIO;
			return ret;
		}
		done += (size_t)n;
	}
	return note(sp, rec, h);
}

/**
 * spool_flush() - make what was appended durable
 * @sp: any spool
 *
 * What the kernel could not write it takes for written from then on, so that trying
 * again proves nothing: it is cut off, to be appended once more.
 *
 * Return: 0; -errno of fdatasync(): nothing may be trimmed then.
 */
int spool_flush(struct spool *sp)
{
	int ret;

	if (sp->synced == sp->records)
		return 0;
	if (!fdatasync(sp->fd)) {
		sp->synced = sp->records;
		return 0;
	}
	ret = -errno;
	sp->records = sp->synced;
	return ftruncate(sp->fd, (off_t)spool_size(sp)) ? -EIO : ret;
}

/**
 * spool_range() - where the records from one on lie
 * @sp: any spool
 * @from: first record wanted; one that is not there means 0
 * @max: bytes at most
 * @first: out, record at @offset
 * @offset: out, bytes into the file
 * @len: out, whole records only
 *
 * Return: 0; -ENODATA without a log.
 */
int spool_range(const struct spool *sp, u64 from, u64 max, u64 *first,
		u64 *offset, u64 *len)
{
	u64 lo, hi, mid;

	if (!sp->records)
		return -ENODATA;
	if (from > sp->records)
		from = 0;
	lo = from;
	hi = sp->records;
	while (lo < hi) { /* last record border within @max */
		mid = hi - (hi - lo) / 2;
		if (sp->offset[mid] - sp->offset[from] <= max)
			lo = mid;
		else
			hi = mid - 1;
	}
	*first = from;
	*offset = sp->offset[from];
	*len = sp->offset[lo] - sp->offset[from];
	return 0;
}
