/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_RUNS_H
#define PTSCOPE_RUNS_H

#include <linux/ptscope.h>
#include <linux/unaligned.h>
#include "entry.h"
#include "question.h"
#include "walk.h"

/* What fits into 32 bits, and ends at the end of any leaf. */
#define PTSCOPE_MAX_RUN_PAGES BIT(31)

#define PTSCOPE_RUN_SIZE (PTSCOPE_RUN_WORDS * sizeof(u64))

/**
 * struct ptscope_run - a run by itself
 * @addr: first address
 * @pages: base pages
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

/* On which entries a verdict was. */
enum {
	PTSCOPE_VERDICT_ABSENT,
	PTSCOPE_VERDICT_PTE,	/* present, of the lowest level */
	PTSCOPE_VERDICT_HUGE,	/* present, of a level above */
	PTSCOPE_VERDICTS,
};

/**
 * struct ptscope_runs - a walk that collects runs
 * @walk: the walk
 * @filter: which runs
 * @verdict: the last ones, by PTSCOPE_VERDICT_*
 * @words: where runs go, in the format of the wire; unaligned
 * @at: where the next one goes
 * @limit: where no other one fits
 * @extras: where their extra words go; NULL if none are asked for
 * @looks: how many struct pages the present window may still look at
 * @growing: where the last run ends, if what follows may still belong to it,
 *	else 0
 * @what: of the last run, what is in its last word beside the pages
 * @follows: the value of the page that it could grow by
 * @series: where the last series begins, if it may go on; NULL if there is
 *	none, or if runs are told one by one
 * @wide: it is of one run whose pages have a word of their own
 */
struct ptscope_runs {
	struct ptscope_walk walk;
	struct ptscope_filter filter;
	struct ptscope_verdict verdict[PTSCOPE_VERDICTS];
	u8 *words;
	u8 *at;
	u8 *limit;
	u64 *extras;
	unsigned int looks;
	unsigned long growing;
	u64 what;
	u64 follows;
	u64 *series;
	bool wide;
};

/* How many runs there are. */
static inline unsigned int ptscope_runs_count(const struct ptscope_runs *runs)
{
	return (runs->at - runs->words) / PTSCOPE_RUN_SIZE;
}

/**
 * ptscope_run_pack() - put a run into the words of the wire
 * @words: PTSCOPE_RUN_WORDS of them; need not be aligned
 * @addr: first address
 * @value: as in struct ptscope_run
 * @third: what the run has in common with others, and its pages
 */
static __always_inline void ptscope_run_pack(u64 *words, u64 addr, u64 value, u64 third)
{
	put_unaligned(addr, words);
	put_unaligned(value, words + 1);
	put_unaligned(third, words + 2);
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

/* Bytes of words that there are. */
static inline size_t ptscope_runs_size(const struct ptscope_runs *runs)
{
	return runs->at - runs->words;
}

void ptscope_runs_begin(struct ptscope_runs *runs, const struct ptscope_filter *filter);
void ptscope_runs_lend(struct ptscope_runs *runs, void *words, size_t size);

#endif /* PTSCOPE_RUNS_H */
