// SPDX-License-Identifier: MIT
/* Reading whole files. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <shinrai/util.h>

void shinrai_free_ptr(void *pp)
{
	free(*(void **)pp);
}

static int slurp(int fd, size_t max, u8 **data, size_t *len)
{
	size_t cap = 65536, used = 0;
	u8 *buf = malloc(cap), *more;
	ssize_t n;

	if (!buf)
		return -ENOMEM;
	for (;;) {
		n = read(fd, buf + used, cap - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			n = -errno;
		if (n <= 0)
			break;
		used += (size_t)n;
		if (used > max) {
			n = -EFBIG;
			break;
		}
		if (used < cap)
			continue;
		more = realloc(buf, cap * 2);
		if (!more) {
			n = -ENOMEM;
			break;
		}
		buf = more;
		cap *= 2;
	}
	if (n < 0) {
		free(buf);
		return (int)n;
	}
	*data = buf;
	*len = used;
	return 0;
}

int shinrai_file_read(const char *path, size_t max, u8 **data, size_t *len)
{
	int fd, ret;

	if (!strcmp(path, "-"))
		return slurp(STDIN_FILENO, max, data, len);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = slurp(fd, max, data, len);
	close(fd);
	return ret;
}
