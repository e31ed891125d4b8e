/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_PATH_H
#define PTSCOPE_PATH_H

#include "pack_runs.h"
#include "scan.h"
#include "vma.h"

/**
 * struct ptscope_path - a scan of the path to one address
 * @scan: the scan, of the page that contains the address
 * @address: the address
 * @visible: bits of @run.extra that the caller may see
 * @mapped: a VMA contains the address; if not, the rest is undefined
 * @vma: the VMA
 * @tables: number of tables in @table
 * @table: the tables on the path, from the top
 * @run: the page, as a run of one page
 */
struct ptscope_path {
	struct ptscope_scan scan;
	u64 address;
	u64 visible;
	bool mapped;
	struct ptscope_vma vma;
	unsigned int tables;
	struct ptscope_table table[PTSCOPE_LEVELS];
	struct ptscope_run run;
};

int ptscope_path_scan(struct ptscope_path *path, struct mm_struct *mm, u64 address,
		      bool cache);

#endif /* PTSCOPE_PATH_H */
