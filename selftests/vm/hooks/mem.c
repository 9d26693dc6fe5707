// SPDX-License-Identifier: MIT
/* Memory: mappings, their protection, what is shared, what is moved. */
#include <linux/userfaultfd.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/personality.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/uio.h>

#include "hooks.h"

static char *map(int prot, int flags, int fd)
{
	char *p = mmap(NULL, 2 * PAGE, prot, flags, fd, 0);

	must(p == MAP_FAILED ? -1 : 0, "mmap");
	return p;
}

static char *anonymous(void)
{
	char *p = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	p[0] = 1;
	p[PAGE] = 1;
	return p;
}

/* mmap() of two pages, counted.  Return: 0 or -errno */
static long mapped(int prot, int flags, int fd)
{
	void *p;

	return COUNT((p = mmap(NULL, 2 * PAGE, prot, flags, fd, 0),
		      p == MAP_FAILED ? -1 : 0));
}

static long op_map_read(void)
{
	return mapped(PROT_READ, MAP_PRIVATE, fresh("a"));
}

static long op_map_exec(void)
{
	return mapped(PROT_READ | PROT_EXEC, MAP_PRIVATE, fresh("a"));
}

static long op_map_shared(void)
{
	return mapped(PROT_READ | PROT_WRITE, MAP_SHARED, fresh("a"));
}

