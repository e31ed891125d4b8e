// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope pages: every page, where neighbours that say the same are one row.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "summary.h"
#include "table.h"
#include "names.h"

/**
 * struct page_row - a run, and what it takes to show it
 * @run: the run
 * @pid: whose it is
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
	cell->text = state_word(RUN(row).state);
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
	cell->text = leaf_word(&RUN(row));
	if (RUN(row).level != PTSCOPE_LEVEL_PTE || RUN(row).flags & PTSCOPE_FLAG_CONT)
		cell->color = COLOR_HUGE;
	return cell->text;
}

static bool fill_level(const void *row, struct cell *cell)
{
	cell->text = level_word(RUN(row).level);
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
	swap_words(cell->buf, sizeof(cell->buf), RUN(row).swap_type);
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
	run_words(cell->buf, sizeof(cell->buf), &RUN(row));
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
	folio_words(cell->buf, sizeof(cell->buf), RUN(row).folio);
	cell->text = cell->buf;
	return RUN(row).has_extra;
}

static const struct column columns[] = {
	{ "pid", CELL_NUMBER, "process ID", fill_pid },
	{ "start", CELL_ADDRESS, "first address", fill_start },
	{ "end", CELL_ADDRESS, "first address behind it", fill_end },
	{ "size", CELL_SIZE, "bytes", fill_size },
	{ "pages", CELL_NUMBER, "base pages", fill_pages },
	{ "state", CELL_TEXT, "where the bytes are", fill_state },
	{ "leaf", CELL_TEXT, "what maps them: pte, cont, pmd or pud", fill_leaf },
	{ "level", CELL_TEXT, "level of the table that holds the entries", fill_level },
	{ "frame", CELL_NUMBER, "number of the first frame", fill_frame },
	{ "phys", CELL_ADDRESS, "physical address of the first byte", fill_phys },
	{ "swapdev", CELL_TEXT, "swap area", fill_swapdev },
	{ "slot", CELL_NUMBER, "first slot in the swap area", fill_slot },
	{ "flags", CELL_TEXT, "what the entries say", fill_flags },
	{ "node", CELL_NUMBER, "NUMA node", fill_node },
	{ "order", CELL_NUMBER, "the folio has 2^order base pages (estimate)", fill_order },
	{ "folio", CELL_TEXT, "what is known of the folio (estimate)", fill_folio },
};

static const struct columns pages_columns = {
	.all = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
	.defaults = "start,end,pages,state,leaf,frame,swapdev,slot,flags",
};

static bool shows(const struct options *opts, bool (*fill)(const void *row, struct cell *cell))
{
	int i;

	for (i = 0; i < opts->ncolumns; i++)
		if (columns[opts->columns[i]].fill == fill)
			return true;
	return false;
}

/* A column that is shown is a detail that is asked for. */
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

/* ADDR is the page that it lies in, ADDR-END the range. */
static bool set_operand_range(struct options *opts, const char *text, uint32_t page_size)
{
	char *rest;

	if (!parse_address(text, &rest, &opts->start))
		goto refuse;
	if (!*rest) {
		opts->start &= -(uint64_t)page_size;
		opts->end = opts->start + page_size;
		return true;
	}
	if (*rest == '-' && parse_address(rest + 1, &rest, &opts->end) && !*rest &&
	    opts->start < opts->end)
		return true;
refuse:
	complain("'%s' is no address nor START-END, in hexadecimal", text);
	return false;
}

/* @count: set to the number of runs. */
static int read_runs(struct ptscope *ps, const struct options *opts, pid_t pid,
		     uint32_t page_size, struct table *table, struct summary *summary,
		     size_t *count)
{
	struct ptscope_filter filter = opts->filter;
	struct page_row row = { .pid = pid, .page_size = page_size };
	int err;

	filter.detail = details(opts);
	/* The same runs in fewer bytes, where that can be. */
	if (filter.detail & (PTSCOPE_DETAIL_FRAME | PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO))
		err = ptscope_dump_runs(ps, pid, opts->start, opts->end, &filter);
	else
		err = ptscope_dump_series(ps, pid, opts->start, opts->end, &filter);
	if (err)
		return err;
	for (*count = 0; (err = ptscope_next_run(ps, &row.run)) > 0; ++*count) {
		if (summary)
			summary_add(summary, &row.run, page_size);
		else if (!table_add(table, &row, false))
			return -ENOMEM;
	}
	return err;
}

