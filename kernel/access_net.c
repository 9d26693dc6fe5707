// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hooks ask of labels, where data goes by sockets.  What leaves the
 * machine, or may, is judged; on AF_UNIX the labels go along.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/genetlink.h>
#include <linux/inet_diag.h>
#include <uapi/linux/io_uring.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sched/task_stack.h>
#include <linux/skbuff.h>
#include <linux/sock_diag.h>
#include <linux/socket.h>
#include <linux/uaccess.h>
#include <linux/un.h>
#include <asm/syscall.h>
#include <asm/unistd.h>
#include <net/af_unix.h>
#include <net/sock.h>

#include "compat.h"
#include "label.h"

static int add_labels(const struct sock *sk, u64 labels, bool may_sleep)
{
	return shinrai_object_add(sk, SHINRAI_OBJECT_SOCK, labels,
				  may_sleep ? GFP_KERNEL : GFP_ATOMIC);
}

/* Its packets are held against the rules too, by whoever sent last. */
static int sent_by(const struct sock *sk, u64 labels, bool may_sleep)
{
	struct shinrai_sender s = {};
	int ret;

	if (sk->sk_family != AF_INET && sk->sk_family != AF_INET6)
		return 0;
	ret = add_labels(sk, labels, may_sleep);
	if (ret)
		return ret;
	s.uid = from_kuid(&init_user_ns, current_uid());
	s.known = current->mm &&
		  shinrai_program_digest(current->mm, may_sleep, s.digest);
	rcu_read_lock();
	s.cgroup = task_dfl_cgroup(current);
	shinrai_object_sent(sk, &s);
	rcu_read_unlock();
	return 0;
}

static int judge(struct sock *sk, u64 labels, const struct sockaddr *to,
		 int to_len, u64 bytes, bool may_sleep)
{
	struct shinrai_flow f = {
		.labels = labels,
		.access.action = SHINRAI_ACTION_SEND,
		.access.bytes = bytes,
		.may_sleep = may_sleep,
	};
	int ret = 0;

	/* Comes out again, or is echoed, to who holds the socket then. */
	if (sk->sk_family == AF_ALG || sk->sk_family == AF_NETLINK)
		ret = add_labels(sk, labels, may_sleep);
	if (ret || sk->sk_family == AF_ALG)
		return ret;
	if (!f.labels || !shinrai_sink_socket(&f.access, sk, to, to_len))
		return 0;
	ret = shinrai_flow_check(&f);
	return ret ? ret : sent_by(sk, f.labels, may_sleep);
}

/* As it was bound; an abstract name begins with @, as tools show it. */
static void name_local(struct shinrai_access *a, const struct sock *peer,
		       char text[UNIX_PATH_MAX])
{
	const struct unix_address *addr;
	u32 len;

	/* Set once, and lives as long as the socket. */
	addr = smp_load_acquire(&unix_sk(peer)->addr);
	if (!addr || addr->len <= (int)sizeof(sa_family_t))
		return;
	len = addr->len - sizeof(sa_family_t);
	if (len > UNIX_PATH_MAX)
		len = UNIX_PATH_MAX;
	memcpy(text, addr->name->sun_path, len);
	a->text = text;
	a->text_len = text[0] ? strnlen(text, len) : len;
	if (!text[0])
		text[0] = '@';
}

/* The labels go along, unless a rule says that they must not. */
static int pass_on(struct sock *peer, u64 labels, bool may_sleep)
{
	char text[UNIX_PATH_MAX];
	const struct socket *sock;
	struct shinrai_flow f = {
		.labels = labels,
		.access.action = SHINRAI_ACTION_SEND,
		.access.sink_kind = SHINRAI_SINK_LOCAL,
		.may_sleep = may_sleep,
		.propagate = true,
	};
	int ret;

	if (!(f.labels & ~shinrai_object_labels(peer)))
		return 0;
	name_local(&f.access, peer, text);
	ret = shinrai_flow_check(&f);
	if (!ret)
		ret = shinrai_object_add(peer, SHINRAI_OBJECT_SOCK, f.labels,
					 GFP_ATOMIC);
	sock = READ_ONCE(peer->sk_socket);
	if (!ret && sock) /* compared only, so it may be gone */
		shinrai_inflight_readers(SOCK_INODE((struct socket *)sock),
					 f.labels);
	return ret;
}

/* Return: the other end of a connected socket, with a reference, or NULL. */
static struct sock *peer_of(struct sock *sk)
{
	struct sock *peer;

