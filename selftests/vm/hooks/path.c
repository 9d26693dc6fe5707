// SPDX-License-Identifier: MIT
/* What is done with names: opening, linking, renaming, attributes, watching. */
#include <linux/fs.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "hooks.h"

static long op_open(void)
{
	close(fresh("a"));
	return COUNT(open("a", O_RDONLY));
}

static long op_open_write(void)
{
	close(fresh("a"));
	return COUNT(open("a", O_WRONLY));
}

static long op_open_path(void)
{
	return COUNT(open("a", O_PATH));
}

static long op_open_trunc(void)
{
	close(fresh("a"));
	return COUNT(open("a", O_WRONLY | O_TRUNC));
}

static long op_create(void)
{
	unlink("created");
	return COUNT(open("created", O_WRONLY | O_CREAT | O_EXCL, 0600));
}

static long op_tmpfile(void)
{
	return COUNT(open(".", O_TMPFILE | O_RDWR, 0600));
}

static long op_link_tmpfile(void)
{
	int fd = opened(".", O_TMPFILE | O_RDWR);

	unlink("linked");
	return COUNT(linkat(fd, "", AT_FDCWD, "linked", AT_EMPTY_PATH));
}

/* Another descriptor of the same file, through /proc. */
static long op_reopen(void)
{
	char path[64];
	int fd = fresh("a");

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return COUNT(open(path, O_RDWR));
}

static long op_link(void)
{
	close(fresh("a"));
	unlink("b");
	return COUNT(link("a", "b"));
}

static long op_rename(void)
{
	close(fresh("a"));
	unlink("b");
	return COUNT(rename("a", "b"));
}

static long op_rename_over(void)
{
	close(fresh("a"));
	close(fresh("b"));
	return COUNT(rename("a", "b"));
}

static long op_exchange(void)
{
	close(fresh("a"));
	close(fresh("b"));
	return COUNT(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_EXCHANGE));
}

static void two_links(void)
{
	close(fresh("a"));
	unlink("b");
	must(link("a", "b"), "link");
}

static long op_rename_links(void)
{
	two_links();
	return COUNT(rename("a", "b"));
}

static long op_exchange_links(void)
{
	two_links();
	return COUNT(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_EXCHANGE));
}

static long op_unlink(void)
{
	close(fresh("a"));
	return COUNT(unlink("a"));
}

static long op_symlink(void)
{
	unlink("s");
	return COUNT(symlink("a", "s"));
}

static long op_follow(void)
{
	close(fresh("a"));
	return COUNT(open("s", O_RDONLY));
}

static long op_readlink(void)
{
	char to[64];

	return COUNT(readlink("s", to, sizeof(to)));
}

static long op_mkdir(void)
{
	rmdir("d");
	return COUNT(mkdir("d", 0755));
}

static long op_rmdir(void)
{
	mkdir("d", 0755);
	return COUNT(rmdir("d"));
}

static long op_mkfifo(void)
{
	unlink("fifo");
	return COUNT(mkfifo("fifo", 0600));
}

static long op_mknod(void)
{
	unlink("disk");
	return COUNT(mknod("disk", S_IFBLK | 0600, 7 << 8 | 7));
}

static long op_chmod(void)
{
	close(fresh("a"));
	return COUNT(chmod("a", 0600));
}

static long op_chown(void)
{
	close(fresh("a"));
	return COUNT(chown("a", 1000, 1000));
}

static long op_utimens(void)
{
	close(fresh("a"));
	return COUNT(utimensat(AT_FDCWD, "a", NULL, 0));
}

static long op_stat(void)
{
	struct stat st;

	return COUNT(stat("a", &st));
}

static long op_chdir(void)
{
	return COUNT(chdir("."));
}

static long set(const char *name)
{
	close(fresh("a"));
	return COUNT(setxattr("a", name, "x", 1, 0));
}

static long op_set_user(void)
{
	return set("user.x");
}

static long op_set_trusted(void)
{
	return set("trusted.x");
}

static long op_set_security(void)
{
	return set("security.x");
}

static long unset(const char *name)
{
	close(fresh("a"));
	must(setxattr("a", name, "x", 1, 0), "set the xattr");
	return COUNT(removexattr("a", name));
}

