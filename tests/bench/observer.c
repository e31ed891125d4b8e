// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much a process is slowed down by being read. It works (see work.c) on one CPU, alone
 * or while a scanner on the other CPU reads it in a loop. The scanner "busy" only uses the
 * CPU: that is the cost without a spare CPU. Each measurement is compared with the one
 * before it, alone, because the speed of the machine changes. Prints tab-separated lines:
 *
 *	latency alone OP COUNT MEDIAN P99 MAX
 *	latency SCANNER OP COUNT MEDIAN P99 MAX
 *		nanoseconds per operation: all operations alone, and then all beside the
 *		scanner, in the same order
 *	looks SCANNER COUNT
 *		number of scans in that time
 *	hold TARGET SCANNER COUNT LONGEST
 *		how often one scan takes the target's mmap_lock, and the longest hold in
 *		microseconds
 *	window TARGET SCANNER COUNT MEDIAN LONGEST
 *		how often one scan disables interrupts to read a table, and for how many
 *		nanoseconds; only if the kernel has the function_graph tracer
 *
 * The last two are traced, which slows down the scan, in a guest of their own (see
 * trace.c). They also have targets with many VMAs, with distant pages, with memory in the
 * page cache only, and with a DAX file; and runs with all combinations of details. The
 * scanner of the page cache has a target of its own.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../random.h"
#include "bench.h"
#include "trace.h"

/**
 * struct scanner - reads the target
 * @name: name
 * @read: one scan; NULL to do nothing
 * @ours: it is ptscope
 * @frames: as in struct bench
 * @cache: with page cache look-ups
 */
struct scanner {
	const char *name;
	reader_fn read;
	bool ours;
	bool frames;
	bool cache;
};

/* Uses the CPU and reads nothing. */
static bool busy(struct bench *bench, struct answer *answer)
{
	const uint64_t until = bench_now() + 5000000;

	while (bench_now() < until)
		;
	answer->pages = bench->target->pages;
	return true;
}

static const struct scanner idle = { .name = "alone" };

static const struct scanner scanners[] = {
	{ .name = "busy", .read = busy },
	{ .name = "ours, census", .read = ours_census, .ours = true },
	{ .name = "ours, runs", .read = ours_runs, .ours = true },
	{ .name = "ours, frames", .read = ours_runs, .ours = true, .frames = true },
	{ .name = "pagemap", .read = peer_pagemap },
	{ .name = "pagemap_scan", .read = peer_pagemap_scan },
	{ .name = "smaps", .read = peer_smaps },
	{ .name = "smaps_rollup", .read = peer_smaps_rollup },
};

/* For the target with the most VMAs. */
static const struct scanner vma_scanner = {
	.name = "ours, VMAs", .read = ours_vmas, .ours = true
};

/* For the target with memory in the page cache only. */
static const struct scanner cache_scanner = {
	.name = "ours, cache", .read = ours_vmas, .ours = true, .cache = true
};

#define SCANNERS (sizeof(scanners) / sizeof(scanners[0]))

static void look(struct bench *bench, const struct scanner *scanner, bool still)
{
	struct answer answer = { 0 };

	bench->frames = scanner->frames;
	ptscope_set_cache(bench->ps, scanner->cache);
	if (!scanner->read(bench, &answer))
		bench_fail("%s failed", scanner->name);
	/*
	 * smaps_rollup of some kernels, which drops mmap_lock, misses pages while mappings
	 * change.
	 */
	if (still && answer.pages < bench->target->pages)
		bench_fail("%s finds %" PRIu64 " pages of %" PRIu64, scanner->name, answer.pages,
			   bench->target->pages);
}

static bool can_look(const struct bench *bench, const struct scanner *scanner)
{
	return scanner->read != peer_pagemap_scan || has_pagemap_scan(bench->target);
}

/* Scans until the target has finished its work, and prints its result. */
static void measure_beside(struct bench *bench, const struct scanner *scanner,
			   unsigned int milliseconds)
{
	struct pollfd done = { .fd = fileno(bench->target->answers), .events = POLLIN };
	char line[512], *at = line, op[16];
	uint64_t count, median, p99, max, looks = 0;
	int length;

	fprintf(bench->target->questions, "work %u\n", milliseconds);
	fflush(bench->target->questions);
	while (!poll(&done, 1, scanner->read ? 0 : -1)) {
		look(bench, scanner, false);
		looks++;
	}
	if (!fgets(line, sizeof(line), bench->target->answers) || strncmp(line, "work ", 5))
		bench_fail("invalid line of the target: %s", line);
	for (at += 5; sscanf(at, "%15s %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 "%n", op,
			     &count, &median, &p99, &max, &length) == 5; at += length)
		printf("latency\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n",
		       scanner->name, op, count, median, p99, max);
	printf("looks\t%s\t%" PRIu64 "\n", scanner->name, looks);
	fflush(stdout);
}

