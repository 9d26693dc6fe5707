// SPDX-License-Identifier: MIT
/*
 * PID 1 of the test machine: mounts, loads modules, runs one test and reports
 * through virtio ports.  The console is for humans and for the kernel's splats.
 *
 * Kernel command line (unknown to the kernel, so ignored by it):
 *   shinrai_vm.load=first|late|no  shinrai.ko before or after other modules
 *   shinrai_vm.arm=1               arm it right after loading
 *   shinrai_vm.timeout=SECONDS     after boot: kill the test and report 124
 *   shinrai.NAME=VALUE             module parameter, as modprobe would pass it
 *
 * Ports: shinrai.output takes the test's stdout and stderr; shinrai.files a tar
 * of the regular files in /out; shinrai.result "exit CODE" and then "done".
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUT "/out"
#define PORTS "/dev/virtio-ports"
#define TAR_BLOCK 512

static int result_fd = -1;
static bool module_failed;

/* Everything worth saying goes to the kernel log, hence to the console. */
static __attribute__((format(printf, 1, 2))) void say(const char *fmt, ...)
{
	char line[512] = "<4>vm: ";
	va_list ap;
	int fd;

	va_start(ap, fmt);
	vsnprintf(line + 7, sizeof(line) - 7, fmt, ap);
	va_end(ap);
	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, line, strlen(line)) < 0)
		perror("/dev/kmsg");
	close(fd);
}

static __attribute__((noreturn)) void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static __attribute__((noreturn)) void give_up(const char *what)
{
	say("%s: %s", what, strerror(errno));
	power_off();
}

/* @what: for whoever has to find out why it could not be written */
static void write_all(int fd, const void *buf, size_t len, const char *what)
{
	const char *p = buf;
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			give_up(what);
		p += n;
		len -= n;
	}
}

static __attribute__((format(printf, 1, 2))) void report(const char *fmt, ...)
{
	char line[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	write_all(result_fd, line, strlen(line), "the result");
}

static void mount_all(void)
{
	static const struct {
		const char *type, *where, *data;
		bool optional;
	} mounts[] = {
		{ "proc", "/proc", NULL, false },
		{ "sysfs", "/sys", NULL, false },
		{ "devtmpfs", "/dev", NULL, false },
		{ "devpts", "/dev/pts", NULL, false },
		{ "tmpfs", "/dev/shm", NULL, false },
		{ "tmpfs", "/tmp", "mode=1777", false },
		{ "tmpfs", "/run", "mode=755", false },
		{ "securityfs", "/sys/kernel/security", NULL, false },
		{ "tracefs", "/sys/kernel/tracing", NULL, false },
		{ "bpf", "/sys/fs/bpf", NULL, true },
		{ "cgroup2", "/sys/fs/cgroup", NULL, true },
	};
	size_t i;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].where, 0755);
		if (mount(mounts[i].type, mounts[i].where, mounts[i].type, 0,
			  mounts[i].data) &&
		    errno != EBUSY && !mounts[i].optional)
			give_up(mounts[i].where);
	}
	mkdir(OUT, 0755);
	mkdir(PORTS, 0755);
}

#define CMDLINE_MAX 4096

/* @line is the caller's, for strtok_r() to cut up. */
static void read_cmdline(char line[CMDLINE_MAX])
{
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, line, CMDLINE_MAX - 1);

	if (n < 0)
		give_up("/proc/cmdline");
	close(fd);
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

