// SPDX-License-Identifier: GPL-2.0-only
/*
 * The most kernel memory that a request uses at once, by the tracepoints of the allocators.
 * Memory that another process frees, and pages of slab caches, are counted in addition, so
 * that the true value may be lower.
 */
#include <string.h>
#include <unistd.h>
#include "bench.h"
#include "trace.h"

/* More objects than any request uses. */
#define OBJECTS 65536

/**
 * struct object - an allocation
 * @key: address, or frame number
 * @size: in bytes
 */
struct object {
	uint64_t key;
	uint64_t size;
};

struct ledger {
	struct object object[OBJECTS];
	size_t count;
	uint64_t used;
	uint64_t peak;
};

/* From the end: most objects are freed soon. */
static void freed(struct ledger *ledger, uint64_t key)
{
	size_t i = ledger->count;

	while (i-- > 0) {
		if (ledger->object[i].key != key)
			continue;
		ledger->used -= ledger->object[i].size;
		ledger->object[i] = ledger->object[--ledger->count];
		return;
	}
}

static void allocated(struct ledger *ledger, uint64_t key, uint64_t size)
{
	/* It was allocated before the trace. */
	freed(ledger, key);
	if (ledger->count == OBJECTS)
		bench_fail("more than %d things are in use in the kernel", OBJECTS);
	ledger->object[ledger->count++] = (struct object){ key, size };
	ledger->used += size;
	if (ledger->used > ledger->peak)
		ledger->peak = ledger->used;
}

/*
 * Slab objects are known by address, pages by frame. Large slab objects are traced as pages
 * as well.
 */
static void enter(void *arg, const char *line)
{
	struct ledger *ledger = arg;
	const uint64_t page_size = sysconf(_SC_PAGESIZE);
	uint64_t key, size;

	if (strstr(line, " kmalloc: ") || strstr(line, " kmem_cache_alloc: ")) {
		if (trace_number(line, " ptr=", 16, &key) &&
		    trace_number(line, " bytes_alloc=", 10, &size) && size <= 2 * page_size)
			allocated(ledger, key, size);
	} else if (strstr(line, " mm_page_alloc: ")) {
		if (trace_number(line, " pfn=", 16, &key) &&
		    trace_number(line, " order=", 10, &size))
			allocated(ledger, key, page_size << size);
	} else if (strstr(line, " kfree: ") || strstr(line, " kmem_cache_free: ")) {
		if (trace_number(line, " ptr=", 16, &key))
			freed(ledger, key);
	} else if (strstr(line, " mm_page_free: ")) {
		if (trace_number(line, " pfn=", 16, &key))
			freed(ledger, key);
	}
}

/* answer->ns is a number of bytes. */
bool ours_runs_memory(struct bench *bench, struct answer *answer)
{
	static const char *const events[] = {
		"kmem/kmalloc", "kmem/kmem_cache_alloc", "kmem/kfree", "kmem/kmem_cache_free",
		"kmem/mm_page_alloc", "kmem/mm_page_free", NULL
	};
	static struct ledger ledger;
	bool good;

	ledger.count = 0;
	ledger.used = 0;
	ledger.peak = 0;
	trace_begin(events);
	good = ours_present_runs(bench, answer);
	trace_end(events);
	trace_read(enter, &ledger);
	answer->ns = ledger.peak;
	/* Each request allocates memory. */
	return good && ledger.peak;
}
