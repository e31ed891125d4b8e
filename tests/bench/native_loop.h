/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The loops that "make bench-native" measures, over tables of page-table entries.
 *
 * They are compiled as the kernel compiles the module: general registers only.
 * So no floating-point number crosses this interface.
 */
#ifndef NATIVE_LOOP_H
#define NATIVE_LOOP_H

#include <stddef.h>
#include <stdint.h>

#define NATIVE_ENTRIES 512

/**
 * struct native_loop - one way to go through leaf tables
 * @name: name in the output
 * @run: goes through @count tables in the order of @table, prefetches the first
 *	@ahead cache lines of the next table, and returns the number of runs that
 *	it found; a loop that finds no runs returns NATIVE_NO_RUNS
 */
struct native_loop {
	const char *name;
	uint64_t (*run)(uint64_t *const *table, size_t count, unsigned int ahead);
};

#define NATIVE_NO_RUNS UINT64_MAX

extern const struct native_loop native_loops[];
extern const size_t native_loop_count;

#endif /* NATIVE_LOOP_H */
