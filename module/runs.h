/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_RUNS_H
#define PTSCOPE_RUNS_H

#include <linux/ptscope.h>
#include "entry.h"
#include "question.h"
#include "walk.h"

#define PTSCOPE_RUN_SIZE (PTSCOPE_RUN_WORDS * sizeof(u64))

/**
 * struct ptscope_run - a run that may still grow
 * @addr: first address
 * @pages: base pages; 0 if there is no run
 * @value: as in struct ptscope_entry, of the first page
 * @what: state, level and flags, where they stand on the wire
 * @extra: node and folio of the first frame, as on the wire
 */
struct ptscope_run {
	unsigned long addr;
	unsigned long pages;
	u64 value;
	u64 what;
	u64 extra;
};

/**
 * struct ptscope_runs - a walk that collects runs
 * @walk: the walk
 * @filter: which runs
 * @open: the last run, which may still grow
 * @sealed: it may not: the walk has left its VMA
 * @words: where complete runs go, in the format of the wire; unaligned
 * @extras: where their extra words go; NULL if none are asked for
 * @room: how many runs fit there
 * @count: how many there are
 */
struct ptscope_runs {
	struct ptscope_walk walk;
	struct ptscope_filter filter;
	struct ptscope_run open;
	bool sealed;
	u8 *words;
	u64 *extras;
	unsigned int room;
	unsigned int count;
};

void ptscope_runs_enter(struct ptscope_walk *walk, struct vm_area_struct *vma);
unsigned long ptscope_runs_window(struct ptscope_walk *walk, unsigned long addr,
				  unsigned long end);
unsigned long ptscope_frame_runs_window(struct ptscope_walk *walk, unsigned long addr,
					unsigned long end);
unsigned long ptscope_runs_gap(struct ptscope_walk *walk, unsigned long addr,
			       unsigned long pages, struct ptscope_entry entry);
bool ptscope_runs_close(struct ptscope_runs *runs);
bool ptscope_runs_over(const struct ptscope_runs *runs);
void ptscope_run_pack(u64 *words, const struct ptscope_run *run);
u64 ptscope_run_what(const struct ptscope_entry *entry, u32 flags);

#endif /* PTSCOPE_RUNS_H */
