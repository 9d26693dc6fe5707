// SPDX-License-Identifier: MIT
/* Less usual carriers: keys, maps, ciphers, notifications, names, numbers. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/if_alg.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "leak.h"

static char token[TOKEN + 1];

static pid_t bearer(const char *secret)
{
	pid_t pid = spawn();

	if (!pid)
		read_secret(secret, token);
	return pid;
}

/* A key in a keyring that both have. */
static int keyring(char **arg)
{
	long ring = need(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL),
			 "keyring");
	pid_t pid = bearer(arg[0]);
	long key;

	if (!pid) {
		need(syscall(SYS_add_key, "user", "leak", token, TOKEN, ring),
		     "add_key");
		_exit(DONE);
	}
	finish(pid);
	key = need(syscall(SYS_keyctl, KEYCTL_SEARCH, ring, "user", "leak", 0),
		   "KEYCTL_SEARCH");
	need(syscall(SYS_keyctl, KEYCTL_READ, key, token, TOKEN),
	     "KEYCTL_READ");
	return tell(token, TOKEN);
}

/* The name of a key, which anybody reads in /proc/keys. */
static int key_name(char **arg)
{
	long ring = need(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL),
			 "keyring");
	pid_t pid = bearer(arg[0]);
	char text[64] = { 0 };
	long key;

	if (!pid) {
		need(syscall(SYS_add_key, "keyring", token, NULL, 0, ring),
		     "add_key");
		_exit(DONE);
	}
	finish(pid);
	need(syscall(SYS_keyctl, KEYCTL_READ, ring, &key, 4), "KEYCTL_READ");
	need(syscall(SYS_keyctl, KEYCTL_DESCRIBE, (int)key, text, sizeof(text)),
	     "KEYCTL_DESCRIBE");
	if (!strrchr(text, ';'))
		_exit(SILENT);
	return tell(strrchr(text, ';') + 1, TOKEN);
}

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int new_map(int flags)
{
	union bpf_attr make = { .map_type = BPF_MAP_TYPE_ARRAY,
				.key_size = 4,
				.value_size = TOKEN,
				.max_entries = 1,
				.map_flags = flags };

	return need(bpf(BPF_MAP_CREATE, &make), "BPF_MAP_CREATE");
}

static int bpf_map(char **arg)
{
	union bpf_attr at = { .map_fd = new_map(0) };
	uint32_t key = 0;
	pid_t pid = bearer(arg[0]);

	at.key = (uintptr_t)&key;
	at.value = (uintptr_t)token;
	if (!pid) {
		need(bpf(BPF_MAP_UPDATE_ELEM, &at), "BPF_MAP_UPDATE_ELEM");
		_exit(DONE);
	}
	finish(pid);
	need(bpf(BPF_MAP_LOOKUP_ELEM, &at), "BPF_MAP_LOOKUP_ELEM");
	return tell(token, TOKEN);
}

/* Mapped by both: memory of a file that has no place. */
static int bpf_map_memory(char **arg)
{
	char *shared = need_map(mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				     MAP_SHARED, new_map(BPF_F_MMAPABLE), 0),
				"mmap");
	pid_t pid = bearer(arg[0]);

	if (!pid) {
		memcpy(shared, token, TOKEN);
		_exit(DONE);
	}
	finish(pid);
	return tell(shared, TOKEN);
}

