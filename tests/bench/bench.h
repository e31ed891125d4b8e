/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A case is a target process, and the readers that find the same pages of it: ptscope's
 * ("ours") first, then its peers. All must find what the target reports.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <ptscope.h>

/**
 * struct target - a process that readers read
 * @pid: its PID
 * @pagemap: its /proc/PID/pagemap
 * @start: start of its range
 * @end: end of its range (exclusive)
 * @pages: pages in the range that readers must find
 * @vmas: VMAs in the range
 * @processes: number of such processes, itself included
 * @tables: page table pages, set by ours_census()
 * @questions: its standard input
 * @answers: its standard output
 */
struct target {
	pid_t pid;
	int pagemap;
	uint64_t start;
	uint64_t end;
	uint64_t pages;
	uint64_t vmas;
	uint64_t processes;
	uint64_t tables;
	FILE *questions;
	FILE *answers;
};

/**
 * struct answer - result of a reader
 * @pages: pages found
 * @exact: only pages of the range; otherwise of whole processes
 * @items: runs, regions, VMAs, processes or lines found
 * @vmas: the items are VMAs of the range
 * @bytes: size of the text that a command printed
 * @where: sum of the frame numbers, or of the swap offsets, of the pages of the range; 0
 *	if the reader does not report them
 * @ns: nanoseconds, if the reader measures them itself, or another quantity; else 0
 */
struct answer {
	uint64_t pages;
	bool exact;
	uint64_t items;
	bool vmas;
	uint64_t bytes;
	uint64_t where;
	uint64_t ns;
};

/**
 * struct bench - parameters of readers
 * @ps: connection of ptscope's readers
 * @target: the target
 * @swapped: find swapped pages instead of resident ones
 * @frames: report frames, too
 * @detail: more PTSCOPE_DETAIL_* bits for runs
 * @page_size: size of a base page
 */
struct bench {
	struct ptscope *ps;
	struct target *target;
	bool swapped;
	bool frames;
	uint32_t detail;
	uint64_t page_size;
};

typedef bool (*reader_fn)(struct bench *bench, struct answer *answer);

/* ours.c */
bool ours_census(struct bench *bench, struct answer *answer);
bool ours_vmas(struct bench *bench, struct answer *answer);
bool ours_runs(struct bench *bench, struct answer *answer);
bool ours_present_runs(struct bench *bench, struct answer *answer);
bool ours_swapped_runs(struct bench *bench, struct answer *answer);
bool ours_machine(struct bench *bench, struct answer *answer);

/* pagemap.c */
bool peer_pagemap(struct bench *bench, struct answer *answer);
bool has_pagemap_scan(const struct target *target);
bool peer_pagemap_scan(struct bench *bench, struct answer *answer);
bool peer_kpageflags(struct bench *bench, struct answer *answer);

/* text.c */
bool peer_smaps(struct bench *bench, struct answer *answer);
bool peer_smaps_rollup(struct bench *bench, struct answer *answer);
bool peer_numa_maps(struct bench *bench, struct answer *answer);
bool peer_machine_rollups(struct bench *bench, struct answer *answer);

/* others.c */
bool peer_mincore(struct bench *bench, struct answer *answer);
bool peer_floor(struct bench *bench, struct answer *answer);
bool ours_command(struct bench *bench, struct answer *answer);
bool peer_cat_smaps(struct bench *bench, struct answer *answer);
bool ours_print_raw(struct bench *bench, struct answer *answer);
bool ours_print_json(struct bench *bench, struct answer *answer);
bool has_page_types(void);
bool peer_page_types(struct bench *bench, struct answer *answer);
bool peer_pmap(struct bench *bench, struct answer *answer);

/* memory.c */
bool ours_runs_memory(struct bench *bench, struct answer *answer);

/* process.c */
void target_start(struct target *target, char *const arguments[]);
void target_stop(struct target *target);
bool target_ask(struct target *target, const char *question, char *answer, size_t size);
_Noreturn void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
uint64_t bench_now(void);

static inline bool in_range(const struct target *target, uint64_t address)
{
	return address >= target->start && address < target->end;
}

#endif /* BENCH_H */
