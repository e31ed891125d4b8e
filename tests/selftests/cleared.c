// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whoever holds a page table's lock may clear an entry and set it again a moment
 * later: MADV_FREE does, a copy on write, and arm64 where it takes a block with the
 * contiguous hint apart. pagemap takes that lock and never sees it. A page that stays
 * in RAM must not be reported as empty here either.
 *
 * One process does this to its pages without pause, and is asked for those that are
 * empty. A virtual processor may be stopped in that moment, for as long as the host
 * likes, and who makes a copy on write even waits for all processors to flush their
 * TLBs before the entry is set again. To read an entry twice with interrupts off is
 * not enough then.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../layouts/mthp.h"
#include "client.h"
#include "ktap.h"
#include "proc.h"

#define SIZE (4ul << 20)
#define MILLISECONDS 2500
#define FEWEST 100
/* Of a thousand dumps. */
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

static char *map_blocks(void)
{
	block = mthp_size();
	return mthp_map(block, SIZE / block);
}

/* What a process does to its pages; it is called again and again. */

static void free_and_write(char *start)
{
	layout_advise(start, SIZE, MADV_FREE, "MADV_FREE");
	layout_write(start, SIZE, page_size);
}

/*
 * Blocks that are whole again, in the place of what has become of those at @start.
 * They are written before they are moved there, so that nothing is ever empty there.
 */
static void renew(char *start)
{
	char *blocks = mthp_map(block, SIZE / block);

	layout_write(blocks, SIZE, page_size);
	if (mremap(blocks, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, start) != start)
		layout_fail("mremap: %s", strerror(errno));
}

/* A page of each block, for which it is taken apart. */
static void free_some_and_write(char *start)
{
	size_t at;

	renew(start);
	for (at = 0; at < SIZE; at += block)
		layout_advise(start + at, page_size, MADV_FREE, "MADV_FREE");
	layout_write(start, SIZE, page_size);
}

/* All pages are shared with a child, and so copied where they are written. */
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

static void renew_fork_and_write(char *start)
{
	renew(start);
	fork_and_write(start);
}

static const struct act {
	const char *name;
	char *(*map)(void);
	void (*act)(char *start);
} acts[] = {
	{ "base pages, MADV_FREE and writes", map_base, free_and_write },
	{ "base pages, copies on write", map_base, fork_and_write },
	{ "huge pages, MADV_FREE and writes", map_huge, free_and_write },
	{ "blocks, MADV_FREE of all and writes", map_blocks, free_and_write },
	{ "blocks, MADV_FREE of some and writes", map_blocks, free_some_and_write },
	{ "blocks, copies on write", map_blocks, renew_fork_and_write },
};

/* Writes where its memory is, or why there is none, and goes on for ever. */
static _Noreturn void live(const struct act *act, int out)
{
	char *start;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out, STDOUT_FILENO);
	start = act->map();
	layout_write(start, SIZE, page_size);
	act->act(start);
	printf("at %lx\n", (unsigned long)start);
	fflush(stdout);
	for (;;)
		act->act(start);
}

/* Bytes of pages that the dump reports as empty. */
static uint64_t empty(pid_t pid, uint64_t start)
{
	const struct ptscope_filter filter = { .states = 1u << PTSCOPE_STATE_LAZY };
	struct ptscope_run run;
	uint64_t bytes = 0;
	int err = ptscope_dump_runs(ps, pid, start, start + SIZE, &filter);

	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		bytes += run.pages * page_size;
		err = 0;
	}
	if (err)
		ktap_bail("%s", ptscope_message(ps));
	return bytes;
}

/* A page on its way elsewhere counts as swapped. */
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

static void look(const struct act *act, pid_t pid, uint64_t start)
{
	const uint64_t until = now_ms() + MILLISECONDS;
	const int pagemap = proc_open(pid, "pagemap");
	uint64_t dumps = 0, wrong = 0, bytes = 0, theirs = 0;

	while (now_ms() < until || dumps < FEWEST) {
		const uint64_t some = empty(pid, start);

		dumps++;
		wrong += some > 0;
		bytes += some;
		/* Now and then, as it takes longer. */
		if (!(dumps % 8))
			theirs += pagemap_has_empty(pagemap, start);
	}
	close(pagemap);
	ktap_note("%s: %" PRIu64 " KiB empty in %" PRIu64 " of %" PRIu64 " dumps, %" PRIu64
		  " times in pagemap", act->name, bytes >> 10, wrong, dumps, theirs);
	if (theirs)
		ktap_skip("pages do go away", "%s: no page is empty", act->name);
	else
		ktap_check(wrong * 1000 <= ALLOWED * dumps, "%s: no page is empty", act->name);
}

static void try(const struct act *act)
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
		live(act, out[1]);
	close(out[1]);
	file = fdopen(out[0], "r");
	if (!file || !fgets(line, sizeof(line), file))
		ktap_bail("the target has died");
	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "at %lx", &start) == 1)
		look(act, pid, start);
	else if (!strncmp(line, "skip ", 5))
		ktap_skip(line + 5, "%s", act->name);
	else
		ktap_bail("the target says: %s", line);
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
	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		try(&acts[i]);
	ptscope_free(ps);
	return ktap_end();
}
