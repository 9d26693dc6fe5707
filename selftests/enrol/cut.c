// SPDX-License-Identifier: MIT
/*
 * Loaded into a program by LD_PRELOAD: it gets no further than to the change of a
 * folder that CUT counts to, as by a power cut; that which FAIL counts to fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(void)
{
	static int calls;
	const char *cut = getenv("CUT"), *fail = getenv("FAIL");

	calls++;
	if (cut && calls == atoi(cut))
		_exit(9);
	if (!fail || calls != atoi(fail))
		return 0;
	errno = EPERM;
	return 1;
}

int rename(const char *from, const char *to)
{
	return fails() ? -1 :
			 (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD,
				      to, 0);
}

int chown(const char *path, uid_t uid, gid_t gid)
{
	return fails() ?
		       -1 :
		       (int)syscall(SYS_fchownat, AT_FDCWD, path, uid, gid, 0);
}
