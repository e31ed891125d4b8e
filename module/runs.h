/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_RUNS_H
#define PTSCOPE_RUNS_H

#include "filter.h"
#include "pack_runs.h"
#include "scan.h"

/**
 * struct ptscope_runs - a scan that coalesces pages to runs
 * @scan: the scan
 * @filter: which runs to report
 * @flags: the flags that they report, of enum ptscope_flag
 * @folios: they report node or folio
 * @last: the last run; not in @buffer yet, because the next pages may extend it
 * @complete: @last must not be extended
 * @buffer: receives the runs that are complete
 */
struct ptscope_runs {
	struct ptscope_scan scan;
	struct ptscope_filter filter;
	u32 flags;
	bool folios;
	struct ptscope_run last;
	bool complete;
	struct ptscope_run_buffer buffer;
};

void ptscope_runs_init(struct ptscope_runs *runs, const struct ptscope_filter *filter);
int ptscope_runs_scan(struct ptscope_runs *runs);

/* State, level and flags of an entry, at their place in the third word of a run. */
static inline u64 ptscope_run_what(const struct ptscope_entry *entry, u32 flags)
{
	return (u64)entry->state << PTSCOPE_RUN_STATE_SHIFT |
	       (u64)entry->level << PTSCOPE_RUN_LEVEL_SHIFT |
	       (u64)flags << PTSCOPE_RUN_FLAGS_SHIFT;
}

#endif /* PTSCOPE_RUNS_H */
