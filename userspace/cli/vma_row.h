/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows of verbs that go through VMAs: a VMA, a group of them, or a total.
 */
#ifndef CLI_VMA_ROW_H
#define CLI_VMA_ROW_H

#include "cli.h"
#include "column.h"

/**
 * struct vma_row - a row
 * @vma: the VMA; of others than a VMA, pid, name and census alone mean something
 * @vmas: how many VMAs it is of
 * @by: what VMAs have in common that are one row
 * @total: it is a total
 * @cache: the page cache was looked into, so that what it holds is known
 * @has_folios: counters that need struct page are known, and nodes
 */
struct vma_row {
	struct ptscope_vma vma;
	uint64_t vmas;
	enum group_by by;
	bool total;
	bool cache;
	bool has_folios;
};

/* The columns of all verbs on VMAs; a verb has default ones of its own. */
extern const struct column vma_columns[];

/* Do columns that are shown need struct page? */
bool vma_columns_need_folios(const struct options *opts);

/* What a VMA is: anon, file, stack, heap, shmem, hugetlb or special. */
const char *vma_type(const struct ptscope_vma *vma);
/* Its permissions as in /proc/PID/maps; @to has 5 bytes. */
void vma_perm(char *to, const struct ptscope_vma *vma);

/*
 * Add the census and the number of VMAs of a row to a sum. False if there is no memory.
 */
bool vma_row_add(struct vma_row *sum, const struct vma_row *part);

/* Free the nodes of a sum. */
void vma_row_free(struct vma_row *sum);

/* A verb that prints a row for each VMA of each process, and totals. */
int vma_verb_run(const struct verb *verb, const struct options *opts);

#endif /* CLI_VMA_ROW_H */