static long op_unset_user(void)
{
	return unset("user.x");
}

static long op_unset_security(void)
{
	return unset("security.x");
}

static long op_get_security(void)
{
	char value[8];

	close(fresh("a"));
	must(setxattr("a", "security.x", "x", 1, 0), "set the xattr");
	return COUNT(getxattr("a", "security.x", value, sizeof(value)));
}

static long op_listxattr(void)
{
	char names[256];

	return COUNT(listxattr("a", names, sizeof(names)));
}

static long op_inotify(void)
{
	int fd = (int)must(inotify_init1(IN_CLOEXEC), "inotify_init");

	close(fresh("a"));
	return COUNT(inotify_add_watch(fd, "a", IN_ALL_EVENTS));
}

static long op_fanotify(void)
{
	int fd = (int)must(fanotify_init(FAN_CLOEXEC, O_RDONLY), "fanotify");

	close(fresh("a"));
	return COUNT(fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "a"));
}

static union {
	struct file_handle handle;
	char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
} named;

static long op_to_handle(void)
{
	int mount;

	close(fresh("a"));
	named.handle.handle_bytes = MAX_HANDLE_SZ;
	return COUNT(
		name_to_handle_at(AT_FDCWD, "a", &named.handle, &mount, 0));
}

static long op_by_handle(void)
{
	int fd = opened(".", O_RDONLY | O_DIRECTORY);

	return COUNT(open_by_handle_at(fd, &named.handle, O_RDONLY));
}

static long op_copy_up(void)
{
	mkdir("lower", 0755);
	mkdir("upper", 0755);
	mkdir("work", 0755);
	mkdir("overlay", 0755);
	close(fresh("lower/f"));
	must(mount("overlay", "overlay", "overlay", 0,
		   "lowerdir=lower,upperdir=upper,workdir=work"),
	     "mount the overlay");
	return COUNT(open("overlay/f", O_WRONLY));
}

static long op_overlay_write(void)
{
	int fd = opened("overlay/f", O_WRONLY);

	return COUNT(write(fd, "x", 1));
}

static long op_overlay_read(void)
{
	char c;
	int fd = opened("overlay/f", O_RDONLY);

	return COUNT(read(fd, &c, 1));
}

static const struct operation list[] = {
	{ "open O_RDONLY", op_open },
	{ "open O_WRONLY", op_open_write },
	{ "open O_PATH", op_open_path },
	{ "open O_TRUNC", op_open_trunc },
	{ "open O_CREAT", op_create },
	{ "open O_TMPFILE", op_tmpfile },
	{ "linkat of O_TMPFILE", op_link_tmpfile },
	{ "open /proc/self/fd/N", op_reopen },
	{ "link", op_link },
	{ "rename", op_rename },
	{ "rename over a file", op_rename_over },
	{ "renameat2 EXCHANGE", op_exchange },
	{ "rename of two links of a file", op_rename_links },
	{ "renameat2 EXCHANGE of two links of a file", op_exchange_links },
	{ "unlink", op_unlink },
	{ "symlink", op_symlink },
	{ "open through a symlink", op_follow },
	{ "readlink", op_readlink },
	{ "mkdir", op_mkdir },
	{ "rmdir", op_rmdir },
	{ "mkfifo", op_mkfifo },
	{ "mknod of a disk", op_mknod },
	{ "chmod", op_chmod },
	{ "chown", op_chown },
	{ "utimensat", op_utimens },
	{ "stat", op_stat },
	{ "chdir", op_chdir },
	{ "setxattr user", op_set_user },
	{ "setxattr trusted", op_set_trusted },
	{ "setxattr security", op_set_security },
	{ "removexattr user", op_unset_user },
	{ "removexattr security", op_unset_security },
	{ "getxattr security", op_get_security },
	{ "listxattr", op_listxattr },
	{ "inotify_add_watch", op_inotify },
	{ "fanotify_mark", op_fanotify },
	{ "name_to_handle_at", op_to_handle },
	{ "open_by_handle_at", op_by_handle },
	{ "overlay copy-up", op_copy_up },
	{ "write to an overlay", op_overlay_write },
	{ "read from an overlay", op_overlay_read },
};

const struct group path_group = { list, ARRAY_SIZE(list), false };
