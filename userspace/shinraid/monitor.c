// SPDX-License-Identifier: MIT
/* Event loop of the parent; it answers the network process from the spool. */
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <shinrai/bank.h>
#include <shinrai/evidence.h>

#include "../daemon/diag.h"
#include "../daemon/notify.h"
#include "monitor.h"
#include "past.h"

#define TICK_MS 100
#define END_MS 2000 /* for children to end by themselves */

static struct event_base *base;
static struct event *log_event; /* NULL when it has to be polled */
static bool stopped;
static int status;

static void stop(int code)
{
	if (!stopped)
		status = code;
	stopped = true;
	event_base_loopbreak(base);
}

static void drop_bank(struct shinrai_selection *sel, u16 alg)
{
	u32 i, n = 0;

	for (i = 0; i < sel->count; i++) {
		if (sel->bank[i].alg != alg)
			sel->bank[n++] = sel->bank[i];
	}
	sel->count = n;
}

/* A quote without the PCRs of the log would prove nothing of it. */
static void add_own(struct shinrai_selection *sel, u32 own)
{
	bool lacking = false;
	u32 i;

	for (i = 0; i < sel->count; i++) {
		lacking |= own & ~sel->bank[i].mask;
		sel->bank[i].mask |= own;
	}
	if (lacking)
		diag(LOG_NOTICE,
		     "PCRs %d and %d carry the log: they are quoted although "
		     "\"pcrs\" does not list them",
		     __builtin_ctz(own), 31 - __builtin_clz(own));
}

/*
 * Capped banks and the log's PCRs are in START, so they are known before
 * anything is quoted.
 */
static void select_banks(struct monitor *m)
{
	const struct spool_facts *f = &m->logger.spool.facts;
	u32 i, before;

	if (m->selected)
		return;
	m->selected = true;
	for (i = 0; i < f->ncapped; i++) {
		before = m->selection.count;
		drop_bank(&m->selection, f->capped[i]);
		if (m->selection.count != before)
			diag(LOG_NOTICE,
			     "bank %s is capped by the kernel: it "
			     "is not quoted",
			     shinrai_bank_text(f->capped[i]));
	}
	if (!m->selection.count) {
		diag(LOG_ERR, "every configured PCR bank is capped: change "
			      "\"pcrs\"");
		stop(1);
		return;
	}
	add_own(&m->selection, f->own);
	if (msg_send(m->tpm, MSG_SELECT, 0, &m->selection, -1))
		stop(1);
}

/* So that nobody has to ask whether there are violations. */
static void alarm_net(struct monitor *m)
{
	const struct msg_alarm a = { m->logger.spool.facts.violations };

	if (!*m->conf->report_url || a.records == m->alarmed)
		return;
	m->alarmed = a.records;
	if (msg_send(m->net, MSG_ALARM, 0, &a, -1))
		stop(1);
}

static void drained(struct monitor *m)
{
	if (m->logger.failed)
		stop(1);
	if (!m->logger.spool.records)
		return;
	select_banks(m);
	alarm_net(m);
}

