// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dumps of a process whose page tables are freed and allocated all the time. Its threads
 * touch pages and free them a whole table's worth at a time, so that newer kernels free the
 * tables under the reader. Every second range is never freed and must be reported
 * completely.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <ptscope.h>
#include "client.h"
#include "fields.h"
#include "ktap.h"
#include "proc.h"

#define THREADS 3
/* Ranges per thread. Every second one is never freed. */
#define RANGES 8
#define FREED (THREADS * RANGES / 2)
#define KEPT FREED
/* Pages of a range that are touched before it is freed. */
#define TOUCHES 5
#define SECONDS 6
#define MIN_DUMPS 20

static struct ptscope *ps;
static size_t page_size;
static size_t range_size;
/* A range is what one PTE table translates. */
static char *memory;
/* Shared with the target. */
static struct {
	atomic_ulong rounds;
	atomic_bool frees_tables;
	atomic_bool ready;
} *shared;

static char *range(size_t i)
{
	return memory + i * range_size;
}

static bool is_freed(size_t i)
{
	return i % 2;
}

/*
 * A freed table may become one of these pages. A reader that still takes it for a table
 * finds it full.
 */
static void touch(char *start)
{
	size_t i;

	for (i = 0; i < TOUCHES; i++)
		memset(start + i * (range_size / TOUCHES / page_size) * page_size, 0xff,
		       page_size);
}

static void free_range(char *start)
{
	if (madvise(start, range_size, MADV_DONTNEED))
		_exit(1);
}

static void *churn(void *first)
{
	size_t i, from = (size_t)(uintptr_t)first;

	for (;;) {
		for (i = from; i < from + RANGES; i++) {
			if (!is_freed(i))
				continue;
			touch(range(i));
			free_range(range(i));
		}
		atomic_fetch_add(&shared->rounds, 1);
	}
	return NULL;
}

static void run_target(void)
{
	uint64_t before, after;
	pthread_t thread;
	size_t i, offset;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < THREADS * RANGES; i++) {
		touch(range(i));
		for (offset = 0; !is_freed(i) && offset < range_size; offset += page_size)
			range(i)[offset] = 1;
	}
	if (!proc_read_value(getpid(), "status", "VmPTE", &before))
		_exit(1);
	for (i = 0; i < THREADS * RANGES; i++)
		if (is_freed(i))
			free_range(range(i));
	if (!proc_read_value(getpid(), "status", "VmPTE", &after))
		_exit(1);
	atomic_store(&shared->frees_tables, after < before);
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, churn, (void *)(uintptr_t)(i * RANGES)))
			_exit(1);
	atomic_store(&shared->ready, true);
	for (;;)
		pause();
}

/* Returns what is inconsistent in the census of all ranges, or NULL. */
static const char *fault_of(const struct ptscope_census *c)
{
	const uint64_t kept = KEPT * range_size;
	const uint64_t most = kept + FREED * TOUCHES * page_size;

	if (c->size != THREADS * RANGES * range_size)
		return "the size is wrong";
	if (c->res < kept)
		return "fewer pages are resident than were kept";
	if (c->res > most)
		return "more pages are resident than were touched";
	if (c->res + c->lazy != c->size)
		return "a page is neither resident nor lazy";
	return census_fault(c);
}

static void test_dumps(pid_t pid)
{
	const uint64_t start = (uintptr_t)memory, end = start + THREADS * RANGES * range_size;
	uint64_t dumps = 0, fewest = UINT64_MAX, most = 0;
	time_t until = time(NULL) + SECONDS;
	const char *fault = NULL;
	unsigned long rounds;

	while (!fault && time(NULL) < until) {
		const struct ptscope_vma *vma;
		struct ptscope_census sum = {};
		uint64_t tables;
		int err;

		err = ptscope_dump_vmas(ps, pid, start, end);
		while (!err && (err = ptscope_next_vma(ps, &vma)) > 0) {
			census_add(&sum, &vma->census);
			err = 0;
		}
		tables = sum.table[PTSCOPE_LEVEL_PTE].pages;
		fault = err ? ptscope_message(ps) : fault_of(&sum);
		if (!fault && (tables < KEPT || tables > KEPT + FREED))
			fault = "the number of tables is wrong";
		fewest = tables < fewest ? tables : fewest;
		most = tables > most ? tables : most;
		dumps++;
		if (fault)
			ktap_note("dump %" PRIu64 ": %s: res %" PRIu64 " lazy %" PRIu64
				  " special %" PRIu64 " tables %" PRIu64, dumps, fault, sum.res,
				  sum.lazy, sum.special, tables);
	}
	rounds = atomic_load(&shared->rounds);
	ktap_note("%" PRIu64 " dumps in %lu rounds, %" PRIu64 " to %" PRIu64 " tables", dumps,
		  rounds, fewest, most);
	ktap_check(!fault, "each dump is consistent");
	ktap_check(dumps >= MIN_DUMPS && rounds >= MIN_DUMPS, "at least 20 dumps and 20 rounds");
	if (atomic_load(&shared->frees_tables))
		ktap_check(fewest < most, "tables were freed between dumps");
	else
		ktap_check(fewest == most && most == KEPT + FREED,
			   "this kernel keeps empty tables");
}

int main(void)
{
	struct ptscope_info info;
	uintptr_t reserved;
	size_t size;
	pid_t pid;

	ktap_begin();
	ps = client(&info);
	page_size = info.page_size;
	range_size = 1ull << info.level[PTSCOPE_LEVEL_PMD].shift;
	size = THREADS * RANGES * range_size;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	reserved = (uintptr_t)mmap(NULL, size + range_size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (shared == MAP_FAILED || (void *)reserved == MAP_FAILED)
		ktap_bail("mmap: %s", strerror(errno));
	memory = (char *)((reserved + range_size - 1) / range_size * range_size);
	madvise(memory, size, MADV_NOHUGEPAGE);

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		ktap_bail("fork: %s", strerror(errno));
	if (!pid)
		run_target();
	while (!atomic_load(&shared->ready) && !waitpid(pid, NULL, WNOHANG))
		usleep(1000);
	if (!atomic_load(&shared->ready))
		ktap_bail("the target has died");
	test_dumps(pid);
	ktap_check(!waitpid(pid, NULL, WNOHANG), "the target still runs");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ptscope_free(ps);
	return ktap_end();
}