static long op_map_anon_shared(void)
{
	return mapped(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
}

static long op_map_anon_rwx(void)
{
	return mapped(PROT_READ | PROT_WRITE | PROT_EXEC,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static long map_implied(void)
{
	must(personality(READ_IMPLIES_EXEC), "set the personality");
	return mapped(PROT_READ, MAP_PRIVATE, fresh("a"));
}

static long op_map_implied(void)
{
	return in_child(map_implied);
}

static long op_store(void)
{
	volatile char *p = map(PROT_READ | PROT_WRITE, MAP_SHARED, fresh("a"));

	return COUNT((p[0] = 'x', 0));
}

static long op_load(void)
{
	volatile char *p = map(PROT_READ, MAP_SHARED, fresh("a"));

	return COUNT(((void)p[0], 0));
}

static long op_msync(void)
{
	char *p = map(PROT_READ | PROT_WRITE, MAP_SHARED, fresh("a"));

	p[0] = 'x';
	return COUNT(msync(p, PAGE, MS_SYNC));
}

static long op_protect_file(void)
{
	char *p = map(PROT_READ, MAP_PRIVATE, fresh("a"));

	return COUNT(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
}

static long op_protect_shared(void)
{
	char *p = map(PROT_READ, MAP_SHARED, fresh("a"));

	return COUNT(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
}

static long op_protect_anon(void)
{
	char *p = anonymous();

	return COUNT(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
}

static long op_mremap(void)
{
	char *p = map(PROT_READ | PROT_WRITE, MAP_SHARED, fresh("a"));

	return COUNT(mremap(p, PAGE, 4 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED ?
			     -1 :
			     0);
}

static long op_mremap_copy(void)
{
	char *p = map(PROT_READ | PROT_WRITE, MAP_SHARED, fresh("a"));

	return COUNT(mremap(p, 0, PAGE, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
}

static long op_remap_pages(void)
{
	char *p = map(PROT_READ | PROT_WRITE, MAP_SHARED, fresh("a"));

	return COUNT(remap_file_pages(p, PAGE, 0, 1, 0));
}

static long op_memfd(void)
{
	return COUNT(memfd_create("m", MFD_CLOEXEC));
}

static int memfd(void)
{
	return (int)must(memfd_create("m", MFD_CLOEXEC | MFD_ALLOW_SEALING),
			 "memfd_create");
}

static long op_memfd_write(void)
{
	int fd = memfd();

	return COUNT(write(fd, "x", 1));
}

static long op_memfd_seal(void)
{
	int fd = memfd();

	return COUNT(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
}

static long op_memfd_secret(void)
{
	return COUNT(syscall(SYS_memfd_secret, 0));
}

static long op_shmget(void)
{
	return COUNT(shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600));
}

static long op_shmat(void)
{
	int id = (int)must(shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600),
			   "shmget");

	return COUNT(shmat(id, NULL, 0));
}

static long op_shm_open(void)
{
	return COUNT(open("/dev/shm/hooks", O_RDWR | O_CREAT, 0600));
}

static int fault_fd(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	int fd = (int)must(syscall(SYS_userfaultfd, O_CLOEXEC), "userfaultfd");

	must(ioctl(fd, UFFDIO_API, &api), "UFFDIO_API");
	return fd;
}

static long op_userfaultfd(void)
{
	return COUNT(syscall(SYS_userfaultfd, O_CLOEXEC));
}

static long op_fault_copy(void)
{
	char *from = anonymous();
	char *to = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	struct uffdio_register reg = {
		.range = { (uintptr_t)to, PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	struct uffdio_copy copy = {
		.dst = (uintptr_t)to,
		.src = (uintptr_t)from,
		.len = PAGE,
	};
	int fd = fault_fd();

	must(ioctl(fd, UFFDIO_REGISTER, &reg), "UFFDIO_REGISTER");
	return COUNT(ioctl(fd, UFFDIO_COPY, &copy));
}

static long op_madvise(void)
{
	char *p = anonymous();

	return COUNT(madvise(p, PAGE, MADV_COLD));
}

static long op_process_madvise(void)
{
	char *p = anonymous();
	struct iovec v = { p, PAGE };
	pid_t pid = child_waiting();
	int fd = (int)must(pidfd_open(pid, 0), "pidfd_open");
	long r = COUNT(syscall(SYS_process_madvise, fd, &v, 1, MADV_COLD, 0));

	child_end(pid);
	return r;
}

/* A file that swapon() takes: its first page ends with the signature. */
static void make_swap(void)
{
	static char page[PAGE];
	const uint32_t head[3] = { 1, 63, 0 };
	int i, fd;

	unlink("swap");
	fd = opened("swap", O_RDWR | O_CREAT);
	memcpy(page + 1024, head, sizeof(head));
	memcpy(page + PAGE - 10, "SWAPSPACE2", 10);
	for (i = 0; i < 64; i++) {
		must(write(fd, page, PAGE), "write the swap file");
		memset(page, 0, PAGE);
	}
	fchmod(fd, 0600);
	fsync(fd);
	close(fd);
}

static long op_swapon(void)
{
	make_swap();
	return COUNT(swapon("swap", 0));
}

static long op_swapoff(void)
{
	return COUNT(swapoff("swap"));
}

static const struct operation list[] = {
	{ "mmap a file PROT_READ", op_map_read },
	{ "mmap a file PROT_EXEC", op_map_exec },
	{ "mmap a file MAP_SHARED PROT_WRITE", op_map_shared },
	{ "mmap a file READ_IMPLIES_EXEC", op_map_implied },
	{ "mmap MAP_SHARED|ANON", op_map_anon_shared },
	{ "mmap anon RWX", op_map_anon_rwx },
	{ "store via MAP_SHARED", op_store },
	{ "load via MAP_SHARED", op_load },
	{ "msync", op_msync },
	{ "mprotect a file +X", op_protect_file },
	{ "mprotect a shared file +W", op_protect_shared },
	{ "mprotect anon +X", op_protect_anon },
	{ "mremap", op_mremap },
	{ "mremap of a second copy", op_mremap_copy },
	{ "remap_file_pages", op_remap_pages },
	{ "memfd_create", op_memfd },
	{ "memfd write", op_memfd_write },
	{ "memfd F_ADD_SEALS", op_memfd_seal },
	{ "memfd_secret", op_memfd_secret },
	{ "shmget", op_shmget },
	{ "shmat", op_shmat },
	{ "shm_open", op_shm_open },
	{ "userfaultfd", op_userfaultfd },
	{ "UFFDIO_COPY", op_fault_copy },
	{ "madvise", op_madvise },
	{ "process_madvise", op_process_madvise },
	{ "swapon", op_swapon },
	{ "swapoff", op_swapoff },
};

const struct group mem_group = { list, ARRAY_SIZE(list), false };
