/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stdint.h>

/* Called for each line of the trace. */
typedef void (*trace_fn)(void *arg, const char *line);

bool trace_has(const char *tracer);
void trace_set(const char *name, const char *value);
void trace_begin(const char *const *events);
void trace_end(const char *const *events);
void trace_read(trace_fn look, void *arg);
bool trace_number(const char *line, const char *key, int base, uint64_t *number);
uint64_t trace_time(const char *line);

#endif /* TRACE_H */