/* Return: the first value of @name, until the next call; NULL when absent. */
static const char *option(const char *name)
{
	static char line[CMDLINE_MAX];
	char *word, *save = NULL;
	size_t len = strlen(name);

	read_cmdline(line);
	for (word = strtok_r(line, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		if (!strncmp(word, name, len) && word[len] == '=')
			return word + len + 1;
	return NULL;
}

/* "shinrai.a=1 shinrai.b=2" on the command line becomes "a=1 b=2 ". */
static void module_params(const char *path, char *params, size_t size)
{
	char line[CMDLINE_MAX], *word, *save = NULL;
	size_t len = 0;

	params[0] = '\0';
	if (!strstr(path, "/shinrai.ko"))
		return;
	read_cmdline(line);
	for (word = strtok_r(line, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		if (strncmp(word, "shinrai.", 8))
			continue;
		len += snprintf(params + len, size - len, "%s ", word + 8);
		if (len >= size)
			give_up("module parameters are too long");
	}
}

static void load_module(const char *path)
{
	char params[1024];
	int fd, err = 0;

	module_params(path, params, sizeof(params));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, params, 0))
		err = errno;
	if (fd >= 0)
		close(fd);
	/* ENODEV: an accelerated hash on a CPU model without the feature. */
	if (!err || err == EEXIST || err == ENODEV)
		return;
	say("module %s %s: %s", path, params, strerror(err));
	module_failed = true;
}

/* One path in each line of @list. */
static void load_modules(const char *list)
{
	char line[256];
	FILE *f = fopen(list, "re");

	if (!f)
		give_up(list);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0])
			load_module(line);
	}
	fclose(f);
}

static void arm(void)
{
	int fd = open("/sys/kernel/shinrai/arm", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1\n", 2) != 2) {
		say("arm: %s", strerror(errno));
		module_failed = true;
	}
	if (fd >= 0)
		close(fd);
}

static void load_shinrai(const char *when)
{
	const char *value = option("shinrai_vm.load");

	if (!value || strcmp(value, when))
		return;
	load_modules("/vm/modules.first");
	load_module("/vm/shinrai.ko");
	value = option("shinrai_vm.arm");
	if (!module_failed && value && !strcmp(value, "1"))
		arm();
}

/* Without udev nobody makes the links; the driver takes a moment. */
static void name_ports(void)
{
	static const char class[] = "/sys/class/virtio-ports";
	char path[600], name[64], link[128], dev[300];
	struct dirent *entry;
	ssize_t n;
	DIR *dir;
	int fd;

	dir = opendir(class);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s/name", class,
			 entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		n = read(fd, name, sizeof(name) - 1);
		close(fd);
		if (n <= 0)
			continue;
		name[n] = '\0';
		name[strcspn(name, "\n")] = '\0';
		snprintf(link, sizeof(link), PORTS "/%s", name);
		snprintf(dev, sizeof(dev), "/dev/%s", entry->d_name);
		if (symlink(dev, link) && errno != EEXIST)
			give_up(link);
	}
	closedir(dir);
}

static int open_port(const char *name)
{
	const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
	char path[128];
	int fd, tries;

	snprintf(path, sizeof(path), PORTS "/%s", name);
	for (tries = 0; tries < 1000; tries++) {
		name_ports();
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		nanosleep(&moment, NULL);
	}
	give_up(path);
}

static void set_address(int fd, const char *name, unsigned long request,
			const char *address)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct ifreq ifr = { 0 };

	inet_pton(AF_INET, address, &sin.sin_addr);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	memcpy(&ifr.ifr_addr, &sin, sizeof(sin));
	if (ioctl(fd, request, &ifr))
		give_up(name);
}

static void set_up(int fd, const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		give_up(name);
}

/* Addresses of QEMU's user network; eth0 is absent unless asked for. */
static void set_network(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	struct sockaddr_in gateway = any;
	struct rtentry route = { .rt_flags = RTF_UP | RTF_GATEWAY };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		give_up("socket");
	if (sethostname("device", 6))
		give_up("sethostname");
	set_up(fd, "lo");
	if (!access("/sys/class/net/eth0", F_OK)) {
		set_address(fd, "eth0", SIOCSIFADDR, "10.0.2.15");
		set_address(fd, "eth0", SIOCSIFNETMASK, "255.255.255.0");
		set_up(fd, "eth0");
		inet_pton(AF_INET, "10.0.2.2", &gateway.sin_addr);
		memcpy(&route.rt_dst, &any, sizeof(any));
		memcpy(&route.rt_genmask, &any, sizeof(any));
		memcpy(&route.rt_gateway, &gateway, sizeof(gateway));
		if (ioctl(fd, SIOCADDRT, &route))
			give_up("default route");
	}
	close(fd);
}

