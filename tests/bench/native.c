// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures on this machine, without a guest and without the module: how fast the
 * module's matching loop goes through synthetic leaf tables, and how fast the
 * running kernel's own interfaces report memory that is really resident.
 *
 *	scripts/bench-native [-j] [-m MIB] [-o MIB] [-r ENTRIES] [-t THREADS]
 *
 * Each figure is the best CPU time of ROUNDS, in which all take turns. None is compared with a
 * limit: the program fails only if a loop or an interface gives a wrong result.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif
#include "../random.h"
#include "../selftests/scan.h"
#include "native_loop.h"

#define ROUNDS 5
/* A measurement takes at least this long, so that the clock does not matter. */
#define MIN_NS 20000000ull
#define TABLE_BYTES (NATIVE_ENTRIES * sizeof(uint64_t))
#define MIB (1ull << 20)
/* Base pages of 4 KiB in a TiB. */
#define TIB_ENTRIES (1ull << 28)
#define IN_CACHE (4 * MIB)

static const unsigned int distances[] = { 0, 2, 4, 8, 16 };
/* The distance that is measured with several threads. */
#define THREADED_DISTANCE 8

static bool json;
static unsigned int rows;
static size_t page_size;
/* Entries of a run. */
static unsigned int run_length = NATIVE_ENTRIES;

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("bench-native: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

/* Of this thread, so that other programs count only as far as they share the caches. */
static uint64_t cpu_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

/* Columns: what, size in MiB, cache lines ahead (-1: does not apply), threads. */
static void report(const char *kind, const char *name, uint64_t mib, int ahead,
		   unsigned int threads, uint64_t entries, uint64_t ns)
{
	const double per_second = entries * 1e9 / ns;
	char lines[16] = "-";

	if (json) {
		printf("%s\n    {\"kind\": \"%s\", \"name\": \"%s\", \"mib\": %" PRIu64 ", ",
		       rows++ ? "," : "", kind, name, mib);
		if (ahead >= 0)
			printf("\"ahead\": %d, ", ahead);
		printf("\"threads\": %u, \"entries\": %" PRIu64 ", \"ns\": %" PRIu64
		       ", \"mentries_per_s\": %.1f, \"gb_per_s\": %.2f, \"s_per_tib\": %.3f}",
		       threads, entries, ns, per_second / 1e6, per_second * 8 / 1e9,
		       TIB_ENTRIES / per_second);
		return;
	}
	if (ahead >= 0)
		snprintf(lines, sizeof(lines), "%d", ahead);
	printf("%-6s %-20s %5" PRIu64 " %5s %7u %11.1f %6.2f %6.3f\n", kind, name, mib, lines,
	       threads, per_second / 1e6, per_second * 8 / 1e9, TIB_ENTRIES / per_second);
	fflush(stdout);
}

static void missing(const char *name, const char *why)
{
	if (!json)
		printf("# %s: %s\n", name, why);
}

static void *map(size_t bytes, int advice)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	if (memory == MAP_FAILED)
		fail("cannot map %zu bytes: %s", bytes, strerror(errno));
	madvise(memory, bytes, advice);
	return memory;
}

/* One thread of a measurement. */
struct worker {
	pthread_t thread;
	pthread_barrier_t *start;
	const struct native_loop *loop;
	uint64_t *const *table;
	size_t count;
	unsigned int ahead;
	unsigned int passes;
	uint64_t runs;
	uint64_t ns;
};

static void *work(void *arg)
{
	struct worker *worker = arg;
	uint64_t begun;
	unsigned int i;

	pthread_barrier_wait(worker->start);
	begun = cpu_ns();
	for (i = 0; i < worker->passes; i++)
		worker->runs = worker->loop->run(worker->table, worker->count, worker->ahead);
	worker->ns = cpu_ns() - begun;
	return NULL;
}

/* Returns the CPU time of the slowest thread. */
static uint64_t run_threads(const struct native_loop *loop, uint64_t *const *table, size_t count,
			    unsigned int ahead, unsigned int threads, unsigned int passes)
{
	struct worker *workers = calloc(threads, sizeof(*workers));
	pthread_barrier_t start;
	uint64_t ns = 0;
	unsigned int i;

	if (!workers)
		fail("out of memory");
	pthread_barrier_init(&start, NULL, threads);
	for (i = 0; i < threads; i++) {
		const size_t first = count * i / threads;

		workers[i] = (struct worker){
			.start = &start,
			.loop = loop,
			.table = table + first,
			.count = count * (i + 1) / threads - first,
			.ahead = ahead,
			.passes = passes,
		};
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			fail("cannot start %u threads", threads);
	}
	for (i = 0; i < threads; i++) {
		pthread_join(workers[i].thread, NULL);
		if (workers[i].runs != NATIVE_NO_RUNS &&
		    workers[i].runs != workers[i].count * (NATIVE_ENTRIES / run_length))
			fail("%s: %" PRIu64 " runs in %zu tables", loop->name, workers[i].runs,
			     workers[i].count);
		if (workers[i].ns > ns)
			ns = workers[i].ns;
	}
	pthread_barrier_destroy(&start);
	free(workers);
	return ns;
}

