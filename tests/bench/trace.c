// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel tracing of this process.
 *
 * Only for guests with one CPU: to enable an event the kernel patches its code, and an
 * emulated CPU that executes it at that moment may crash.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench.h"
#include "trace.h"

#define TRACING "/sys/kernel/tracing/"

void trace_set(const char *name, const char *value)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), TRACING "%s", name);
	file = fopen(path, "we");
	if (!file || fputs(value, file) < 0 || fclose(file))
		bench_fail("%s: %s", path, strerror(errno));
}

/* Kernels may lack the tracers of functions. */
bool trace_has(const char *tracer)
{
	char line[256] = "", *at = line, *name;
	FILE *file = fopen(TRACING "available_tracers", "re");

	if (!file)
		bench_fail("available_tracers: %s", strerror(errno));
	if (!fgets(line, sizeof(line), file))
		*line = '\0';
	fclose(file);
	while ((name = strsep(&at, "\n ")))
		if (!strcmp(name, tracer))
			return true;
	return false;
}

static void switch_events(const char *const *events, bool on)
{
	char name[128], filter[64];

	/* Not by set_event_pid, which adds work to each context switch. */
	snprintf(filter, sizeof(filter), "common_pid == %d", (int)getpid());
	for (; *events; events++) {
		snprintf(name, sizeof(name), "events/%s/filter", *events);
		trace_set(name, on ? filter : "0");
		snprintf(name, sizeof(name), "events/%s/enable", *events);
		trace_set(name, on ? "1" : "0");
	}
}

/* @events are "GROUP/EVENT", and NULL at the end. */
void trace_begin(const char *const *events)
{
	trace_set("tracing_on", "0");
	trace_set("buffer_size_kb", "16384");
	trace_set("trace", "");
	switch_events(events, true);
	trace_set("tracing_on", "1");
}

void trace_end(const char *const *events)
{
	trace_set("tracing_on", "0");
	switch_events(events, false);
}

/* Calls @look for each line of the trace. */
void trace_read(trace_fn look, void *arg)
{
	FILE *file = fopen(TRACING "trace", "re");
	size_t length = 0;
	char *line = NULL;

	if (!file)
		bench_fail("trace: %s", strerror(errno));
	while (getline(&line, &length, file) > 0) {
		if (strstr(line, "LOST"))
			bench_fail("the trace buffer is too small");
		if (*line != '#')
			look(arg, line);
	}
	free(line);
	fclose(file);
}

bool trace_number(const char *line, const char *key, int base, uint64_t *number)
{
	const char *at = strstr(line, key);

	if (at)
		*number = strtoull(at + strlen(key), NULL, base);
	return at;
}

/* COMM-PID [CPU] FLAGS SECONDS.MICROSECONDS: EVENT...; returns microseconds. */
uint64_t trace_time(const char *line)
{
	const char *at = strstr(line, "] ");
	double seconds = 0;

	if (at)
		sscanf(at, "] %*s %lf:", &seconds);
	return seconds * 1e6 + 0.5;
}
