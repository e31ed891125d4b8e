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
#include "victim.h"

/* Bytes of a range that mincore() calls resident. */
static size_t in_core(char *start, size_t size)
{
	unsigned char *vec = malloc(size / page_size);
	size_t bytes = 0, i;

	if (!vec || mincore(start, size, vec))
		victim_fail("mincore: %s", strerror(errno));
	for (i = 0; i < size / page_size; i++)
		bytes += vec[i] & 1 ? page_size : 0;
	free(vec);
	return bytes;
}

static char *map_memory(int fd, size_t size)
{
	char *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (start == MAP_FAILED)
		victim_fail("mmap: %s", strerror(errno));
	return start;
}

/* Of the library, every page that this program has no use for may be either. */
static void claim_library(void)
{
	const size_t size = MIB;
	char *start = map_library(size, PROT_READ, MAP_PRIVATE);
	size_t cached = in_core(start, size);

	victim_claim(start, size, "cache cached=%zu disk=%zu", cached, size - cached);
	victim_claim(start, size, "disk=%zu", size);
}

/* Shared memory: written through the file, never written, and given back. */
static void claim_memory(size_t part)
{
	int fd = memfd_create("ptscope-victim", MFD_CLOEXEC);
	char byte = 1;
	char *start;
	size_t i;

	if (fd < 0 || ftruncate(fd, 4 * part))
		victim_fail("memfd: %s", strerror(errno));
	start = map_memory(fd, 4 * part);
	for (i = 0; i < part; i += 2 * page_size)
		if (pwrite(fd, &byte, 1, i) != 1)
			victim_fail("pwrite: %s", strerror(errno));
	victim_write(start + 2 * part, part, page_size);
	victim_advise(start + 2 * part, part, MADV_DONTNEED, "MADV_DONTNEED");
	victim_claim(start, part, "cache cached=%zu lazy=%zu", part / 2, part / 2);
	victim_claim(start + part, part, "cache lazy=%zu", part);
	victim_claim(start + 2 * part, part, "cache cached=%zu", part);
	victim_claim(start, 4 * part, "lazy=%zu", 4 * part);
	if (in_core(start, 4 * part) != part + part / 2)
		victim_fail("mincore() sees %zu bytes", in_core(start, 4 * part));
	close(fd);
}

/*
 * Shared memory that was swapped out: the slot stands in the page cache alone.
 * smaps knows how much that is; mincore() does not, while a copy of the page is
 * still on its way out.
 */
static void claim_swapped(size_t size)
{
	int fd = memfd_create("ptscope-victim", MFD_CLOEXEC);
	size_t swapped = 0;
	char *start;
	int tries;

	if (fd < 0 || ftruncate(fd, size))
		victim_fail("memfd: %s", strerror(errno));
	start = map_memory(fd, size);
	victim_write(start, size, page_size);
	for (tries = 0; swapped != size && tries < 50; tries++) {
		victim_advise(start, size, MADV_PAGEOUT, "MADV_PAGEOUT");
		usleep(20000);
		swapped = victim_smaps(start, "Swap");
	}
	/* Without swap, or with pages on some list, it all stays where it is. */
	if (swapped == size) {
		victim_claim(start, size, "cache swap=%zu", size);
		victim_claim(start, size, "lazy=%zu", size);
	}
	close(fd);
}

int main(void)
{
	victim_begin();
	claim_library();
	claim_memory(16 * page_size);
	claim_swapped(16 * page_size);
	victim_wait();
}
