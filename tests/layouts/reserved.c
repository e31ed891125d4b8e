// SPDX-License-Identifier: GPL-2.0-only
/*
 * A terabyte reserved, or as many gigabytes as the argument says, with one
 * page touched in each gigabyte.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "layout.h"

int main(int argc, char **argv)
{
	size_t count, i;
	char *start;

	layout_begin();
	count = argc > 1 ? strtoul(argv[1], NULL, 0) : 1024;
	start = mmap(NULL, count * GIB, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (start == MAP_FAILED)
		layout_skip("mmap of %zu GiB: %s", count, strerror(errno));
	madvise(start, count * GIB, MADV_NOHUGEPAGE);
	/* Not the same page of each gigabyte. */
	for (i = 0; i < count; i++)
		start[i * GIB + i * page_size] = 1;
	layout_expect(start, count * GIB, "res=%zu dirty=%zu write=%zu lazy=%zu vmas=1",
		     count * page_size, count * page_size, count * page_size,
		     count * (GIB - page_size));
	layout_wait();
}
