// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shared memory without a name. Swapped-out or unmapped pages of it leave
 * nothing behind in the page tables, whatever the page cache has.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "layout.h"

int main(void)
{
	const size_t part = 256 * KIB;
	char *start;
	char byte = 1;
	size_t i;
	int fd;

	layout_begin();
	fd = memfd_create("ptscope-layout", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 4 * part))
		layout_fail("memfd: %s", strerror(errno));
	start = mmap(NULL, 4 * part, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (start == MAP_FAILED)
		layout_fail("mmap: %s", strerror(errno));
	/* Touched; every second page touched; given back; in the cache only. */
	layout_write(start, part, page_size);
	layout_write(start + part, part, 2 * page_size);
	layout_write(start + 2 * part, part, page_size);
	layout_advise(start + 2 * part, part, MADV_DONTNEED, "MADV_DONTNEED");
	for (i = 3 * part; i < 4 * part; i += page_size)
		if (pwrite(fd, &byte, 1, i) != 1)
			layout_fail("pwrite: %s", strerror(errno));
	layout_expect(start, part, "res=%zu dirty=%zu write=%zu", part, part, part);
	layout_expect(start + part, part, "res=%zu lazy=%zu", part / 2, part / 2);
	layout_expect(start + 2 * part, 2 * part, "lazy=%zu", 2 * part);

	/* Private: what is written is a page of this process's own. */
	start = mmap(NULL, 4 * part, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (start == MAP_FAILED)
		layout_fail("mmap: %s", strerror(errno));
	layout_write(start, part, page_size);
	layout_expect(start, 4 * part, "res=%zu dirty=%zu write=%zu lazy=%zu vmas=1",
		     part, part, part, 3 * part);
	layout_wait();
}
