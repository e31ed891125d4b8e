// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process whose page tables come and go without pause, while dumps of it
 * run. Its threads touch pages and give whole tables' worth of them back,
 * which makes newer kernels free the tables themselves, under the reader.
 * Between those ranges lie others that hold still, and must be seen to.
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
/* Ranges of a thread. Each second one of them holds still. */
#define RANGES 8
#define RESTLESS (THREADS * RANGES / 2)
#define STEADY RESTLESS
/* Pages of a restless range that are touched before it is given back. */
#define TOUCHES 5
#define SECONDS 6
#define LEAST_DUMPS 20

static struct ptscope *ps;
static size_t page_size;
static size_t range_size;
/* A range is what one table of PTEs translates. */
static char *memory;
/* Shared with the process that is looked at. */
static struct {
	atomic_ulong rounds;
	atomic_bool frees_tables;
	atomic_bool ready;
} *shared;

static char *range(size_t i)
{
	return memory + i * range_size;
}

static bool is_restless(size_t i)
{
	return i % 2;
}

/*
 * What was a table may be a page of these next. Whoever still takes it for a
 * table shall find it full.
 */
static void touch(char *start)
{
	size_t i;

	for (i = 0; i < TOUCHES; i++)
		memset(start + i * (range_size / TOUCHES / page_size) * page_size, 0xff,
		       page_size);
}

static void give_back(char *start)
{
	if (madvise(start, range_size, MADV_DONTNEED))
		_exit(1);
}

static void *churn(void *first)
{
	size_t i, from = (size_t)(uintptr_t)first;

	for (;;) {
		for (i = from; i < from + RANGES; i++) {
			if (!is_restless(i))
				continue;
			touch(range(i));
			give_back(range(i));
		}
		atomic_fetch_add(&shared->rounds, 1);
	}
	return NULL;
}

static void be_looked_at(void)
{
	uint64_t before, after;
	pthread_t thread;
	size_t i, offset;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < THREADS * RANGES; i++) {
		touch(range(i));
		for (offset = 0; !is_restless(i) && offset < range_size; offset += page_size)
			range(i)[offset] = 1;
	}
	if (!proc_read_value(getpid(), "status", "VmPTE", &before))
		_exit(1);
	for (i = 0; i < THREADS * RANGES; i++)
		if (is_restless(i))
			give_back(range(i));
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

/* Returns what is wrong with a census of the whole memory, or NULL. */
static const char *fault_of(const struct ptscope_census *c)
{
	const uint64_t steady = STEADY * range_size;
	const uint64_t most = steady + RESTLESS * TOUCHES * page_size;

	if (c->size != THREADS * RANGES * range_size)
		return "the size is wrong";
	if (c->res < steady)
		return "less is resident than holds still";
	if (c->res > most)
		return "more is resident than was ever touched";
	if (c->res + c->lazy != c->size)
		return "something is neither resident nor lazy";
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
		if (!fault && (tables < STEADY || tables > STEADY + RESTLESS))
			fault = "there are tables too many or too few";
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
	ktap_check(!fault, "each dump is right about what holds still, and possible");
	ktap_check(dumps >= LEAST_DUMPS && rounds >= LEAST_DUMPS, "there were enough of both");
	if (atomic_load(&shared->frees_tables))
		ktap_check(fewest < most, "dumps saw tables come and go");
	else
		ktap_check(fewest == most && most == STEADY + RESTLESS,
			   "dumps saw the tables stay, which this kernel keeps");
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
		be_looked_at();
	while (!atomic_load(&shared->ready) && !waitpid(pid, NULL, WNOHANG))
		usleep(1000);
	if (!atomic_load(&shared->ready))
		ktap_bail("the process to look at has died");
	test_dumps(pid);
	ktap_check(!waitpid(pid, NULL, WNOHANG), "it lives on");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ptscope_free(ps);
	return ktap_end();
}
