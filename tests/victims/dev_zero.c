// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/zero: mapped privately it is anonymous memory, and shared it is shmem.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include "victim.h"

int main(void)
{
	const size_t part = 256 * KIB;
	char *start;
	int fd;

	victim_begin();
	fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		victim_fail("/dev/zero: %s", strerror(errno));
	start = mmap(NULL, 3 * part, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (start == MAP_FAILED)
		victim_fail("mmap: %s", strerror(errno));
	victim_write(start, part, page_size);
	victim_read(start + part, part, page_size);
	victim_claim(start, 3 * part, "res=%zu zero=%zu write=%zu lazy=%zu vmas=1",
		     2 * part, part, part, part);

	start = mmap(NULL, 2 * part, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (start == MAP_FAILED)
		victim_fail("mmap: %s", strerror(errno));
	victim_write(start, part, page_size);
	victim_claim(start, 2 * part, "res=%zu write=%zu lazy=%zu vmas=1", part, part, part);
	victim_wait();
}
