// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packed runs: the same as the runs that RUN_GET reports one by one, and the same as in
 * pagemap, for holes and runs of every length.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <ptscope.h>
#include "client.h"
#include "ktap.h"
#include "proc.h"

/* A packed run has 16 bits for its pages, and 16 bits for the hole before it. */
#define LARGE 65536
/* Pages of an untouched area that are compared with pagemap. */
#define EMPTY (1ul << 20)

static size_t page_size;
static struct ptscope *packed, *single;

/**
 * struct area - memory that is touched in part
 * @name: description
 * @pages: size
 * @touched: true if the i-th page is touched; NULL if none is
 * @start: address
 */
struct area {
	const char *name;
	size_t pages;
	bool (*touched)(size_t i);
	char *start;
};

static bool every_second(size_t i)
{
	return i % 2;
}

static bool every_third(size_t i)
{
	return i % 3 == 1;
}

static bool random_pages(size_t i)
{
	/* The density changes every 1024 pages. */
	return (size_t)random() % 16 < 1 + i / 1024 % 15;
}

static bool every_page(size_t i)
{
	(void)i;
	return true;
}

/* Single pages, and then a run of more than 65,535. */
static bool singles_and_long_run(size_t i)
{
	return i > 1000 ? i < 1000 + 3 * LARGE / 2 : i % 4 == 1;
}

static bool distant_pages(size_t i)
{
	return !(i % (LARGE + 1)) || i % (LARGE + 1) == LARGE / 2;
}

/* Holes of 65,535, 65,536 and 65,537 pages. */
static bool holes_at_limit(size_t i)
{
	return !i || i == LARGE || i == 2 * LARGE + 1 || i == 3 * LARGE + 3;
}

static struct area areas[] = {
	{ "every second page", 20000, every_second, NULL },
	{ "every third page", 20000, every_third, NULL },
	{ "random pages", 30000, random_pages, NULL },
	{ "one page", 1, every_page, NULL },
	{ "65,535 pages", LARGE - 1, every_page, NULL },
	{ "65,536 pages", LARGE, every_page, NULL },
	{ "single pages and a long run", 2 * LARGE, singles_and_long_run, NULL },
	{ "distant pages", 8 * LARGE, distant_pages, NULL },
	{ "holes at the limit", 4 * LARGE, holes_at_limit, NULL },
	{ "untouched", 1ul << 28, NULL, NULL },
};

/* With large base pages it only reads, which maps the zero page, to save memory. */
static void touch(volatile char *page)
{
	if (page_size == 4096)
		*page = 1;
	else
		(void)*page;
}

