/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_CENSUS_H
#define PTSCOPE_CENSUS_H

#include <linux/ptscope.h>
#include "scan.h"

/**
 * struct ptscope_tables - page tables of one level
 * @pages: number of tables; a table takes one base page
 * @used: number of their entries that are not empty
 * @empty: number of tables without any entry
 */
struct ptscope_tables {
	u64 pages;
	u64 used;
	u64 empty;
};

/**
 * struct ptscope_census - counters of base pages
 * @counter: by attribute of the set "census"
 * @table: tables, by level
 */
struct ptscope_census {
	u64 counter[PTSCOPE_A_CENSUS_MAX + 1];
	struct ptscope_tables table[PTSCOPE_LEVELS];
};

/**
 * struct ptscope_census_scan - a scan that counts
 * @scan: the scan
 * @census: the counters
 * @detail: PTSCOPE_DETAIL_NODE and PTSCOPE_DETAIL_FOLIO, if struct page is to be read
 * @node: base pages by NUMA node, nr_node_ids of them; NULL without
 *	PTSCOPE_DETAIL_NODE
 * @open: by level, the table that the scan is in: number of its address range plus
 *	one, and the number of its entries counted so far. Kept from one VMA to the
 *	next, so that no table is counted twice.
 * @part: end address of the last run, if that is within a leaf; else 0
 */
struct ptscope_census_scan {
	struct ptscope_scan scan;
	struct ptscope_census census;
	u32 detail;
	u64 *node;
	struct {
		unsigned long index;
		u64 used;
	} open[PTSCOPE_LEVELS];
	unsigned long part;
};

int ptscope_census_alloc(struct ptscope_census_scan *cs, u32 detail);
void ptscope_census_free(struct ptscope_census_scan *cs);
void ptscope_census_reset(struct ptscope_census_scan *cs);
int ptscope_census_take(struct ptscope_census_scan *cs, struct mm_struct *mm, bool cache);

/* The census as a sink: for sinks with functions of their own to enter and leave. */
void ptscope_census_table(struct ptscope_scan *scan, const struct ptscope_table *table,
			  unsigned long addr);
unsigned long ptscope_census_run(struct ptscope_scan *scan, unsigned long addr,
				 unsigned long pages, const struct ptscope_entry *entry);
unsigned long ptscope_census_empty(struct ptscope_scan *scan, unsigned long addr,
				   unsigned long pages, const struct ptscope_entry *entry);

#endif /* PTSCOPE_CENSUS_H */
