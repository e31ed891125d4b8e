// SPDX-License-Identifier: GPL-2.0-only
/* Work of a target: it maps, touches and unmaps memory, and measures each operation. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include "../layouts/layout.h"
#include "work.h"

/* Samples per operation; more are dropped. */
#define SAMPLES (1ul << 20)
/* Pages per mmap(). */
#define PIECE 16

enum { OP_MMAP, OP_TOUCH, OP_MUNMAP, OP_FAULT, OPS };

static const char *const op_names[OPS] = { "mmap", "touch", "munmap", "fault" };

static struct {
	uint32_t ns[SAMPLES];
	size_t count;
} op[OPS];

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

/* Returns the current time, at which the next operation starts. */
static uint64_t note(int which, uint64_t since)
{
	uint64_t until = now();

	if (op[which].count < SAMPLES)
		op[which].ns[op[which].count++] = until - since;
	return until;
}

/* mmap(), a touch of each page, and munmap(). */
static void map_and_unmap(void)
{
	uint64_t since = now();
	volatile char *piece;
	size_t i;

	piece = mmap(NULL, PIECE * page_size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (piece == MAP_FAILED)
		layout_fail("mmap: %s", strerror(errno));
	since = note(OP_MMAP, since);
	for (i = 0; i < PIECE; i++) {
		piece[i * page_size] = 1;
		since = note(OP_TOUCH, since);
	}
	munmap((char *)piece, PIECE * page_size);
	note(OP_MUNMAP, since);
}

/* A page fault after MADV_DONTNEED. */
static void fault(volatile char *page)
{
	uint64_t since;

	madvise((char *)page, page_size, MADV_DONTNEED);
	since = now();
	*page = 1;
	note(OP_FAULT, since);
}

static int compare(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/*
 * Works for a time, and prints "work OP COUNT MEDIAN P99 MAX ...", in nanoseconds, for all
 * operations in one line.
 */
void work(char *start, size_t size, unsigned int milliseconds)
{
	const uint64_t until = now() + milliseconds * 1000000ull;
	size_t at = 0;
	int i;

	for (i = 0; i < OPS; i++)
		op[i].count = 0;
	while (now() < until) {
		map_and_unmap();
		fault(start + at);
		/* The next page is in another table. */
		at = (at + pmd_size + page_size) % size;
	}
	printf("work");
	for (i = 0; i < OPS; i++) {
		const size_t count = op[i].count;

		qsort(op[i].ns, count, sizeof(*op[i].ns), compare);
		printf(" %s %zu %u %u %u", op_names[i], count, op[i].ns[count / 2],
		       op[i].ns[count * 99 / 100], op[i].ns[count - 1]);
	}
	putchar('\n');
}