/* What is measured of a loop, and the best that was measured. */
struct measurement {
	const struct native_loop *loop;
	unsigned int ahead;
	unsigned int threads;
	unsigned int passes;
	uint64_t best;
};

static void measure_once(struct measurement *measurement, uint64_t *const *table, size_t count)
{
	uint64_t ns;

	/* The first time shows how often to repeat it, and is not counted. */
	if (!measurement->passes) {
		ns = run_threads(measurement->loop, table, count, measurement->ahead,
				 measurement->threads, 1);
		measurement->passes = ns < MIN_NS ? MIN_NS / (ns ?: 1) + 1 : 1;
	}
	ns = run_threads(measurement->loop, table, count, measurement->ahead,
			 measurement->threads, measurement->passes);
	if (!measurement->best || ns < measurement->best)
		measurement->best = ns;
}

/*
 * Present, writable, user, accessed, no-execute, as Linux has them on x86-64, and dirty
 * in every second run. The entries of a run differ in the frame alone.
 */
#define ENTRY 0x8000000000000027ull
#define DIRTY 0x40ull

static void fill_tables(uint64_t *entry, size_t count)
{
	uint64_t random = 1;
	size_t i;

	for (i = 0; i < count * NATIVE_ENTRIES; i++)
		entry[i] = ENTRY | (i / run_length & 1 ? DIRTY : 0) |
			   (random_next(&random) & 0xfffffff) << 12;
}

/* In an order in which no table follows the one before it in memory. */
static uint64_t **scattered(uint64_t *entry, size_t count)
{
	uint64_t **table = malloc(count * sizeof(*table));
	uint64_t random = 2;
	size_t i;

	if (!table)
		fail("out of memory");
	for (i = 0; i < count; i++)
		table[i] = entry + i * NATIVE_ENTRIES;
	random_shuffle(&random, (const void **)table, count);
	return table;
}

static void measure_loops(size_t bytes, unsigned int max_threads)
{
	const size_t count = bytes / TABLE_BYTES;
	struct measurement all[128];
	uint64_t *memory, **table;
	unsigned int round;
	size_t i, j, n = 0;

	/* The kernel's direct map has huge pages, too. */
	memory = map(bytes, MADV_HUGEPAGE);
	fill_tables(memory, count);
	table = scattered(memory, count);
	for (i = 0; i < native_loop_count; i++) {
		unsigned int threads = 1;

		for (j = 0; j < sizeof(distances) / sizeof(*distances); j++)
			all[n++] = (struct measurement){ &native_loops[i], distances[j], 1, 0, 0 };
		while (threads < max_threads) {
			threads = 2 * threads < max_threads ? 2 * threads : max_threads;
			all[n++] = (struct measurement){
				&native_loops[i], THREADED_DISTANCE, threads, 0, 0
			};
		}
	}
	/* In turns, so that something else that runs meanwhile disturbs all alike. */
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < n; i++)
			measure_once(&all[i], table, count);
	for (i = 0; i < n; i++)
		report("loop", all[i].loop->name, bytes / MIB, all[i].ahead, all[i].threads,
		       (uint64_t)count * NATIVE_ENTRIES * all[i].passes, all[i].best);
	free(table);
	munmap(memory, bytes);
}

/*
 * Interfaces of the running kernel. Each reports on @bytes at @memory, all of which
 * is resident, in base pages; returns false if the kernel lacks it.
 */
struct reader {
	const char *name;
	bool (*read)(const char *memory, size_t bytes);
};

static bool read_pagemap(const char *memory, size_t bytes)
{
	static uint64_t entries[1 << 16];
	const size_t pages = bytes / page_size;
	size_t page = 0, resident = 0, i;
	int fd = open("/proc/self/pagemap", O_RDONLY);

	if (fd < 0)
		return false;
	while (page < pages) {
		const size_t some = pages - page < 1 << 16 ? pages - page : 1 << 16;

		if (pread(fd, entries, some * 8, ((uintptr_t)memory / page_size + page) * 8) !=
		    (ssize_t)(some * 8))
			fail("cannot read pagemap: %s", strerror(errno));
		for (i = 0; i < some; i++)
			resident += entries[i] >> 63;
		page += some;
	}
	close(fd);
	if (resident != pages)
		fail("pagemap: %zu of %zu pages are resident", resident, pages);
	return true;
}

