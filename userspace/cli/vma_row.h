/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows of the verbs maps and huge: a VMA, a group of VMAs, or a total.
 */
#ifndef CLI_VMA_ROW_H
#define CLI_VMA_ROW_H

#include "cli.h"
#include "column.h"

/**
 * struct vma_row - a row
 * @vma: the VMA; in a group or a total, only pid, name and census are valid
 * @vmas: number of VMAs in the row
 * @by: key of the group
 * @total: the row is a total
 * @cache: the page cache was looked up; the counter cached is valid
 * @has_folios: the counters that need struct page, and the nodes, are valid
 */
struct vma_row {
	struct ptscope_vma vma;
	uint64_t vmas;
	enum group_by by;
	bool total;
	bool cache;
	bool has_folios;
};

/* The columns of maps and huge; each verb has its own default columns. */
extern const struct column vma_columns[];

/* True if a printed column or the sort key needs struct page. */
bool vma_columns_need_folios(const struct options *opts);

/* Type of a VMA: anon, file, stack, heap, shmem, hugetlb or special. */
const char *vma_type(const struct ptscope_vma *vma);
/* Permissions of a VMA as in /proc/PID/maps; @to has 5 bytes. */
void vma_perm(char *to, const struct ptscope_vma *vma);

/* Add the census and the number of VMAs of a row to a sum. False if out of memory. */
bool vma_row_add(struct vma_row *sum, const struct vma_row *part);

/* Free the array of nodes of a sum. */
void vma_row_free(struct vma_row *sum);

/* Run maps or huge: print a row for each VMA of each process, and totals. */
int vma_verb_run(const struct verb *verb, const struct options *opts);

#endif /* CLI_VMA_ROW_H */
