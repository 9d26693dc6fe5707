// SPDX-License-Identifier: MIT
/*
 * Guest side of the flow benchmark: times what following data adds to.  Prints
 * one JSON object of case -> nanoseconds (medians of two rounds) on standard
 * output.  Meant for a guest whose clock counts instructions; static, and both
 * ends of a connection are in its one thread, so that nothing is scheduled.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAMPLES 64
#define BATCH 32 /* connections that wait to be accepted */
#define PIECE 512
#define LARGE (64 << 10)
#define PORT 9999
#define ALLOWED 0x7f000001 /* 127.0.0.1: the policy allows it */
#define REFUSED 0x7f000042 /* 127.0.0.66: it does not */

static int listener, client, server, data, pipes[2];
static const char *path;
static char buf[LARGE];

static void die(const char *what)
{
	fprintf(stderr, "flow_bench: cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

static long must(long r, const char *what)
{
	if (r < 0)
		die(what);
	return r;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct sockaddr_in address(uint32_t host)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(host),
	};
}

/* Room for LARGE, so that one thread can be both ends. */
static int tcp_socket(void)
{
	const int room = 4 * LARGE, one = 1;
	int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0), "make a socket");

	must(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)),
	     "set SO_RCVBUF");
	must(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)),
	     "set SO_SNDBUF");
	must(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)),
	     "set TCP_NODELAY");
	return fd;
}

static void start_listening(void)
{
	struct sockaddr_in at = address(INADDR_ANY);
	const int one = 1;

	listener = tcp_socket();
	must(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)),
	     "set SO_REUSEADDR");
	must(bind(listener, (void *)&at, sizeof(at)), "bind");
	must(listen(listener, BATCH), "listen");
}

static void connect_pair(void)
{
	struct sockaddr_in to = address(ALLOWED);

	client = tcp_socket();
	must(connect(client, (void *)&to, sizeof(to)), "connect");
	server = (int)must(accept(listener, NULL, NULL), "accept");
}

/* Reset, so that no port stays taken: looking for a free one would vary. */
static void connect_close(void)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	struct sockaddr_in to = address(ALLOWED);
	int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0), "make a socket");

	must(connect(fd, (void *)&to, sizeof(to)), "connect");
	must(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)),
	     "set SO_LINGER");
	close(fd);
}

/* The other ends of a sample's connections; not part of what is timed. */
static void accept_all(unsigned int n)
{
	while (n--)
		close((int)must(accept(listener, NULL, NULL), "accept"));
}

static void transfer(size_t len)
{
	size_t got = 0;

	if (must(send(client, buf, len, 0), "send") != (ssize_t)len)
		die("send all at once");
	while (got < len)
		got += (size_t)must(recv(server, buf, len - got, 0), "receive");
}

static void send_1(void)
{
	transfer(1);
}

static void send_64k(void)
{
	transfer(LARGE);
}

static void pipe_512(void)
{
	if (must(write(pipes[1], buf, PIECE), "write") != PIECE ||
	    must(read(pipes[0], buf, PIECE), "read") != PIECE)
		die("pass a piece");
}

static void open_close(void)
{
	close((int)must(open(path, O_RDONLY), path));
}

static void pread_5(void)
{
	if (must(pread(data, buf, 5, 0), path) != 5)
		die("read five bytes");
}

static void fork_exit(void)
{
	pid_t pid = (pid_t)must(fork(), "fork");

	if (!pid)
		_exit(0);
	must(waitpid(pid, NULL, 0), "wait");
}

static const struct {
	const char *name;
	void (*run)(void);
	void (*after)(unsigned int n);
	unsigned int loops; /* in a sample */
} cases[] = {
	{ "connect_close", connect_close, accept_all, BATCH },
	{ "send_1", send_1, NULL, 200 },
	{ "send_64k", send_64k, NULL, 50 },
	{ "pipe_512", pipe_512, NULL, 500 },
	{ "open_close", open_close, NULL, 500 },
	{ "pread_5", pread_5, NULL, 2000 },
	{ "fork_exit", fork_exit, NULL, 50 },
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static uint64_t median(size_t c)
{
	uint64_t sample[SAMPLES], t;
	unsigned int i, j;

	for (i = 0; i < SAMPLES; i++) {
		t = now();
		for (j = 0; j < cases[c].loops; j++)
			cases[c].run();
		sample[i] = (now() - t) / cases[c].loops;
		if (cases[c].after)
			cases[c].after(cases[c].loops);
	}
	qsort(sample, SAMPLES, sizeof(sample[0]), by_value);
	return sample[SAMPLES / 2];
}

/* What it reads, it is marked by. */
static void take_label(const char *file)
{
	int fd = (int)must(open(file, O_RDONLY), file);

	must(read(fd, buf, 1), file);
	close(fd);
}

/* A label that is not followed would cost nothing: it has to bite. */
static void check_refused(void)
{
	struct sockaddr_in to = address(REFUSED);

	if (!connect(tcp_socket(), (void *)&to, sizeof(to)) || errno != EPERM)
		die("be refused where the policy refuses");
}

int main(int argc, char **argv)
{
	uint64_t result[2][CASES];
	size_t i, round;

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: flow_bench FILE [LABELLED-FILE]\n");
		return 2;
	}
	path = argv[1]; /* of PIECE bytes or more, and without a label */
	if (argc == 3)
		take_label(argv[2]);
	data = (int)must(open(path, O_RDONLY), path);
	start_listening();
	connect_pair();
	must(pipe(pipes), "make a pipe");
	for (round = 0; round < 2; round++)
		for (i = 0; i < CASES; i++)
			result[round][i] = median(i);
	for (i = 0; i < CASES; i++)
		printf("%s\"%s\": [%llu, %llu]", i ? ", " : "{", cases[i].name,
		       (unsigned long long)result[0][i],
		       (unsigned long long)result[1][i]);
	printf("}\n");
	if (argc == 3)
		check_refused();
	return 0;
}
