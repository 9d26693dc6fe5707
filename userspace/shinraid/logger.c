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
	if (spool_flush(&lg->spool))
		diag(LOG_ERR, "spool: fdatasync: %s", strerror(errno));
	spool_close(&lg->spool);
	source_close(&lg->src);
}

static void prune(struct logger *lg)
{
	const struct conf_limits *l = &lg->conf->limits;
	int n = spool_prune(lg->conf->spool, lg->spool.boot_id,
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
	ret = spool_open(&lg->spool, lg->conf->spool, boot_id);
	if (ret) {
		give_up(lg, "cannot open the spool below %s: %s",
			lg->conf->spool, strerror(-ret));
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
	prune(lg);
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
		give_up(lg, "cannot write the spool: %s", strerror(-ret));
	if (!ret && h.type == SHINRAI_RECORD_CHECKPOINT)
		lg->checkpoint = n;
	return ret;
}

/**
 * logger_drain() - spool everything that the module has now
 * @lg: from logger_open()
 *
 * Return: 0; -ENODATA when there is no record yet; -EIO when the log is
 * broken, which has been said once.
 */
int logger_drain(struct logger *lg)
{
	struct shinrai_record rec;
	int ret;

	if (*lg->broken)
		return -EIO;
	ret = open_spool(lg);
	if (ret <= 0)
		return ret ? -EIO : -ENODATA;
	for (;;) {
		ret = source_next(&lg->src, &rec);
		if (ret <= 0)
			break;
		ret = take(lg, &rec);
		if (ret)
			return -EIO;
	}
	if (ret) {
		give_up(lg, "cannot read %s: %s", lg->conf->log_device,
			strerror(-ret));
		return -EIO;
	}
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
	if (!ret)
		ret = spool_flush(&lg->spool);
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
	int ret;

	if (logger_drain(lg))
		return;
	ret = spool_flush(&lg->spool);
	if (ret) {
		give_up(lg, "cannot make the spool durable: %s",
			strerror(-ret));
		return;
	}
	trim(lg);
}
