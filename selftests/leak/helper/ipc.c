// SPDX-License-Identifier: MIT
/*
 * From A, who has the secret, to B, who had nothing, by what processes use to
 * talk; B sends it on.  A is B's child and has ended well before B looks.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vm_sockets.h>
#include <mqueue.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <termios.h>

#include "leak.h"

static char token[TOKEN];

/* A: reads the secret, writes it to @to. */
static void bear(const char *secret, int to)
{
	pid_t pid = spawn();

	if (!pid) {
		read_secret(secret, token);
		put(to, token, TOKEN);
		_exit(DONE);
	}
	finish(pid);
}

/* B: what it got from @from goes on. */
static int pass_on(int from)
{
	take(from, token);
	return tell(token, TOKEN);
}

static int cmd_pipe(char **arg)
{
	int p[2];

	need(pipe(p), "pipe");
	bear(arg[0], p[1]);
	return pass_on(p[0]);
}

/* A never has it in memory. */
static int pipe_splice(char **arg)
{
	int p[2];
	pid_t pid;

	need(pipe(p), "pipe");
	pid = spawn();
	if (!pid) {
		need(splice(open_at(arg[0], O_RDONLY), NULL, p[1], NULL, TOKEN,
			    0),
		     "splice");
		_exit(DONE);
	}
	finish(pid);
	return pass_on(p[0]);
}

/* B takes it out by reference, and into memory by vmsplice(). */
static int pipe_vmsplice(char **arg)
{
	struct iovec v = { token, TOKEN }, w = v;
	int p[2];
	pid_t pid;

	need(pipe(p), "pipe");
	pid = spawn();
	if (!pid) {
		read_secret(arg[0], token);
		need(vmsplice(p[1], &v, 1, SPLICE_F_GIFT), "vmsplice");
		/* The page stays this process's until it was read. */
		hold_still();
		_exit(DONE);
	}
	wait_still(pid);
	need(vmsplice(p[0], &w, 1, 0), "vmsplice");
	kill(pid, SIGKILL);
	return tell(token, TOKEN);
}

/* A pipe of A's, teed into one of B's, spliced into a third: no call reads. */
static int pipe_tee(char **arg)
{
	int p[2], q[2], r[2];

	need(pipe(p), "pipe");
	need(pipe(q), "pipe");
	need(pipe(r), "pipe");
	bear(arg[0], p[1]);
	need(tee(p[0], q[1], TOKEN, 0), "tee");
	need(splice(q[0], NULL, r[1], NULL, TOKEN, 0), "splice");
	return pass_on(r[0]);
}

static int cmd_fifo(char **arg)
{
	int fd;
	pid_t pid;

	need(mkfifo(arg[1], 0644), arg[1]);
	fd = open_at(arg[1], O_RDWR);
	pid = spawn();
	if (!pid) {
		read_secret(arg[0], token);
		put(open_at(arg[1], O_WRONLY), token, TOKEN);
		_exit(DONE);
	}
	finish(pid);
	return pass_on(fd);
}

static int stream_pair(char **arg)
{
	int p[2];

	need(socketpair(AF_UNIX, SOCK_STREAM, 0, p), "socketpair");
	bear(arg[0], p[1]);
	return pass_on(p[0]);
}

static int packet_pair(char **arg)
{
	int p[2];

	need(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, p), "socketpair");
	bear(arg[0], p[1]);
	return pass_on(p[0]);
}

/* sendfile() to a unix socket: one hook on 6.1, and not the socket's. */
static int pair_sendfile(char **arg)
{
	int p[2];
	pid_t pid;

	need(socketpair(AF_UNIX, SOCK_STREAM, 0, p), "socketpair");
	pid = spawn();
	if (!pid) {
		need(sendfile(p[1], open_at(arg[0], O_RDONLY), NULL, TOKEN),
		     "sendfile");
		_exit(DONE);
	}
	finish(pid);
	return pass_on(p[0]);
}

static struct sockaddr_un local(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	/* "@name" is abstract */
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	if (un.sun_path[0] == '@')
		un.sun_path[0] = '\0';
	return un;
}

