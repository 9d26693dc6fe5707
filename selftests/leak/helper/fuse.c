// SPDX-License-Identifier: MIT
/*
 * A filesystem that is a process: what A writes to its one file, B has.  Only
 * what that takes of the protocol (linux/fuse.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "leak.h"

#define FILE_NODE 2

static char request[1 << 17];
static const struct fuse_in_header *const in = (void *)request;
static const void *const body = request + sizeof(struct fuse_in_header);

static void reply(int fd, int error, const void *data, size_t len)
{
	char bytes[sizeof(struct fuse_out_header) + 256];
	struct fuse_out_header h = { .len = sizeof(h) + len,
				     .error = error,
				     .unique = in->unique };

	memcpy(bytes, &h, sizeof(h));
	memcpy(bytes + sizeof(h), data, len);
	if (write(fd, bytes, h.len) < 0 && errno != ENOENT)
		fail("/dev/fuse");
}

static struct fuse_attr attributes(uint64_t node)
{
	return (struct fuse_attr){
		.ino = node,
		.mode = node == FILE_NODE ? S_IFREG | 0666 : S_IFDIR | 0777,
		.nlink = 1,
		.blksize = 4096,
	};
}

static void look_up(int fd)
{
	struct fuse_entry_out e = { .nodeid = FILE_NODE,
				    .attr = attributes(FILE_NODE) };

	reply(fd, 0, &e, sizeof(e));
}

static void tell_attributes(int fd)
{
	struct fuse_attr_out a = { .attr = attributes(in->nodeid) };

	reply(fd, 0, &a, sizeof(a));
}

static void agree(int fd)
{
	const struct fuse_init_in *want = body;
	struct fuse_init_out o = { .major = FUSE_KERNEL_VERSION,
				   .minor = want->minor,
				   .max_write = 65536 };

	reply(fd, 0, &o, sizeof(o));
}

static void take_write(int fd, char token[TOKEN])
{
	const struct fuse_write_in *w = body;
	struct fuse_write_out o = { .size = w->size };

	memcpy(token, w + 1, w->size < TOKEN ? w->size : TOKEN);
	reply(fd, 0, &o, sizeof(o));
}

/* Return: whether it has been written to. */
static bool serve_one(int fd, char token[TOKEN])
{
	static const struct fuse_open_out opened;

	need(read(fd, request, sizeof(request)), "/dev/fuse");
	switch (in->opcode) {
	case FUSE_INIT:
		agree(fd);
		break;
	case FUSE_LOOKUP:
		look_up(fd);
		break;
	case FUSE_GETATTR:
	case FUSE_SETATTR:
		tell_attributes(fd);
		break;
	case FUSE_OPEN:
		reply(fd, 0, &opened, sizeof(opened));
		break;
	case FUSE_WRITE:
		take_write(fd, token);
		return true;
	case FUSE_FORGET:
		break;
	case FUSE_FLUSH:
	case FUSE_RELEASE:
		reply(fd, 0, NULL, 0);
		break;
	default:
		reply(fd, -ENOSYS, NULL, 0);
	}
	return false;
}

/* fuse SECRET DIR */
static int fuse(char **arg)
{
	int fd = open_at("/dev/fuse", O_RDWR);
	char options[128], path[512], token[TOKEN];
	pid_t pid;

	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40777,user_id=0,group_id=0,allow_other", fd);
	need(mount("leak", arg[1], "fuse", 0, options), "mount");
	snprintf(path, sizeof(path), "%s/file", arg[1]);
	pid = spawn();
	if (!pid) {
		close(fd);
		read_secret(arg[0], token);
		put(open_at(path, O_WRONLY), token, TOKEN);
		_exit(DONE);
	}
	while (!serve_one(fd, token))
		;
	return tell(token, TOKEN);
}

const struct verb verbs_fuse[] = { { "fuse", 2, fuse }, { NULL, 0, NULL } };
