// SPDX-License-Identifier: MIT
/* What io_uring does by itself, with as little of a ring as one request needs. */
#include <arpa/inet.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "hooks.h"

#define SOCKET_SETSOCKOPT 3 /* SOCKET_URING_OP_SETSOCKOPT, since 6.7 */

struct ring {
	int fd;
	uint32_t *sq_tail, *sq_array, *cq_head;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
};

static char page[PAGE];

static void *map(int fd, off_t at)
{
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at);

	must(p == MAP_FAILED ? -1 : 0, "map the ring");
	return p;
}

/* A ring for one request. */
static struct ring ring(uint32_t flags)
{
	struct io_uring_params p = { .flags = flags, .sq_thread_idle = 100 };
	struct ring r;
	char *sq, *cq;

	r.fd = (int)must(syscall(SYS_io_uring_setup, 2, &p), "make a ring");
	sq = map(r.fd, IORING_OFF_SQ_RING);
	cq = map(r.fd, IORING_OFF_CQ_RING);
	r.sqes = map(r.fd, IORING_OFF_SQES);
	r.sq_tail = (uint32_t *)(sq + p.sq_off.tail);
	r.sq_array = (uint32_t *)(sq + p.sq_off.array);
	r.cq_head = (uint32_t *)(cq + p.cq_off.head);
	r.cqes = (struct io_uring_cqe *)(cq + p.cq_off.cqes);
	return r;
}

/* Return: 0, or the request's error. */
static long submit(struct ring *r, const struct io_uring_sqe *sqe,
		   unsigned int flags)
{
	long err;

	r->sqes[0] = *sqe;
	r->sq_array[0] = 0;
	__atomic_store_n(r->sq_tail, *r->sq_tail + 1, __ATOMIC_RELEASE);
	err = COUNT(syscall(SYS_io_uring_enter, r->fd, 1, 1,
			    flags | IORING_ENTER_GETEVENTS, NULL, 0));
	if (err)
		return err;
	return r->cqes[0].res < 0 ? r->cqes[0].res : 0;
}

static long request(const struct io_uring_sqe *sqe)
{
	struct ring r = ring(0);

	return submit(&r, sqe, 0);
}

static struct io_uring_sqe transfer(int opcode, int fd, void *at, uint32_t len)
{
	return (struct io_uring_sqe){
		.opcode = (uint8_t)opcode,
		.fd = fd,
		.addr = (uintptr_t)at,
		.len = len,
	};
}

static void *register_one(const struct ring *r, unsigned int what, void *arg)
{
	must(syscall(SYS_io_uring_register, r->fd, what, arg, 1), "register");
	return arg;
}

static long op_setup(void)
{
	struct io_uring_params p = { 0 };

	return COUNT(syscall(SYS_io_uring_setup, 2, &p));
}

static long op_setup_sqpoll(void)
{
	struct io_uring_params p = { .flags = IORING_SETUP_SQPOLL };

	return COUNT(syscall(SYS_io_uring_setup, 2, &p));
}

static long op_read(void)
{
	struct io_uring_sqe sqe =
		transfer(IORING_OP_READ, fresh("a"), page, PAGE);

	return request(&sqe);
}

static long op_write(void)
{
	struct io_uring_sqe sqe =
		transfer(IORING_OP_WRITE, fresh("a"), page, 1);

	return request(&sqe);
}

static long op_read_registered(void)
{
	struct ring r = ring(0);
	struct iovec v = { page, PAGE };
	int fd = fresh("a");
	struct io_uring_sqe sqe = transfer(IORING_OP_READ_FIXED, 0, page, PAGE);

	register_one(&r, IORING_REGISTER_FILES, &fd);
	register_one(&r, IORING_REGISTER_BUFFERS, &v);
	sqe.flags = IOSQE_FIXED_FILE;
	return submit(&r, &sqe, 0);
}

static long op_register_file(void)
{
	struct ring r = ring(0);
	int fd = fresh("a");

	return COUNT(syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_FILES,
			     &fd, 1));
}

static long on_tcp(int opcode)
{
	struct io_uring_sqe sqe;
	int fd[2];

	tcp_pair(fd);
	sqe = transfer(opcode, fd[0], page, 1);
	return request(&sqe);
}

