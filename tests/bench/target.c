// SPDX-License-Identifier: GPL-2.0-only
/*
 * A target process: it lays out its memory and prints what readers must find.
 *
 *	target spread RESERVED TOUCHED STRIDE
 *		anonymous memory; one page per STRIDE of the first TOUCHED bytes is
 *		touched
 *	target huge BYTES
 *		THPs
 *	target vmas COUNT
 *		COUNT VMAs of one touched page each
 *	target swapped BYTES
 *		anonymous memory in swap
 *	target file NAME BYTES
 *		a file mapping, with the largest leaves possible
 *	target cached BYTES
 *		a few touched pages, and BYTES of shared memory that is in the page
 *		cache and not mapped
 *	target crowd COUNT BYTES
 *		COUNT processes with BYTES of touched memory each
 *
 * Prints "target START END PAGES VMAS PROCESSES": the range, its pages to be found, its
 * VMAs, and the number of processes with such a range; then "ready" or an error as in
 * layout.h. Then it reads requests from standard input, one per line, and prints one line
 * for each:
 *
 *	mincore		"mincore NANOSECONDS PAGES" for the range
 *	work MS		the result of work.c
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "../layouts/layout.h"
#include "work.h"

/* Pages per mincore(). */
#define MINCORE_PAGES (1ul << 20)
/* Memory that the "cached" target works on. */
#define CACHED_TOUCHED (16 * MIB)

static char *start;
static size_t size;

/* Apart from other mappings, so that no VMA and no run extends beyond it. */
static void lay_out(size_t bytes)
{
	size = bytes;
	start = layout_map_at_multiple(pmd_size, 0, bytes);
	/* It fails on kernels without THP, where it is not needed. */
	madvise(start, bytes, MADV_NOHUGEPAGE);
}

static size_t spread(size_t reserved, size_t touched, size_t stride)
{
	lay_out(reserved);
	layout_write(start, touched, stride);
	return touched / stride;
}

static size_t huge(size_t bytes)
{
	size = bytes;
	start = layout_map_huge(bytes);
	layout_write(start, bytes, page_size);
	if (layout_smaps(start, "AnonHugePages") != bytes)
		layout_fail("the kernel did not allocate all THPs");
	return bytes / page_size;
}

static size_t vmas(size_t count)
{
	size_t i;

	lay_out(count * page_size);
	layout_write(start, size, page_size);
	for (i = 1; i < count; i += 2)
		if (mprotect(start + i * page_size, page_size, PROT_READ))
			layout_fail("mprotect of page %zu: %s", i, strerror(errno));
	return count;
}

static size_t swapped(size_t bytes)
{
	lay_out(bytes);
	layout_write(start, bytes, page_size);
	layout_page_out(start, bytes, page_size);
	return bytes / page_size;
}

static size_t file(const char *name, size_t bytes)
{
	const int fd = open(name, O_RDWR | O_CLOEXEC);

	size = bytes;
	start = layout_map_at_multiple(pmd_size, 0, bytes);
	if (fd < 0 || mmap(start, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
			   0) != start)
		layout_fail("%s: %s", name, strerror(errno));
	close(fd);
	layout_write(start, bytes, pmd_size);
	return bytes / page_size;
}

static size_t cached(size_t bytes)
{
	const int fd = memfd_create("cached", MFD_CLOEXEC);

	/* Allocates the pages in the page cache at once. */
	if (fd < 0 || fallocate(fd, 0, 0, bytes) ||
	    mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
		layout_fail("shared memory: %s", strerror(errno));
	close(fd);
	return spread(CACHED_TOUCHED, CACHED_TOUCHED, page_size);
}

/* Children with memory of their own. */
static size_t crowd(size_t count, size_t bytes)
{
	int done[2];
	size_t i;
	char c;

	lay_out(bytes);
	if (pipe(done))
		layout_fail("pipe: %s", strerror(errno));
	for (i = 1; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			layout_fail("fork: %s", strerror(errno));
		if (pid)
			continue;
		close(done[0]);
		layout_follow_parent();
		layout_write(start, size, page_size);
		close(done[1]);
		while (1)
			pause();
	}
	layout_write(start, size, page_size);
	/* EOF when all children are ready. */
	close(done[1]);
	if (read(done[0], &c, 1))
		layout_fail("a child failed");
	return bytes / page_size;
}

static void answer_mincore(void)
{
	static unsigned char present[MINCORE_PAGES];
	struct timespec before, after;
	size_t pages = 0, done, i;

	clock_gettime(CLOCK_MONOTONIC, &before);
	for (done = 0; done < size; done += MINCORE_PAGES * page_size) {
		size_t rest = size - done;
		size_t some = rest / page_size < MINCORE_PAGES ? rest / page_size : MINCORE_PAGES;

		if (mincore(start + done, some * page_size, present))
			layout_fail("mincore: %s", strerror(errno));
		for (i = 0; i < some; i++)
			pages += present[i] & 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &after);
	printf("mincore %lld %zu\n", (after.tv_sec - before.tv_sec) * 1000000000ll +
	       after.tv_nsec - before.tv_nsec, pages);
}

static size_t number(int argc, char **argv, int i)
{
	if (i >= argc)
		layout_fail("%s: missing argument", argv[1]);
	return strtoull(argv[i], NULL, 0);
}

int main(int argc, char **argv)
{
	const char *shape = argc > 1 ? argv[1] : "";
	size_t pages, areas = 1, processes = 1;
	unsigned int milliseconds;
	char line[64];

	layout_begin();
	if (!strcmp(shape, "spread")) {
		pages = spread(number(argc, argv, 2), number(argc, argv, 3), number(argc, argv, 4));
	} else if (!strcmp(shape, "huge")) {
		pages = huge(number(argc, argv, 2));
	} else if (!strcmp(shape, "vmas")) {
		areas = number(argc, argv, 2);
		pages = vmas(areas);
	} else if (!strcmp(shape, "swapped")) {
		pages = swapped(number(argc, argv, 2));
	} else if (!strcmp(shape, "file")) {
		pages = file(argc > 2 ? argv[2] : "", number(argc, argv, 3));
	} else if (!strcmp(shape, "cached")) {
		pages = cached(number(argc, argv, 2));
	} else if (!strcmp(shape, "crowd")) {
		processes = number(argc, argv, 2);
		pages = crowd(processes, number(argc, argv, 3));
	} else {
		layout_fail("unknown target '%s'", shape);
	}

	printf("target %#lx %#lx %zu %zu %zu\nready\n", (unsigned long)start,
	       (unsigned long)start + size, pages, areas, processes);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		if (!strcmp(line, "mincore\n"))
			answer_mincore();
		else if (sscanf(line, "work %u\n", &milliseconds) == 1)
			work(start, size, milliseconds);
		else
			layout_fail("invalid request: %s", line);
		fflush(stdout);
	}
	return 0;
}
