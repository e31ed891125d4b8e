/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include "cli.h"
#include "column.h"

/* Contiguous runs of frames and folios are smaller than 2^40 pages. */
#define SUMMARY_ORDERS 40

/**
 * struct summary - sizes of physically contiguous runs and of folios
 * @runs: number of runs by order: 2^order to 2^(order + 1) - 1 pages
 * @run_pages: pages in these runs
 * @anon: pages in anonymous folios by the order of the folio
 * @anon_aligned: of @anon, pages of folios mapped at a multiple of their size
 * @file: pages in other folios by the order of the folio
 * @file_aligned: of @file, pages of folios mapped at a multiple of their size
 * @hidden: frames and orders of folios are hidden; there are no runs, and all
 *	folios count as order 0
 * @last: the current run, which the next frame may extend
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

/* *@rows is set to the number of printed rows. False after reporting an error. */
bool summary_print(struct summary *summary, struct output *out, uint32_t page_size, size_t *rows);

#endif /* CLI_SUMMARY_H */