static void lay_out(struct area *area)
{
	size_t i;

	area->start = mmap(NULL, area->pages * page_size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (area->start == MAP_FAILED)
		ktap_bail("mmap: %s", strerror(errno));
	/* It fails on kernels without THP, where it is not needed. */
	madvise(area->start, area->pages * page_size, MADV_NOHUGEPAGE);
	for (i = 0; area->touched && i < area->pages; i++)
		if (area->touched(i))
			touch(area->start + i * page_size);
}

static bool same_run(const struct ptscope_run *a, const struct ptscope_run *b)
{
	return a->start == b->start && a->pages == b->pages && a->state == b->state &&
	       a->level == b->level && a->flags == b->flags && a->pkey == b->pkey &&
	       a->memory_type == b->memory_type && !b->has_frame && !b->has_slot;
}

/* Number of runs, or -1 if both forms differ. @present: pages in RAM. */
static long compare(uint64_t start, uint64_t end, const struct ptscope_filter *filter,
		    uint64_t *present)
{
	struct ptscope_run expected, run;
	long runs = 0;

	*present = 0;
	if (ptscope_dump_runs(single, getpid(), start, end, filter) ||
	    ptscope_dump_series(packed, getpid(), start, end, filter))
		return -1;
	for (;;) {
		int one = ptscope_next_run(single, &expected);
		int other = ptscope_next_run(packed, &run);

		if (one < 0 || one != other || (one && !same_run(&expected, &run))) {
			printf("# %s, %s: %" PRIx64 " %u, %" PRIx64 " %u\n",
			       ptscope_message(single), ptscope_message(packed),
			       expected.start, expected.pages, run.start, run.pages);
			return -1;
		}
		if (!one)
			return runs;
		if (run.state == PTSCOPE_STATE_RES)
			*present += run.pages;
		runs++;
	}
}

/* Compares with pagemap, which is slow for large empty areas. */
static bool pagemap_agrees(const struct area *area)
{
	static uint64_t entries[4096];
	const struct ptscope_filter present = { .states = 1u << PTSCOPE_STATE_RES };
	const size_t pages = area->touched ? area->pages : EMPTY;
	const uint64_t start = (uintptr_t)area->start, end = start + pages * page_size;
	struct ptscope_series series = { 0 };
	int pagemap = proc_open(getpid(), "pagemap");
	uint64_t at, from, to;
	uint32_t i = 0;
	bool good;

	good = !ptscope_dump_series(packed, getpid(), start, end, &present) &&
	       ptscope_next_series(packed, &series) >= 0;
	from = series.start;
	to = from + series.pages * page_size;
	for (at = start; good && at < end; at += page_size) {
		const size_t index = (at - start) / page_size % 4096;
		size_t some = (end - at) / page_size;

		if (!index && !proc_read_pagemap(pagemap, at, some < 4096 ? some : 4096, entries))
			good = false;
		if (at == to) {
			int err = 1;

			if (i < series.count) {
				from = to + ptscope_series_gap(series.run[i]) * page_size;
				to = from + ptscope_series_pages(series.run[i++]) * page_size;
			} else {
				series = (struct ptscope_series){ 0 };
				err = ptscope_next_series(packed, &series);
				from = series.start;
				to = from + series.pages * page_size;
				i = 0;
			}
			good &= err >= 0;
		}
		if ((at >= from && at < to) != !!(entries[index] & PROC_PM_PRESENT)) {
			printf("# at %" PRIx64 ", run %" PRIx64 "-%" PRIx64 "\n", at, from, to);
			good = false;
		}
	}
	close(pagemap);
	return good;
}

static void check_area(const struct area *area)
{
	const struct ptscope_filter none = { 0 }, present = { .states = 1u << PTSCOPE_STATE_RES };
	const struct ptscope_filter aged = {
		.states = 1u << PTSCOPE_STATE_RES,
		.detail = PTSCOPE_DETAIL_SOFT_DIRTY,
	};
	const uint64_t start = (uintptr_t)area->start, end = start + area->pages * page_size;
	uint64_t pages, some, touched = 0;
	size_t i;
	long runs;

	srandom(1);
	for (i = 0; area->touched && i < area->pages; i++)
		touched += area->touched(i);
	runs = compare(start, end, &present, &pages);
	ktap_check(runs >= 0 && pages == touched, "%s: %ld runs, %" PRIu64 " pages", area->name,
		   runs, pages);
	ktap_check(pagemap_agrees(area), "%s: same as pagemap", area->name);
	ktap_check(compare(start, end, &none, &some) >= runs && some == pages,
		   "%s: all states", area->name);
	ktap_check(compare(start, end, &aged, &some) >= runs && some == pages,
		   "%s: with soft-dirty", area->name);
	/* A range that ends inside runs. */
	ktap_check(compare(start + area->pages / 3 * page_size, end - area->pages / 5 * page_size,
			   &present, &some) >= 0, "%s: part of the range", area->name);
}

static void check_rejected(void)
{
	const uint32_t details[] = {
		PTSCOPE_DETAIL_FRAME, PTSCOPE_DETAIL_NODE, PTSCOPE_DETAIL_FOLIO,
	};
	struct ptscope_series series;
	size_t i;

	for (i = 0; i < sizeof(details) / sizeof(details[0]); i++) {
		const struct ptscope_filter filter = { .detail = details[i] };
		int err = ptscope_dump_series(packed, getpid(), 0, 0, &filter);

		if (!err)
			err = ptscope_next_series(packed, &series);
		ktap_check(err == -EINVAL && strstr(ptscope_message(packed), "frames, nodes"),
			   "detail %#x is rejected: %s", details[i], ptscope_message(packed));
	}
}

int main(void)
{
	uint64_t pages;
	size_t i;

	ktap_begin();
	page_size = sysconf(_SC_PAGESIZE);
	packed = client(NULL);
	single = client(NULL);
	for (i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
		srandom(1);
		lay_out(&areas[i]);
	}
	for (i = 0; i < sizeof(areas) / sizeof(areas[0]); i++)
		check_area(&areas[i]);
	ktap_check(compare(0, 0, &(struct ptscope_filter){ 0 }, &pages) > 0,
		   "all VMAs of this process");
	check_rejected();
	ptscope_free(packed);
	ptscope_free(single);
	return ktap_end();
}
