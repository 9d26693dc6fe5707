/* SPDX-License-Identifier: MIT */
/* Writing a file so that a reader sees the old one or the new one. */
#ifndef SHINRAI_FILEIO_H
#define SHINRAI_FILEIO_H

#include <sys/types.h>
#include <sys/uio.h>

#include <shinrai/platform.h>

int shinrai_file_rename(const char *from, const char *to);
int shinrai_file_replace(const char *path, mode_t mode, const struct iovec *iov,
			 int n);

#endif
