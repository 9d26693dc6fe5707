// SPDX-License-Identifier: MIT
/* What only root does: modules, mounts, disks, other kernels, BPF. */
#include <linux/bpf.h>
#include <linux/kexec.h>
#include <linux/loop.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

#include "hooks.h"

#define MODULE "/vm/ko/test_firmware.ko" /* nobody's dependency */
#define MODULE_NAME "test_firmware"

static long delete_module(unsigned int flags)
{
	return syscall(SYS_delete_module, MODULE_NAME, flags);
}

static long op_init_module(void)
{
	int fd = opened(MODULE, O_RDONLY);
	struct stat st;
	void *p;

	must(fstat(fd, &st), MODULE);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	must(p == MAP_FAILED ? -1 : 0, MODULE);
	delete_module(O_NONBLOCK); /* the machine has it from its beginning */
	return COUNT(syscall(SYS_init_module, p, st.st_size, ""));
}

static long op_delete_module(void)
{
	return COUNT(delete_module(O_NONBLOCK));
}

static long op_finit_module(void)
{
	int fd = opened(MODULE, O_RDONLY);

	return COUNT(syscall(SYS_finit_module, fd, "", 0));
}

static long op_delete_force(void)
{
	return COUNT(delete_module(O_NONBLOCK | O_TRUNC));
}

static long op_kexec_load(void)
{
	return COUNT(syscall(SYS_kexec_load, 0, 0, NULL, KEXEC_ARCH_DEFAULT));
}

static long op_kexec_file_load(void)
{
	int fd;

	close(fresh("a"));
	fd = opened("a", O_RDONLY);
	return COUNT(syscall(SYS_kexec_file_load, fd, -1, 1, "",
			     4 /* KEXEC_FILE_NO_INITRAMFS */));
}

static long op_dev_mem(void)
{
	return COUNT(open("/dev/mem", O_RDONLY));
}

static long op_dev_kmsg(void)
{
	int fd = opened("/dev/kmsg", O_WRONLY);

	return COUNT(write(fd, "<7>hooks", 8));
}

static long op_mount(void)
{
	mkdir("m", 0755);
	return COUNT(mount("tmpfs", "m", "tmpfs", 0, NULL));
}

static long op_remount(void)
{
	return COUNT(mount(NULL, "m", NULL, MS_REMOUNT | MS_RDONLY, NULL));
}

static long op_umount(void)
{
	return COUNT(umount("m"));
}

static long op_bind(void)
{
	mkdir("b.d", 0755);
	return COUNT(mount("m", "b.d", NULL, MS_BIND, NULL));
}

static long op_propagation(void)
{
	return COUNT(mount(NULL, "b.d", NULL, MS_PRIVATE, NULL));
}

static long op_mount_disk(void)
{
	mkdir("disk.d", 0755);
	return COUNT(mount("/dev/loop6", "disk.d", "ext4", 0, NULL));
}

static long op_fsopen(void)
{
	return COUNT(syscall(SYS_fsopen, "tmpfs", 0));
}

static int fsmounted = -1;

static long op_fsmount(void)
{
	int fd = (int)must(syscall(SYS_fsopen, "tmpfs", 0), "fsopen");

	must(syscall(SYS_fsconfig, fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0),
	     "fsconfig");
	return COUNT(fsmounted = (int)syscall(SYS_fsmount, fd, 0, 0));
}

static long op_move_mount(void)
{
	mkdir("moved", 0755);
	return COUNT(syscall(SYS_move_mount, fsmounted, "", AT_FDCWD, "moved",
			     MOVE_MOUNT_F_EMPTY_PATH));
}

static long op_open_tree(void)
{
	return COUNT(syscall(SYS_open_tree, AT_FDCWD, "moved", 1));
}

static long root_here(void)
{
	return COUNT(chroot("moved"));
}

static long op_chroot(void)
{
	return in_child(root_here);
}

static long pivot(void)
{
	must(unshare(CLONE_NEWNS), "unshare");
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "detach");
	must(mount("moved", "moved", NULL, MS_BIND, NULL), "bind");
	must(chdir("moved"), "chdir");
	/* The root is the initramfs, which cannot be left: EINVAL. */
	return COUNT(syscall(SYS_pivot_root, ".", "."));
}

static long op_pivot_root(void)
{
	return in_child(pivot);
}

static long op_loop(void)
{
	int file = fresh("image");
	struct loop_config config = { .fd = (uint32_t)file };
	int fd = opened("/dev/loop5", O_RDWR);
	long r;

	must(ftruncate(file, 16 * PAGE), "grow the image");
	r = COUNT(ioctl(fd, LOOP_CONFIGURE, &config));
	ioctl(fd, LOOP_CLR_FD, 0);
	return r;
}

static long op_bpf_map(void)
{
	union bpf_attr attr = { 0 };

	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 8;
	attr.max_entries = 1;
	return COUNT(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

static long op_bpf_prog(void)
{
	static const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { 0 };

	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = 2;
	attr.license = (uintptr_t) "GPL";
	return COUNT(syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)));
}

static long op_syslog(void)
{
	return COUNT(klogctl(10 /* SYSLOG_ACTION_SIZE_BUFFER */, NULL, 0));
}

static long op_settime(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return COUNT(clock_settime(CLOCK_REALTIME, &t));
}

static long op_sysctl(void)
{
	int fd = opened("/proc/sys/kernel/ftrace_enabled", O_WRONLY);

	return COUNT(write(fd, "1", 1));
}

static const struct operation list[] = {
	{ "init_module", op_init_module },
	{ "delete_module", op_delete_module },
	{ "finit_module", op_finit_module },
	{ "delete_module O_TRUNC", op_delete_force },
	{ "kexec_load", op_kexec_load },
	{ "kexec_file_load", op_kexec_file_load },
	{ "open /dev/mem", op_dev_mem },
	{ "write /dev/kmsg", op_dev_kmsg },
	{ "mount tmpfs", op_mount },
	{ "mount bind", op_bind },
	{ "mount private", op_propagation },
	{ "remount", op_remount },
	{ "umount", op_umount },
	{ "mount a disk", op_mount_disk },
	{ "fsopen", op_fsopen },
	{ "fsmount", op_fsmount },
	{ "move_mount", op_move_mount },
	{ "open_tree", op_open_tree },
	{ "chroot", op_chroot },
	{ "pivot_root", op_pivot_root },
	{ "LOOP_CONFIGURE", op_loop },
	{ "bpf MAP_CREATE", op_bpf_map },
	{ "bpf PROG_LOAD", op_bpf_prog },
	{ "syslog", op_syslog },
	{ "clock_settime", op_settime },
	{ "write /proc/sys/kernel/ftrace_enabled", op_sysctl },
};

const struct group admin_group = { list, ARRAY_SIZE(list), false };
