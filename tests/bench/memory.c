// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much of the kernel's memory a question has in use at once, by the events
 * that the kernel's allocators trace. What was freed by others than the asker
 * counts as still in use, and pages that are fetched to make small objects of
 * count beside these, so that the truth may be less.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench.h"

#define TRACING "/sys/kernel/tracing/"

/* More things than any question should have in use. */
#define OBJECTS 65536

/**
 * struct object - something allocated
 * @key: its address, or its frame's number
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

static void trace_set(const char *name, const char *value)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), TRACING "%s", name);
	file = fopen(path, "we");
	if (!file || fputs(value, file) < 0 || fclose(file))
		bench_fail("%s: %s", path, strerror(errno));
}

static void trace_events(const char *on)
{
	static const char *const events[] = {
		"kmalloc", "kmem_cache_alloc", "kfree", "kmem_cache_free",
		"mm_page_alloc", "mm_page_free",
	};
	char name[64];
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		snprintf(name, sizeof(name), "events/kmem/%s/enable", events[i]);
		trace_set(name, on);
	}
}

static bool number_after(const char *line, const char *key, int base, uint64_t *number)
{
	const char *at = strstr(line, key);

	if (at)
		*number = strtoull(at + strlen(key), NULL, base);
	return at;
}

/* What is freed soon is found soon, from the end. */
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
	/* Its end was not seen. */
	freed(ledger, key);
	if (ledger->count == OBJECTS)
		bench_fail("more than %d things are in use in the kernel", OBJECTS);
	ledger->object[ledger->count++] = (struct object){ key, size };
	ledger->used += size;
	if (ledger->used > ledger->peak)
		ledger->peak = ledger->used;
}

/*
 * Objects are known by their address, pages by their frame. Large objects are
 * pages, and come as such, too.
 */
static void enter(struct ledger *ledger, const char *line)
{
	const uint64_t page_size = sysconf(_SC_PAGESIZE);
	uint64_t key, size;

	if (strstr(line, " kmalloc: ") || strstr(line, " kmem_cache_alloc: ")) {
		if (number_after(line, " ptr=", 16, &key) &&
		    number_after(line, " bytes_alloc=", 10, &size) && size <= 2 * page_size)
			allocated(ledger, key, size);
	} else if (strstr(line, " mm_page_alloc: ")) {
		if (number_after(line, " pfn=", 16, &key) &&
		    number_after(line, " order=", 10, &size))
			allocated(ledger, key, page_size << size);
	} else if (strstr(line, " kfree: ") || strstr(line, " kmem_cache_free: ")) {
		if (number_after(line, " ptr=", 16, &key))
			freed(ledger, key);
	} else if (strstr(line, " mm_page_free: ")) {
		if (number_after(line, " pfn=", 16, &key))
			freed(ledger, key);
	}
}

static uint64_t peak(void)
{
	static struct ledger ledger;
	FILE *file = fopen(TRACING "trace", "re");
	size_t length = 0, events = 0;
	char *line = NULL;

	if (!file)
		bench_fail("the trace: %s", strerror(errno));
	ledger.count = 0;
	ledger.used = 0;
	ledger.peak = 0;
	while (getline(&line, &length, file) > 0) {
		/* The kernel had no room for all of them. */
		if (strstr(line, "LOST"))
			bench_fail("events were lost");
		events += *line != '#';
		enter(&ledger, line);
	}
	free(line);
	fclose(file);
	if (!events)
		bench_fail("no event was traced");
	return ledger.peak;
}

/* The answer's time is an amount: bytes. */
bool ours_runs_memory(struct bench *bench, struct answer *answer)
{
	char pid[16];
	bool good;

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	trace_set("tracing_on", "0");
	trace_set("trace", "");
	trace_set("buffer_size_kb", "8192");
	trace_set("set_event_pid", pid);
	trace_events("1");
	trace_set("tracing_on", "1");
	good = ours_present_runs(bench, answer);
	trace_set("tracing_on", "0");
	trace_events("0");
	trace_set("set_event_pid", "");
	answer->ns = peak();
	return good;
}
