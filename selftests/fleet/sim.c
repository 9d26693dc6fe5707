// SPDX-License-Identifier: MIT
/*
 * A fleet in one process.  Device N is at https://127.1.(N >> 8).(N & 255):PORT/,
 * the port is printed first.  In the working folder are server.pem, server.key and
 * ca.pem; known.txt and boot.json are written there.
 *
 * usage: sim DEVICES [NEW [JOURNAL]]    records that are new at each question, 20
 *
 * Into the journal goes each question: ms (CLOCK_BOOTTIME), N, whose key, and what
 * became of it: answer, or none.
 *
 * Commands, one in a line of standard input; each is answered by one line:
 *   MODE N       device N is well, mute, slam, busy, late, stale, alien, tamper,
 *                rewind, cut, aged, apart, bootlog
 *   reboot N     begins anew, and is well
 *   firmware N   the same, with another firmware or again with the first one
 *   rogue N      runs a program that nobody knows
 *   crash N      the same, and begins anew before it is asked
 *   new N        records that are new at each question
 *   slow N       ms until an answer is sent
 *   flaky N      one answer of N is lost with its connection; 0: none
 *   key N        the name of its key, in hex
 *   stats        JSON
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <openssl/ec.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <shinrai/hex.h>

#include "../../userspace/daemon/diag.h"
#include "../../userspace/daemon/server.h"
#include "../verify/forge_parts.h"
#include "sim.h"

static const char *const modes[SIM_MODES] = {
	[SIM_WELL] = "well",	   [SIM_MUTE] = "mute",
	[SIM_SLAM] = "slam",	   [SIM_BUSY] = "busy",
	[SIM_LATE] = "late",	   [SIM_STALE] = "stale",
	[SIM_ALIEN] = "alien",	   [SIM_TAMPER] = "tamper",
	[SIM_REWIND] = "rewind",   [SIM_CUT] = "cut",
	[SIM_AGED] = "aged",	   [SIM_APART] = "apart",
	[SIM_BOOTLOG] = "bootlog",
};

static struct sim_device *device;
static unsigned int ndevices, flaky, slow;
static FILE *journal;
static struct event_base *base;
static u64 fresh = 20;
static struct {
	u64 connections, questions, answers, lost, records, bytes, whole, part,
		firmware;
	u64 handed; /* devices to another verifier */
	u64 torn; /* those soon after another: more than one asks it */
	u64 both; /* that one asked while another one waited for its answer */
	u64 gap; /* ms: the longest that one was not asked, since the last stats */
} stats;

struct late {
	struct sim_device *dev;
	struct evhttp_request *req;
	struct sim_question q;
};

#define TORN_MS 3000
#define IMA_MOST 64 /* entries of a device's IMA list */

static u64 now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (u64)t.tv_sec * 1000 + (u64)t.tv_nsec / 1000000;
}

/* Evhttp reads nothing until there is an answer: it does not know. */
static bool is_waited_for(const struct late *l)
{
	struct evhttp_connection *c = evhttp_request_get_connection(l->req);
	struct pollfd p = { .events = POLLRDHUP };

	if (!c)
		return false;
	p.fd = bufferevent_getfd(evhttp_connection_get_bufferevent(c));
	return !poll(&p, 1, 0);
}

/* Who asks @d, and how long was it left alone? */
static void count_asker(struct sim_device *d, const u8 key[32])
{
	const u64 now = now_ms();

	if (d->asked && now - d->asked > stats.gap)
		stats.gap = now - d->asked;
	if (d->asked && memcmp(d->asker, key, 32)) {
		stats.handed++;
		stats.both += d->late && is_waited_for(d->late);
		stats.torn += d->handed && now - d->handed < TORN_MS;
		d->handed = now;
	}
	memcpy(d->asker, key, 32);
	d->asked = now;
}

/* Return: which one is asked, by the address that it is asked at. */
static struct sim_device *device_of(struct evhttp_request *req)
{
	struct bufferevent *bev = evhttp_connection_get_bufferevent(
		evhttp_request_get_connection(req));
	struct sockaddr_in a = { 0 };
	socklen_t len = sizeof(a);
	u32 n;

	if (getsockname(bufferevent_getfd(bev), (struct sockaddr *)&a, &len))
		return NULL;
	n = ntohl(a.sin_addr.s_addr) & 0xffff;
	return n < ndevices ? &device[n] : NULL;
}

static bool take_question(struct evhttp_request *req, struct conn *conn,
			  struct sim_question *q)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	json_t *j = json_loadb((const char *)evbuffer_pullup(in, -1),
			       evbuffer_get_length(in), 0, NULL);
	const char *nonce = json_string_value(json_object_get(j, "nonce"));
	const char *boot = json_string_value(json_object_get(j, "boot_id"));
	const json_t *items = json_object_get(j, "items"), *item;
	size_t len = 0, boot_len = 0, i;

	memset(q, 0, sizeof(*q));
	q->from = (u64)json_integer_value(json_object_get(j, "from"));
	q->ima_from = (u64)json_integer_value(json_object_get(j, "ima_from"));
	q->no_firmware = items;
	json_array_foreach(items, i, item) {
		if (!strcmp(json_string_value(item), "firmware"))
			q->no_firmware = false;
	}
	q->have_boot = boot &&
		       !shinrai_hex_parse(boot, q->boot_id, 16, &boot_len);
	if (nonce)
		shinrai_base64url_decode(nonce, q->nonce, sizeof(q->nonce),
					 &len);
	json_decref(j);
	memcpy(q->verifier_key, conn_key(conn), 32);
	return len == 32 && !tls_exporter(conn_ssl(conn), q->exporter);
}