static pid_t start_test(int output)
{
	static char *const argv[] = { "bash", "/vm/test", NULL };
	static char *const envp[] = {
		"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
		"HOME=/root", "LANG=C.UTF-8", "OUT=" OUT, NULL
	};
	pid_t pid = fork();
	int null;

	if (pid)
		return pid;
	setsid();
	null = open("/dev/null", O_RDONLY);
	if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 ||
	    dup2(output, 2) < 0 || chdir("/"))
		_exit(126);
	execve("/bin/bash", argv, envp);
	_exit(127);
}

/*
 * @seconds count from boot, so that a slow boot leaves time to report.
 * Return: the test's exit code, 128 + its signal, or 124 for "too long".
 */
static int wait_for(pid_t pid, int seconds)
{
	struct timespec now;
	const struct timespec moment = { .tv_nsec = 20 * 1000 * 1000 };
	int status;
	pid_t done;

	for (;;) {
		done = waitpid(-1, &status, WNOHANG);
		if (done == pid)
			break;
		if (done > 0)
			continue;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec >= seconds) {
			kill(-pid, SIGKILL);
			return 124;
		}
		nanosleep(&moment, NULL);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The kernel log, so that a failed run can be understood afterwards. */
static void save_dmesg(void)
{
	int size = klogctl(10 /* SYSLOG_ACTION_SIZE_BUFFER */, NULL, 0);
	char *buf = size > 0 ? malloc(size) : NULL;
	int fd, n;

	if (!buf)
		return;
	n = klogctl(3 /* SYSLOG_ACTION_READ_ALL */, buf, size);
	fd = open(OUT "/dmesg", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd >= 0 && n > 0)
		write_all(fd, buf, n, OUT "/dmesg");
	if (fd >= 0)
		close(fd);
	free(buf);
}

/* One ustar member; see POSIX.1-2008, pax, "ustar Interchange Format". */
static void send_file(int port, const char *name)
{
	static const char magic[8] = { 'u', 's', 't', 'a', 'r', 0, '0', '0' };
	char block[TAR_BLOCK] = { 0 }, path[300];
	unsigned int sum = 0;
	struct stat st;
	off_t left;
	ssize_t n;
	size_t i;
	int fd;

	snprintf(path, sizeof(path), OUT "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    strlen(name) >= 100) {
		if (fd >= 0)
			close(fd);
		return;
	}
	memcpy(block, name, strlen(name));
	memcpy(block + 100, "0000644", 8);
	memcpy(block + 108, "0000000", 8);
	memcpy(block + 116, "0000000", 8);
	snprintf(block + 124, 12, "%011llo", (unsigned long long)st.st_size);
	snprintf(block + 136, 12, "%011llo", 0ULL);
	memset(block + 148, ' ', 8);
	block[156] = '0';
	memcpy(block + 257, magic, sizeof(magic));
	for (i = 0; i < sizeof(block); i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", sum & 0777777);
	write_all(port, block, sizeof(block), path);
	/* A file that shrank meanwhile is padded: the size is promised. */
	for (left = st.st_size; left > 0; left -= TAR_BLOCK) {
		memset(block, 0, sizeof(block));
		n = read(fd, block, left < TAR_BLOCK ? left : TAR_BLOCK);
		if (n < 0)
			give_up(path);
		write_all(port, block, sizeof(block), path);
	}
	close(fd);
}

static void send_files(int port)
{
	static const char end[2 * TAR_BLOCK];
	struct dirent *entry;
	DIR *dir = opendir(OUT);

	if (!dir)
		give_up(OUT);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			send_file(port, entry->d_name);
	closedir(dir);
	write_all(port, end, sizeof(end), OUT);
}

int main(void)
{
	const char *timeout;
	int output, files, code;

	umask(022);
	mount_all();
	load_shinrai("first");
	load_modules("/vm/modules");
	load_modules("/vm/modules.more");
	load_shinrai("late");
	set_network();

	result_fd = open_port("shinrai.result");
	output = open_port("shinrai.output");
	files = open_port("shinrai.files");
	name_ports();
	if (module_failed) {
		code = 125;
	} else {
		timeout = option("shinrai_vm.timeout");
		code = wait_for(start_test(output),
				timeout ? atoi(timeout) : 3600);
	}
	save_dmesg();
	send_files(files);
	report("exit %d\n", code);
	report("done\n");
	/* Let the host drain the ports before they vanish. */
	fsync(result_fd);
	usleep(100 * 1000);
	power_off();
}
