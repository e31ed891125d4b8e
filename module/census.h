/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_CENSUS_H
#define PTSCOPE_CENSUS_H

#include "entry.h"
#include "walk.h"

#define PTSCOPE_LEVELS (PTSCOPE_LEVEL_PGD + 1)

/**
 * struct ptscope_tables - the tables of one level
 * @pages: how many tables; a table takes one base page
 * @used: how many of their entries are not empty
 * @empty: how many hold no entry at all
 */
struct ptscope_tables {
	u64 pages;
	u64 used;
	u64 empty;
};

/**
 * struct ptscope_census - base pages counted by what their entries say
 * @state: by state; these add up to everything that was walked
 * @leaf: present ones by kind of leaf
 * @zero: present ones mapped to the zero page
 * @zero_huge: present ones mapped to the huge zero page
 * @young: present and accessed
 * @dirty: present and dirty
 * @soft_dirty: soft-dirty, present or not
 * @write: present and writable
 * @protnone: present but closed to the process
 * @thp: present in a transparent huge page's leaf
 * @hugetlb: present in a hugetlb page
 * @table: tables by level
 */
struct ptscope_census {
	u64 state[PTSCOPE_STATES];
	u64 leaf[PTSCOPE_LEAF_NR];
	u64 zero;
	u64 zero_huge;
	u64 young;
	u64 dirty;
	u64 soft_dirty;
	u64 write;
	u64 protnone;
	u64 thp;
	u64 hugetlb;
	struct ptscope_tables table[PTSCOPE_LEVELS];
};

/**
 * struct ptscope_census_walk - a walk that counts
 * @walk: the walk
 * @census: the counts
 * @told: the last present entry of the lowest level
 * @again: base pages whose entries said the same, and that are not counted yet
 * @open: the table of each level that the walk was in last: the number of
 *	its address range plus one, and entries of it counted so far. Survives
 *	from one VMA to the next, so that no table is counted twice.
 */
struct ptscope_census_walk {
	struct ptscope_walk walk;
	struct ptscope_census census;
	struct ptscope_entry told;
	unsigned long again;
	struct {
		unsigned long index;
		u64 used;
	} open[PTSCOPE_LEVELS];
};

unsigned long ptscope_census_window(struct ptscope_walk *walk, unsigned long addr,
				    unsigned long end);
unsigned long ptscope_census_gap(struct ptscope_walk *walk, unsigned long addr,
				 unsigned long pages, struct ptscope_entry entry);
int ptscope_census_take(struct ptscope_census_walk *cw, struct mm_struct *mm, bool cache);
void ptscope_census_settle(struct ptscope_census_walk *cw);
void ptscope_census_close(struct ptscope_census_walk *cw);

#endif /* PTSCOPE_CENSUS_H */