static int spool_reader(struct monitor *m)
{
	char path[64];

	/* A descriptor of its own, so that it cannot be written through. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", m->logger.spool.fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/*
 * Whoever judged one of them up to a record may want what follows.  Without it nothing
 * is answered: who takes up this boot does not ask for those before it again.
 * Return: 0; -EIO: they cannot be read, which is tried again.
 */
static int pass_past(struct monitor *m)
{
	static struct diag_rate failures = DIAG_RATE;
	const struct spool *sp = &m->logger.spool;
	struct msg_boots boots;
	struct msg_past one;
	struct past past;
	unsigned int i;
	int ret = past_open(&past, m->conf->spool, sp->boot_id);

	if (ret) {
		diag_limited(&failures, LOG_ERR,
			     "spool: cannot read old boots below %s: %s; no "
			     "evidence is given until that can be done",
			     m->conf->spool, strerror(-ret));
		past_close(&past);
		return -EIO;
	}
	for (i = 0; i < past.n; i++) {
		memcpy(one.boot_id, past.boot[i].boot_id, sizeof(one.boot_id));
		one.size = past.boot[i].size;
		if (msg_send(m->net, MSG_PAST, 0, &one, past.boot[i].fd))
			stop(1);
	}
	boots.size = past.boots_size;
	if (boots.size && msg_send(m->net, MSG_BOOTS, 0, &boots, past.boots_fd))
		stop(1);
	past_close(&past);
	return 0;
}

static void answer_sync(struct monitor *m, u64 cookie)
{
	struct spool *sp = &m->logger.spool;
	struct msg_synced s = { 0 };
	int fd = -1;

	s.status = logger_drain(&m->logger);
	drained(m);
	if (!s.status) {
		s.window_ms = sp->facts.window_ms;
		s.window_events = sp->facts.window_events;
		memcpy(s.boot_id, sp->boot_id, sizeof(s.boot_id));
		s.records = sp->records;
		s.selection = m->selection;
	}
	if (!s.status && !m->passed) {
		s.status = pass_past(m);
		m->passed = !s.status;
		if (m->passed)
			fd = spool_reader(m);
	}
	if (msg_send(m->net, MSG_SYNCED, cookie, &s, fd))
		stop(1);
	if (fd >= 0)
		close(fd);
}

static void answer_range(struct monitor *m, u64 cookie,
			 const struct msg_range *in)
{
	static struct msg_ranged out;
	u32 i;

	if (in->count > MSG_RANGES) {
		diag(LOG_ERR, "malformed request of the network process");
		stop(1);
		return;
	}
	memset(&out, 0, sizeof(out));
	out.count = in->count;
	for (i = 0; i < in->count; i++) {
		if (spool_range(&m->logger.spool, in->from[i],
				in->whole[i] ? SHINRAI_MAX_LOG :
					       SHINRAI_MAX_ANSWER_LOG,
				&out.range[i].first, &out.range[i].offset,
				&out.range[i].len) ||
		    (in->whole[i] &&
		     out.range[i].len != spool_size(&m->logger.spool)))
			memset(&out.range[i], 0, sizeof(out.range[i]));
	}
	if (msg_send(m->net, MSG_RANGED, cookie, &out, -1))
		stop(1);
}

static void child_ready(struct monitor *m, const struct msg *in)
{
	if (++m->ready != 2)
		return;
	notify_send("READY=1");
	(void)in;
	diag(LOG_INFO, "ready");
}

static void on_net(evutil_socket_t fd, short what, void *arg)
{
	static struct msg in;
	struct monitor *m = arg;
	int ret = msg_recv(fd, &in);

	(void)what;
	if (ret == 1 && in.type == MSG_SYNC)
		answer_sync(m, in.cookie);
	else if (ret == 1 && in.type == MSG_RANGE)
		answer_range(m, in.cookie, &in.u.range);
	else if (ret == 1 && in.type == MSG_READY)
		child_ready(m, &in);
	else if (ret != -EAGAIN)
		stop(1); /* gone, which SIGCHLD explains, or out of its mind */
}

static void on_tpm(evutil_socket_t fd, short what, void *arg)
{
	static struct msg in;
	struct monitor *m = arg;
	int ret = msg_recv(fd, &in);

	(void)what;
	if (ret == 1 && in.type == MSG_READY)
		child_ready(m, &in);
	else if (ret != -EAGAIN)
		stop(1);
}

/* Does anybody read on? */
static bool log_is_read(const struct monitor *m)
{
	return !*m->logger.broken && !m->logger.full;
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct monitor *m = arg;

	(void)fd;
	(void)what;
	logger_tick(&m->logger);
	drained(m);
	if (log_event && log_is_read(m))
		event_add(log_event, NULL);
}

static void on_log(evutil_socket_t fd, short what, void *arg)
{
	struct monitor *m = arg;

	(void)fd;
	(void)what;
	logger_drain(&m->logger);
	drained(m);
	if (!log_is_read(m)) /* it would stay ready */
		event_del(log_event);
}

static void on_term(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	(void)arg;
	diag(LOG_INFO, "ending on signal %d", (int)fd);
	notify_send("STOPPING=1");
	stop(0);
}

static void on_hup(evutil_socket_t fd, short what, void *arg)
{
	static struct msg_tls pem[TLS_FILES];
	struct monitor *m = arg;
	const char *path[TLS_FILES] = { m->conf->tls_cert, m->conf->tls_key,
					m->conf->tls_ca };
	u32 i;
	int ret;

	(void)fd;
	(void)what;
	for (i = 0; i < TLS_FILES; i++) {
		ret = tls_pem_read(path[i], &pem[i].file);
		if (ret) {
			diag(LOG_ERR,
			     "cannot read %s: %s (must be readable "
			     "for the user of the daemon); the old "
			     "certificates stay in use",
			     path[i], strerror(-ret));
			return;
		}
		pem[i].which = i;
	}
	for (i = 0; i < TLS_FILES; i++) {
		if (msg_send(m->net, MSG_TLS, 0, &pem[i], -1))
			stop(1);
	}
	explicit_bzero(pem, sizeof(pem));
}

static void say_death(const struct monitor *m, pid_t pid, int how)
{
	const char *name = pid == m->tpm_pid ? "TPM" : "network";

	if (WIFSIGNALED(how) && WTERMSIG(how) == SIGSYS)
		diag(LOG_ERR,
		     "the %s process made a system call that is not "
		     "allowed and was killed",
		     name);
	else if (WIFSIGNALED(how))
		diag(LOG_ERR, "the %s process was killed by signal %d", name,
		     WTERMSIG(how));
	else
		diag(LOG_ERR, "the %s process ended with status %d", name,
		     WEXITSTATUS(how));
}

static void on_child(evutil_socket_t fd, short what, void *arg)
{
	const struct monitor *m = arg;
	pid_t pid;
	int how;

	(void)fd;
	(void)what;
	while ((pid = waitpid(-1, &how, WNOHANG)) > 0) {
		say_death(m, pid, how);
		stop(1);
	}
}

/*
 * They end when their socket does; the TPM process flushes before.  The end of
 * a socket may be seen before that of its process, so this says who died, too.
 */
static void end_children(const struct monitor *m)
{
	const struct timespec nap = { 0, 10 * 1000 * 1000 };
	const pid_t pids[] = { m->net_pid, m->tpm_pid };
	int how, left = END_MS / 10;
	pid_t pid = 0;
	size_t i;

	close(m->net);
	close(m->tpm);
	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		while (!(pid = waitpid(pids[i], &how, WNOHANG)) && left-- > 0)
			nanosleep(&nap, NULL);
		if (pid > 0 && (WIFSIGNALED(how) || WEXITSTATUS(how)))
			say_death(m, pid, how);
		else if (!pid && !kill(pids[i], SIGKILL))
			waitpid(pids[i], &how, 0);
	}
}

