// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write protection by userfaultfd: of pages that are there, which stay
 * resident, and of shared memory that is not, where markers stand in.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "layout.h"

#ifndef UFFD_FEATURE_WP_HUGETLBFS_SHMEM
#define UFFD_FEATURE_WP_HUGETLBFS_SHMEM (1 << 12)
#endif

static void protect(int uffd, char *start, size_t registered, size_t protected)
{
	struct uffdio_register reg = {
		.range = { (uintptr_t)start, registered },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)start, protected },
		.mode = UFFDIO_WRITEPROTECT_MODE_WP,
	};

	if (ioctl(uffd, UFFDIO_REGISTER, &reg))
		layout_skip("UFFDIO_REGISTER: %s", strerror(errno));
	if (ioctl(uffd, UFFDIO_WRITEPROTECT, &wp))
		layout_skip("UFFDIO_WRITEPROTECT: %s", strerror(errno));
}

int main(void)
{
	struct uffdio_api api = {
		.api = UFFD_API,
		.features = UFFD_FEATURE_WP_HUGETLBFS_SHMEM,
	};
	const size_t part = 256 * KIB;
	char *anon, *shared;
	int uffd, fd;

	layout_begin();
	uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (uffd < 0)
		layout_skip("userfaultfd: %s", strerror(errno));
	if (ioctl(uffd, UFFDIO_API, &api))
		layout_skip("userfaultfd cannot write-protect shared memory: %s",
			    strerror(errno));

	anon = layout_map(2 * part);
	layout_write(anon, 2 * part, page_size);
	protect(uffd, anon, 2 * part, part);
	layout_expect(anon, part, "res=%zu write=0 dirty=%zu", part, part);
	layout_expect(anon + part, part, "res=%zu write=%zu", part, part);

	fd = memfd_create("ptscope-layout", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 3 * part))
		layout_fail("memfd: %s", strerror(errno));
	shared = mmap(NULL, 3 * part, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED)
		layout_fail("mmap: %s", strerror(errno));
	layout_write(shared, part, page_size);
	protect(uffd, shared, 3 * part, 2 * part);
	layout_expect(shared, part, "res=%zu write=0", part);
	layout_expect(shared + part, part, "special=%zu uffd_wp=%zu", part, part);
	layout_expect(shared + 2 * part, part, "lazy=%zu", part);
	layout_wait();
}
