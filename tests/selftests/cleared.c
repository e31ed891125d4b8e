// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel that holds the page table lock may clear an entry and set it again later:
 * MADV_FREE, copy on write, and arm64 when it splits a contiguous-hint block. pagemap takes
 * the lock and never sees the empty entry. A page that stays in RAM must not be reported as
 * empty here either.
 *
 * The target changes its entries in a loop while empty pages are requested. To read an
 * entry twice with interrupts off is not enough: the hypervisor may preempt the virtual CPU
 * in between for any time, and a copy on write waits for TLB flushes on all CPUs.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../layouts/layout.h"
#include "client.h"
#include "ktap.h"
#include "proc.h"

#define SIZE (4ul << 20)
#define MILLISECONDS 2500
#define FEWEST 100
/* In a thousand dumps. */
#define ALLOWED 1

static struct ptscope *ps;
static size_t block;

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

static char *map_base(void)
{
	return layout_map(SIZE);
}

static char *map_huge(void)
{
	return layout_map_huge(SIZE);
}

static char *map_mthp(void)
{
	block = mthp_size();
	return mthp_map(block, SIZE / block);
}

/* Changes of the entries, in a loop. */

static void free_and_write(char *start)
{
	layout_advise(start, SIZE, MADV_FREE, "MADV_FREE");
	layout_write(start, SIZE, page_size);
}

/*
 * Replaces the memory at @start by new mTHPs. They are written before mremap() moves them,
 * so that no page is ever empty.
 */
static void replace(char *start)
{
	char *blocks = mthp_map(block, SIZE / block);

	layout_write(blocks, SIZE, page_size);
	if (mremap(blocks, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, start) != start)
		layout_fail("mremap: %s", strerror(errno));
}

/* Splits each block by changing one of its pages. */
static void free_some_and_write(char *start)
{
	size_t at;

	replace(start);
	for (at = 0; at < SIZE; at += block)
		layout_advise(start + at, page_size, MADV_FREE, "MADV_FREE");
	layout_write(start, SIZE, page_size);
}

/* All pages are shared with a child, so each write copies one. */
static void fork_and_write(char *start)
{
	pid_t pid = fork();

	if (pid < 0)
		layout_fail("fork: %s", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	layout_write(start, SIZE, page_size);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void replace_fork_and_write(char *start)
{
	replace(start);
	fork_and_write(start);
}

static const struct change {
	const char *name;
	char *(*map)(void);
	void (*apply)(char *start);
} changes[] = {
	{ "base pages, MADV_FREE", map_base, free_and_write },
	{ "base pages, copy on write", map_base, fork_and_write },
	{ "THP, MADV_FREE", map_huge, free_and_write },
	{ "mTHP, MADV_FREE", map_mthp, free_and_write },
	{ "mTHP, MADV_FREE of one page each", map_mthp, free_some_and_write },
	{ "mTHP, copy on write", map_mthp, replace_fork_and_write },
};

/* Prints the address, or why there is none, and then changes the entries for ever. */
static _Noreturn void run_target(const struct change *change, int out)
{
	char *start;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out, STDOUT_FILENO);
	start = change->map();
	layout_write(start, SIZE, page_size);
	change->apply(start);
	printf("at %lx\n", (unsigned long)start);
	fflush(stdout);
	for (;;)
		change->apply(start);
}

/* Bytes that a dump reports as empty. */
static uint64_t empty_bytes(pid_t pid, uint64_t start)
{
	const struct ptscope_filter filter = {
		.size = sizeof(filter),
		.states = 1u << PTSCOPE_STATE_LAZY,
	};
	const struct ptscope_run *run;
	uint64_t bytes = 0;
	int err = ptscope_dump_runs(ps, pid, start, start + SIZE, &filter);

	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		bytes += run->pages * page_size;
		err = 0;
	}
	if (err)
		ktap_bail("%s", ptscope_message(ps));
	return bytes;
}

/* pagemap reports a migration entry as swapped. */
static bool pagemap_has_empty(int pagemap, uint64_t start)
{
	static uint64_t entries[SIZE / 4096];
	const size_t pages = SIZE / page_size;
	size_t i;

	if (!proc_read_pagemap(pagemap, start, pages, entries))
		ktap_bail("pagemap: %s", strerror(errno));
	for (i = 0; i < pages; i++)
		if (!(entries[i] & (PROC_PM_PRESENT | PROC_PM_SWAPPED)))
			return true;
	return false;
}

static void watch(const struct change *change, pid_t pid, uint64_t start)
{
	const uint64_t until = now_ms() + MILLISECONDS;
	const int pagemap = proc_open(pid, "pagemap");
	uint64_t dumps = 0, wrong = 0, bytes = 0, pagemap_empty = 0;

	while (now_ms() < until || dumps < FEWEST) {
		const uint64_t some = empty_bytes(pid, start);

		dumps++;
		wrong += some > 0;
		bytes += some;
		/* Not each time, since it is slower. */
		if (!(dumps % 8))
			pagemap_empty += pagemap_has_empty(pagemap, start);
	}
	close(pagemap);
	ktap_note("%s: %" PRIu64 " KiB empty in %" PRIu64 " of %" PRIu64 " dumps, %" PRIu64
		  " times in pagemap", change->name, bytes >> 10, wrong, dumps, pagemap_empty);
	if (pagemap_empty)
		ktap_skip("pages do become empty", "%s: no page is empty", change->name);
	else
		ktap_check(wrong * 1000 <= ALLOWED * dumps, "%s: no page is empty", change->name);
}

static void test(const struct change *change)
{
	unsigned long start;
	char line[256] = "";
	int out[2];
	FILE *file;
	pid_t pid;

	if (pipe(out))
		ktap_bail("pipe: %s", strerror(errno));
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		ktap_bail("fork: %s", strerror(errno));
	if (!pid)
		run_target(change, out[1]);
	close(out[1]);
	file = fdopen(out[0], "r");
	if (!file || !fgets(line, sizeof(line), file))
		ktap_bail("the target has died");
	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "at %lx", &start) == 1)
		watch(change, pid, start);
	else if (!strncmp(line, "skip ", 5))
		ktap_skip(line + 5, "%s", change->name);
	else
		ktap_bail("invalid line of the target: %s", line);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	fclose(file);
}

int main(void)
{
	size_t i;

	layout_begin();
	ktap_begin();
	ps = client(NULL);
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		test(&changes[i]);
	ptscope_free(ps);
	return ktap_end();
}
