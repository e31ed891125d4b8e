// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope pages --summary: sizes of physically contiguous runs and of folios.
 */
#include "summary.h"
#include "output.h"

/**
 * struct summary_row - the row of an order
 * @summary: counters of all orders
 * @order: the order
 * @page_size: size of a base page
 */
struct summary_row {
	const struct summary *summary;
	unsigned int order;
	uint32_t page_size;
};

#define SUMMARY(row) (((const struct summary_row *)(row))->summary)

static unsigned int order_of(uint64_t pages)
{
	unsigned int order = 0;

	while (pages >>= 1)
		order++;
	return order < SUMMARY_ORDERS ? order : SUMMARY_ORDERS - 1;
}

static void close_run(struct summary *summary)
{
	unsigned int order = order_of(summary->last.pages);

	if (summary->last.pages) {
		summary->runs[order]++;
		summary->run_pages[order] += summary->last.pages;
	}
	summary->last.pages = 0;
}

/* Join runs with contiguous frames; they may differ in flags. */
static void extend_run(struct summary *summary, const struct ptscope_run *run, uint32_t page_size)
{
	if (!summary->last.pages || summary->last.end != run->start ||
	    summary->last.frame != run->frame)
		close_run(summary);
	summary->last.pages += run->pages;
	summary->last.end = run->start + (uint64_t)run->pages * page_size;
	summary->last.frame = run->frame + run->pages;
}

void summary_add(struct summary *summary, const struct ptscope_run *run, uint32_t page_size)
{
	unsigned int order = run->order < SUMMARY_ORDERS ? run->order : 0;

	if (run->state != PTSCOPE_STATE_RES || run->flags & PTSCOPE_FLAG_ZERO)
		return;
	if (run->has_frame)
		extend_run(summary, run, page_size);
	if (!run->has_extra)
		return;
	if (run->folio & PTSCOPE_FOLIO_ANON) {
		summary->anon[order] += run->pages;
		if (run->folio & PTSCOPE_FOLIO_ALIGNED)
			summary->anon_aligned[order] += run->pages;
	} else {
		summary->file[order] += run->pages;
		if (run->folio & PTSCOPE_FOLIO_ALIGNED)
			summary->file_aligned[order] += run->pages;
	}
}

static bool fill_order(const void *data, struct cell *cell)
{
	const struct summary_row *row = data;

	cell->number = row->order;
	return !row->summary->hidden;
}

static bool fill_size(const void *data, struct cell *cell)
{
	const struct summary_row *row = data;

	cell->number = (uint64_t)row->page_size << row->order;
	return !row->summary->hidden;
}

static bool fill_runs(const void *data, struct cell *cell)
{
	const struct summary_row *row = data;

	cell->number = row->summary->runs[row->order];
	cell->color = cell->number ? COLOR_NONE : COLOR_FAINT;
	return !row->summary->hidden;
}

static bool fill_bytes(const struct summary_row *row, const uint64_t *pages, struct cell *cell)
{
	cell->number = pages[row->order] * row->page_size;
	cell->color = cell->number ? COLOR_NONE : COLOR_FAINT;
	return true;
}

static bool fill_run_bytes(const void *row, struct cell *cell)
{
	return fill_bytes(row, SUMMARY(row)->run_pages, cell) && !SUMMARY(row)->hidden;
}

static bool fill_anon(const void *row, struct cell *cell)
{
	return fill_bytes(row, SUMMARY(row)->anon, cell);
}

static bool fill_anon_aligned(const void *row, struct cell *cell)
{
	return fill_bytes(row, SUMMARY(row)->anon_aligned, cell) && !SUMMARY(row)->hidden;
}

static bool fill_file(const void *row, struct cell *cell)
{
	return fill_bytes(row, SUMMARY(row)->file, cell);
}

static bool fill_file_aligned(const void *row, struct cell *cell)
{
	return fill_bytes(row, SUMMARY(row)->file_aligned, cell) && !SUMMARY(row)->hidden;
}

static const struct column columns[] = {
	{ "order", CELL_NUMBER, "order of the size: 2^order base pages; empty if hidden",
	  .fill = fill_order },
	{ "size", CELL_SIZE, "size of 2^order base pages", .fill = fill_size,
	  .properties = COLUMN_EXTENT },
	{ "runs", CELL_COUNT, "contiguous runs of frames, of this size up to twice this size",
	  .fill = fill_runs },
	{ "run-bytes", CELL_SIZE, "bytes in these runs", .fill = fill_run_bytes },
	{ "anon", CELL_SIZE, "bytes in anonymous folios of this order", .fill = fill_anon },
	{ "anon-aligned", CELL_SIZE, "of these, mapped at a multiple of the folio's size",
	  .fill = fill_anon_aligned },
	{ "file", CELL_SIZE, "bytes in other folios of this order", .fill = fill_file },
	{ "file-aligned", CELL_SIZE, "of these, mapped at a multiple of the folio's size",
	  .fill = fill_file_aligned },
	{ .name = NULL }
};

const struct columns summary_columns = {
	.all = columns,
	.defaults = "order,size,runs,run-bytes,anon,anon-aligned,file,file-aligned",
};

static bool is_empty(const struct summary *summary, unsigned int order)
{
	return !summary->runs[order] && !summary->anon[order] && !summary->file[order];
}

bool summary_print(struct summary *summary, struct output *out, uint32_t page_size, size_t *rows)
{
	unsigned int i;

	close_run(summary);
	for (*rows = 0, i = 0; i < SUMMARY_ORDERS; i++) {
		struct summary_row row = { summary, i, page_size };

		if (is_empty(summary, i))
			continue;
		if (!output_row(out, &row))
			return false;
		++*rows;
	}
	return true;
}
