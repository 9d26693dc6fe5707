// SPDX-License-Identifier: MIT
/* Saved evidence: the collection in a file, PROTOCOL.md 6. */
#include <stdlib.h>

#include <shinrai/evidence.h>
#include <shinrai/util.h>

#include "fileio.h"

/**
 * shinrai_evidence_load() - read saved evidence
 * @path: the file
 * @buf: out, what @ev points into, for free(); only on success
 * @ev: out, only on success
 *
 * Return: 0; what shinrai_evidence_parse() gives; -EFBIG; -ENOMEM; what
 * opening or reading gave.
 */
int shinrai_evidence_load(const char *path, u8 **buf,
			  struct shinrai_evidence *ev)
{
	size_t len;
	u8 *p;
	int ret;

	ret = shinrai_file_read(path, SHINRAI_MAX_EVIDENCE, &p, &len);
	if (ret)
		return ret;
	ret = shinrai_evidence_parse(p, len, ev);
	if (ret)
		free(p);
	else
		*buf = p;
	return ret;
}

/**
 * shinrai_evidence_save() - write evidence to a file, replacing it atomically
 * @path: the file; mode 0600, as evidence names files and users
 * @ev: what to write
 *
 * Return: 0; -EMSGSIZE; -ENOMEM; what the system calls gave.
 */
int shinrai_evidence_save(const char *path, const struct shinrai_evidence *ev)
{
	struct iovec iov[SHINRAI_EVIDENCE_IOV];
	u8 frame[SHINRAI_EVIDENCE_FRAME];
	size_t total;
	int n;

	n = shinrai_evidence_iov(ev, frame, iov, &total);
	if (n < 0)
		return n;
	return shinrai_file_replace(path, 0600, iov, n);
}
