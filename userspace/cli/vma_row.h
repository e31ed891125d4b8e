/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows of verbs that go through VMAs: a VMA, a group of them, or a total.
 */
#ifndef CLI_VMA_ROW_H
#define CLI_VMA_ROW_H

#include "column.h"
#include "frames.h"

/**
 * struct vma_row - a row
 * @vma: the VMA; of others than a VMA, pid, name and census alone mean something
 * @vmas: how many VMAs it is of
 * @by: what VMAs have in common that are one row
 * @total: it is a total
 * @cache: the page cache was looked into, so that what it holds is known
 * @page_size: size of a base page, which is that of a table
 * @has_frames: @frames is known
 * @frames: what is known of its frames
 */
struct vma_row {
	struct ptscope_vma vma;
	uint64_t vmas;
	enum group_by by;
	bool total;
	bool cache;
	uint32_t page_size;
	bool has_frames;
	struct frames frames;
};

/* The columns of all verbs on VMAs; a verb has default ones of its own. */
extern const struct column vma_columns[];

/* Do columns that are shown need to know of frames? */
bool vma_columns_need_frames(const struct options *opts);

/* What a VMA is: anon, file, stack, heap, shmem, hugetlb or special. */
const char *vma_type(const struct ptscope_vma *vma);
/* Its permissions as in /proc/PID/maps; @to has 5 bytes. */
void vma_perm(char *to, const struct ptscope_vma *vma);

/* Add the census, the frames and the VMAs of a row to another one. */
void vma_row_add(struct vma_row *sum, const struct vma_row *part);

/* A verb that prints a row for each VMA of each process, and totals. */
int vma_verb_run(const struct verb *verb, const struct options *opts);

#endif /* CLI_VMA_ROW_H */