static int report(struct ptscope *ps, pid_t pid, int err)
{
	int status = CLI_OK;

	if (err == -ENOMEM) {
		complain("out of memory");
		status = CLI_FAILED;
	} else if (err) {
		status = cli_failed(ps, err, pid);
	} else if (ptscope_interrupted(ps)) {
		complain("%d: note: its address space changed while it was read; rows may not fit together",
			 (int)pid);
	}
	if (!err)
		cli_note_hidden(ps);
	return status;
}

/* 1 if there is a VMA in the range, 0 if there is none, or a negative errno. */
static int is_mapped(struct ptscope *ps, const struct options *opts, pid_t pid)
{
	const struct ptscope_vma *vma;
	int err;

	ptscope_set_cache(ps, false);
	err = ptscope_dump_vmas(ps, pid, opts->start, opts->end);
	return err ? err : ptscope_next_vma(ps, &vma);
}

/* A process ID may well be meant by what is read as an address. */
static bool is_decimal(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

/* @operand: the address or range, which has been parsed before */
static void complain_unmapped(const struct options *opts, const char *operand)
{
	uint64_t address;
	char *rest;

	parse_address(operand, &rest, &address);
	if (*rest)
		complain("0x%" PRIx64 "-0x%" PRIx64 ": nothing is mapped there", opts->start,
			 opts->end);
	else
		complain("0x%" PRIx64 ": nothing is mapped there%s", address,
			 is_decimal(operand) ? "; pages takes one PID" : "");
}

/* Nothing was printed: say why. Returns an exit status. */
static int explain_nothing(struct ptscope *ps, const struct options *opts, pid_t pid)
{
	int mapped = is_mapped(ps, opts, pid);

	if (mapped < 0)
		return cli_failed(ps, mapped, pid);
	if (!mapped && opts->noperands == 2) {
		complain_unmapped(opts, opts->operands[1]);
		return CLI_FAILED;
	}
	if (!mapped)
		cli_note_unmapped(opts, pid);
	else if (opts->summary)
		complain("%d: note: no page that matches is in RAM", (int)pid);
	else if (opts->filter.states & 1u << PTSCOPE_STATE_CACHED && !opts->cache)
		complain("%d: note: no page matches; cached pages are known with --cache only",
			 (int)pid);
	else
		complain("%d: note: no page matches", (int)pid);
	return CLI_OK;
}

static int pages_run(const struct verb *verb, const struct options *given)
{
	struct options opts = *given;
	struct summary summary = { 0 };
	struct table *table = NULL;
	struct ptscope_info info;
	struct ptscope *ps;
	size_t count = 0;
	int status, err;
	pid_t pid;

	if (opts.noperands < 1 || opts.noperands > 2) {
		complain("pages wants a PID, and a range if you like; 'ptscope pages --help' tells more");
		return CLI_FAILED;
	}
	if (!parse_pid(opts.operands[0], &pid))
		return CLI_FAILED;
	ps = cli_connect(&opts, &info, &status);
	if (!ps)
		return status;

	status = CLI_FAILED;
	if (opts.noperands == 2 && !set_operand_range(&opts, opts.operands[1], info.page_size))
		goto out;
	if (!cli_check_range(&opts, info.page_size))
		goto out;
	table = table_new(verb, &opts);
	if (!table)
		goto out;
	err = read_runs(ps, &opts, pid, info.page_size, table, opts.summary ? &summary : NULL,
			&count);
	status = report(ps, pid, err);
	if (opts.summary) {
		summary.hidden = ptscope_hidden(ps);
		if (!err && !summary_print(&summary, &opts, info.page_size, &count))
			status = CLI_FAILED;
	} else if (!table_print(table)) {
		status = CLI_FAILED;
	}
	if (status == CLI_OK && !count)
		status = explain_nothing(ps, &opts, pid);
out:
	table_free(table);
	ptscope_free(ps);
	return status;
}

const struct verb pages_verb = {
	.name = "pages",
	.summary = "Show every page of a process, as runs of equal ones",
	.operands = "PID [ADDR[-END]]",
	.details = "PID is a decimal number or 'self'. ADDR stands for the page that it lies in.\n",
	.columns = &pages_columns,
	.takes = TAKES_RANGE | TAKES_FILTER | TAKES_SUMMARY | TAKES_CACHE,
	.run = pages_run,
};
