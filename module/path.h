/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_PATH_H
#define PTSCOPE_PATH_H

#include "census.h"
#include "entry.h"
#include "runs.h"
#include "vma.h"
#include "walk.h"

/**
 * struct ptscope_path_entry - an entry on the way to an address
 * @level: of the table that it stands in
 * @index: where it stands there
 * @table: frame number of the table
 * @value: the entry
 */
struct ptscope_path_entry {
	enum ptscope_level level;
	unsigned int index;
	unsigned long table;
	u64 value;
};

/**
 * struct ptscope_path - a walk to one address
 * @walk: the walk, over the one page that holds the address
 * @address: the address
 * @visible: bits of @run.extra that the caller may see
 * @mapped: there is a VMA, so that the rest means something
 * @vma: the VMA
 * @entry: the entries met, from the top
 * @entries: how many
 * @run: the page, as a run of one page
 */
struct ptscope_path {
	struct ptscope_walk walk;
	u64 address;
	u64 visible;
	bool mapped;
	struct ptscope_vma vma;
	struct ptscope_path_entry entry[PTSCOPE_LEVELS];
	unsigned int entries;
	struct ptscope_run run;
};

int ptscope_path_walk(struct ptscope_path *path, struct mm_struct *mm, u64 address,
		       bool cache);

#endif /* PTSCOPE_PATH_H */