static bool scan(const char *memory, size_t bytes, uint64_t categories)
{
	static struct page_region regions[4096];
	struct pm_scan_arg arg = {
		.size = sizeof(arg),
		.start = (uintptr_t)memory,
		.end = (uintptr_t)memory + bytes,
		.vec = (uintptr_t)regions,
		.vec_len = 4096,
		.category_anyof_mask = categories,
		.return_mask = categories,
	};
	int fd = open("/proc/self/pagemap", O_RDONLY), count, i;
	uint64_t found = 0;

	if (fd < 0)
		return false;
	while (arg.start < arg.end) {
		count = ioctl(fd, PAGEMAP_SCAN, &arg);
		if (count < 0) {
			if (errno != ENOTTY && errno != EINVAL)
				fail("PAGEMAP_SCAN: %s", strerror(errno));
			close(fd);
			return false;
		}
		for (i = 0; i < count; i++)
			found += regions[i].end - regions[i].start;
		arg.start = arg.walk_end;
	}
	close(fd);
	if (found != bytes)
		fail("PAGEMAP_SCAN: %" PRIu64 " of %zu bytes are resident", found, bytes);
	return true;
}

static bool read_scan_present(const char *memory, size_t bytes)
{
	return scan(memory, bytes, SCAN_PRESENT);
}

static bool read_scan_all(const char *memory, size_t bytes)
{
	return scan(memory, bytes, SCAN_ALL);
}

static bool read_mincore(const char *memory, size_t bytes)
{
	static unsigned char resident[1 << 18];
	const size_t pages = bytes / page_size;
	size_t page, i, count = 0;

	for (page = 0; page < pages; page += 1 << 18) {
		const size_t some = pages - page < 1 << 18 ? pages - page : 1 << 18;

		if (mincore((void *)(memory + page * page_size), some * page_size, resident))
			fail("mincore: %s", strerror(errno));
		for (i = 0; i < some; i++)
			count += resident[i] & 1;
	}
	if (count != pages)
		fail("mincore: %zu of %zu pages are resident", count, pages);
	return true;
}

/* The largest number that follows @word in a file of /proc/self, in units of @unit. */
static bool read_text(const char *path, const char *word, uint64_t unit, size_t bytes)
{
	static char text[1 << 16];
	FILE *file = fopen(path, "r");
	uint64_t most = 0;

	if (!file)
		return false;
	while (fgets(text, sizeof(text), file)) {
		const char *at = strstr(text, word);
		uint64_t value = at ? strtoull(at + strlen(word), NULL, 10) : 0;

		if (value > most)
			most = value;
	}
	fclose(file);
	if (most * unit < bytes)
		fail("%s: %" PRIu64 " of %zu bytes are resident", path, most * unit, bytes);
	return true;
}

static bool read_smaps_rollup(const char *memory, size_t bytes)
{
	(void)memory;
	return read_text("/proc/self/smaps_rollup", "Rss:", 1024, bytes);
}

static bool read_numa_maps(const char *memory, size_t bytes)
{
	(void)memory;
	return read_text("/proc/self/numa_maps", "anon=", page_size, bytes);
}

static const struct reader readers[] = {
	{ "pagemap", read_pagemap },
	{ "PAGEMAP_SCAN present", read_scan_present },
	{ "PAGEMAP_SCAN all", read_scan_all },
	{ "mincore", read_mincore },
	{ "smaps_rollup", read_smaps_rollup },
	{ "numa_maps", read_numa_maps },
};

static void measure_readers(size_t bytes)
{
	const size_t count = sizeof(readers) / sizeof(*readers);
	char *memory = map(bytes, MADV_NOHUGEPAGE);
	uint64_t best[sizeof(readers) / sizeof(*readers)] = {};
	unsigned int round;
	size_t i;

	for (i = 0; i < bytes; i += page_size)
		memory[i] = 1;
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < count; i++) {
			const uint64_t begun = cpu_ns();
			uint64_t ns;

			if (!readers[i].read(memory, bytes))
				continue;
			ns = cpu_ns() - begun;
			if (!best[i] || ns < best[i])
				best[i] = ns;
		}
	}
	for (i = 0; i < count; i++) {
		if (best[i])
			report("kernel", readers[i].name, bytes / MIB, -1, 1, bytes / page_size,
			       best[i]);
		else
			missing(readers[i].name, "this kernel does not have it");
	}
	munmap(memory, bytes);
}

