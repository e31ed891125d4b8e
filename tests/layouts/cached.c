// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that are not mapped, but not far away either: in the page cache, or in
 * swap without an entry that says so. mincore() is the other witness.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "file.h"
#include "layout.h"

/* Bytes of a range that mincore() calls resident. */
static size_t in_core(char *start, size_t size)
{
	unsigned char *vec = malloc(size / page_size);
	size_t bytes = 0, i;

	if (!vec || mincore(start, size, vec))
		layout_fail("mincore: %s", strerror(errno));
	for (i = 0; i < size / page_size; i++)
		bytes += vec[i] & 1 ? page_size : 0;
	free(vec);
	return bytes;
}

static char *map_memory(int fd, size_t size)
{
	char *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (start == MAP_FAILED)
		layout_fail("mmap: %s", strerror(errno));
	return start;
}

/* Of the library, every page that this program has no use for may be either. */
static void claim_library(void)
{
	const size_t size = MIB;
	char *start = map_library(size, PROT_READ, MAP_PRIVATE);
	size_t cached = in_core(start, size);

	layout_expect(start, size, "cache cached=%zu disk=%zu", cached, size - cached);
	layout_expect(start, size, "disk=%zu", size);
}

/* Shared memory: written through the file, never written, and given back. */
static void claim_memory(size_t part)
{
	int fd = memfd_create("ptscope-layout", MFD_CLOEXEC);
	char byte = 1;
	char *start;
	size_t i;

	if (fd < 0 || ftruncate(fd, 4 * part))
		layout_fail("memfd: %s", strerror(errno));
	start = map_memory(fd, 4 * part);
	for (i = 0; i < part; i += 2 * page_size)
		if (pwrite(fd, &byte, 1, i) != 1)
			layout_fail("pwrite: %s", strerror(errno));
	layout_write(start + 2 * part, part, page_size);
	layout_advise(start + 2 * part, part, MADV_DONTNEED, "MADV_DONTNEED");
	layout_expect(start, part, "cache cached=%zu lazy=%zu", part / 2, part / 2);
	layout_expect(start + part, part, "cache lazy=%zu", part);
	layout_expect(start + 2 * part, part, "cache cached=%zu", part);
	layout_expect(start, 4 * part, "lazy=%zu", 4 * part);
	if (in_core(start, 4 * part) != part + part / 2)
		layout_fail("mincore() sees %zu bytes", in_core(start, 4 * part));
	close(fd);
}

/*
 * Shared memory that was swapped out: the slot stands in the page cache alone.
 * smaps knows how much that is; mincore() does not, while a copy of the page is
 * still on its way out.
 */
static void claim_swapped(size_t size)
{
	int fd = memfd_create("ptscope-layout", MFD_CLOEXEC);
	size_t swapped = 0;
	char *start;
	int tries;

	if (fd < 0 || ftruncate(fd, size))
		layout_fail("memfd: %s", strerror(errno));
	start = map_memory(fd, size);
	layout_write(start, size, page_size);
	for (tries = 0; swapped != size && tries < 50; tries++) {
		layout_advise(start, size, MADV_PAGEOUT, "MADV_PAGEOUT");
		usleep(20000);
		swapped = layout_smaps(start, "Swap");
	}
	/* Without swap, or with pages on some list, it all stays where it is. */
	if (swapped == size) {
		layout_expect(start, size, "cache swap=%zu", size);
		layout_expect(start, size, "lazy=%zu", size);
	}
	close(fd);
}

int main(void)
{
	layout_begin();
	claim_library();
	claim_memory(16 * page_size);
	claim_swapped(16 * page_size);
	layout_wait();
}
