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
 * struct ptscope_verdict - what the filter makes of entries that say the same
 * @entry: an entry's state, level and flags, where they stand on the wire
 * @what: those of them that are told
 * @wanted: the run is one of those asked for
 */
struct ptscope_verdict {
	u64 entry;
	u64 what;
	bool wanted;
};

/**
 * struct ptscope_runs - a walk that collects runs
 * @walk: the walk
 * @filter: which runs
 * @verdict: the last ones, on entries that are not present and on those that are
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
	struct ptscope_verdict verdict[2];
	struct ptscope_run open;
	bool sealed;
	u8 *words;
	u64 *extras;
	unsigned int room;
	unsigned int count;
};

/**
 * ptscope_run_pack() - put a run into the words of the wire
 * @words: PTSCOPE_RUN_WORDS of them
 * @run: the run
 */
static inline void ptscope_run_pack(u64 *words, const struct ptscope_run *run)
{
	words[0] = run->addr;
	words[1] = run->value;
	words[2] = run->what | run->pages;
}

/**
 * ptscope_run_what() - an entry's state, level and flags in one word
 * @entry: the entry
 * @flags: those of its flags that are wanted
 *
 * Return: the last word of a run without its pages.
 */
static inline u64 ptscope_run_what(const struct ptscope_entry *entry, u32 flags)
{
	return (u64)entry->state << PTSCOPE_RUN_STATE_SHIFT |
	       (u64)entry->level << PTSCOPE_RUN_LEVEL_SHIFT |
	       (u64)flags << PTSCOPE_RUN_FLAGS_SHIFT;
}

void ptscope_runs_begin(struct ptscope_runs *runs, const struct ptscope_filter *filter);
void ptscope_runs_enter(struct ptscope_walk *walk, struct vm_area_struct *vma);
unsigned long ptscope_runs_window(struct ptscope_walk *walk, unsigned long addr,
				  unsigned long end);
unsigned long ptscope_frame_runs_window(struct ptscope_walk *walk, unsigned long addr,
					unsigned long end);
unsigned long ptscope_runs_gap(struct ptscope_walk *walk, unsigned long addr,
			       unsigned long pages, struct ptscope_entry entry);
bool ptscope_runs_close(struct ptscope_runs *runs);
bool ptscope_runs_over(const struct ptscope_runs *runs);

#endif /* PTSCOPE_RUNS_H */