/* A unix socket of B's; A connects to it by name. */
static int unix_named(char **arg, int type)
{
	struct sockaddr_un un = local(arg[1]);
	int fd = need(socket(AF_UNIX, type, 0), "socket"), peer;
	pid_t pid;

	need(bind(fd, (struct sockaddr *)&un, sizeof(un)), arg[1]);
	if (type != SOCK_DGRAM)
		need(listen(fd, 4), "listen");
	pid = spawn();
	if (!pid) {
		read_secret(arg[0], token);
		peer = need(socket(AF_UNIX, type, 0), "socket");
		need(connect(peer, (struct sockaddr *)&un, sizeof(un)),
		     "connect");
		put(peer, token, TOKEN);
		_exit(DONE);
	}
	finish(pid);
	if (type != SOCK_DGRAM)
		fd = need(accept(fd, NULL, NULL), "accept");
	return pass_on(fd);
}

static int unix_stream(char **arg)
{
	return unix_named(arg, SOCK_STREAM);
}

static int unix_dgram(char **arg)
{
	return unix_named(arg, SOCK_DGRAM);
}

static int unix_seqpacket(char **arg)
{
	return unix_named(arg, SOCK_SEQPACKET);
}

/* What A types at its terminal is what B reads from the other side. */
static int cmd_pty(char **arg)
{
	struct termios raw;
	int master, slave;

	need(openpty(&master, &slave, NULL, NULL, NULL), "openpty");
	need(tcgetattr(slave, &raw), "tcgetattr");
	cfmakeraw(&raw);
	need(tcsetattr(slave, TCSANOW, &raw), "tcsetattr");
	bear(arg[0], slave);
	return pass_on(master);
}

/* A pushes it, key by key, into what B reads from its terminal. */
static int pty_sti(char **arg)
{
	struct termios raw;
	int master, slave, i;
	pid_t pid;

	need(openpty(&master, &slave, NULL, NULL, NULL), "openpty");
	need(tcgetattr(slave, &raw), "tcgetattr");
	cfmakeraw(&raw);
	need(tcsetattr(slave, TCSANOW, &raw), "tcsetattr");
	pid = spawn();
	if (!pid) {
		read_secret(arg[0], token);
		for (i = 0; i < TOKEN; i++)
			need(ioctl(slave, TIOCSTI, &token[i]), "TIOCSTI");
		_exit(DONE);
	}
	finish(pid);
	return pass_on(slave);
}

struct message {
	long type;
	char text[TOKEN];
};

static int sysv_msg(char **arg)
{
	int q = need(msgget(IPC_PRIVATE, 0600), "msgget");
	struct message m = { .type = 1 };
	pid_t pid = spawn();

	if (!pid) {
		read_secret(arg[0], m.text);
		need(msgsnd(q, &m, TOKEN, 0), "msgsnd");
		_exit(DONE);
	}
	finish(pid);
	need(msgrcv(q, &m, TOKEN, 0, IPC_NOWAIT), "msgrcv");
	return tell(m.text, TOKEN);
}

static int sysv_shm(char **arg)
{
	int id = need(shmget(IPC_PRIVATE, 4096, 0600), "shmget");
	pid_t pid = spawn();

	if (!pid) {
		read_secret(arg[0], need_map(shmat(id, NULL, 0), "shmat"));
		_exit(DONE);
	}
	finish(pid);
	return tell(need_map(shmat(id, NULL, SHM_RDONLY), "shmat"), TOKEN);
}

/* Attached by both before A has anything to write. */
static int sysv_shm_early(char **arg)
{
	int id = need(shmget(IPC_PRIVATE, 4096, 0600), "shmget");
	char *shared = need_map(shmat(id, NULL, 0), "shmat");
	pid_t pid = spawn();

	if (!pid) {
		read_secret(arg[0], shared);
		_exit(DONE);
	}
	finish(pid);
	return tell(shared, TOKEN);
}

static int posix_mq(char **arg)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = TOKEN };
	mqd_t q = mq_open("/leak", O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
	pid_t pid;

	need(q, "mq_open");
	pid = spawn();
	if (!pid) {
		read_secret(arg[0], token);
		need(mq_send(mq_open("/leak", O_WRONLY), token, TOKEN, 0),
		     "mq_send");
		_exit(DONE);
	}
	finish(pid);
	need(mq_receive(q, token, TOKEN, NULL), "mq_receive");
	return tell(token, TOKEN);
}

