// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames mapped by number: the firmware's memory below 1 MiB. Such frames
 * need no struct page, and pagemap does not show them.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include "layout.h"

int main(void)
{
	const size_t size = 64 * KIB;
	char *start;
	int fd;

	layout_begin();
	fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		layout_skip("/dev/mem: %s", strerror(errno));
	start = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0xf0000);
	if (start == MAP_FAILED)
		layout_skip("mmap of /dev/mem: %s", strerror(errno));
	layout_expect(start, size, "res=%zu pte=%zu write=0 zero=0 thp=0", size, size);
	layout_wait();
}
