/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_SERIES_H
#define PTSCOPE_SERIES_H

#include <linux/types.h>
#include <linux/unaligned.h>
#include "runs.h"

/*
 * A series: two words, and half a word for each run, or a word for a single one
 * that is larger.
 */
#define PTSCOPE_SERIES_HEADER (2 * sizeof(u64))
#define PTSCOPE_SERIES_ROOM (PTSCOPE_SERIES_HEADER + sizeof(u64))
#define PTSCOPE_SERIES_RUN sizeof(u32)

/**
 * ptscope_series_count() - change how many runs the last series says it has
 * @runs: the walk; a series goes on
 * @more: how many more
 */
static __always_inline void ptscope_series_count(struct ptscope_runs *runs, long more)
{
	/* The number stands below what they have in common. */
	put_unaligned(get_unaligned(runs->series + 1) + more, runs->series + 1);
}

bool ptscope_series_add(struct ptscope_runs *runs, unsigned long addr, unsigned long pages,
			u64 what);

#endif /* PTSCOPE_SERIES_H */