/**
 * struct holds - holds of mmap_lock
 * @own: mm of this process, as in the trace
 * @other: mm whose lock is held
 * @since: start of the hold
 * @count: number of holds
 * @longest: longest hold
 */
struct holds {
	uint64_t own;
	uint64_t other;
	uint64_t since;
	uint64_t count;
	uint64_t longest;
};

static void note_hold(void *arg, const char *line)
{
	struct holds *holds = arg;
	uint64_t mm, time = trace_time(line);

	if (!trace_number(line, " mm=", 16, &mm))
		return;
	/* The first event is the munmap() of trace_holds(). */
	if (!holds->own)
		holds->own = mm;
	if (mm == holds->own)
		return;
	if (strstr(line, " mmap_lock_acquire_returned: ") && strstr(line, "success=true")) {
		holds->other = mm;
		holds->since = time;
		holds->count++;
	} else if (strstr(line, " mmap_lock_released: ") && mm == holds->other) {
		if (time - holds->since > holds->longest)
			holds->longest = time - holds->since;
		holds->other = 0;
	}
}

static void trace_holds(struct bench *bench, const char *target, const struct scanner *scanner)
{
	static const char *const events[] = {
		"mmap_lock/mmap_lock_acquire_returned", "mmap_lock/mmap_lock_released", NULL
	};
	struct holds holds = { 0 };

	trace_begin(events);
	/* Takes the mmap_lock of this process. */
	munmap(mmap(NULL, bench->page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	       bench->page_size);
	look(bench, scanner, true);
	trace_end(events);
	trace_read(note_hold, &holds);
	if (!holds.own)
		bench_fail("no mmap_lock event was traced");
	printf("hold\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\n", target, scanner->name, holds.count,
	       holds.longest);
}

#define WINDOW_TRACER "function_graph"
#define WINDOWS (1u << 17)

struct windows {
	uint32_t ns[WINDOWS];
	size_t count;
};

/* CPU) DURATION us | FUNCTION(), with a mark before a long DURATION. */
static void note_window(void *arg, const char *line)
{
	struct windows *windows = arg;
	const char *at = strstr(line, ")");
	double us;

	if (!at || !strstr(line, "_window"))
		return;
	at += 1 + strspn(at + 1, " +!#*@$");
	if (sscanf(at, "%lf us", &us) == 1 && windows->count < WINDOWS)
		windows->ns[windows->count++] = us * 1000;
}

static int compare(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static struct windows windows;

/*
 * Adds the windows of one scan to @windows: calls of the module's functions named *_window,
 * which read tables with interrupts off.
 */
static void collect_windows(struct bench *bench, const struct scanner *scanner)
{
	static const char *const none[] = { NULL };
	const size_t before = windows.count;

	trace_set("set_ftrace_filter", "*_window:mod:ptscope");
	trace_set("current_tracer", WINDOW_TRACER);
	trace_begin(none);
	look(bench, scanner, true);
	trace_end(none);
	trace_read(note_window, &windows);
	trace_set("current_tracer", "nop");
	trace_set("set_ftrace_filter", "");
	if (windows.count == before)
		bench_fail("no window was traced");
}

static void print_windows(const char *target, const char *scanner)
{
	qsort(windows.ns, windows.count, sizeof(*windows.ns), compare);
	printf("window\t%s\t%s\t%zu\t%u\t%u\n", target, scanner, windows.count,
	       windows.ns[windows.count / 2], windows.ns[windows.count - 1]);
	fflush(stdout);
	windows.count = 0;
}

static void trace_windows(struct bench *bench, const char *target, const struct scanner *scanner)
{
	collect_windows(bench, scanner);
	print_windows(target, scanner->name);
}

/* Size of the memory in the page cache. */
#define CACHED_SIZE "0x40000000"
/* Below the limit of VMAs, with some left for the program itself. */
#define MOST_VMAS "65500"
/* One page per GiB, 1024 GiB. */
#define FAR_SIZE "0x10000000000"
#define FAR_STRIDE "0x40000000"

/* Number of PTSCOPE_DETAIL_* bits. */
#define DETAILS 5

static void pin(pid_t pid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(pid, sizeof(set), &set))
		bench_fail("CPU %d: %s", cpu, strerror(errno));
}

/* Latencies beside a scan of a large hole in the page cache. */
static void measure_cache(struct bench *bench, int rounds, unsigned int milliseconds)
{
	struct target *before = bench->target, target;
	int round;

	target_start(&target, (char *[]){ "cached", CACHED_SIZE, NULL });
	bench->target = &target;
	pin(target.pid, 0);
	look(bench, &cache_scanner, true);
	for (round = 0; round < rounds; round++) {
		measure_beside(bench, &idle, milliseconds);
		measure_beside(bench, &cache_scanner, milliseconds);
	}
	target_stop(&target);
	bench->target = before;
}

static void measure_latency(struct bench *bench, int rounds, unsigned int milliseconds)
{
	const void *order[SCANNERS];
	uint64_t random = 1;
	size_t count = 0, i;
	int round;

	pin(bench->target->pid, 0);
	pin(0, 1);
	for (i = 0; i < SCANNERS; i++) {
		if (!can_look(bench, &scanners[i]))
			continue;
		look(bench, &scanners[i], true);
		order[count++] = &scanners[i];
	}
	for (round = 0; round < rounds; round++) {
		/* A random order, so that no scanner always follows the same one. */
		random_shuffle(&random, order, count);
		for (i = 0; i < count; i++) {
			measure_beside(bench, &idle, milliseconds);
			measure_beside(bench, order[i], milliseconds);
		}
	}
	measure_cache(bench, rounds, milliseconds);
}

static void trace_scanner(struct bench *bench, const char *target, const struct scanner *scanner)
{
	if (scanner->read == busy || !can_look(bench, scanner))
		return;
	trace_holds(bench, target, scanner);
	if (scanner->ours && trace_has(WINDOW_TRACER))
		trace_windows(bench, target, scanner);
}

/* Windows of runs with all combinations of details. */
static void trace_details(struct bench *bench, const char *target)
{
	static const struct scanner scanner = {
		.name = "ours, any details", .read = ours_runs, .ours = true
	};

	if (!trace_has(WINDOW_TRACER))
		return;
	for (bench->detail = 0; bench->detail < 1u << DETAILS; bench->detail++)
		collect_windows(bench, &scanner);
	bench->detail = 0;
	print_windows(target, scanner.name);
}

/*
 * Windows and holds of ptscope's scanners for another target, and of @scanner unless it is
 * NULL; with @details also runs with all combinations.
 */
static void trace_ours(struct bench *bench, const char *name, char *const arguments[],
		       const struct scanner *scanner, bool details)
{
	struct target *dense = bench->target, target;
	size_t i;

	target_start(&target, arguments);
	bench->target = &target;
	for (i = 0; i < SCANNERS; i++)
		if (scanners[i].ours)
			trace_scanner(bench, name, &scanners[i]);
	if (scanner)
		trace_scanner(bench, name, scanner);
	if (details)
		trace_details(bench, name);
	target_stop(&target);
	bench->target = dense;
}

static void trace_scanners(struct bench *bench)
{
	size_t i;

	if (!trace_has(WINDOW_TRACER))
		fprintf(stderr, "observer: no windows are measured: the kernel has no function_graph tracer\n");
	for (i = 0; i < SCANNERS; i++)
		trace_scanner(bench, "dense", &scanners[i]);
	trace_details(bench, "dense");
	trace_ours(bench, "vmas", (char *[]){ "vmas", MOST_VMAS, NULL }, &vma_scanner, false);
	trace_ours(bench, "terabyte", (char *[]){ "spread", FAR_SIZE, FAR_SIZE, FAR_STRIDE, NULL },
		   NULL, false);
	trace_ours(bench, "cached", (char *[]){ "cached", CACHED_SIZE, NULL }, &cache_scanner,
		   false);
}

static _Noreturn void usage(void)
{
	fprintf(stderr, "usage: observer latency BYTES ROUNDS MILLISECONDS\n"
			"       observer trace BYTES\n"
			"       observer dax BYTES FILE\n");
	exit(2);
}

int main(int argc, char **argv)
{
	struct bench bench = { .page_size = sysconf(_SC_PAGESIZE) };
	struct target target;

	if (argc < 3)
		usage();
	bench.ps = ptscope_new();
	if (!bench.ps || ptscope_connect(bench.ps))
		bench_fail("%s", bench.ps ? ptscope_message(bench.ps) : "out of memory");
	if (argc == 4 && !strcmp(argv[1], "dax")) {
		trace_ours(&bench, "dax", (char *[]){ "file", argv[3], argv[2], NULL },
			   &cache_scanner, true);
		ptscope_free(bench.ps);
		return 0;
	}
	target_start(&target, (char *[]){ "spread", argv[2], argv[2], "4096", NULL });
	bench.target = &target;
	if (argc == 5 && !strcmp(argv[1], "latency") && atoi(argv[3]) > 0 && atoi(argv[4]) > 0)
		measure_latency(&bench, atoi(argv[3]), atoi(argv[4]));
	else if (argc == 3 && !strcmp(argv[1], "trace"))
		trace_scanners(&bench);
	else
		usage();
	target_stop(&target);
	ptscope_free(bench.ps);
	return 0;
}
