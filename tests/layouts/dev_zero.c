// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/zero: mapped privately it is anonymous memory, and shared it is shmem.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include "layout.h"

int main(void)
{
	const size_t part = 256 * KIB;
	char *start;
	int fd;

	layout_begin();
	fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		layout_fail("/dev/zero: %s", strerror(errno));
	start = mmap(NULL, 3 * part, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (start == MAP_FAILED)
		layout_fail("mmap: %s", strerror(errno));
	layout_write(start, part, page_size);
	layout_read(start + part, part, page_size);
	layout_expect(start, 3 * part, "res=%zu zero=%zu write=%zu lazy=%zu vmas=1",
		     2 * part, part, part, part);

	start = mmap(NULL, 2 * part, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (start == MAP_FAILED)
		layout_fail("mmap: %s", strerror(errno));
	layout_write(start, part, page_size);
	layout_expect(start, 2 * part, "res=%zu write=%zu lazy=%zu vmas=1", part, part, part);
	layout_wait();
}
