// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope huge: how much of each VMA is mapped by leaves larger than a page.
 */
#include "vma_table.h"

static bool row_coverage(const void *data, struct cell *cell)
{
	const struct ptscope_census *c = &((const struct row *)data)->vma.census;

	if (!c->res)
		return false;
	cell->percent = 100.0 * (c->cont + c->pmd + c->pud) / c->res;
	cell->color = cell->percent ? COLOR_HUGE : COLOR_FAINT;
	return true;
}

static const struct column columns[] = {
	{ "pid", CELL_NUMBER, "process ID", row_pid },
	{ "start", CELL_ADDRESS, "first address", row_start },
	{ "end", CELL_ADDRESS, "first address behind it", row_end },
	{ "size", CELL_SIZE, "address space", row_size },
	{ "res", CELL_SIZE, "in RAM and mapped: pte + cont + pmd + pud", row_res },
	{ "pmd", CELL_SIZE, "of res, mapped by PMD leaves", row_pmd },
	{ "pud", CELL_SIZE, "of res, mapped by PUD leaves", row_pud },
	{ "cont", CELL_SIZE, "of res, mapped by contiguous-hint blocks", row_cont },
	{ "pte", CELL_SIZE, "of res, mapped by base-page leaves", row_pte },
	{ "thp", CELL_SIZE, "of res, transparent huge pages mapped whole", row_thp },
	{ "hugetlb", CELL_SIZE, "of res, hugetlb pages", row_hugetlb },
	{ "coverage", CELL_PERCENT, "percent of res that is not mapped by base-page leaves",
	  row_coverage },
	{ "name", CELL_TEXT, "file, or what the kernel calls the area", row_name },
};

static const struct columns huge_columns = {
	.all = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
	.defaults = "start,end,size,res,pmd,pud,cont,pte,thp,hugetlb,coverage,name",
};

const struct verb huge_verb = {
	.name = "huge",
	.summary = "Show how much of each VMA is mapped by huge leaves",
	.operands = "PID...",
	.details = "PID is a decimal number or 'self'. The last row of each process is its total.\n",
	.columns = &huge_columns,
	.takes = TAKES_RANGE,
	.run = rows_run,
};