static long op_write_tcp(void)
{
	return on_tcp(IORING_OP_WRITE);
}

static long op_send(void)
{
	return on_tcp(IORING_OP_SEND);
}

static long op_send_zc(void)
{
	return on_tcp(IORING_OP_SEND_ZC);
}

static long op_recv(void)
{
	struct io_uring_sqe sqe;
	int fd[2];

	tcp_pair(fd);
	must(send(fd[0], "x", 1, 0), "send");
	sqe = transfer(IORING_OP_RECV, fd[1], page, 1);
	return request(&sqe);
}

static long op_sendmsg(void)
{
	struct iovec v = { page, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	struct io_uring_sqe sqe;
	int fd[2];

	tcp_pair(fd);
	sqe = transfer(IORING_OP_SENDMSG, fd[0], &m, 1);
	return request(&sqe);
}

static long op_connect(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0), "make a socket");
	struct io_uring_sqe sqe = transfer(IORING_OP_CONNECT, fd, &to, 0);

	sqe.off = sizeof(to);
	return request(&sqe);
}

static long op_socket(void)
{
	struct io_uring_sqe sqe = transfer(IORING_OP_SOCKET, AF_INET, NULL, 0);

	sqe.off = SOCK_STREAM;
	return request(&sqe);
}

static long on_path(int opcode, uint32_t flags)
{
	static char name[] = "a";
	struct io_uring_sqe sqe = transfer(opcode, AT_FDCWD, name, 0);

	close(fresh("a"));
	sqe.open_flags = flags;
	return request(&sqe);
}

static long op_openat(void)
{
	return on_path(IORING_OP_OPENAT, O_RDONLY);
}

static long op_openat_direct(void)
{
	static char name[] = "a";
	struct io_uring_sqe sqe = transfer(IORING_OP_OPENAT, AT_FDCWD, name, 0);
	struct ring r = ring(0);
	int none = -1;

	close(fresh("a"));
	register_one(&r, IORING_REGISTER_FILES, &none);
	sqe.file_index = 1;
	return submit(&r, &sqe, 0);
}

static long op_unlinkat(void)
{
	return on_path(IORING_OP_UNLINKAT, 0);
}

static long op_renameat(void)
{
	static char from[] = "a", to[] = "b";
	struct io_uring_sqe sqe =
		transfer(IORING_OP_RENAMEAT, AT_FDCWD, from, 0);

	close(fresh("a"));
	sqe.len = (uint32_t)AT_FDCWD;
	sqe.addr2 = (uintptr_t)to;
	return request(&sqe);
}

static long op_fallocate(void)
{
	struct io_uring_sqe sqe =
		transfer(IORING_OP_FALLOCATE, fresh("a"), NULL, 0);

	sqe.addr = 2 * PAGE;
	return request(&sqe);
}

static long op_setxattr(void)
{
	static char name[] = "security.x";
	struct io_uring_sqe sqe =
		transfer(IORING_OP_FSETXATTR, fresh("a"), name, 1);

	sqe.addr2 = (uintptr_t)page;
	return request(&sqe);
}

/* From pipe @in to @out. */
static long piece(int opcode, int out)
{
	struct io_uring_sqe sqe = transfer(opcode, out, NULL, 10);
	int in[2];

	piped(in);
	must(write(in[1], page, 100), "fill the pipe");
	sqe.splice_fd_in = in[0];
	if (opcode == IORING_OP_SPLICE) {
		sqe.off = (uint64_t)-1;
		sqe.splice_off_in = (uint64_t)-1;
	}
	return request(&sqe);
}

static long op_splice_pipe(void)
{
	int out[2];

	piped(out);
	return piece(IORING_OP_SPLICE, out[1]);
}

static long op_splice_tcp(void)
{
	int out[2];

	tcp_pair(out);
	return piece(IORING_OP_SPLICE, out[0]);
}

static long op_tee(void)
{
	int out[2];

	piped(out);
	return piece(IORING_OP_TEE, out[1]);
}

