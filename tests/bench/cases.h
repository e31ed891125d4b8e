/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CASES_H
#define CASES_H

#include "bench.h"

#define CASE_TARGETS 2
#define CASE_WAYS 12

/**
 * struct shape - arguments of a target
 * @kind: first argument, see target.c
 * @number: other arguments, up to the last that is not 0
 * @scaled: how many of them the option -d divides
 */
struct shape {
	const char *kind;
	uint64_t number[3];
	int scaled;
};

/**
 * struct way - a reader of a case
 * @name: "ours", or the name of the peer
 * @read: the reader
 * @target: index of its target
 */
struct way {
	const char *name;
	reader_fn read;
	int target;
};

/**
 * struct bench_case - a case
 * @name: name
 * @shape: arguments of the targets
 * @same: use the targets of the case before, if it was run. Memory that is freed and
 *	allocated again is more fragmented.
 * @swapped: as in struct bench
 * @frames: as in struct bench
 * @memory: measure memory in bytes by tracing, not time
 * @waits: it waits for files of the host, which instruction counts do not show
 * @cold: caches hold nothing of the target
 * @peers: add bench_peers
 * @way: the readers, ours first
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

/* Readers that count the resident pages of one process. */
extern const struct way bench_peers[];
extern const struct bench_case bench_cases[];

#endif /* CASES_H */
