// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that the kernel itself does not map.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "layout.h"

int main(void)
{
	const size_t size = 64 * KIB;
	char *start;
	int fd;

	layout_begin();
	fd = syscall(SYS_memfd_secret, 0);
	if (fd < 0)
		layout_skip("memfd_secret: %s", strerror(errno));
	if (ftruncate(fd, 2 * size))
		layout_fail("ftruncate: %s", strerror(errno));
	start = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (start == MAP_FAILED)
		layout_fail("mmap: %s", strerror(errno));
	layout_write(start, size, page_size);
	layout_expect(start, 2 * size, "res=%zu lazy=%zu", size, size);
	layout_wait();
}