static void slam(struct evhttp_request *req)
{
	struct bufferevent *bev = evhttp_connection_get_bufferevent(
		evhttp_request_get_connection(req));

	stats.lost++;
	shutdown(bufferevent_getfd(bev), SHUT_RDWR);
}

static void send_answer(struct sim_device *d, struct evhttp_request *req,
			const struct sim_question *q)
{
	struct evbuffer *body = evbuffer_new();
	u8 *data;
	size_t len;

	if (d->mode != SIM_STALE) {
		sim_grow(d, fresh);
		sim_measure(d);
	}
	if (!body || sim_answer(d, &device[d == device ? ndevices - 1 : 0], q,
				&data, &len))
		diag_die("out of memory");
	stats.answers++;
	stats.records += fresh;
	stats.bytes += len;
	stats.whole += !q->from;
	stats.part += q->ima_from != 0;
	stats.firmware += !q->no_firmware;
	evbuffer_add(body, data, len);
	free(data);
	reply(req, 200, "OK", SHINRAI_EVIDENCE_TYPE, body);
	evbuffer_free(body);
}

#define LATE_MS 3000

static void on_late(evutil_socket_t fd, short what, void *late)
{
	struct late *l = late;

	(void)fd;
	(void)what;
	if (l->dev->late == l)
		l->dev->late = NULL;
	send_answer(l->dev, l->req, &l->q);
	free(l);
}

static void answer_late(struct sim_device *d, struct evhttp_request *req,
			const struct sim_question *q, unsigned int ms)
{
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };
	struct late *l = malloc(sizeof(*l));

	if (!l || event_base_once(base, -1, EV_TIMEOUT, on_late, l, &tv))
		diag_die("out of memory");
	*l = (struct late){ d, req, *q };
	d->late = l;
}

static void note(const struct sim_device *d, const struct sim_question *q,
		 bool answered)
{
	char key[9];

	if (journal)
		fprintf(journal, "%llu %u %s %s\n",
			(unsigned long long)now_ms(),
			(unsigned int)(d - device),
			shinrai_hex_encode(q->verifier_key, 4, key),
			answered ? "answer" : "none");
}

static void answer_question(struct sim_device *d, struct evhttp_request *req,
			    const struct sim_question *q)
{
	const bool lost = flaky && (unsigned int)random() % flaky == 0;

	count_asker(d, q->verifier_key);
	note(d, q,
	     !lost && d->mode != SIM_SLAM && d->mode != SIM_BUSY &&
		     d->mode != SIM_MUTE);
	if (d->mode == SIM_SLAM || lost)
		slam(req);
	else if (d->mode == SIM_AGED && q->ima_from)
		reply_problem(req, 400, "Bad Request", "unknown member");
	else if (d->mode == SIM_BUSY)
		reply_problem(req, 503, "Service Unavailable", "busy");
	else if (d->mode == SIM_LATE)
		answer_late(d, req, q, LATE_MS);
	else if (d->mode != SIM_MUTE && slow)
		answer_late(d, req, q, slow);
	else if (d->mode != SIM_MUTE)
		send_answer(d, req, q);
}

static void on_request(struct evhttp_request *req, struct conn *conn, void *arg)
{
	struct sim_device *d = device_of(req);
	struct sim_question q;

	(void)arg;
	stats.questions++;
	if (!SSL_get_app_data(conn_ssl(conn))) {
		SSL_set_app_data(conn_ssl(conn), &stats);
		stats.connections++;
	}
	conn_working(conn);
	if (!d || strcmp(evhttp_request_get_uri(req), "/v1/evidence") ||
	    !take_question(req, conn, &q))
		reply_problem(req, 400, "Bad Request", "no such device");
	else
		answer_question(d, req, &q);
}

static void print_key(struct sim_device *d)
{
	static struct forge f;
	char text[2 * SHINRAI_NAME_MAX + 1];
	struct shinrai_public pub;
	u8 name[SHINRAI_NAME_MAX];
	size_t len;

	forge_init(&f, d->key);
	forge_build_ak(&f);
	if (shinrai_public_parse(f.item[SHINRAI_ITEM_AK],
				 f.len[SHINRAI_ITEM_AK], &pub) ||
	    shinrai_public_name(&pub, name, &len))
		diag_die("no name");
	puts(shinrai_hex_encode(name, len, text));
}

