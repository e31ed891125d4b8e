/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_TRAIL_H
#define PTSCOPE_TRAIL_H

#include "census.h"
#include "entry.h"
#include "runs.h"
#include "vma.h"
#include "walk.h"

/**
 * struct ptscope_step - an entry on the way to an address
 * @level: of the table that it stands in
 * @index: where it stands there
 * @table: frame number of the table
 * @value: the entry
 */
struct ptscope_step {
	enum ptscope_level level;
	unsigned int index;
	unsigned long table;
	u64 value;
};

/**
 * struct ptscope_trail - a walk to one address
 * @walk: the walk, over the one page that holds the address
 * @address: the address
 * @visible: bits of @run.extra that the caller may see
 * @mapped: there is a VMA, so that the rest means something
 * @vma: the VMA
 * @step: the entries met, from the top
 * @steps: how many
 * @run: the page, as a run of one page
 */
struct ptscope_trail {
	struct ptscope_walk walk;
	u64 address;
	u64 visible;
	bool mapped;
	struct ptscope_vma vma;
	struct ptscope_step step[PTSCOPE_LEVELS];
	unsigned int steps;
	struct ptscope_run run;
};

int ptscope_trail_walk(struct ptscope_trail *trail, struct mm_struct *mm, u64 address,
		       bool cache);

#endif /* PTSCOPE_TRAIL_H */