static int cipher(int operation)
{
	struct sockaddr_alg alg = { .salg_family = AF_ALG,
				    .salg_type = "skcipher",
				    .salg_name = "ecb(aes)" };
	static const char key[16] = "0123456789abcde";
	char c[CMSG_SPACE(4)] = { 0 };
	struct msghdr m = { .msg_control = c, .msg_controllen = sizeof(c) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	int fd = need(socket(AF_ALG, SOCK_SEQPACKET, 0), "AF_ALG");

	need(bind(fd, (struct sockaddr *)&alg, sizeof(alg)), "ecb(aes)");
	need(setsockopt(fd, SOL_ALG, ALG_SET_KEY, key, sizeof(key)), "key");
	fd = need(accept(fd, NULL, NULL), "accept");
	h->cmsg_level = SOL_ALG;
	h->cmsg_type = ALG_SET_OP;
	h->cmsg_len = CMSG_LEN(4);
	memcpy(CMSG_DATA(h), &operation, 4);
	need(sendmsg(fd, &m, MSG_MORE), "ALG_SET_OP");
	return fd;
}

/* A feeds the kernel's cipher, B takes the result out and turns it round. */
static int af_alg(char **arg)
{
	int in = cipher(ALG_OP_ENCRYPT), out = cipher(ALG_OP_DECRYPT);
	pid_t pid = bearer(arg[0]);

	if (!pid) {
		put(in, token, TOKEN);
		_exit(DONE);
	}
	finish(pid);
	take(in, token);
	put(out, token, TOKEN);
	take(out, token);
	return tell(token, TOKEN);
}

/* A filter that takes each packet, after having looked at the secret. */
static int socket_filter(char **arg)
{
	struct sock_filter code[TOKEN / 4 + 1], got[TOKEN / 4 + 1] = { 0 };
	struct sock_fprog program = { .len = TOKEN / 4 + 1, .filter = code };
	int fd = need(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	socklen_t len = TOKEN / 4 + 1;
	size_t i;
	pid_t pid = bearer(arg[0]);

	if (!pid) {
		for (i = 0; i < TOKEN / 4; i++) {
			code[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM,
							       0);
			memcpy(&code[i].k, token + 4 * i, 4);
		}
		code[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 65535);
		need(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
				sizeof(program)),
		     "SO_ATTACH_FILTER");
		_exit(DONE);
	}
	finish(pid);
	need(getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, got, &len),
	     "SO_GET_FILTER");
	for (i = 0; i < TOKEN / 4; i++)
		memcpy(token + 4 * i, &got[i].k, 4);
	return tell(token, TOKEN);
}

/* Whoever is told that A read it is handed the open file. */
static int fanotify(char **arg)
{
	int fd =
		need(fanotify_init(FAN_CLASS_NOTIF, O_RDONLY), "fanotify_init");
	struct fanotify_event_metadata event = { .fd = -1 };
	pid_t pid;

	need(fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, arg[0]),
	     "fanotify_mark");
	pid = bearer(arg[0]);
	if (!pid)
		_exit(DONE);
	finish(pid);
	need(read(fd, &event, sizeof(event)), "fanotify");
	if (event.fd < 0)
		_exit(REFUSED);
	take(event.fd, token);
	return tell(token, TOKEN);
}

/* inotify SECRET DIR: A makes a file whose name is the secret */
static int inotify(char **arg)
{
	union {
		struct inotify_event event;
		char bytes[512];
	} u = { { 0 } };
	int fd = need(inotify_init1(IN_NONBLOCK), "inotify_init");
	char path[512];
	pid_t pid;

	need(inotify_add_watch(fd, arg[1], IN_CREATE), "inotify_add_watch");
	pid = bearer(arg[0]);
	if (!pid) {
		snprintf(path, sizeof(path), "%s/%s", arg[1], token);
		close(open_at(path, O_WRONLY | O_CREAT));
		_exit(DONE);
	}
	finish(pid);
	if (read(fd, &u, sizeof(u)) < 0)
		_exit(SILENT);
	return tell(u.event.name, TOKEN);
}

/* Numbers, not buffers: eight letters fit a signal's. */
static int signals(char **arg)
{
	siginfo_t info;
	sigset_t set;
	size_t i;
	pid_t parent = getpid(), pid;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pid = bearer(arg[0]);
	if (!pid) {
		for (i = 0; i < TOKEN; i += 8)
			need(sigqueue(parent, SIGRTMIN,
				      (union sigval){
					      .sival_ptr =
						      *(void **)(token + i) }),
			     "sigqueue");
		_exit(DONE);
	}
	finish(pid);
	for (i = 0; i < TOKEN; i += 8) {
		need(sigwaitinfo(&set, &info), "sigwaitinfo");
		memcpy(token + i, &info.si_value.sival_ptr, 8);
	}
	return tell(token, TOKEN);
}