	unix_state_lock(sk);
	peer = unix_peer(sk);
	if (peer)
		sock_hold(peer);
	unix_state_unlock(sk);
	return peer;
}

static int send_unix(struct sock *sk)
{
	struct sock *peer = peer_of(sk);
	int ret = 0;

	if (peer) {
		ret = pass_on(peer, shinrai_current_labels(), true);
		sock_put(peer);
	}
	return ret;
}

/**
 * shinrai_access_connect() - a socket is connected
 * @sock: the socket
 * @addr: to where
 * @len: bytes of @addr
 *
 * Context: may sleep, can be killed.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_connect(struct socket *sock, struct sockaddr *addr, int len)
{
	struct sock *sk = sock->sk;
	u64 labels;

	if (!sk || sk->sk_family == AF_UNIX || len < (int)sizeof(sa_family_t) ||
	    addr->sa_family == AF_UNSPEC)
		return 0;
	/* Of netlink, nobody looks again at what is sent there. */
	labels = shinrai_current_labels();
	if (sk->sk_family == AF_NETLINK)
		labels |= shinrai_object_labels(sk);
	return judge(sk, labels, addr, len, 0, true);
}

/**
 * shinrai_access_send() - a message is sent
 * @sock: the socket
 * @msg: the message; its name is in kernel memory
 * @size: bytes
 *
 * Context: may sleep, can be killed.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_send(struct socket *sock, struct msghdr *msg, u64 size)
{
	struct sock *sk = sock->sk;

	if (!sk)
		return 0;
	if (sk->sk_family == AF_UNIX)
		return send_unix(sk);
	/* A name without a length is none. */
	return judge(sk, shinrai_current_labels(),
		     msg->msg_namelen ? msg->msg_name : NULL,
		     msg->msg_name ? msg->msg_namelen : 0, size, true);
}

#if !SHINRAI_SPLICE_IS_MESSAGE
/* Of a kernel worker: is it at a write?  What it is at never changes meanwhile. */
static bool worker_writes(struct shinrai_uring uring)
{
	const char *worker = current->worker_private, *work;
	u8 opcode;

	if (!worker) /* it polls for submissions, and leaves splices to workers */
		return true;
	if (!uring.work ||
	    copy_from_kernel_nofault(&work, worker + uring.work,
				     sizeof(work)) ||
	    !work ||
	    copy_from_kernel_nofault(&opcode, work + uring.opcode,
				     sizeof(opcode)))
		return false;
	return opcode == IORING_OP_WRITE || opcode == IORING_OP_WRITEV ||
	       opcode == IORING_OP_WRITE_FIXED;
}

/* The calls that write to sockets; io_uring leaves splices to its workers. */
static bool call_writes(int nr, bool ia32)
{
#ifdef CONFIG_IA32_EMULATION
	if (ia32)
		return nr == __NR_ia32_write || nr == __NR_ia32_writev ||
		       nr == __NR_ia32_pwritev2 || nr == __NR_ia32_io_submit ||
		       nr == __NR_ia32_io_uring_enter;
#endif
	return nr == __NR_write || nr == __NR_writev || nr == __NR_pwritev2 ||
	       nr == __NR_io_submit || nr == __NR_io_uring_enter;
}

/* Where it says how much, from 0; -1: it does not. */
static int size_argument(int nr, bool ia32)
{
	const int sendfile = 3, splice = 4;

#ifdef CONFIG_IA32_EMULATION
	if (ia32 && (nr == __NR_ia32_sendfile || nr == __NR_ia32_sendfile64))
		return sendfile;
	if (ia32)
		return nr == __NR_ia32_splice ? splice : -1;
#endif
	if (nr == __NR_sendfile)
		return sendfile;
	return nr == __NR_splice ? splice : -1;
}

static u64 call_splices(void)
{
	struct pt_regs *regs = task_pt_regs(current);
	const int nr = syscall_get_nr(current, regs);
	const bool ia32 = in_ia32_syscall();
	unsigned long arg[6];
	int i;

	if (call_writes(nr, ia32))
		return 0;
	i = size_argument(nr, ia32);
	if (i < 0)
		return MAX_RW_COUNT;
	syscall_get_arguments(current, regs, arg);
	return min_t(u64, arg[i], MAX_RW_COUNT);
}
#endif

