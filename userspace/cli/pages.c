// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope pages: every page; adjacent pages with equal entries are one row (a run).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "names.h"
#include "output.h"
#include "summary.h"

/**
 * struct page_row - a row
 * @run: the run
 * @pid: process of the run
 * @page_size: size of a base page
 */
struct page_row {
	struct ptscope_run run;
	pid_t pid;
	uint32_t page_size;
};

#define RUN(row) (((const struct page_row *)(row))->run)

static bool fill_pid(const void *row, struct cell *cell)
{
	cell->number = ((const struct page_row *)row)->pid;
	return true;
}

static bool fill_start(const void *row, struct cell *cell)
{
	cell->number = RUN(row).start;
	return true;
}

static uint64_t bytes(const struct page_row *row)
{
	return (uint64_t)row->run.pages * row->page_size;
}

static bool fill_end(const void *row, struct cell *cell)
{
	cell->number = RUN(row).start + bytes(row);
	return true;
}

static bool fill_size(const void *row, struct cell *cell)
{
	cell->number = bytes(row);
	return true;
}

static bool fill_pages(const void *row, struct cell *cell)
{
	cell->number = RUN(row).pages;
	return true;
}

static bool fill_state(const void *row, struct cell *cell)
{
	cell->text = state_name(RUN(row).state);
	switch (RUN(row).state) {
	case PTSCOPE_STATE_RES:
		break;
	case PTSCOPE_STATE_LAZY:
		cell->color = COLOR_FAINT;
		break;
	default:
		cell->color = COLOR_AWAY;
	}
	return true;
}

static bool fill_leaf(const void *row, struct cell *cell)
{
	cell->text = leaf_name(&RUN(row));
	if (RUN(row).level != PTSCOPE_LEVEL_PTE || RUN(row).flags & PTSCOPE_FLAG_CONT)
		cell->color = COLOR_HUGE;
	return cell->text;
}

static bool fill_level(const void *row, struct cell *cell)
{
	cell->text = level_name(RUN(row).level);
	return RUN(row).state != PTSCOPE_STATE_LAZY && RUN(row).state != PTSCOPE_STATE_DISK;
}

static bool fill_frame(const void *row, struct cell *cell)
{
	cell->number = RUN(row).frame;
	return RUN(row).has_frame;
}

static bool fill_phys(const void *row, struct cell *cell)
{
	cell->number = RUN(row).frame * ((const struct page_row *)row)->page_size;
	return RUN(row).has_frame;
}

static bool fill_swapdev(const void *row, struct cell *cell)
{
	name_swap_area(cell->buf, sizeof(cell->buf), RUN(row).swap_type);
	cell->text = cell->buf;
	return RUN(row).has_slot;
}

static bool fill_slot(const void *row, struct cell *cell)
{
	cell->number = RUN(row).swap_offset;
	return RUN(row).has_slot;
}

static bool fill_flags(const void *row, struct cell *cell)
{
	name_flags(cell->buf, sizeof(cell->buf), &RUN(row));
	cell->text = cell->buf;
	return *cell->text;
}

static bool fill_node(const void *row, struct cell *cell)
{
	cell->number = RUN(row).node;
	return RUN(row).has_extra;
}

static bool fill_order(const void *row, struct cell *cell)
{
	cell->number = RUN(row).order;
	return RUN(row).has_order;
}

static bool fill_folio(const void *row, struct cell *cell)
{
	name_folio(cell->buf, sizeof(cell->buf), RUN(row).folio);
	cell->text = cell->buf;
	return RUN(row).has_extra;
}

