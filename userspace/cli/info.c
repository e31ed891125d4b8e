// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope info: the machine's tables, the module, and what the asker may see.
 */
#include <stdio.h>
#include <string.h>

#include "table.h"
#include "../../module/version.h"

static const char *const level_names[PTSCOPE_LEVELS] = {
	[PTSCOPE_LEVEL_PTE] = "pte",
	[PTSCOPE_LEVEL_PMD] = "pmd",
	[PTSCOPE_LEVEL_PUD] = "pud",
	[PTSCOPE_LEVEL_P4D] = "p4d",
	[PTSCOPE_LEVEL_PGD] = "pgd",
};

static bool fill_module(const void *row, struct cell *cell)
{
	cell->text = ((const struct ptscope_info *)row)->module_version;
	return true;
}

static bool fill_client(const void *row, struct cell *cell)
{
	(void)row;
	cell->text = PTSCOPE_VERSION;
	return true;
}

static bool fill_page_size(const void *row, struct cell *cell)
{
	cell->number = ((const struct ptscope_info *)row)->page_size;
	return true;
}

static bool fill_va_bits(const void *row, struct cell *cell)
{
	cell->number = ((const struct ptscope_info *)row)->va_bits;
	return true;
}

static bool fill_levels(const void *row, struct cell *cell)
{
	cell->number = ((const struct ptscope_info *)row)->levels;
	return true;
}

/* Names of levels from the top down; those that are folded, or those that are not. */
static void name_levels(const struct ptscope_info *info, bool folded, struct cell *cell)
{
	size_t used = 0;
	int i;

	cell->text = cell->buf;
	for (i = PTSCOPE_LEVELS - 1; i >= 0; i--)
		if (info->level[i].folded == folded && info->level[i].shift)
			used += snprintf(cell->buf + used, sizeof(cell->buf) - used, "%s%s",
					 used ? " " : "", level_names[i]);
}

static bool fill_real(const void *row, struct cell *cell)
{
	name_levels(row, false, cell);
	return true;
}

static bool fill_folded(const void *row, struct cell *cell)
{
	name_levels(row, true, cell);
	return cell->buf[0];
}

/* How an address is cut up: the bits of each index, then those of the offset. */
static bool fill_split(const void *row, struct cell *cell)
{
	const struct ptscope_info *info = row;
	size_t used = 0;
	int i;

	cell->text = cell->buf;
	for (i = PTSCOPE_LEVELS - 1; i >= 0; i--)
		if (!info->level[i].folded && info->level[i].entries)
			used += snprintf(cell->buf + used, sizeof(cell->buf) - used, "%d ",
					 __builtin_ctz(info->level[i].entries));
	snprintf(cell->buf + used, sizeof(cell->buf) - used, "%d",
		 __builtin_ctz(info->page_size));
	return true;
}

static bool fill_leaf(const void *row, int level, struct cell *cell)
{
	cell->number = ((const struct ptscope_info *)row)->level[level].leaf_size;
	return cell->number;
}

static bool fill_pte_leaf(const void *row, struct cell *cell)
{
	return fill_leaf(row, PTSCOPE_LEVEL_PTE, cell);
}

static bool fill_pmd_leaf(const void *row, struct cell *cell)
{
	return fill_leaf(row, PTSCOPE_LEVEL_PMD, cell);
}

static bool fill_pud_leaf(const void *row, struct cell *cell)
{
	return fill_leaf(row, PTSCOPE_LEVEL_PUD, cell);
}

static bool fill_cont(const void *row, int level, struct cell *cell)
{
	cell->number = ((const struct ptscope_info *)row)->level[level].cont_size;
	return cell->number;
}

static bool fill_pte_cont(const void *row, struct cell *cell)
{
	return fill_cont(row, PTSCOPE_LEVEL_PTE, cell);
}

static bool fill_pmd_cont(const void *row, struct cell *cell)
{
	return fill_cont(row, PTSCOPE_LEVEL_PMD, cell);
}

static bool fill_processes(const void *row, struct cell *cell)
{
	cell->number = !!(((const struct ptscope_info *)row)->access & PTSCOPE_ACCESS_PROCESSES);
	return true;
}

static bool fill_frames(const void *row, struct cell *cell)
{
	cell->number = !!(((const struct ptscope_info *)row)->access & PTSCOPE_ACCESS_FRAMES);
	return true;
}

static bool fill_tables(const void *row, struct cell *cell)
{
	cell->number = !!(((const struct ptscope_info *)row)->access & PTSCOPE_ACCESS_TABLES);
	return true;
}

static const struct column columns[] = {
	{ "module", CELL_TEXT, "version of the kernel module", fill_module },
	{ "client", CELL_TEXT, "version of this command", fill_client },
	{ "page-size", CELL_SIZE, "size of a base page", fill_page_size },
	{ "va-bits", CELL_NUMBER, "bits of an address that the tables translate", fill_va_bits },
	{ "levels", CELL_NUMBER, "levels that the tables have", fill_levels },
	{ "real", CELL_TEXT, "their names, from the top", fill_real },
	{ "folded", CELL_TEXT, "levels that exist in the kernel's source only", fill_folded },
	{ "split", CELL_TEXT, "bits of each level's index, and of the offset", fill_split },
	{ "pte-leaf", CELL_SIZE, "bytes that a PTE maps", fill_pte_leaf },
	{ "pmd-leaf", CELL_SIZE, "bytes that a PMD leaf maps", fill_pmd_leaf },
	{ "pud-leaf", CELL_SIZE, "bytes that a PUD leaf maps", fill_pud_leaf },
	{ "pte-cont", CELL_SIZE, "bytes of a block of PTEs with the contiguous hint",
	  fill_pte_cont },
	{ "pmd-cont", CELL_SIZE, "bytes of a block of PMDs with the contiguous hint",
	  fill_pmd_cont },
	{ "processes", CELL_BOOL, "you may look at other processes (CAP_SYS_PTRACE)",
	  fill_processes },
	{ "frames", CELL_BOOL, "you may see frame numbers (CAP_SYS_ADMIN)", fill_frames },
	{ "tables", CELL_BOOL, "and those of page tables (not in lockdown)", fill_tables },
};

static const struct columns info_columns = {
	.all = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
	.defaults = "module,client,page-size,va-bits,levels,real,folded,split,pte-leaf,pmd-leaf,pud-leaf,pte-cont,pmd-cont,processes,frames,tables",
};

static int info_run(const struct verb *verb, const struct options *opts)
{
	struct ptscope_info info;
	struct ptscope *ps;
	struct table *table;
	int status;

	if (opts->noperands) {
		complain("info takes no operand");
		return CLI_FAILED;
	}
	ps = cli_connect(opts, &info, &status);
	if (!ps)
		return status;

	table = table_new(verb, opts);
	status = table && table_add_fields(table, &info) && table_print(table) ?
		 CLI_OK : CLI_FAILED;
	table_free(table);
	ptscope_free(ps);
	return status;
}

const struct verb info_verb = {
	.name = "info",
	.summary = "Show the shape of the page tables, the module and what you may see",
	.operands = "",
	.columns = &info_columns,
	.run = info_run,
};