/* A registered file goes from one ring to another; both could be anybody's. */
static long op_pass_file(void)
{
	struct ring from = ring(0), to = ring(0);
	int fd = fresh("a"), none = -1;
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_MSG_RING,
		.fd = to.fd,
		.addr = IORING_MSG_SEND_FD,
		.file_index = 1,
	};

	register_one(&from, IORING_REGISTER_FILES, &fd);
	register_one(&to, IORING_REGISTER_FILES, &none);
	return submit(&from, &sqe, 0);
}

static long op_install_fd(void)
{
	struct ring r = ring(0);
	int fd = fresh("a");
	struct io_uring_sqe sqe = {
		.opcode = 54, /* IORING_OP_FIXED_FD_INSTALL, since 6.8 */
		.flags = IOSQE_FIXED_FILE,
	};

	register_one(&r, IORING_REGISTER_FILES, &fd);
	return submit(&r, &sqe, 0);
}

static long op_personality(void)
{
	struct ring r = ring(0);
	struct io_uring_sqe sqe = { .opcode = IORING_OP_NOP };

	sqe.personality =
		(uint16_t)must(syscall(SYS_io_uring_register, r.fd,
				       IORING_REGISTER_PERSONALITY, NULL, 0),
			       "register credentials");
	return submit(&r, &sqe, 0);
}

static long op_command(void)
{
	static const int one = 1;
	struct io_uring_sqe sqe = { .opcode = IORING_OP_URING_CMD };
	int fd[2];

	tcp_pair(fd);
	sqe.fd = fd[0];
	sqe.cmd_op = SOCKET_SETSOCKOPT;
	sqe.addr = (uint64_t)SO_KEEPALIVE << 32 | SOL_SOCKET;
	sqe.splice_fd_in = sizeof(one); /* optlen */
	sqe.addr3 = (uintptr_t)&one; /* optval */
	return request(&sqe);
}

static long op_sqpoll_write(void)
{
	struct ring r = ring(IORING_SETUP_SQPOLL);
	struct io_uring_sqe sqe;
	int fd[2];

	tcp_pair(fd);
	sqe = transfer(IORING_OP_WRITE, fd[0], page, 1);
	return submit(&r, &sqe, IORING_ENTER_SQ_WAKEUP);
}

static long op_async_read(void)
{
	struct io_uring_sqe sqe =
		transfer(IORING_OP_READ, fresh("a"), page, PAGE);

	sqe.flags = IOSQE_ASYNC; /* by a worker, always */
	return request(&sqe);
}

static const struct operation list[] = {
	{ "io_uring_setup", op_setup },
	{ "io_uring_setup SQPOLL", op_setup_sqpoll },
	{ "io_uring_register FILES", op_register_file },
	{ "io_uring READ file", op_read },
	{ "io_uring READ file by a worker", op_async_read },
	{ "io_uring WRITE file", op_write },
	{ "io_uring READ_FIXED registered file", op_read_registered },
	{ "io_uring WRITE tcp", op_write_tcp },
	{ "io_uring WRITE tcp by SQPOLL", op_sqpoll_write },
	{ "io_uring SEND tcp", op_send },
	{ "io_uring SEND_ZC tcp", op_send_zc },
	{ "io_uring SENDMSG tcp", op_sendmsg },
	{ "io_uring RECV tcp", op_recv },
	{ "io_uring SOCKET", op_socket },
	{ "io_uring CONNECT", op_connect },
	{ "io_uring OPENAT", op_openat },
	{ "io_uring OPENAT to a slot", op_openat_direct },
	{ "io_uring UNLINKAT", op_unlinkat },
	{ "io_uring RENAMEAT", op_renameat },
	{ "io_uring FALLOCATE", op_fallocate },
	{ "io_uring FSETXATTR", op_setxattr },
	{ "io_uring SPLICE pipe->pipe", op_splice_pipe },
	{ "io_uring SPLICE pipe->tcp", op_splice_tcp },
	{ "io_uring TEE", op_tee },
	{ "io_uring MSG_RING SEND_FD", op_pass_file },
	{ "io_uring FIXED_FD_INSTALL", op_install_fd },
	{ "io_uring with a personality", op_personality },
	{ "io_uring URING_CMD of a socket", op_command },
};

/* A process keeps its workers: each operation is to need new ones. */
const struct group uring_group = { list, ARRAY_SIZE(list), .apart = true };