static bool obey_device(const char *word, unsigned long n)
{
	struct sim_device *d = n < ndevices ? &device[n] : NULL;
	unsigned int i;

	if (!d)
		return false;
	for (i = 0; i < SIM_MODES; i++) {
		if (!strcmp(word, modes[i])) {
			d->mode = i;
			/* It is told of a boot once. */
			if (i == SIM_BOOTLOG)
				sim_boot(d);
			return true;
		}
	}
	if (!strcmp(word, "rogue")) {
		d->log.rogue = d->log.records;
		return true;
	}
	if (!strcmp(word, "crash")) {
		d->mode = SIM_WELL;
		sim_crash(d);
		return true;
	}
	if (strcmp(word, "reboot") && strcmp(word, "firmware"))
		return false;
	d->firmware ^= *word == 'f';
	d->mode = SIM_WELL;
	sim_boot(d);
	return true;
}

static void obey(const char *line)
{
	char word[16] = "";
	unsigned long n = 0;
	int got = sscanf(line, "%15s %lu", word, &n);

	if (!strcmp(word, "stats")) {
		printf("{\"connections\":%llu,\"questions\":%llu,"
		       "\"answers\":%llu,\"lost\":%llu,\"records\":%llu,"
		       "\"bytes\":%llu,\"whole\":%llu,\"part\":%llu,"
		       "\"firmware\":%llu,"
		       "\"handed\":%llu,"
		       "\"torn\":%llu,\"both\":%llu,\"gap\":%llu}\n",
		       (unsigned long long)stats.connections,
		       (unsigned long long)stats.questions,
		       (unsigned long long)stats.answers,
		       (unsigned long long)stats.lost,
		       (unsigned long long)stats.records,
		       (unsigned long long)stats.bytes,
		       (unsigned long long)stats.whole,
		       (unsigned long long)stats.part,
		       (unsigned long long)stats.firmware,
		       (unsigned long long)stats.handed,
		       (unsigned long long)stats.torn,
		       (unsigned long long)stats.both,
		       (unsigned long long)stats.gap);
		stats.gap = 0;
		return;
	}
	if (got == 2 && !strcmp(word, "key") && n < ndevices) {
		print_key(&device[n]);
		return;
	}
	if (got == 2 && !strcmp(word, "new"))
		fresh = n;
	else if (got == 2 && !strcmp(word, "flaky"))
		flaky = (unsigned int)n;
	else if (got == 2 && !strcmp(word, "slow"))
		slow = (unsigned int)n;
	else if (got != 2 || !obey_device(word, n)) {
		printf("no: %s\n", line);
		return;
	}
	puts("ok");
}

static void on_stdin(evutil_socket_t fd, short what, void *lines)
{
	char *line;

	(void)what;
	if (evbuffer_read(lines, fd, 4096) <= 0)
		exit(0);
	while ((line = evbuffer_readln(lines, NULL, EVBUFFER_EOL_LF))) {
		obey(line);
		free(line);
	}
	fflush(stdout);
}

static void make_devices(void)
{
	unsigned int i;

	device = calloc(ndevices, sizeof(*device));
	if (!device)
		diag_die("out of memory");
	for (i = 0; i < ndevices; i++) {
		device[i].key = EVP_EC_gen("P-256");
		if (!device[i].key)
			diag_die("out of memory");
		device[i].clock = 100000;
		if (!i)
			sim_prepare(device[0].key, IMA_MOST);
		sim_boot(&device[i]);
	}
}

static void more_files(void)
{
	struct rlimit l;

	getrlimit(RLIMIT_NOFILE, &l);
	l.rlim_cur = l.rlim_max;
	setrlimit(RLIMIT_NOFILE, &l);
}

int main(int argc, char **argv)
{
	static const struct server_limits limits = { 60000, 60000, 60,
						     120,   60,	   60 };
	static struct tls_pem pem[TLS_FILES];
	struct server server = { .limits = &limits, .request = on_request };
	char err[256];
	int fd;

	ndevices = argc > 1 ? (unsigned int)atoi(argv[1]) : 0;
	if (!ndevices || ndevices > 65535)
		diag_die("usage: sim DEVICES [NEW]");
	fresh = argc > 2 ? strtoul(argv[2], NULL, 10) : fresh;
	journal = argc > 3 ? fopen(argv[3], "w") : NULL;
	if (journal)
		setvbuf(journal, NULL, _IOLBF, 0);
	more_files();
	signal(SIGPIPE, SIG_IGN);
	make_devices();
	sim_write_files();
	if (tls_files_read((const char *[]){ "server.pem", "server.key",
					     "ca.pem" },
			   pem, err, sizeof(err)))
		diag_die("%s", err);
	server.tls = tls_context(pem, false, err, sizeof(err));
	if (!server.tls)
		diag_die("%s", err);
	server.base = base = event_base_new();
	fd = server_socket("0.0.0.0", 0);
	if (!server.base || fd < 0 || server_start(&server, fd))
		diag_die("cannot listen");
	printf("%u\n", server_port(fd));
	fflush(stdout);
	event_add(event_new(server.base, 0, EV_READ | EV_PERSIST, on_stdin,
			    evbuffer_new()),
		  NULL);
	event_base_dispatch(server.base);
	return 0;
}
