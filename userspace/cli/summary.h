/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include "cli.h"
#include "column.h"

/* No contiguous run of frames, and no folio, has 2^40 pages. */
#define SUMMARY_ORDERS 40

/**
 * struct summary - how large physically contiguous runs and folios are
 * @runs: number of runs by order: those of 2^order pages and more, up to twice
 *	that
 * @run_pages: their pages
 * @anon: pages of anonymous folios by order of the folio
 * @anon_aligned: of these, in folios that lie at a multiple of their size
 * @file: pages of other folios
 * @file_aligned: of these, aligned ones
 * @hidden: frames and the orders of folios are hidden, so that neither runs nor
 *	sizes are known, and all folios count as of order 0
 * @last: the run that may still go on, of one chain of frames
 */
struct summary {
	uint64_t runs[SUMMARY_ORDERS];
	uint64_t run_pages[SUMMARY_ORDERS];
	uint64_t anon[SUMMARY_ORDERS];
	uint64_t anon_aligned[SUMMARY_ORDERS];
	uint64_t file[SUMMARY_ORDERS];
	uint64_t file_aligned[SUMMARY_ORDERS];
	bool hidden;
	struct {
		uint64_t end;
		uint64_t frame;
		uint64_t pages;
	} last;
};

void summary_add(struct summary *summary, const struct ptscope_run *run, uint32_t page_size);

struct output;

extern const struct columns summary_columns;

/* *@rows is set to the number of rows printed; false, with a message, on failure. */
bool summary_print(struct summary *summary, struct output *out, uint32_t page_size, size_t *rows);

#endif /* CLI_SUMMARY_H */
