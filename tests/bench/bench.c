// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures how long each reader takes, in rounds. Prints tab-separated lines:
 *
 *	case CASE UNIT PAGES TABLES
 *		unit ("us" or "bytes"), pages that the readers must find, and page
 *		table pages of the target
 *	count CASE READER ITEMS BYTES DATAGRAMS CALLS
 *		of one call of the reader: items found, what libptscope received or the size of
 *		the text that a command printed, and system calls, if counted
 *	time CASE READER ROUND NUMBER
 *		of one call of the reader: nanoseconds, or bytes
 *
 * Each reader must find the right number of pages before it is measured.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "../random.h"
#include "cases.h"

/* Pages of a process besides the range: C library, stack and so on. */
#define BESIDE 2048
/* Larger than the last-level cache of large CPUs. */
#define CACHES (64ul << 20)
#define CACHE_LINE 64
/*
 * A reader that takes no longer is called so often per round, so that one interruption does
 * not spoil the round.
 */
#define QUICK_NS 10000000
#define QUICK_TURNS 8

/**
 * struct options - command line options
 * @rounds: number of rounds
 * @divisor: divides the size of the targets
 * @count: count system calls, and include the cases that measure memory
 * @extra: pages that are expected, but do not exist
 */
struct options {
	int rounds;
	uint64_t divisor;
	bool count;
	uint64_t extra;
};

static uint64_t bytes, datagrams;

static void count_datagram(void *arg, const void *data, size_t length)
{
	(void)arg;
	(void)data;
	bytes += length;
	datagrams++;
}

/* Opens a counter of the system calls of this process and its future children. */
static int open_call_counter(void)
{
	const char *path = "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id";
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.disabled = 1,
		.inherit = 1,
	};
	FILE *file = fopen(path, "re");
	unsigned long id;
	int fd;

	if (!file || fscanf(file, "%lu", &id) != 1)
		bench_fail("%s: %s", path, strerror(errno));
	fclose(file);
	attr.config = id;
	fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		bench_fail("perf_event_open: %s", strerror(errno));
	return fd;
}

/* System calls of one call of the reader. Needs a guest with one CPU, see trace.c. */
static uint64_t count_calls(struct bench *bench, const struct way *way, struct answer *answer)
{
	int fd = open_call_counter();
	uint64_t calls;
	bool good;

	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	good = way->read(bench, answer);
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	if (!good || read(fd, &calls, sizeof(calls)) != sizeof(calls))
		bench_fail("%s failed", way->name);
	close(fd);
	/* The ioctl() that stops the counter is counted. */
	return calls - 1;
}

static void check_answer(const struct bench_case *c, const struct way *way,
			 const struct target *target, const struct answer *answer, uint64_t where)
{
	const uint64_t least = target->pages * target->processes;
	/* A reader of all processes also finds those of the guest. */
	const uint64_t others = target->processes > 1 ? 100 : 0;
	const uint64_t most = answer->exact ? least :
			      least + (target->processes + others) * BESIDE;

	if (answer->pages < least || answer->pages > most)
		bench_fail("%s: %s finds %" PRIu64 " pages, not %" PRIu64 " to %" PRIu64,
			   c->name, way->name, answer->pages, least, most);
	if (answer->vmas && answer->items != target->vmas)
		bench_fail("%s: %s finds %" PRIu64 " VMAs, not %" PRIu64,
			   c->name, way->name, answer->items, target->vmas);
	if (target->processes > 1 && answer->items < target->processes)
		bench_fail("%s: %s finds %" PRIu64 " processes, not %" PRIu64,
			   c->name, way->name, answer->items, target->processes);
	if (where && answer->where && answer->where != where)
		bench_fail("%s: %s finds other frames", c->name, way->name);
}

/* Calls each reader once and checks what it finds. */
static void validate(struct bench *bench, const struct bench_case *c, struct target *targets,
		     bool count)
{
	const struct way *way;
	uint64_t where = 0;

	for (way = c->way; way->name; way++) {
		struct answer answer = { 0 };
		uint64_t calls = 0;

		bench->target = &targets[way->target];
		bytes = 0;
		datagrams = 0;
		ptscope_set_tap(bench->ps, count_datagram, NULL);
		if (count)
			calls = count_calls(bench, way, &answer);
		else if (!way->read(bench, &answer))
			bench_fail("%s: %s failed", c->name, way->name);
		ptscope_set_tap(bench->ps, NULL, NULL);
		check_answer(c, way, bench->target, &answer, where);
		where = where ?: answer.where;
		printf("count\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n",
		       c->name, way->name, answer.items, answer.bytes ?: bytes, datagrams,
		       calls);
	}
	if (c->frames && !where)
		bench_fail("%s: no reader reports frames", c->name);
}

/* Returns how long one call took, or what else the reader measures. */
static uint64_t run_once(struct bench *bench, const struct bench_case *c, const struct way *way)
{
	struct answer answer = { 0 };
	uint64_t ns = bench_now();

	if (!way->read(bench, &answer))
		bench_fail("%s: %s failed", c->name, way->name);
	ns = bench_now() - ns;
	return answer.ns ?: ns;
}

/* Evicts the data of the target from the caches, and from the emulator's TLB. */
static void evict_caches(void)
{
	static volatile unsigned char other[CACHES];
	size_t i;

	/* Written, because untouched pages would all be the zero page. */
	for (i = 0; i < CACHES; i += CACHE_LINE)
		other[i]++;
}

