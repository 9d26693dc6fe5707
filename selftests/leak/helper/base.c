// SPDX-License-Identifier: MIT
/* What the matrix itself needs: a box for each channel, and who looks. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "leak.h"

#define CGROUPS "/sys/fs/cgroup/leak."

static void put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		broken(path);
	close(fd);
}

/* Its mounts and SysV objects are its own and end with it. */
static __attribute__((noreturn)) void in_box(const char *procs, char **arg)
{
	int log = open(arg[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	put_text(procs, "0");
	if (unshare(CLONE_NEWNS | CLONE_NEWIPC) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || setsid() < 0)
		broken("box");
	if (log < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		broken(arg[2]);
	execvp(arg[3], arg + 3);
	broken(arg[3]);
}

static void empty(const char *group, const char *kill)
{
	int tries;

	put_text(kill, "1");
	for (tries = 0; tries < 400 && rmdir(group); tries++)
		usleep(5000);
}

static int wait_or_give_up(pid_t pid, int seconds)
{
	int status, tries;

	for (tries = 0; tries < seconds * 200; tries++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) :
						   128 + WTERMSIG(status);
		usleep(5000);
	}
	return 124;
}

/*
 * box NAME SECONDS LOG COMMAND...: in a session, a control group and a mount
 * namespace of its own; nothing of it is left.
 */
static int box(char **arg)
{
	char group[128], procs[160], kill[160];
	pid_t pid;
	int code;

	alarm(0);
	snprintf(group, sizeof(group), CGROUPS "%s", arg[0]);
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", group);
	snprintf(kill, sizeof(kill), "%s/cgroup.kill", group);
	if (mkdir(group, 0755) && errno != EEXIST)
		broken(group);
	pid = fork();
	if (pid < 0)
		broken("fork");
	if (!pid)
		in_box(procs, arg);
	code = wait_or_give_up(pid, atoi(arg[1]));
	empty(group, kill);
	_exit(code);
}

static bool holds(const char *path, const char *what)
{
	static char block[1 << 16];
	size_t len = strlen(what), kept = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool found = false;
	ssize_t n;

	if (fd < 0)
		return false;
	while (!found &&
	       (n = read(fd, block + kept, sizeof(block) - kept)) > 0) {
		n += kept;
		found = memmem(block, n, what, len);
		kept = (size_t)n < len ? (size_t)n : len - 1;
		memmove(block, block + n - kept, kept);
	}
	close(fd);
	return found;
}

/* A packet with a mark of its own: what was sent before it arrived before. */
static void send_barrier(char mark[TOKEN + 1])
{
	struct sockaddr_in in = world_in(WORLD, BARRIER_PORT);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(mark, TOKEN + 1, "barrier-%d-%ld", getpid(), random());
	if (sendto(fd, mark, strlen(mark), 0, (struct sockaddr *)&in,
		   sizeof(in)) < 0)
		broken("barrier");
	close(fd);
}

/*
 * seen FILE TOKEN MS: did it reach the other machine?  Once all that was on the
 * wire before is there, it has so many milliseconds more.
 */
static int seen(char **arg)
{
	int tries, left = atoi(arg[2]) / 10;
	char mark[TOKEN + 1];

	srandom(getpid());
	send_barrier(mark);
	for (tries = 0; !holds(arg[0], mark); tries++) {
		if (tries == 300) {
			fprintf(stderr, "the other machine does not hear\n");
			return BROKEN;
		}
		usleep(10 * 1000);
	}
	while (!holds(arg[0], arg[1])) {
		if (left-- <= 0)
			_exit(SILENT);
		usleep(10 * 1000);
	}
	return DONE;
}

/* holds FILE TEXT */
static int cmd_holds(char **arg)
{
	if (access(arg[0], R_OK) && errno != ENOENT)
		broken(arg[0]);
	if (!holds(arg[0], arg[1]))
		_exit(SILENT);
	return DONE;
}

/* has-label FILE: by what is stored with it */
static int has_label(char **arg)
{
	char value[4096];

	if (getxattr(arg[0], "security.shinrai", value, sizeof(value)) < 4)
		_exit(SILENT);
	return DONE;
}

/* tell FILE: reads it and sends it to the other machine */
static int cmd_tell(char **arg)
{
	char token[TOKEN];

	read_secret(arg[0], token);
	return tell(token, TOKEN);
}

static bool is_token(const char *p)
{
	size_t i;

	for (i = 0; i < TOKEN; i++)
		if (!strchr("0123456789abcdef", p[i]) || !p[i])
			return false;
	return true;
}

/*
 * tell-found FILE BEGIN: looks for a secret that begins like this in whatever
 * else is in there ("-": in what comes in), and sends it to the other machine
 */
static int tell_found(char **arg)
{
	static char all[1 << 20];
	int fd = strcmp(arg[0], "-") ? open_at(arg[0], O_RDONLY) : 0;
	size_t kept = 0;
	char *p;
	ssize_t n;

	while ((n = need(read(fd, all + kept, sizeof(all) - kept), arg[0]))) {
		n += kept;
		for (p = all;
		     (p = memmem(p, all + n - p, arg[1], strlen(arg[1]))); p++)
			if (all + n - p >= TOKEN && is_token(p))
				return tell(p, TOKEN);
		kept = n < TOKEN ? n : TOKEN - 1;
		memmove(all, all + n - kept, kept);
	}
	_exit(SILENT);
}

/* wipe-file FILE BYTES: that many zeroes, on the disk */
static int wipe_file(char **arg)
{
	static char block[1 << 16];
	int fd = open(arg[0], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	long left = atol(arg[1]);

	if (fd < 0)
		broken(arg[0]);
	for (; left > 0; left -= sizeof(block))
		put(fd, block, sizeof(block));
	need(fsync(fd), "fsync");
	return DONE;
}

const struct verb verbs_base[] = {
	{ "box", 4, box },
	{ "seen", 3, seen },
	{ "holds", 2, cmd_holds },
	{ "has-label", 1, has_label },
	{ "tell", 1, cmd_tell },
	{ "tell-found", 2, tell_found },
	{ "wipe-file", 2, wipe_file },
	{ NULL, 0, NULL },
};
