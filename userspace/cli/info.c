// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope info: page-table geometry, versions and access rights of the caller.
 */
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "names.h"
#include "output.h"
#include "../../module/version.h"

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

/* List the folded levels, or those that are not folded, from the top down. */
static void name_levels(const struct ptscope_info *info, bool folded, struct cell *cell)
{
	size_t used = 0;
	int i;

	cell->text = cell->buf;
	for (i = PTSCOPE_LEVELS - 1; i >= 0; i--)
		if (info->level[i].folded == folded && info->level[i].shift)
			used += snprintf(cell->buf + used, sizeof(cell->buf) - used, "%s%s",
					 used ? "," : "", level_name(i));
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

/* The number of index bits of each level, then the number of offset bits. */
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
	{ "module", CELL_TEXT, "version of the kernel module", .fill = fill_module },
	{ "client", CELL_TEXT, "version of this command", .fill = fill_client },
	{ "page-size", CELL_SIZE, "size of a base page", .fill = fill_page_size },
	{ "va-bits", CELL_COUNT, "bits of a virtual address",
	  .fill = fill_va_bits },
	{ "levels", CELL_COUNT, "levels of the page tables", .fill = fill_levels },
	{ "real", CELL_LIST, "names of these levels, from the top down", .fill = fill_real },
	{ "folded", CELL_LIST, "levels of the kernel that are folded on this machine",
	  .fill = fill_folded },
	{ "split", CELL_TEXT, "index bits of each level, then offset bits", .fill = fill_split },
	{ "pte-leaf", CELL_SIZE, "bytes that a PTE maps", .fill = fill_pte_leaf },
	{ "pmd-leaf", CELL_SIZE, "bytes that a PMD leaf maps", .fill = fill_pmd_leaf },
	{ "pud-leaf", CELL_SIZE, "bytes that a PUD leaf maps", .fill = fill_pud_leaf },
	{ "pte-cont", CELL_SIZE, "bytes of a block of PTEs with the contiguous hint",
	  .fill = fill_pte_cont },
	{ "pmd-cont", CELL_SIZE, "bytes of a block of PMDs with the contiguous hint",
	  .fill = fill_pmd_cont },
	{ "processes", CELL_BOOL, "the caller may read other processes (CAP_SYS_PTRACE)",
	  .fill = fill_processes },
	{ "frames", CELL_BOOL, "the caller may see frame numbers (CAP_SYS_ADMIN)",
	  .fill = fill_frames },
	{ "tables", CELL_BOOL, "the caller may see frame numbers of page tables (not in lockdown)",
	  .fill = fill_tables },
	{ .name = NULL }
};

static const struct columns info_columns = {
	.all = columns,
	.defaults = "module,client,page-size,va-bits,levels,real,folded,split,pte-leaf,pmd-leaf,pud-leaf,pte-cont,pmd-cont,processes,frames,tables",
};

static int info_run(const struct verb *verb, const struct options *opts)
{
	const struct ptscope_info *info;
	int err;
	struct output *out;
	struct ptscope *ps;
	int status;

	if (opts->noperands) {
		print_error("info: unexpected operand: '%s'", opts->operands[0]);
		return print_usage_hint(verb);
	}
	ps = cli_connect(opts, &status);
	if (!ps)
		return status;
	err = ptscope_get_info(ps, &info);
	if (err) {
		status = report_failure(ps, err, 0);
		ptscope_free(ps);
		return status;
	}
	note_hidden(ps);

	status = CLI_FAILED;
	out = output_open(verb->name, verb->columns, opts);
	if (out) {
		bool good = output_record(out, info);

		status = output_close(out) && good ? CLI_OK : CLI_FAILED;
	}
	ptscope_free(ps);
	return status;
}

static const struct verb info_verb = {
	.name = "info",
	.summary = "Show page-table geometry, versions and access rights of the caller",
	.operands = "",
	.columns = &info_columns,
	.run = info_run,
};

REGISTER_VERB(info);