/* Returns what run_once() returns. */
static uint64_t take_turn(struct bench *bench, const struct bench_case *c, const struct way *way,
			  int round)
{
	uint64_t value;

	/*
	 * Each reader runs once unmeasured before it is measured, so that it finds the
	 * caches as it leaves them. Cases that compare sizes start with cold caches
	 * instead: a small target would fit into them, a large one would not.
	 */
	if (c->cold)
		evict_caches();
	else
		run_once(bench, c, way);
	value = run_once(bench, c, way);
	printf("time\t%s\t%s\t%d\t%" PRIu64 "\n", c->name, way->name, round, value);
	return value;
}

static void measure(struct bench *bench, const struct bench_case *c, struct target *targets,
		    const struct options *options)
{
	/* Instructions and bytes are the same each time. */
	const int turns = options->count ? 1 : QUICK_TURNS;
	uint64_t took[CASE_WAYS] = { 0 };
	const void *order[CASE_WAYS];
	uint64_t random = 1;
	size_t count = 0, i;
	int n;

	while (c->way[count].name) {
		order[count] = &c->way[count];
		count++;
	}
	for (n = 0; n < options->rounds * turns; n++) {
		/* A random order, so that no reader always follows the same one. */
		random_shuffle(&random, order, count);
		for (i = 0; i < count; i++) {
			const struct way *way = order[i];

			if (n % turns && took[way - c->way] > QUICK_NS)
				continue;
			bench->target = &targets[way->target];
			took[way - c->way] = take_turn(bench, c, way, n / turns);
		}
	}
}

static void start_shape(struct target *target, const struct shape *shape, uint64_t divisor)
{
	char number[3][24], *arguments[5] = { (char *)shape->kind };
	int i;

	for (i = 0; i < 3 && shape->number[i]; i++) {
		uint64_t value = shape->number[i];

		if (i < shape->scaled)
			value = (value + divisor - 1) / divisor;
		snprintf(number[i], sizeof(number[i]), "%" PRIu64, value);
		arguments[i + 1] = number[i];
	}
	target_start(target, arguments);
}

/* Adds the peers that work for each case; removes those that this kernel lacks. */
static void complete_ways(struct bench_case *c, bool has_scan)
{
	const struct way *peer;
	struct way *way, *to;

	for (to = c->way; to->name; to++)
		;
	for (peer = bench_peers; c->peers && peer->name; peer++)
		*to++ = *peer;
	to->name = NULL;
	for (way = to = c->way; way->name; way++)
		if ((has_scan || way->read != peer_pagemap_scan) &&
		    (way->read != peer_page_types || has_page_types()))
			*to++ = *way;
	to->name = NULL;
}

/* Targets of the last case. */
static struct target targets[CASE_TARGETS];
static int targets_count;

static void stop_targets(void)
{
	while (targets_count)
		target_stop(&targets[--targets_count]);
}

static void start_targets(const struct bench_case *c, const struct options *options)
{
	stop_targets();
	while (targets_count < CASE_TARGETS && c->shape[targets_count].kind) {
		struct target *target = &targets[targets_count];

		start_shape(target, &c->shape[targets_count++], options->divisor);
		target->pages += options->extra;
	}
}

static void run_case(struct bench *bench, struct bench_case *c, const struct options *options)
{
	struct answer census = { 0 };
	uint64_t pages;

	if (!c->same || !targets_count)
		start_targets(c, options);
	complete_ways(c, has_pagemap_scan(&targets[0]));
	bench->swapped = c->swapped;
	bench->frames = c->frames;
	bench->target = &targets[0];
	pages = (targets[0].pages - options->extra) * targets[0].processes;
	/* Sets target->tables. */
	if (!ours_census(bench, &census))
		bench_fail("%s: no census", c->name);
	printf("case\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\n", c->name, c->memory ? "bytes" : "us",
	       pages, targets[0].tables);
	validate(bench, c, targets, options->count);
	if (!options->count || !c->waits)
		measure(bench, c, targets, options);
	fflush(stdout);
}

/* On the last CPU, so that the target can run on another one. */
static void use_last_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static bool selected(const char *name, char **names, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (!strcmp(name, names[i]))
			return true;
	return !count;
}

static _Noreturn void usage(void)
{
	const struct bench_case *c;

	fprintf(stderr,
		"usage: bench [-r ROUNDS] [-d DIVISOR] [-cl] [CASE...]\n"
		"  -r ROUNDS   number of rounds (7)\n"
		"  -d DIVISOR  divide the size of the targets\n"
		"  -c          count system calls, and measure memory; needs one CPU\n"
		"  -l          expect one page too many, so that each case fails\n"
		"cases:");
	for (c = bench_cases; c->name; c++)
		fprintf(stderr, " %s", c->name);
	fputc('\n', stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	struct bench bench = { .page_size = sysconf(_SC_PAGESIZE) };
	struct options options = { .rounds = 7, .divisor = 1 };
	const struct bench_case *c;
	int option, done = 0;

	while ((option = getopt(argc, argv, "r:d:cl")) != -1) {
		if (option == 'r')
			options.rounds = atoi(optarg);
		else if (option == 'd')
			options.divisor = strtoull(optarg, NULL, 0);
		else if (option == 'c')
			options.count = true;
		else if (option == 'l')
			options.extra = 1;
		else
			usage();
	}
	if (options.rounds < 1 || !options.divisor)
		usage();

	use_last_cpu();
	bench.ps = ptscope_new();
	if (!bench.ps || ptscope_connect(bench.ps))
		bench_fail("%s", bench.ps ? ptscope_message(bench.ps) : "out of memory");
	for (c = bench_cases; c->name; c++) {
		if (!selected(c->name, argv + optind, argc - optind))
			continue;
		done++;
		if (options.count || !c->memory) {
			struct bench_case copy = *c;

			run_case(&bench, &copy, &options);
		}
	}
	stop_targets();
	ptscope_free(bench.ps);
	if (done < argc - optind || !done)
		usage();
	return 0;
}
