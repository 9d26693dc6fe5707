// SPDX-License-Identifier: MIT
/* Names, copies and ends of files, where the shell has no word for it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "ring.h"

static char token[TOKEN + 1];
static char nothing[4096];

/* copy-range FROM TO */
static int copy_range(char **arg)
{
	int from = open_at(arg[0], O_RDONLY);
	int to = open_at(arg[1], O_WRONLY | O_CREAT);

	need(copy_file_range(from, NULL, to, NULL, TOKEN, 0), "copy");
	return DONE;
}

/* copy-sendfile FROM TO */
static int copy_sendfile(char **arg)
{
	int from = open_at(arg[0], O_RDONLY);
	int to = open_at(arg[1], O_WRONLY | O_CREAT);

	need(sendfile(to, from, NULL, TOKEN), "sendfile");
	return DONE;
}

/* copy-splice FROM TO */
static int copy_splice(char **arg)
{
	int from = open_at(arg[0], O_RDONLY), p[2];
	int to = open_at(arg[1], O_WRONLY | O_CREAT);

	need(pipe(p), "pipe");
	need(splice(from, NULL, p[1], NULL, TOKEN, 0), "splice");
	need(splice(p[0], NULL, to, NULL, TOKEN, 0), "splice");
	return DONE;
}

/* copy-held FROM TO: what it is written to was open before */
static int copy_held(char **arg)
{
	int to = open_at(arg[1], O_WRONLY | O_CREAT);

	read_secret(arg[0], token);
	put(to, token, TOKEN);
	return DONE;
}

/* copy-map FROM TO */
static int copy_map(char **arg)
{
	int to = open_at(arg[1], O_RDWR | O_CREAT);
	char *map;

	need(ftruncate(to, TOKEN), "ftruncate");
	map = need_map(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, to,
			    0),
		       "mmap");
	read_secret(arg[0], token);
	memcpy(map, token, TOKEN);
	return DONE;
}

/* copy-ring FROM TO */
static int copy_ring(char **arg)
{
	int to = open_at(arg[1], O_WRONLY | O_CREAT);
	struct ring ring;

	ring_open(&ring, 0);
	read_secret(arg[0], token);
	ring_sqe(&ring, IORING_OP_WRITE, to, token, TOKEN);
	ring_do(&ring, "WRITE");
	return DONE;
}

/* clone FROM TO: both have the same blocks; nothing is read */
static int clone_file(char **arg)
{
	int from = open_at(arg[0], O_RDONLY);
	int to = open_at(arg[1], O_WRONLY | O_CREAT);

	need(ioctl(to, FICLONE, from), "FICLONE");
	return DONE;
}

/* tmpfile SECRET NAME: written without a name, which it gets afterwards */
static int tmpfile_link(char **arg)
{
	char dir[512], path[64];
	int fd;

	snprintf(dir, sizeof(dir), "%s", arg[1]);
	*strrchr(dir, '/') = '\0';
	fd = need(open(dir, O_TMPFILE | O_WRONLY, 0644), "O_TMPFILE");
	read_secret(arg[0], token);
	put(fd, token, TOKEN);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	need(linkat(AT_FDCWD, path, AT_FDCWD, arg[1], AT_SYMLINK_FOLLOW),
	     "linkat");
	return DONE;
}

/* by-handle SECRET: opened by its number */
static int by_handle(char **arg)
{
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} u = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int id, fd;

	need(name_to_handle_at(AT_FDCWD, arg[0], &u.handle, &id, 0),
	     "name_to_handle_at");
	fd = need(open_by_handle_at(open_at("/vault", O_RDONLY), &u.handle,
				    O_RDONLY),
		  "open_by_handle_at");
	take(fd, token);
	return tell(token, TOKEN);
}

/* by-path SECRET: a descriptor that opens nothing, opened once more */
static int by_path(char **arg)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d",
		 open_at(arg[0], O_PATH));
	read_secret(path, token);
	return tell(token, TOKEN);
}

/* strip FILE: takes the label off by hand */
static int strip(char **arg)
{
	if (removexattr(arg[0], "security.shinrai") && errno != ENODATA)
		fail("removexattr");
	return DONE;
}

/* forge FILE: writes another one over it */
static int forge(char **arg)
{
	need(setxattr(arg[0], "security.shinrai", nothing, 4, 0), "setxattr");
	return DONE;
}

/* forge-ring FILE */
static int forge_ring(char **arg)
{
	struct io_uring_sqe *e;
	struct ring ring;

	ring_open(&ring, 0);
	e = ring_sqe(&ring, IORING_OP_SETXATTR, 0, "security.shinrai", 4);
	e->off = (uintptr_t)nothing;
	e->addr3 = (uintptr_t)arg[0];
	ring_do(&ring, "SETXATTR");
	return DONE;
}