/**
 * shinrai_access_spliced() - how much is handed to a socket and is no message?
 * @uring: where a worker of io_uring has what it is at
 *
 * A message has a hook of its own, which may sleep and is told its size; to ask
 * before would count it twice.  What is not known for a write is none.
 *
 * Context: the task that hands it over; does not sleep.
 * Return: bytes, at most; 0 for a message.
 */
u64 shinrai_access_spliced(struct shinrai_uring uring)
{
#if SHINRAI_SPLICE_IS_MESSAGE
	return 0;
#else
	if (current->flags & PF_IO_WORKER)
		return worker_writes(uring) ? 0 : MAX_RW_COUNT;
	return current->flags & PF_KTHREAD ? MAX_RW_COUNT : call_splices();
#endif
}

/**
 * shinrai_access_splice() - a file's content is sent, and no message is made
 * @file: of the socket
 * @labels: live, of the content
 * @bytes: at most
 * @may_sleep: whether the caller does
 *
 * Context: a process; as @may_sleep says.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_splice(struct file *file, u64 labels, u64 bytes,
			  bool may_sleep)
{
	struct socket *sock = sock_from_file(file);
	struct sock *sk = sock ? sock->sk : NULL, *peer;
	int ret = 0;

	if (!sk)
		return 0;
	if (sk->sk_family != AF_UNIX)
		return judge(sk, labels, NULL, 0, bytes, may_sleep);
	peer = peer_of(sk);
	if (peer) {
		ret = pass_on(peer, labels, may_sleep);
		sock_put(peer);
	}
	return ret;
}

/**
 * shinrai_access_recv() - messages are received from a labelled socket
 * @sock: the socket
 *
 * Context: may sleep, can be killed.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_recv(struct socket *sock)
{
	/* What others send from elsewhere is not what was sent to them. */
	if (!sock->sk || !current->mm || current->flags & PF_KTHREAD ||
	    (sock->sk->sk_family != AF_UNIX && sock->sk->sk_family != AF_ALG &&
	     sock->sk->sk_family != AF_NETLINK))
		return 0;
	return shinrai_grow(current->mm, shinrai_object_labels(sock->sk));
}

/**
 * shinrai_access_unix() - a datagram is on its way to a socket
 * @to: whose
 *
 * Context: does not sleep; the receiver's lock is held.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_unix(struct socket *to)
{
	if (!to || !to->sk)
		return 0;
	return pass_on(to->sk, shinrai_current_labels(), false);
}

/* Does the kernel only answer it, and keep nothing of it? */
static bool only_asks(int protocol, u16 type)
{
	const bool control = type < NLMSG_MIN_TYPE;

	switch (protocol) {
	case NETLINK_ROUTE: /* in groups of four: new, delete, get, set */
		return control || ((type & 3) == 2 && type != RTM_GETDCB);
	case NETLINK_SOCK_DIAG:
		return control || type == SOCK_DIAG_BY_FAMILY ||
		       type == TCPDIAG_GETSOCK;
	case NETLINK_GENERIC:
		return control || type == GENL_ID_CTRL;
	}
	return false; /* others do not even skip what is for control */
}

static bool all_ask(const struct sk_buff *skb, int protocol)
{
	const struct nlmsghdr *nlh = (const void *)skb->data;
	int left = (int)skb->len;

	for (; nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left)) {
		if (!only_asks(protocol, nlh->nlmsg_type))
			return false;
	}
	/* What is left is no message to whoever knows any of these. */
	return only_asks(protocol, NLMSG_NOOP);
}

/**
 * shinrai_access_netlink() - a subject with labels sends a netlink message
 * @sk: from where
 * @skb: the message, which nobody changes any more
 *
 * The kernel keeps much of what it is told: names of interfaces, rules of
 * firewalls, an audit log.  What goes to another process was judged by its
 * address; a rule that counts may count it twice.
 *
 * Context: may sleep, can be killed.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_netlink(const struct sock *sk, const struct sk_buff *skb)
{
	struct shinrai_flow f = {
		.labels = shinrai_current_labels(),
		.access.action = SHINRAI_ACTION_SEND,
		.access.sink_kind = SHINRAI_SINK_OTHER,
		.access.proto = AF_NETLINK,
		.access.bytes = skb->len,
		.may_sleep = true,
	};

	if (!f.labels ||
	    (!skb_is_nonlinear(skb) && all_ask(skb, sk->sk_protocol)))
		return 0;
	return shinrai_flow_check(&f);
}
