// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that the kernel itself does not map.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "victim.h"

int main(void)
{
	const size_t size = 64 * KIB;
	char *start;
	int fd;

	victim_begin();
	fd = syscall(SYS_memfd_secret, 0);
	if (fd < 0)
		victim_skip("memfd_secret: %s", strerror(errno));
	if (ftruncate(fd, 2 * size))
		victim_fail("ftruncate: %s", strerror(errno));
	start = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (start == MAP_FAILED)
		victim_fail("mmap: %s", strerror(errno));
	victim_write(start, size, page_size);
	victim_claim(start, 2 * size, "res=%zu lazy=%zu", size, size);
	victim_wait();
}
