// SPDX-License-Identifier: MIT
/* Keeps the spool up to date with the module. */
#include <stdarg.h>
#include <stdio.h>

#include "../daemon/diag.h"
#include "logger.h"

/* After this the daemon goes on, and says to verifiers that it cannot. */
static void give_up(struct logger *lg, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void give_up(struct logger *lg, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(lg->broken, sizeof(lg->broken), fmt, ap);
	va_end(ap);
	diag(LOG_ERR,
	     "log: %s; evidence is refused with 503 until the cause "
	     "is gone and shinraid is started again",
	     lg->broken);
}

/*
 * There may be room again at any time; of another fault of the disk another start
 * finds out what became of the spool.
 */
static void spool_fault(struct logger *lg, const char *what, int err)
{
	const bool full = err == -ENOSPC || err == -EDQUOT;

	if (!full)
		diag(LOG_ERR, "spool: cannot %s below %s: %s", what,
		     lg->conf->spool, strerror(-err));
	else if (!lg->full)
		diag(LOG_ERR,
		     "spool: no room below %s: %s; evidence is refused with "
		     "503 until there is",
		     lg->conf->spool, strerror(-err));
	lg->full = full;
	lg->failed = !full;
}

/* What is in the kernel's memory alone may be lost: no full disk is waited for. */
static int make_durable(struct logger *lg)
{
	int ret = spool_flush(&lg->spool);

	if (ret)
		diag(LOG_ERR, "spool: cannot make it durable below %s: %s",
		     lg->conf->spool, strerror(-ret));
	lg->failed |= ret != 0;
	return ret;
}

/**
 * logger_open() - open the module's log
 * @lg: out, to be released with logger_close()
 * @conf: stays the caller's, must live as long
 *
 * Return: 0; -errno of opening it.
 */
int logger_open(struct logger *lg, const struct conf *conf)
{
	memset(lg, 0, sizeof(*lg));
	lg->conf = conf;
	spool_init(&lg->spool);
	lg->trims = conf->limits.checkpoint_kib;
	return source_open(&lg->src, conf->log_device);
}

/**
 * logger_close() - make the spool durable and release everything
 * @lg: from logger_open()
 */
void logger_close(struct logger *lg)
{
	make_durable(lg);
	spool_close(&lg->spool);
	source_close(&lg->src);
}

static void prune(struct logger *lg, const u8 boot_id[SHINRAI_BOOT_ID_SIZE])
{
	const struct conf_limits *l = &lg->conf->limits;
	int n = spool_prune(lg->conf->spool, boot_id,
			    (unsigned int)l->spool_boots,
			    (u64)l->spool_mib << 20);

	if (n < 0)
		diag(LOG_WARNING, "spool: cannot remove old boots below %s: %s",
		     lg->conf->spool, strerror(-n));
	else if (n)
		diag(LOG_INFO, "spool: removed %d old boots", n);
}

/* Return: 1 when the spool is open; 0 when there is no log yet; -errno. */
static int open_spool(struct logger *lg)
{
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	int ret;

	if (lg->spool.fd >= 0)
		return 1;
	ret = source_peek(&lg->src, boot_id);
	if (ret <= 0) {
		if (ret)
			give_up(lg, "%s is not a log of this version: %s",
				lg->conf->log_device, strerror(-ret));
		return ret;
	}
	if (!lg->full) /* before, as it may be what makes room */
		prune(lg, boot_id);
	ret = spool_open(&lg->spool, lg->conf->spool, boot_id);
	if (ret) {
		spool_fault(lg, "open the spool", ret);
		return ret;
	}
	if (lg->spool.cut)
		diag(LOG_WARNING,
		     "spool: cut off a torn tail of %llu bytes "
		     "after record %lld",
		     (unsigned long long)lg->spool.cut,
		     (long long)lg->spool.records - 1);
	ret = source_seek(&lg->src, lg->spool.records, spool_size(&lg->spool));
	if (ret) {
		give_up(lg, "cannot go to record %llu of %s: %s",
			(unsigned long long)lg->spool.records,
			lg->conf->log_device, strerror(-ret));
		return ret;
	}
	diag(LOG_INFO, "spool: %llu records of this boot are there already",
	     (unsigned long long)lg->spool.records);
	return 1;
}

static int take(struct logger *lg, const struct shinrai_record *rec)
{
	unsigned long long n = rec->recnum, want = lg->spool.records;
	struct shinrai_header h;
	enum shinrai_fault fault;
	int ret;

	fault = shinrai_record_check(rec, &h);
	if (fault != SHINRAI_FAULT_NONE) {
		give_up(lg, "record %llu is malformed (fault %d)", n,
			(int)fault);
		return -EBADMSG;
	}
	/* A FIFO cannot be told where to begin. */
	if (n < want &&
	    !memcmp(h.boot_id, lg->spool.boot_id, sizeof(h.boot_id)))
		return 0;
	ret = spool_append(&lg->spool, rec, &h);
	if (ret == -EINVAL)
		give_up(lg, "record %llu came where %llu was expected", n,
			want);
	else if (ret)
		spool_fault(lg, "write the spool", ret);
	if (lg->full && ret)
		source_put_back(&lg->src, rec);
	if (!ret && h.type == SHINRAI_RECORD_CHECKPOINT)
		lg->checkpoint = n;
	return ret;
}

static int refusal(const struct logger *lg)
{
	return lg->full ? -ENOSPC : -EIO;
}

/**
 * logger_drain() - spool everything that the module has now
 * @lg: from logger_open()
 *
 * Return: 0; -ENODATA when there is no record yet; -ENOSPC when the disk is full;
 * -EIO when the log is broken or the disk failed; either has been said once.
 */
int logger_drain(struct logger *lg)
{
	struct shinrai_record rec;
	int ret;

	if (*lg->broken || lg->failed)
		return -EIO;
	ret = open_spool(lg);
	if (ret <= 0)
		return ret ? refusal(lg) : -ENODATA;
	for (;;) {
		ret = source_next(&lg->src, &rec);
		if (ret <= 0)
			break;
		ret = take(lg, &rec);
		if (ret)
			return refusal(lg);
	}
	if (ret) {
		give_up(lg, "cannot read %s: %s", lg->conf->log_device,
			strerror(-ret));
		return -EIO;
	}
	if (lg->full)
		diag(LOG_NOTICE, "spool: there is room again");
	lg->full = false;
	return lg->spool.records ? 0 : -ENODATA;
}

static void trim(struct logger *lg)
{
	u64 bytes, before = lg->checkpoint;
	int ret;

	if (!lg->trims || source_bytes(&lg->src, &bytes))
		return;
	/* What cannot be freed must not cause a checkpoint each time. */
	if (bytes < lg->kept + ((u64)lg->conf->limits.checkpoint_kib << 10))
		return;
	ret = source_checkpoint(&lg->src);
	if (!ret && logger_drain(lg))
		return;
	if (!ret && lg->checkpoint == before)
		return; /* not readable yet: next time */
	if (!ret && make_durable(lg))
		return;
	if (!ret)
		ret = source_trim(&lg->src, lg->checkpoint);
	if (!ret)
		ret = source_bytes(&lg->src, &lg->kept);
	if (!ret)
		return;
	lg->trims = false;
	diag(LOG_WARNING,
	     "cannot trim the log in kernel memory: %s (is %s "
	     "writable for us?); it goes on growing",
	     strerror(-ret), lg->conf->log_device);
}

/**
 * logger_tick() - what is done every 100 ms: drain, make durable, trim
 * @lg: from logger_open()
 */
void logger_tick(struct logger *lg)
{
	if (!logger_drain(lg) && !make_durable(lg))
		trim(lg);
}