/* xattr-put SECRET FILE NAME: into an attribute of a file that is not opened */
static int xattr_put(char **arg)
{
	read_secret(arg[0], token);
	need(setxattr(arg[1], arg[2], token, TOKEN, 0), "setxattr");
	return DONE;
}

static int xattr_tell(char **arg)
{
	if (getxattr(arg[0], arg[1], token, TOKEN) != TOKEN)
		_exit(errno == EPERM || errno == EACCES ? REFUSED : SILENT);
	return tell(token, TOKEN);
}

/* An access list: a head, four entries that have to be, and the users. */
#define ACL_USERS (TOKEN / 4)

struct acl {
	uint32_t version;
	struct {
		uint16_t tag;
		uint16_t perm;
		uint32_t id;
	} entry[ACL_USERS + 4];
};

/* acl-put SECRET FILE: as the users that a file's access list names */
static int acl_put(char **arg)
{
	struct acl acl = { .version = 2 };
	size_t i;

	read_secret(arg[0], token);
	for (i = 0; i < ACL_USERS + 4; i++) {
		acl.entry[i].perm = 4;
		acl.entry[i].id = UINT32_MAX;
	}
	acl.entry[0].tag = 0x01; /* the owner */
	for (i = 1; i <= ACL_USERS; i++) {
		acl.entry[i].tag = 0x02;
		memcpy(&acl.entry[i].id, token + 4 * (i - 1), 4);
	}
	acl.entry[i++].tag = 0x04; /* its group, the mask, others */
	acl.entry[i++].tag = 0x10;
	acl.entry[i].tag = 0x20;
	need(setxattr(arg[1], "system.posix_acl_access", &acl, sizeof(acl), 0),
	     "setxattr");
	return DONE;
}

static int acl_tell(char **arg)
{
	struct acl acl;
	size_t i;

	if (getxattr(arg[0], "system.posix_acl_access", &acl, sizeof(acl)) !=
	    sizeof(acl))
		_exit(errno == EPERM || errno == EACCES ? REFUSED : SILENT);
	for (i = 0; i < ACL_USERS; i++)
		memcpy(token + 4 * i, &acl.entry[i + 1].id, 4);
	return tell(token, TOKEN);
}

/* link-put SECRET LINK: as what a symbolic link points to */
static int link_put(char **arg)
{
	read_secret(arg[0], token);
	need(symlink(token, arg[1]), "symlink");
	return DONE;
}

static int link_tell(char **arg)
{
	need(readlink(arg[0], token, TOKEN), "readlink");
	return tell(token, TOKEN);
}

/* host-name SECRET: everybody's, and no file */
static int host_name(char **arg)
{
	char old[128], now[128];
	pid_t pid = spawn();

	if (!pid) {
		read_secret(arg[0], token);
		need(sethostname(token, TOKEN), "sethostname");
		_exit(DONE);
	}
	gethostname(old, sizeof(old));
	finish(pid);
	gethostname(now, sizeof(now));
	if (sethostname(old, strlen(old)))
		broken("sethostname");
	return tell(now, TOKEN);
}

/* relay PATH: a daemon that sends on whatever its clients give it */
static int relay(char **arg)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = need(socket(AF_UNIX, SOCK_STREAM, 0), "socket");

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", arg[0]);
	need(bind(fd, (struct sockaddr *)&un, sizeof(un)), "bind");
	need(listen(fd, 4), "listen");
	take(need(accept(fd, NULL, NULL), "accept"), token);
	return tell(token, TOKEN);
}

/* to-relay SECRET PATH */
static int to_relay(char **arg)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd;

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", arg[1]);
	read_secret(arg[0], token);
	fd = need(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	need(connect(fd, (struct sockaddr *)&un, sizeof(un)), "connect");
	put(fd, token, TOKEN);
	return DONE;
}

/* say TEXT: to the other machine */
static int say(char **arg)
{
	return tell(arg[0], strnlen(arg[0], TOKEN));
}

const struct verb verbs_file[] = {
	{ "copy-range", 2, copy_range },
	{ "copy-sendfile", 2, copy_sendfile },
	{ "copy-splice", 2, copy_splice },
	{ "copy-held", 2, copy_held },
	{ "copy-map", 2, copy_map },
	{ "copy-ring", 2, copy_ring },
	{ "clone", 2, clone_file },
	{ "tmpfile", 2, tmpfile_link },
	{ "by-handle", 1, by_handle },
	{ "by-path", 1, by_path },
	{ "strip", 1, strip },
	{ "forge", 1, forge },
	{ "forge-ring", 1, forge_ring },
	{ "xattr-put", 3, xattr_put },
	{ "xattr-tell", 2, xattr_tell },
	{ "acl-put", 2, acl_put },
	{ "acl-tell", 1, acl_tell },
	{ "link-put", 2, link_put },
	{ "link-tell", 1, link_tell },
	{ "host-name", 1, host_name },
	{ "relay", 1, relay },
	{ "to-relay", 2, to_relay },
	{ "say", 1, say },
	{ NULL, 0, NULL },
};
