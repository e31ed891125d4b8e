/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include "frames.h"
#include "table.h"

/**
 * struct row - a VMA of a process, or a process's total
 * @vma: the VMA; of a total, pid and census alone mean something
 * @total: this is a total
 * @cache: the page cache was looked into, so that what it holds is known
 * @page_size: size of a base page, which is that of a table
 * @frames: what is known of its frames; NULL unless a column needs it
 */
struct row {
	struct ptscope_vma vma;
	bool total;
	bool cache;
	uint32_t page_size;
	struct frames *frames;
};

/* A verb that prints a row for each VMA of each PID operand, and totals. */
int rows_run(const struct verb *verb, const struct options *opts);

/* Columns that verbs on rows have in common. */
bool row_pid(const void *row, struct cell *cell);
bool row_start(const void *row, struct cell *cell);
bool row_end(const void *row, struct cell *cell);
bool row_size(const void *row, struct cell *cell);
bool row_res(const void *row, struct cell *cell);
bool row_pte(const void *row, struct cell *cell);
bool row_cont(const void *row, struct cell *cell);
bool row_pmd(const void *row, struct cell *cell);
bool row_pud(const void *row, struct cell *cell);
bool row_thp(const void *row, struct cell *cell);
bool row_hugetlb(const void *row, struct cell *cell);
bool row_name(const void *row, struct cell *cell);

/* One line each for a counter of the census: define row_NAME(). */
#define ROW_SIZE(name, expression, shade)				\
	bool row_##name(const void *data, struct cell *cell)		\
	{								\
		const struct row *row = data;				\
		const struct ptscope_census *c = &row->vma.census;	\
									\
		cell->number = (expression);				\
		cell->color = cell->number ? (shade) : COLOR_FAINT;	\
		return true;						\
	}

#endif /* CLI_ROWS_H */