/* The queue was open in A before it had anything to send. */
static int posix_mq_early(char **arg)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = TOKEN };
	mqd_t q = mq_open("/early", O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
	pid_t pid;

	need(q, "mq_open");
	pid = spawn();
	if (!pid) {
		read_secret(arg[0], token);
		need(mq_send(q, token, TOKEN, 0), "mq_send");
		_exit(DONE);
	}
	finish(pid);
	need(mq_receive(q, token, TOKEN, NULL), "mq_receive");
	return tell(token, TOKEN);
}

/* From this machine to itself, to somebody who passes it on. */
static int loopback(char **arg)
{
	struct sockaddr_in in = world_in("127.0.0.1", PORT);
	int fd = need(socket(AF_INET, SOCK_STREAM, 0), "socket"), peer, on = 1;
	pid_t pid;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	need(bind(fd, (struct sockaddr *)&in, sizeof(in)), "bind");
	need(listen(fd, 4), "listen");
	pid = spawn();
	if (!pid) {
		read_secret(arg[0], token);
		peer = need(socket(AF_INET, SOCK_STREAM, 0), "socket");
		need(connect(peer, (struct sockaddr *)&in, sizeof(in)),
		     "connect");
		put(peer, token, TOKEN);
		_exit(DONE);
	}
	finish(pid);
	return pass_on(need(accept(fd, NULL, NULL), "accept"));
}

/* Like loopback; both ends are open before A reads. */
static int loopback_early(char **arg)
{
	struct sockaddr_in in = world_in("127.0.0.1", PORT + 1);
	int fd = need(socket(AF_INET, SOCK_STREAM, 0), "socket"), peer, on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	need(bind(fd, (struct sockaddr *)&in, sizeof(in)), "bind");
	need(listen(fd, 4), "listen");
	peer = need(socket(AF_INET, SOCK_STREAM, 0), "socket");
	need(connect(peer, (struct sockaddr *)&in, sizeof(in)), "connect");
	bear(arg[0], peer);
	return pass_on(need(accept(fd, NULL, NULL), "accept"));
}

static int cmd_vsock(char **arg)
{
	struct sockaddr_vm vm = { .svm_family = AF_VSOCK,
				  .svm_cid = VMADDR_CID_LOCAL,
				  .svm_port = PORT };
	int fd = need(socket(AF_VSOCK, SOCK_STREAM, 0), "socket"), peer;
	pid_t pid;

	need(bind(fd, (struct sockaddr *)&vm, sizeof(vm)), "bind");
	need(listen(fd, 4), "listen");
	pid = spawn();
	if (!pid) {
		read_secret(arg[0], token);
		peer = need(socket(AF_VSOCK, SOCK_STREAM, 0), "socket");
		need(connect(peer, (struct sockaddr *)&vm, sizeof(vm)),
		     "connect");
		put(peer, token, TOKEN);
		_exit(DONE);
	}
	finish(pid);
	return pass_on(need(accept(fd, NULL, NULL), "accept"));
}

const struct verb verbs_ipc[] = {
	{ "pipe", 1, cmd_pipe },
	{ "pipe-splice", 1, pipe_splice },
	{ "pipe-vmsplice", 1, pipe_vmsplice },
	{ "pipe-tee", 1, pipe_tee },
	{ "fifo", 2, cmd_fifo },
	{ "stream-pair", 1, stream_pair },
	{ "packet-pair", 1, packet_pair },
	{ "pair-sendfile", 1, pair_sendfile },
	{ "unix-stream", 2, unix_stream },
	{ "unix-dgram", 2, unix_dgram },
	{ "unix-seqpacket", 2, unix_seqpacket },
	{ "pty", 1, cmd_pty },
	{ "pty-sti", 1, pty_sti },
	{ "sysv-msg", 1, sysv_msg },
	{ "sysv-shm", 1, sysv_shm },
	{ "sysv-shm-early", 1, sysv_shm_early },
	{ "posix-mq", 1, posix_mq },
	{ "posix-mq-early", 1, posix_mq_early },
	{ "loopback", 1, loopback },
	{ "loopback-early", 1, loopback_early },
	{ "vsock", 1, cmd_vsock },
	{ NULL, 0, NULL },
};
