// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs in brief: those that have state, level and flags in common follow each
 * other as a series.
 */
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/unaligned.h>
#include "series.h"

/* Begin a series with a run; there is room for it. */
static void begin_series(struct ptscope_runs *runs, unsigned long addr, unsigned long pages,
			 u64 what)
{
	u64 *words = (u64 *)runs->at;

	runs->series = words;
	runs->wide = pages > U16_MAX;
	runs->what = what;
	runs->growing = addr + (pages << PAGE_SHIFT);
	put_unaligned((u64)addr, words);
	if (runs->wide) {
		put_unaligned(what, words + 1);
		put_unaligned((u64)pages, words + 2);
		runs->at += PTSCOPE_SERIES_ROOM;
	} else {
		put_unaligned(what | 1, words + 1);
		put_unaligned((u32)pages, (u32 *)(words + 2));
		runs->at += PTSCOPE_SERIES_HEADER + PTSCOPE_SERIES_RUN;
	}
}

/*
 * The last run has become too large for its series, and begins one of its own.
 * It takes the place of what it was before, so that there is room.
 */
static void widen(struct ptscope_runs *runs, unsigned long before, unsigned long pages)
{
	runs->at -= PTSCOPE_SERIES_RUN;
	ptscope_series_count(runs, -1);
	if (!(u32)get_unaligned(runs->series + 1))
		runs->at = (u8 *)runs->series;
	begin_series(runs, runs->growing - (before << PAGE_SHIFT), before + pages, runs->what);
}

/* Let the last run grow by what begins where it ends, if there it has room. */
static bool grow(struct ptscope_runs *runs, unsigned long pages)
{
	u32 *last = (u32 *)(runs->at - PTSCOPE_SERIES_RUN);
	u64 before;

	if (runs->wide) {
		before = get_unaligned(runs->series + 2);
		if (before + pages > PTSCOPE_MAX_RUN_PAGES)
			return false;
		put_unaligned(before + pages, runs->series + 2);
	} else {
		before = get_unaligned(last) & U16_MAX;
		if (before + pages > U16_MAX) {
			widen(runs, before, pages);
			return true;
		}
		put_unaligned(get_unaligned(last) + (u32)pages, last);
	}
	runs->growing += pages << PAGE_SHIFT;
	return true;
}

/**
 * ptscope_series_add() - tell of a run in brief
 * @runs: the walk that found it
 * @addr: where it begins
 * @pages: base pages
 * @what: state, level and flags, as in the last word of a run
 *
 * It goes on with the last run, or with the series, if it can.
 *
 * Return: false if there was no room, and then the walk is marked as full.
 */
bool ptscope_series_add(struct ptscope_runs *runs, unsigned long addr, unsigned long pages,
			u64 what)
{
	const unsigned long gap = (addr - runs->growing) >> PAGE_SHIFT;
	const bool goes_on = runs->series && runs->what == what;

	if (goes_on && !gap && grow(runs, pages))
		return true;
	if (unlikely(runs->at > runs->limit)) {
		runs->walk.full = true;
		return false;
	}
	if (goes_on && gap && gap <= U16_MAX && pages <= U16_MAX && !runs->wide) {
		put_unaligned((u32)(gap << 16 | pages), (u32 *)runs->at);
		runs->at += PTSCOPE_SERIES_RUN;
		ptscope_series_count(runs, 1);
		runs->growing = addr + (pages << PAGE_SHIFT);
		return true;
	}
	begin_series(runs, addr, pages, what);
	return true;
}
