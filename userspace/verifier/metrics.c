// SPDX-License-Identifier: MIT
/* Metrics as Prometheus reads them: text format 0.0.4. */
#include <inttypes.h>
#include <time.h>

#include <shinrai/version.h>

#include "fleet.h"
#include "hook.h"

/**
 * metrics_clock() - a clock to measure by
 *
 * Context: any thread.
 *
 * Return: us since some time.
 */
s64 metrics_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (s64)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void head(struct evbuffer *out, const char *name, const char *type,
		 const char *help)
{
	evbuffer_add_printf(out, "# HELP shinrai_%s %s\n# TYPE shinrai_%s %s\n",
			    name, help, name, type);
}

static void single(struct evbuffer *out, const char *name, const char *type,
		   const char *help, u64 value)
{
	head(out, name, type, help);
	evbuffer_add_printf(out, "shinrai_%s %" PRIu64 "\n", name, value);
}

static void times(struct evbuffer *out, const char *name, const char *help,
		  const struct histogram *h)
{
	head(out, name, "histogram", help);
	histogram_write(h, name, out);
}

static void write_devices(const struct fleet *f, struct evbuffer *out)
{
	u64 count[DEVICE_STATES];
	unsigned int i;

	fleet_count(f, NULL, count);
	head(out, "devices", "gauge",
	     "Devices by the state they are shown in.");
	for (i = 0; i < DEVICE_STATES; i++)
		evbuffer_add_printf(out,
				    "shinrai_devices{state=\"%s\"} %" PRIu64
				    "\n",
				    device_state_name(i), count[i]);
}

/* As many as the configuration has, whatever groups devices were in before. */
static void write_groups(const struct fleet *f, struct evbuffer *out)
{
	const struct conf *conf = f->policies->of;
	u64 count[FLEET_GROUPS][DEVICE_STATES];
	unsigned int i;
	size_t k;

	fleet_count_groups(f, count);
	head(out, "group_devices", "gauge",
	     "Devices by group and the state they are shown in.");
	for (k = 0; k < conf_group_count(conf); k++) {
		for (i = 0; i < DEVICE_STATES; i++)
			evbuffer_add_printf(
				out,
				"shinrai_group_devices{group=\"%s\","
				"state=\"%s\"} %" PRIu64 "\n",
				conf_group_name(conf, k), device_state_name(i),
				count[k][i]);
	}
}

static void write_verdicts(const struct metrics *m, struct evbuffer *out)
{
	static const enum device_state of[] = { DEVICE_TRUSTED,
						DEVICE_UNTRUSTED,
						DEVICE_UNKNOWN };
	unsigned int i;

	head(out, "appraisals_total", "counter",
	     "Appraisals that were kept since the start, by verdict.");
	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		evbuffer_add_printf(
			out,
			"shinrai_appraisals_total{verdict=\"%s\"} %" PRIu64
			"\n",
			device_state_name(of[i]), m->verdicts[of[i]]);
}

static void write_hooks(const struct fleet *f, const u64 *log_size,
			struct evbuffer *out)
{
	static const char *const name[] = { "webhook_taken_total",
					    "webhook_failures_total",
					    "webhook_waiting" };
	static const char *const help[] = {
		"Entries that a webhook took since the start.",
		"Tries that failed.",
		"Entries that a webhook is yet to be told.",
	};
	struct hook_numbers n;
	unsigned int i;
	size_t k;

	for (i = 0; i < (log_size ? 3 : 2) && f->nhooks; i++) {
		head(out, name[i], i == 2 ? "gauge" : "counter", help[i]);
		for (k = 0; hook_numbers(f, k, &n); k++) {
			if (i == 2 && !n.known)
				continue;
			evbuffer_add_printf(
				out, "shinrai_%s{webhook=\"%s\"} %" PRIu64 "\n",
				name[i], n.name,
				i == 0		   ? n.taken :
				i == 1		   ? n.failures :
				*log_size > n.next ? *log_size - n.next :
						     0);
		}
	}
}

static u64 waiting(const struct fleet *f)
{
	const struct device *d;
	u64 n = 0;

	TAILQ_FOREACH(d, &f->waiting, turn)
		n++;
	return n;
}

/**
 * metrics_write() - all of them
 * @f: the fleet
 * @log_size: entries of the log; NULL: not known now
 * @out: is added to
 */
void metrics_write(const struct fleet *f, const u64 *log_size,
		   struct evbuffer *out)
{
	const struct metrics *m = &f->metrics;

	head(out, "build_info", "gauge", "Which verifier this is.");
	evbuffer_add_printf(out, "shinrai_build_info{version=\"%s\"} 1\n",
			    SHINRAI_VERSION);
	write_devices(f, out);
	write_groups(f, out);
	write_verdicts(m, out);
	single(out, "question_failures_total", "counter",
	       "Questions without an answer that could be judged.",
	       m->failures);
	single(out, "unkept_total", "counter",
	       "Results that the database did not take.", m->unkept);
	times(out, "question_seconds",
	      "From a device's turn to the verdict that is shown.",
	      &m->question);
	times(out, "appraisal_seconds", "Of that, appraising what it answered.",
	      &m->appraisal);
	single(out, "appraisals_late_total", "counter",
	       "Of them, those kept later than a period after their turn.",
	       f->metrics.late);
	single(out, "questions", "gauge", "Questions that have a connection.",
	       (u64)f->asking);
	single(out, "questions_waiting", "gauge",
	       "Devices whose turn it is, and that wait for one to end.",
	       waiting(f));
	single(out, "appraisals_waiting", "gauge",
	       "Answers that wait for a thread.", stage_waiting(f->judges));
	single(out, "writes_waiting", "gauge",
	       "Results and requests that wait for the database.",
	       stage_waiting(f->keeper));
	single(out, "database_up", "gauge",
	       "1 while the database takes what is written.", f->keeps);
	write_hooks(f, log_size, out);
	if (log_size)
		single(out, "log_entries", "gauge",
		       "Entries of the log of verdicts.", *log_size);
}
