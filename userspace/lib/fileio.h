/* SPDX-License-Identifier: MIT */
/* Whole files in and out of memory; writing replaces atomically. */
#ifndef SHINRAI_FILEIO_H
#define SHINRAI_FILEIO_H

#include <sys/types.h>
#include <sys/uio.h>

#include <shinrai/platform.h>

int fileio_read(const char *path, size_t max, u8 **buf, size_t *len);
int fileio_replace(const char *path, mode_t mode, const struct iovec *iov,
		   int n);

#endif
