// SPDX-License-Identifier: MIT
/* Messages between processes that need no socket: SysV, POSIX, keys, signals. */
#include <linux/keyctl.h>
#include <mqueue.h>
#include <signal.h>
#include <sys/msg.h>
#include <sys/pidfd.h>
#include <sys/sem.h>

#include "hooks.h"

static struct {
	long type;
	char text[8];
} message = { 1, "secret" };

static int queue(void)
{
	return (int)must(msgget(IPC_PRIVATE, IPC_CREAT | 0600), "msgget");
}

static long op_msgget(void)
{
	return COUNT(msgget(IPC_PRIVATE, IPC_CREAT | 0600));
}

static long op_msgsnd(void)
{
	int id = queue();

	return COUNT(msgsnd(id, &message, sizeof(message.text), IPC_NOWAIT));
}

static long op_msgrcv(void)
{
	int id = queue();

	must(msgsnd(id, &message, sizeof(message.text), IPC_NOWAIT), "msgsnd");
	return COUNT(msgrcv(id, &message, sizeof(message.text), 0, IPC_NOWAIT));
}

static long op_semget(void)
{
	return COUNT(semget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
}

static long op_semop(void)
{
	struct sembuf up = { 0, 1, IPC_NOWAIT };
	int id = (int)must(semget(IPC_PRIVATE, 1, IPC_CREAT | 0600), "semget");

	return COUNT(semop(id, &up, 1));
}

static mqd_t mq = -1;

static long op_mq_open(void)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 16 };

	return COUNT(mq = mq_open("/hooks", O_CREAT | O_RDWR | O_NONBLOCK, 0600,
				  &attr));
}

static long op_mq_send(void)
{
	struct timespec soon = { 0 };

	return COUNT(mq_timedsend(mq, "secret", 7, 0, &soon));
}

static long op_mq_receive(void)
{
	struct timespec soon = { 0 };
	char text[16];

	return COUNT(mq_timedreceive(mq, text, sizeof(text), NULL, &soon));
}

static long op_mq_unlink(void)
{
	return COUNT(mq_unlink("/hooks"));
}

static long add_key(const char *name)
{
	return syscall(SYS_add_key, "user", name, "secret", 6,
		       KEY_SPEC_PROCESS_KEYRING);
}

static long op_add_key(void)
{
	return COUNT(add_key("one"));
}

static long op_keyctl_read(void)
{
	long key = must(add_key("two"), "add a key");
	char text[16];

	return COUNT(syscall(SYS_keyctl, KEYCTL_READ, key, text, sizeof(text)));
}

static long op_keyctl_update(void)
{
	long key = must(add_key("three"), "add a key");

	return COUNT(syscall(SYS_keyctl, KEYCTL_UPDATE, key, "secret", 6));
}

static long op_keyctl_search(void)
{
	must(add_key("four"), "add a key");
	return COUNT(syscall(SYS_keyctl, KEYCTL_SEARCH,
			     KEY_SPEC_PROCESS_KEYRING, "user", "four", 0));
}

static long op_kill(void)
{
	pid_t pid = child_waiting();
	long r = COUNT(kill(pid, SIGKILL));

	child_end(pid);
	return r;
}

static long op_sigqueue(void)
{
	union sigval value = { .sival_int = 0x5ec };
	pid_t pid = child_waiting();
	long r = COUNT(sigqueue(pid, SIGCONT, value));

	child_end(pid);
	return r;
}

static long op_pidfd_signal(void)
{
	pid_t pid = child_waiting();
	int fd = (int)must(pidfd_open(pid, 0), "pidfd_open");
	long r = COUNT(pidfd_send_signal(fd, SIGCONT, NULL, 0));

	child_end(pid);
	return r;
}

static const struct operation list[] = {
	{ "msgget", op_msgget },
	{ "msgsnd", op_msgsnd },
	{ "msgrcv", op_msgrcv },
	{ "semget", op_semget },
	{ "semop", op_semop },
	{ "mq_open", op_mq_open },
	{ "mq_timedsend", op_mq_send },
	{ "mq_timedreceive", op_mq_receive },
	{ "mq_unlink", op_mq_unlink },
	{ "add_key", op_add_key },
	{ "keyctl READ", op_keyctl_read },
	{ "keyctl UPDATE", op_keyctl_update },
	{ "keyctl SEARCH", op_keyctl_search },
	{ "kill", op_kill },
	{ "sigqueue", op_sigqueue },
	{ "pidfd_send_signal", op_pidfd_signal },
};

const struct group ipc_group = { list, ARRAY_SIZE(list), false };
