// SPDX-License-Identifier: MIT
/* Whole files in, whole files out: read with a limit, written atomically. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"

/* Releases the content; the buffer is empty and can be used again. */
void ctl_buf_free(struct ctl_buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

static int reserve(struct ctl_buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 65536;
	uint8_t *p;

	if (more > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
		return -EFBIG;
	while (cap - b->len < more)
		cap *= 2;
	if (cap == b->cap)
		return 0;
	p = realloc(b->data, cap);
	if (!p)
		return -ENOMEM;
	b->data = p;
	b->cap = cap;
	return 0;
}

/* Appends.  Return: 0; -ENOMEM; -EFBIG. */
int ctl_buf_add(struct ctl_buf *b, const void *data, size_t len)
{
	int ret = reserve(b, len);

	if (!ret && len) {
		memcpy(b->data + b->len, data, len);
		b->len += len;
	}
	return ret;
}

/*
 * Appends what is left to read in @fd.
 * Return: 0; -EFBIG above @limit bytes; -ENOMEM; another errno of read().
 */
int ctl_read_fd(int fd, size_t limit, struct ctl_buf *b)
{
	size_t start = b->len;
	ssize_t n;
	int ret;

	for (;;) {
		ret = reserve(b, 65536);
		if (ret)
			return ret;
		n = read(fd, b->data + b->len, b->cap - b->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : 0;
		b->len += (size_t)n;
		if (b->len - start > limit)
			return -EFBIG;
	}
}

/* As ctl_read_fd(); "-" is standard input.  Return: also errnos of open(). */
int ctl_read_file(const char *path, size_t limit, struct ctl_buf *b)
{
	int fd = STDIN_FILENO, ret;

	if (strcmp(path, "-")) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return -errno;
	}
	ret = ctl_read_fd(fd, limit, b);
	if (fd != STDIN_FILENO)
		close(fd);
	return ret;
}

/* @path must outlive @o.  Return: 0; errno of the temporary file. */
int ctl_out_open(struct ctl_out *o, const char *path)
{
	struct stat st;
	mode_t mask;
	int fd;

	o->path = path;
	o->temp = NULL;
	o->f = stdout;
	if (!strcmp(path, "-"))
		return 0;
	/* A device or a pipe is written to, never replaced by a file. */
	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		o->f = fopen(path, "we");
		return o->f ? 0 : -errno;
	}
	if (asprintf(&o->temp, "%s.XXXXXX", path) < 0) {
		o->temp = NULL;
		o->f = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(o->temp, O_CLOEXEC);
	o->f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!o->f) {
		fd = -errno;
		free(o->temp);
		o->temp = NULL;
		return fd;
	}
	mask = umask(0);
	umask(mask);
	return fchmod(fd, 0666 & ~mask) ? -errno : 0;
}

static int sync_dir(const char *path)
{
	CTL_FREE char *dir = strdup(path);
	char *slash;
	int fd, ret;

	if (!dir)
		return -ENOMEM;
	slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = '\0';
	fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* Not every filesystem can sync a folder; the file itself is. */
	ret = fsync(fd) && errno != EINVAL ? -errno : 0;
	close(fd);
	return ret;
}

static int move(const char *from, const char *to, bool replace)
{
	if (replace)
		return rename(from, to) ? -errno : 0;
	/* link() fails when the name is taken, on every filesystem. */
	if (link(from, to))
		return -errno;
	unlink(from);
	return 0;
}

/* Makes the file appear.  Return: 0; -EEXIST unless @replace; an errno. */
int ctl_out_commit(struct ctl_out *o, bool replace)
{
	int ret;

	if (ferror(o->f) || fflush(o->f))
		return errno ? -errno : -EIO;
	if (!o->temp)
		return o->f != stdout && fclose(o->f) ? -errno : 0;
	if (fsync(fileno(o->f)))
		return -errno;
	ret = move(o->temp, o->path, replace);
	if (ret)
		return ret;
	free(o->temp);
	o->temp = NULL;
	fclose(o->f);
	o->f = NULL;
	return sync_dir(o->path);
}

/* Forgets what was not committed; safe after it. */
void ctl_out_abort(struct ctl_out *o)
{
	if (!o->temp)
		return;
	fclose(o->f);
	unlink(o->temp);
	free(o->temp);
	o->temp = NULL;
	o->f = NULL;
}