/* A byte in the code of each process that ends. */
static int exit_codes(char **arg)
{
	pid_t pid;
	int i, status;

	for (i = 0; i < TOKEN; i++) {
		pid = bearer(arg[0]);
		if (!pid)
			_exit(token[i]);
		waitpid(pid, &status, 0);
		token[i] = WEXITSTATUS(status);
		if (token[i] < '0')
			_exit(token[i]);
	}
	return tell(token, TOKEN);
}

static int event_counter(char **arg)
{
	int fd[TOKEN / 4], i;
	uint64_t value;
	pid_t pid;

	for (i = 0; i < TOKEN / 4; i++)
		fd[i] = need(eventfd(0, 0), "eventfd");
	pid = bearer(arg[0]);
	if (!pid) {
		for (i = 0; i < TOKEN / 4; i++) {
			value = *(uint32_t *)(token + 4 * i);
			put(fd[i], &value, 8);
		}
		_exit(DONE);
	}
	finish(pid);
	for (i = 0; i < TOKEN / 4; i++) {
		need(read(fd[i], &value, 8), "read");
		memcpy(token + 4 * i, &value, 4);
	}
	return tell(token, TOKEN);
}

/* Two letters in each of a set of semaphores; they count to 32767. */
static int semaphores(char **arg)
{
	unsigned short value[TOKEN / 2];
	int id = need(semget(IPC_PRIVATE, TOKEN / 2, 0600), "semget");
	pid_t pid = bearer(arg[0]);

	if (!pid) {
		memcpy(value, token, TOKEN);
		need(semctl(id, 0, SETALL, value), "SETALL");
		_exit(DONE);
	}
	finish(pid);
	need(semctl(id, 0, GETALL, value), "GETALL");
	return tell(value, TOKEN);
}

/* Eight letters in the name that every process may read of another. */
static int task_name(char **arg)
{
	char path[64], text[64];
	pid_t pid;
	size_t i;
	int fd;

	for (i = 0; i < TOKEN; i += 8) {
		pid = bearer(arg[0]);
		if (!pid) {
			token[i + 8] = '\0';
			need(prctl(PR_SET_NAME, token + i), "PR_SET_NAME");
			hold_still();
			_exit(DONE);
		}
		wait_still(pid);
		snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		fd = open_at(path, O_RDONLY);
		need(read(fd, text, sizeof(text)), "comm");
		close(fd);
		memcpy(token + i, text, 8);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return tell(token, TOKEN);
}

/* file-times SECRET FILE: three letters as a file's time of last access */
static int file_times(char **arg)
{
	struct timespec times[2] = { { 0 } };
	struct stat st;
	pid_t pid;
	size_t i;

	close(open_at(arg[1], O_WRONLY | O_CREAT));
	for (i = 0; i < TOKEN; i += 3) {
		pid = bearer(arg[0]);
		if (!pid) {
			memcpy(&times[0].tv_sec, token + i, 3);
			times[1] = times[0];
			need(utimensat(AT_FDCWD, arg[1], times, 0),
			     "utimensat");
			_exit(DONE);
		}
		finish(pid);
		need(stat(arg[1], &st), arg[1]);
		memcpy(token + i, &st.st_atim.tv_sec,
		       TOKEN - i < 3 ? TOKEN - i : 3);
	}
	return tell(token, TOKEN);
}

const struct verb verbs_odd[] = {
	{ "keyring", 1, keyring },
	{ "key-name", 1, key_name },
	{ "bpf-map", 1, bpf_map },
	{ "bpf-map-memory", 1, bpf_map_memory },
	{ "af-alg", 1, af_alg },
	{ "socket-filter", 1, socket_filter },
	{ "fanotify", 1, fanotify },
	{ "inotify", 2, inotify },
	{ "signals", 1, signals },
	{ "exit-codes", 1, exit_codes },
	{ "event-counter", 1, event_counter },
	{ "semaphores", 1, semaphores },
	{ "task-name", 1, task_name },
	{ "file-times", 2, file_times },
	{ NULL, 0, NULL },
};
