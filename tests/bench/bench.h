/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A case is a process of a known shape, a question about it, and the ways in
 * which the question can be asked. Each way is a reader: ours is first, its
 * peers follow, and all are held to what the process says of itself.
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
 * struct target - a process to be asked about
 * @pid: its ID
 * @pagemap: its /proc/PID/pagemap
 * @start: first address of the range that it has laid out
 * @end: first address behind it
 * @pages: pages in the range that are to be found
 * @vmas: VMAs in the range
 * @processes: how many there are like it, itself among them
 * @tables: pages of page tables it has, once a census has told
 * @questions: where it reads
 * @answers: where it writes
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
 * struct answer - what a reader found
 * @pages: pages that were asked for
 * @exact: those of the target's range alone; else those of whole processes
 * @items: runs, regions, VMAs, processes or lines: what the reader tells in
 * @vmas: the items are VMAs, those of the range alone
 * @where: sum of the numbers of the frames, or of the offsets of the slots,
 *	of the range's pages, by readers that tell them; else 0
 * @ns: what it took, if others than the reader know better; else 0. Where
 *	it is not time that is measured, that
 */
struct answer {
	uint64_t pages;
	bool exact;
	uint64_t items;
	bool vmas;
	uint64_t where;
	uint64_t ns;
};

/**
 * struct bench - what readers need
 * @ps: the connection that ours use
 * @target: whom to ask about
 * @swapped: it is pages in swap that are asked for, not pages in RAM
 * @frames: frames are asked for, too
 * @detail: PTSCOPE_DETAIL_* bits that runs are asked for besides
 * @page_size: of a base page
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
