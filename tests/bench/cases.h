/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CASES_H
#define CASES_H

#include "bench.h"

#define CASE_TARGETS 2
#define CASE_WAYS 12

/**
 * struct shape - what a target is told to be
 * @kind: its first argument; see target.c
 * @number: the others; those behind the last that is not 0 are left out
 * @scaled: so many of them may be made smaller
 */
struct shape {
	const char *kind;
	uint64_t number[3];
	int scaled;
};

/**
 * struct way - a way to ask
 * @name: ours, or that of the peer
 * @read: asks
 * @target: which target is asked about
 */
struct way {
	const char *name;
	reader_fn read;
	int target;
};

/**
 * struct bench_case - targets, a question, and the ways to ask it
 * @name: its name
 * @shape: of the targets
 * @same: they are those of the case before, if that was measured. Memory that has
 *	been used and given back is in smaller pieces.
 * @swapped: as in struct bench
 * @frames: likewise
 * @memory: it is memory that is measured, in bytes, not time; by tracing
 * @waits: it takes what the host's files take, and no count of instructions
 *	says how long that is
 * @cold: caches hold nothing of the target when it is asked about
 * @peers: those of bench_peers are asked, too
 * @way: ours first
 */
struct bench_case {
	const char *name;
	struct shape shape[CASE_TARGETS];
	bool same;
	bool swapped;
	bool frames;
	bool memory;
	bool waits;
	bool cold;
	bool peers;
	struct way way[CASE_WAYS];
};

/* What can say of one process which of its pages are in RAM. */
extern const struct way bench_peers[];
extern const struct bench_case bench_cases[];

#endif /* CASES_H */