static const struct column columns[] = {
	{ "pid", CELL_NUMBER, "process ID", .fill = fill_pid },
	{ "start", CELL_ADDRESS, "first address", .fill = fill_start },
	{ "end", CELL_ADDRESS, "end (exclusive)", .fill = fill_end },
	{ "size", CELL_SIZE, "bytes", .fill = fill_size, .properties = COLUMN_EXTENT },
	{ "pages", CELL_COUNT, "base pages", .fill = fill_pages, .properties = COLUMN_EXTENT },
	{ "state", CELL_TEXT, "state of the pages", .fill = fill_state },
	{ "leaf", CELL_TEXT, "kind of leaf that maps them: pte, cont, pmd or pud",
	  .fill = fill_leaf },
	{ "level", CELL_TEXT, "level of the table that holds the entries", .fill = fill_level },
	{ "frame", CELL_NUMBER, "number of the first frame", .fill = fill_frame },
	{ "phys", CELL_ADDRESS, "physical address of the first byte", .fill = fill_phys },
	{ "swapdev", CELL_TEXT, "swap area, by its device or file", .fill = fill_swapdev,
	  .properties = COLUMN_SHRINKS },
	{ "slot", CELL_NUMBER, "first slot in the swap area", .fill = fill_slot },
	{ "flags", CELL_LIST, "flags of the entries", .fill = fill_flags,
	  .properties = COLUMN_SHRINKS },
	{ "node", CELL_NUMBER, "NUMA node of the first frame", .fill = fill_node },
	{ "order", CELL_NUMBER, "the folio has 2^order base pages (estimate)", .fill = fill_order },
	{ "folio", CELL_LIST, "properties of the folio (estimate)", .fill = fill_folio,
	  .properties = COLUMN_SHRINKS },
	{ .name = NULL }
};

static const struct columns pages_columns = {
	.all = columns,
	.defaults = "start,end,pages,state,leaf,frame,swapdev,slot,flags",
};

static bool shows(const struct options *opts, bool (*fill)(const void *row, struct cell *cell))
{
	int i;

	for (i = 0; columns[i].name; i++)
		if (columns[i].fill == fill && options_need(opts, i))
			return true;
	return false;
}

/* The details that the printed columns and the sort key need. */
static uint32_t details(const struct options *opts)
{
	uint32_t detail = opts->filter.detail;

	if (opts->summary)
		return detail | PTSCOPE_DETAIL_FRAME | PTSCOPE_DETAIL_FOLIO;
	if (shows(opts, fill_frame) || shows(opts, fill_phys) || shows(opts, fill_swapdev) ||
	    shows(opts, fill_slot))
		detail |= PTSCOPE_DETAIL_FRAME;
	if (shows(opts, fill_node))
		detail |= PTSCOPE_DETAIL_NODE;
	if (shows(opts, fill_order) || shows(opts, fill_folio))
		detail |= PTSCOPE_DETAIL_FOLIO;
	return detail;
}

/* ADDR selects the page that contains it, START-END a range. */
static bool set_operand_range(struct options *opts, const char *text, uint32_t page_size)
{
	char *rest;

	if (parse_range(text, &opts->start, &opts->end))
		return true;
	if (parse_address(text, &rest, &opts->start) && !*rest) {
		opts->start &= -(uint64_t)page_size;
		opts->end = opts->start + page_size;
		return true;
	}
	print_error("invalid address or range: '%s' (ADDR or START-END, in hexadecimal)", text);
	return false;
}

static int begin_runs(struct ptscope *ps, const struct options *opts, pid_t pid)
{
	struct ptscope_filter filter = opts->filter;

	filter.size = sizeof(filter);
	filter.detail = details(opts);
	return ptscope_dump_runs(ps, pid, opts->start, opts->end, &filter);
}

/*
 * Print or count the runs. @summary: if not NULL, count the runs there and print
 * nothing. @count is set to the number of runs. Returns 0 or a negative errno;
 * -ECANCELED has been reported.
 */
static int read_runs(struct ptscope *ps, const struct options *opts, pid_t pid,
		     uint32_t page_size, struct output *out, struct summary *summary,
		     size_t *count)
{
	struct page_row row = { .pid = pid, .page_size = page_size };
	const struct ptscope_run *run;
	int err = begin_runs(ps, opts, pid);

	*count = 0;
	if (err)
		return err;
	while ((err = ptscope_next_run(ps, &run)) > 0) {
		++*count;
		row.run = *run;
		if (summary)
			summary_add(summary, &row.run, page_size);
		else if (!output_row(out, &row))
			return -ECANCELED;
		if (!summary && output_is_full(out))
			return 0;
	}
	return err;
}

