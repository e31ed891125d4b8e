// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does a process notice of being looked at? It works (see work.c) on one
 * processor for a while alone, and then for as long while it is asked about from
 * another one without pause; or while that one is busy with something else, which
 * is what a machine without processors to spare takes by itself. Machines are now
 * faster and now slower, so that each is to be held against the time just before.
 * Prints, in columns that tabs divide:
 *
 *	latency alone OP COUNT MEDIAN P99 MAX
 *	latency SCANNER OP COUNT MEDIAN P99 MAX
 *		of a while, in nanoseconds: all that is done alone, and then all
 *		that is done beside the scanner, in the same order
 *	looks SCANNER COUNT
 *		how often the scanner looked, in that while
 *	hold TARGET SCANNER COUNT LONGEST
 *		how often one question takes the target's mmap_lock, and how
 *		long it holds it at the most, in microseconds
 *	window TARGET SCANNER COUNT MEDIAN LONGEST
 *		how often one question switches interrupts off to read a table,
 *		and for how long, in nanoseconds; if the kernel traces functions
 *
 * The last two are measured by tracing, which takes time itself; and in a guest
 * of their own (see trace.c). They are also measured of targets that are unlike
 * the one that works: of many VMAs, of few pages far apart, of memory that is in the
 * page cache alone, and of a file whose frames have no page of the kernel's; and of
 * runs with every choice of details. Whoever looks into the page cache has a target
 * of its own for latencies, too.
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
 * struct scanner - someone who looks
 * @name: its name
 * @read: looks once; NULL if nobody is to look
 * @ours: ptscope does
 * @frames: as in struct bench
 * @cache: it looks into the page cache
 */
struct scanner {
	const char *name;
	reader_fn read;
	bool ours;
	bool frames;
	bool cache;
};

/* Somebody is busy, and looks at nobody. */
static bool busy(struct bench *bench, struct answer *answer)
{
	const uint64_t until = bench_now() + 5000000;

	while (bench_now() < until)
		;
	answer->pages = bench->target->pages;
	return true;
}

static const struct scanner nobody = { .name = "alone" };

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

/* Looks at what has most VMAs. */
static const struct scanner vma_scanner = {
	.name = "ours, VMAs", .read = ours_vmas, .ours = true
};

/* Looks at what is in the page cache alone. */
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
		bench_fail("%s does not answer", scanner->name);
	/*
	 * While mappings come and go, readers that let go of the lock may lose
	 * their place: smaps_rollup of some kernels does.
	 */
	if (still && answer.pages < bench->target->pages)
		bench_fail("%s finds %" PRIu64 " pages of %" PRIu64, scanner->name, answer.pages,
			   bench->target->pages);
}

static bool can_look(const struct bench *bench, const struct scanner *scanner)
{
	return scanner->read != peer_pagemap_scan || has_pagemap_scan(bench->target);
}

/* Looks until the target has done its work, and lets it tell. */
static void disturb(struct bench *bench, const struct scanner *scanner, unsigned int milliseconds)
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
		bench_fail("the target says: %s", line);
	for (at += 5; sscanf(at, "%15s %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 "%n", op,
			     &count, &median, &p99, &max, &length) == 5; at += length)
		printf("latency\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n",
		       scanner->name, op, count, median, p99, max);
	printf("looks\t%s\t%" PRIu64 "\n", scanner->name, looks);
	fflush(stdout);
}

/**
 * struct holds - how mmap_lock is held
 * @own: this process's, by the name that the trace gives it
 * @other: the one that is held
 * @since: since when
 * @count: how often it was taken
 * @longest: how long it was held at the most
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
	/* The first one to be locked is our own. */
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
	/* This takes our own. */
	munmap(mmap(NULL, bench->page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	       bench->page_size);
	look(bench, scanner, true);
	trace_end(events);
	trace_read(note_hold, &holds);
	if (!holds.own)
		bench_fail("nothing was traced");
	printf("hold\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\n", target, scanner->name, holds.count,
	       holds.longest);
}

#define WINDOW_TRACER "function_graph"
#define WINDOWS (1u << 17)

struct windows {
	uint32_t ns[WINDOWS];
	size_t count;
};

/* CPU) DURATION us | FUNCTION(), with a mark before DURATION if it is long. */
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
 * Adds to @windows those of one look. All functions of the module that read tables
 * have names of this form.
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

/* What a target has in the page cache alone. */
#define CACHED_SIZE "0x40000000"
/* As many VMAs as a process may have, and room for the program's own. */
#define MOST_VMAS "65500"
/* A page in each GiB of a TiB. */
#define FAR_SIZE "0x10000000000"
#define FAR_STRIDE "0x40000000"

/* Bits of PTSCOPE_DETAIL_*. */
#define DETAILS 5

static void pin(pid_t pid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(pid, sizeof(set), &set))
		bench_fail("processor %d: %s", cpu, strerror(errno));
}

/* A process that waits for a hole of the page cache to be looked through. */
static void measure_cache(struct bench *bench, int rounds, unsigned int milliseconds)
{
	struct target *before = bench->target, target;
	int round;

	target_start(&target, (char *[]){ "cached", CACHED_SIZE, NULL });
	bench->target = &target;
	pin(target.pid, 0);
	look(bench, &cache_scanner, true);
	for (round = 0; round < rounds; round++) {
		disturb(bench, &nobody, milliseconds);
		disturb(bench, &cache_scanner, milliseconds);
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
		/* What one leaves behind must not always meet the same one. */
		random_shuffle(&random, order, count);
		for (i = 0; i < count; i++) {
			disturb(bench, &nobody, milliseconds);
			disturb(bench, order[i], milliseconds);
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

/* Runs with every choice of details, all of them together. */
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
 * Ours alone: others have nothing to show but that they take longer. @scanner, unless
 * it is NULL, looks besides, and if @details is set runs are asked for in all ways.
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
		fprintf(stderr, "observer: no windows are measured: the kernel does not trace functions\n");
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