/* "model name" of /proc/cpuinfo, or what stands in its place on other machines. */
static void cpu_model(char *model, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	struct utsname name;
	char line[256];

	uname(&name);
	snprintf(model, size, "unknown processor (%s)", name.machine);
	while (file && fgets(line, sizeof(line), file)) {
		char *colon = strchr(line, ':');

		if (!colon || (strncmp(line, "model name", 10) && strncmp(line, "CPU part", 8)))
			continue;
		snprintf(model, size, "%.*s", (int)strcspn(colon + 2, "\"\\\n"), colon + 2);
		break;
	}
	if (file)
		fclose(file);
}

/* QEMU's emulator says who it is in CPUID, whatever processor it imitates. */
static bool is_emulated(void)
{
#ifdef __x86_64__
	unsigned int a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & 1u << 31))
		return false;
	__cpuid(0x40000000, a, b, c, d);
	return b == 0x54474354;		/* "TCGT" */
#else
	return false;
#endif
}

/* Bytes that can be had without swapping; 0 if unknown. */
static uint64_t available(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	uint64_t kib = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %" SCNu64, &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib * 1024;
}

static uint64_t number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);

	if (end == text || *end || !value)
		fail("invalid number: '%s'", text);
	return value;
}

static void usage(FILE *file)
{
	fputs("usage: scripts/bench-native [-j] [-m MIB] [-o MIB] [-r ENTRIES] [-t THREADS]\n"
	      "\n"
	      "  -j          print JSON\n"
	      "  -m MIB      resident memory for the kernel's interfaces (2048, or a\n"
	      "              quarter of what is available)\n"
	      "  -o MIB      tables that do not fit into the cache (2048, as many as 1 TiB\n"
	      "              of memory has; or a quarter of what is available)\n"
	      "  -r ENTRIES  length of a run in the tables, a power of two (512)\n"
	      "  -t THREADS  at most so many threads (one per processor)\n", file);
}

int main(int argc, char **argv)
{
	const uint64_t quarter = available() / 4 / MIB;
	uint64_t resident = 2048, large = 2048, threads = sysconf(_SC_NPROCESSORS_ONLN);
	struct utsname system;
	char model[128];
	int option;

	if (quarter && quarter < resident) {
		resident = quarter;
		large = quarter;
	}
	while ((option = getopt(argc, argv, "hjm:o:r:t:")) != -1) {
		switch (option) {
		case 'h':
			usage(stdout);
			return 0;
		case 'j':
			json = true;
			break;
		case 'm':
			resident = number(optarg);
			break;
		case 'o':
			large = number(optarg);
			break;
		case 'r':
			run_length = number(optarg);
			if (run_length > NATIVE_ENTRIES || run_length & (run_length - 1))
				fail("invalid length of a run: '%s'", optarg);
			break;
		case 't':
			threads = number(optarg);
			break;
		default:
			usage(stderr);
			return 2;
		}
	}
	page_size = sysconf(_SC_PAGESIZE);
	cpu_model(model, sizeof(model));
	uname(&system);
	if (json)
		printf("{\n  \"cpu\": \"%s\",\n  \"native\": %s,\n  \"kernel\": \"%s\",\n"
		       "  \"cpus\": %ld,\n  \"page_size\": %zu,\n  \"rounds\": %d,\n"
		       "  \"run_entries\": %u,\n  \"rows\": [",
		       model, is_emulated() ? "false" : "true", system.release,
		       sysconf(_SC_NPROCESSORS_ONLN), page_size, ROUNDS, run_length);
	else
		printf("# %s, %ld online, Linux %s: %s\n"
		       "# best CPU time of %d rounds; an entry is 8 bytes and stands for a base page\n"
		       "%-6s %-20s %5s %5s %7s %11s %6s %6s\n", model,
		       sysconf(_SC_NPROCESSORS_ONLN), system.release,
		       is_emulated() ? "EMULATED, the figures mean nothing" : "native figures",
		       ROUNDS, "KIND", "NAME", "MIB", "AHEAD", "THREADS", "M ENTRY/S", "GB/S", "S/TIB");

	measure_readers(resident * MIB);
	measure_loops(IN_CACHE, threads);
	measure_loops(large * MIB, threads);
	if (json)
		puts("\n  ]\n}");
	return 0;
}