/* Returns 1 if there is a VMA in the range, 0 if there is none, or a negative errno. */
static int is_mapped(struct ptscope *ps, const struct options *opts, pid_t pid)
{
	const struct ptscope_vma *vma;
	int err;

	ptscope_set_cache(ps, false);
	err = ptscope_dump_vmas(ps, pid, opts->start, opts->end);
	return err ? err : ptscope_next_vma(ps, &vma);
}

/* A decimal address may be a mistaken second PID. */
static bool is_decimal(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

/* @operand: the address or range; it is valid */
static void report_unmapped(const struct options *opts, const char *operand)
{
	uint64_t address;
	char *rest;

	parse_address(operand, &rest, &address);
	if (*rest)
		print_error("0x%" PRIx64 "-0x%" PRIx64 ": nothing is mapped there",
			    opts->start, opts->end);
	else
		print_error("0x%" PRIx64 ": nothing is mapped there%s", address,
			    is_decimal(operand) ? "; pages takes one PID" : "");
}

/* Report why there are no rows. Returns an exit status. */
static int explain_nothing(struct ptscope *ps, const struct options *opts, pid_t pid)
{
	int mapped = is_mapped(ps, opts, pid);

	if (mapped < 0)
		return report_failure(ps, mapped, pid);
	if (!mapped && opts->noperands == 2) {
		report_unmapped(opts, opts->operands[1]);
		return CLI_FAILED;
	}
	if (!mapped)
		note_unmapped(opts, pid);
	else if (opts->summary)
		print_error("%d: note: no page that matches is in RAM", (int)pid);
	else if (opts->filter.states & 1u << PTSCOPE_STATE_CACHED && !opts->cache)
		print_error("%d: note: no page matches; cached pages are reported only with --cache",
			    (int)pid);
	else
		print_error("%d: note: no page matches", (int)pid);
	return CLI_OK;
}

static int print_pages(struct ptscope *ps, const struct options *opts, pid_t pid,
		       uint32_t page_size, struct output *out, size_t *count)
{
	struct summary summary = { 0 };
	int err;

	err = read_runs(ps, opts, pid, page_size, out, opts->summary ? &summary : NULL, count);
	if (err == -ECANCELED)
		return CLI_FAILED;
	if (err)
		return report_failure(ps, err, pid);
	note_interrupted(ps, pid);
	note_hidden(ps);
	summary.hidden = ptscope_hidden(ps);
	if (opts->summary && !summary_print(&summary, out, page_size, count))
		return CLI_FAILED;
	return CLI_OK;
}

static int pages_run(const struct verb *verb, const struct options *given)
{
	struct options opts = *given;
	struct output *out;
	struct ptscope *ps;
	size_t count = 0;
	int status;
	pid_t pid;

	if (opts.noperands < 1 || opts.noperands > 2) {
		if (opts.noperands)
			print_error("pages: unexpected operand: '%s'", opts.operands[2]);
		else
			print_error("pages: no PID given");
		return print_usage_hint(verb);
	}
	if (!parse_pid(opts.operands[0], &pid)) {
		report_bad_pid(verb, opts.operands[0]);
		return CLI_FAILED;
	}
	ps = cli_connect(&opts, &status);
	if (!ps)
		return status;

	status = CLI_FAILED;
	if ((opts.noperands == 2 &&
	     !set_operand_range(&opts, opts.operands[1], cli_page_size())) ||
	    !cli_check_range(&opts))
		goto out;
	out = output_open(verb->name, opts.summary ? verb->summary_columns : verb->columns, &opts);
	if (!out)
		goto out;
	status = print_pages(ps, &opts, pid, cli_page_size(), out, &count);
	if (!output_close(out))
		status = CLI_FAILED;
	if (status == CLI_OK && !count)
		status = explain_nothing(ps, &opts, pid);
out:
	ptscope_free(ps);
	return status;
}

static const struct verb pages_verb = {
	.name = "pages",
	.summary = "Show every page of a process, as runs of equal pages",
	.operands = "PID [ADDR[-END]]",
	.details = "PID is a decimal number or 'self'. ADDR selects the page that contains it.\n",
	.columns = &pages_columns,
	.summary_columns = &summary_columns,
	.takes = TAKES_RANGE | TAKES_FILTER | TAKES_SUMMARY | TAKES_CACHE | TAKES_ROWS,
	.run = pages_run,
};

REGISTER_VERB(pages);
