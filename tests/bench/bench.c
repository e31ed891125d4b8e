// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures how long each way to ask takes, round by round, and prints it for
 * others to make sense of, in columns that tabs divide:
 *
 *	case CASE UNIT PAGES TABLES
 *		what is measured, us or bytes; pages of the target that there are
 *		to be found, of its tables
 *	count CASE WAY ITEMS BYTES DATAGRAMS CALLS
 *		of one asking: what it tells in, of ours what came from the
 *		kernel, and system calls, if they are to be counted
 *	time CASE WAY ROUND NUMBER
 *		of one asking, in nanoseconds or in bytes
 *
 * Before it is measured, each way has to find what is there.
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

/* Of a process that is asked about as a whole: C library, stack and the like. */
#define BESIDE 2048
/* As much as the last cache of a large processor holds, and more. */
#define CACHES (64ul << 20)
#define CACHE_LINE 64
/*
 * What takes no longer has so many turns in a round: what is taken from this machine
 * in a moment is then one turn among many, and not the round.
 */
#define QUICK_NS 10000000
#define QUICK_TURNS 8

/**
 * struct options - how to measure
 * @rounds: in each of which each way is measured
 * @divisor: targets are smaller by that
 * @count: with a count of system calls, and with the cases of memory
 * @lie: pages that are expected without being there
 */
struct options {
	int rounds;
	uint64_t divisor;
	bool count;
	uint64_t lie;
};

static uint64_t bytes, datagrams;

static void count_datagram(void *arg, const void *data, size_t length)
{
	(void)arg;
	(void)data;
	bytes += length;
	datagrams++;
}

/* A counter of this process's system calls, and of children's yet to come. */
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

/* System calls of one asking. For a guest with one processor, as in trace.c. */
static uint64_t count_calls(struct bench *bench, const struct way *way, struct answer *answer)
{
	int fd = open_call_counter();
	uint64_t calls;
	bool good;

	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	good = way->read(bench, answer);
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	if (!good || read(fd, &calls, sizeof(calls)) != sizeof(calls))
		bench_fail("%s does not answer", way->name);
	close(fd);
	/* The one that ends the count is counted. */
	return calls - 1;
}

static void check_answer(const struct bench_case *c, const struct way *way,
			 const struct target *target, const struct answer *answer, uint64_t where)
{
	const uint64_t least = target->pages * target->processes;
	/* What else runs counts in where all are asked about. */
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
		bench_fail("%s: %s finds the pages elsewhere", c->name, way->name);
}

/* Asks in each way once, and believes no answer. */
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
			bench_fail("%s: %s does not answer", c->name, way->name);
		ptscope_set_tap(bench->ps, NULL, NULL);
		check_answer(c, way, bench->target, &answer, where);
		where = where ?: answer.where;
		printf("count\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n",
		       c->name, way->name, answer.items, bytes, datagrams, calls);
	}
	if (c->frames && !where)
		bench_fail("%s: nobody says where the pages are", c->name);
}

/* Returns how long one asking took, or whatever else the way measures. */
static uint64_t ask(struct bench *bench, const struct bench_case *c, const struct way *way)
{
	struct answer answer = { 0 };
	uint64_t ns = bench_now();

	if (!way->read(bench, &answer))
		bench_fail("%s: %s does not answer", c->name, way->name);
	ns = bench_now() - ns;
	return answer.ns ?: ns;
}

/* Has the caches, and the emulator's translations, hold nothing of what was read before. */
static void forget(void)
{
	static volatile unsigned char other[CACHES];
	size_t i;

	/* Written to, lest all of it be one page of zeroes. */
	for (i = 0; i < CACHES; i += CACHE_LINE)
		other[i]++;
}

/* Returns what ask() says of it. */
static uint64_t take_turn(struct bench *bench, const struct bench_case *c, const struct way *way,
			  int round)
{
	uint64_t value;

	/*
	 * What one way leaves in caches would be what the next one is measured by,
	 * so that each has its own before it. Where sizes are compared nobody has
	 * any: what is small would fit, and what is large would not.
	 */
	if (c->cold)
		forget();
	else
		ask(bench, c, way);
	value = ask(bench, c, way);
	printf("time\t%s\t%s\t%d\t%" PRIu64 "\n", c->name, way->name, round, value);
	return value;
}

static void measure(struct bench *bench, const struct bench_case *c, struct target *targets,
		    const struct options *options)
{
	/* Instructions are the same each time; so are bytes, which nobody may take for time. */
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
		/* None must always follow the same one. */
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

/* Adds the peers that can always be asked, and leaves out what this kernel lacks. */
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
		if (has_scan || way->read != peer_pagemap_scan)
			*to++ = *way;
	to->name = NULL;
}

/* The targets of the case that was measured last. */
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
		target->pages += options->lie;
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
	pages = (targets[0].pages - options->lie) * targets[0].processes;
	/* How large its tables are. */
	if (!ours_census(bench, &census))
		bench_fail("%s: no census", c->name);
	printf("case\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\n", c->name, c->memory ? "bytes" : "us",
	       pages, targets[0].tables);
	validate(bench, c, targets, options->count);
	if (!options->count || !c->waits)
		measure(bench, c, targets, options);
	fflush(stdout);
}

/* On the last processor, so that the target has another one for itself. */
static void stay_apart(void)
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
		"  -r ROUNDS   rounds, in each of which each way is measured (7)\n"
		"  -d DIVISOR  targets of a fraction of their size\n"
		"  -c          count system calls, and memory in use; for one processor\n"
		"  -l          expect a page too many, which nobody can find\n"
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
			options.lie = 1;
		else
			usage();
	}
	if (options.rounds < 1 || !options.divisor)
		usage();

	stay_apart();
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