static int watch(struct monitor *m, evutil_socket_t fd, short what,
		 event_callback_fn fn, const struct timeval *tv)
{
	struct event *ev = event_new(base, fd, what | EV_PERSIST, fn, m);

	if (fn == on_log)
		log_event = ev;
	return ev ? event_add(ev, tv) : -1;
}

/**
 * monitor_run() - body of the parent, until a signal or a child's end
 * @m: filled in, children running, sandbox entered
 *
 * Return: exit status.
 */
int monitor_run(struct monitor *m)
{
	const struct timeval tick = { 0, TICK_MS * 1000 };
	int ret;

	base = event_base_new();
	if (!base)
		diag_die("out of memory");
	ret = watch(m, m->net, EV_READ, on_net, NULL) |
	      watch(m, m->tpm, EV_READ, on_tpm, NULL) |
	      watch(m, -1, 0, on_tick, &tick) |
	      watch(m, SIGTERM, EV_SIGNAL, on_term, NULL) |
	      watch(m, SIGINT, EV_SIGNAL, on_term, NULL) |
	      watch(m, SIGHUP, EV_SIGNAL, on_hup, NULL) |
	      watch(m, SIGCHLD, EV_SIGNAL, on_child, NULL);
	if (!ret && m->logger.src.kind != SOURCE_FILE)
		ret = watch(m, m->logger.src.fd, EV_READ, on_log, NULL);
	if (ret)
		diag_die("cannot watch for events");
	on_tick(-1, 0, m);
	on_child(-1, 0, m); /* one that died before the handler was there */
	if (!stopped)
		event_base_dispatch(base);
	end_children(m);
	logger_close(&m->logger);
	return status;
}
