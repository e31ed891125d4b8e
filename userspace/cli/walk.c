// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope walk: the translation of an address, level by level.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "fault.h"
#include "names.h"
#include "output.h"

/**
 * struct walk_row - one level of the path to an address
 * @path: the path
 * @info: page-table geometry
 * @pid: process of the address
 * @level: PTSCOPE_LEVEL_*
 * @entry: the entry at this level; NULL if the level is folded or there is no VMA
 * @last: the walk ends at this level
 * @cache: the page cache was looked up
 */
struct walk_row {
	const struct ptscope_path *path;
	const struct ptscope_info *info;
	pid_t pid;
	uint32_t level;
	const struct ptscope_path_entry *entry;
	bool last;
	bool cache;
};

#define ROW(data) ((const struct walk_row *)(data))

static bool fill_pid(const void *row, struct cell *cell)
{
	cell->number = ROW(row)->pid;
	return true;
}

static bool fill_addr(const void *row, struct cell *cell)
{
	cell->number = ROW(row)->path->address;
	return true;
}

static bool fill_level(const void *row, struct cell *cell)
{
	cell->text = level_name(ROW(row)->level);
	return ROW(row)->path->vma;
}

/* The index of the entry in its table; 0 at a folded level. */
static bool fill_index(const void *row, struct cell *cell)
{
	if (!ROW(row)->path->vma)
		return false;
	cell->number = ROW(row)->entry ? ROW(row)->entry->index : 0;
	return true;
}

static bool fill_index_bits(const void *row, struct cell *cell)
{
	const struct ptscope_geometry *level = &ROW(row)->info->level[ROW(row)->level];
	unsigned int bits = 0;

	if (!ROW(row)->entry)
		return false;
	while (1u << bits < level->entries)
		bits++;
	snprintf(cell->buf, sizeof(cell->buf), "%u-%u", level->shift + bits - 1, level->shift);
	cell->text = cell->buf;
	return true;
}

static bool fill_covers(const void *row, struct cell *cell)
{
	cell->number = 1ull << ROW(row)->info->level[ROW(row)->level].shift;
	return ROW(row)->path->vma;
}

static bool fill_table(const void *row, struct cell *cell)
{
	const struct ptscope_path_entry *entry = ROW(row)->entry;

	if (!entry || !entry->has_table)
		return false;
	cell->number = entry->table;
	return true;
}

static bool fill_entry(const void *row, struct cell *cell)
{
	/* Without this right, the module clears the frame number in the entry. */
	const uint32_t right = ROW(row)->last ? PTSCOPE_ACCESS_FRAMES : PTSCOPE_ACCESS_TABLES;

	if (!ROW(row)->entry)
		return false;
	cell->number = ROW(row)->entry->value;
	return ROW(row)->info->access & right;
}

/* The processor's bits are defined only in present entries. */
static bool has_bits(const struct walk_row *row)
{
	return row->entry && (!row->last || row->path->run->state == PTSCOPE_STATE_RES);
}

static bool fill_bits(const void *row, struct cell *cell)
{
	if (!has_bits(row))
		return false;
	name_bits(cell->buf, sizeof(cell->buf), ROW(row)->entry->value, ROW(row)->level,
		  !ROW(row)->last);
	cell->text = cell->buf;
	return *cell->text;
}

/* The processor's bits, then the kernel's flags of the last entry. */
static bool fill_flags(const void *row, struct cell *cell)
{
	const struct ptscope_path *path = ROW(row)->path;
	size_t used;

	if (!path->vma)
		return false;
	cell->text = cell->buf;
	if (!ROW(row)->entry) {
		snprintf(cell->buf, sizeof(cell->buf), "folded");
		cell->color = COLOR_FAINT;
		return true;
	}
	if (!fill_bits(row, cell))
		*cell->buf = '\0';
	cell->text = cell->buf;
	if (ROW(row)->last && (path->run->flags || path->run->memory_type)) {
		used = strlen(cell->buf);
		if (used)
			cell->buf[used++] = ',';
		name_flags(cell->buf + used, sizeof(cell->buf) - used, path->run);
		/* The default memory type is not printed: remove the comma again. */
		if (used && !cell->buf[used])
			cell->buf[used - 1] = '\0';
	}
	return *cell->text;
}

static bool fill_state(const void *row, struct cell *cell)
{
	cell->text = ROW(row)->path->run ? state_name(ROW(row)->path->run->state) :
					       "unmapped";
	return ROW(row)->last;
}

static bool fill_leaf(const void *row, struct cell *cell)
{
	if (!ROW(row)->path->run)
		return false;
	cell->text = leaf_name(ROW(row)->path->run);
	return ROW(row)->last && ROW(row)->path->vma && cell->text;
}

static bool fill_phys(const void *row, struct cell *cell)
{
	const struct ptscope_path *path = ROW(row)->path;
	uint32_t page_size = ROW(row)->info->page_size;

	if (!ROW(row)->path->run)
		return false;
	cell->number = path->run->frame * page_size + path->address % page_size;
	return ROW(row)->last && path->vma && path->run->has_frame;
}

static bool fill_swapdev(const void *row, struct cell *cell)
{
	const struct ptscope_run *run = ROW(row)->path->run;

	if (!ROW(row)->path->run)
		return false;
	name_swap_area(cell->buf, sizeof(cell->buf), run->swap_type);
	cell->text = cell->buf;
	return ROW(row)->last && ROW(row)->path->vma && run->has_slot;
}

static bool fill_slot(const void *row, struct cell *cell)
{
	const struct ptscope_path *path = ROW(row)->path;

	if (!ROW(row)->path->run)
		return false;
	cell->number = path->run->swap_offset;
	return ROW(row)->last && path->vma && path->run->has_slot;
}

static bool fill_touch(const void *row, struct cell *cell)
{
	cell->text = touch_read(ROW(row)->path, ROW(row)->cache);
	return ROW(row)->last;
}

static bool fill_touch_write(const void *row, struct cell *cell)
{
	cell->text = touch_write(ROW(row)->path, ROW(row)->cache);
	return ROW(row)->last;
}

static bool fill_node(const void *row, struct cell *cell)
{
	if (!ROW(row)->path->run)
		return false;
	cell->number = ROW(row)->path->run->node;
	return ROW(row)->last && ROW(row)->path->vma && ROW(row)->path->run->has_extra;
}

static bool fill_order(const void *row, struct cell *cell)
{
	if (!ROW(row)->path->run)
		return false;
	cell->number = ROW(row)->path->run->order;
	return ROW(row)->last && ROW(row)->path->vma && ROW(row)->path->run->has_order;
}

static bool fill_folio(const void *row, struct cell *cell)
{
	if (!ROW(row)->path->run)
		return false;
	name_folio(cell->buf, sizeof(cell->buf), ROW(row)->path->run->folio);
	cell->text = cell->buf;
	return ROW(row)->last && ROW(row)->path->vma && ROW(row)->path->run->has_extra;
}

static bool fill_name(const void *row, struct cell *cell)
{
	if (!ROW(row)->path->run)
		return false;
	cell->text = ROW(row)->path->vma->name;
	return ROW(row)->last && ROW(row)->path->vma && *cell->text;
}

static const struct column columns[] = {
	{ "pid", CELL_NUMBER, "process ID", .fill = fill_pid },
	{ "addr", CELL_ADDRESS, "the address", .fill = fill_addr },
	{ "level", CELL_TEXT, "level of the table", .fill = fill_level },
	{ "index-bits", CELL_TEXT, "bits of the address that form the index",
	  .fill = fill_index_bits },
	{ "covers", CELL_SIZE, "bytes that an entry of the table covers", .fill = fill_covers,
	  .properties = COLUMN_EXTENT },
	{ "table", CELL_ADDRESS, "frame number of the table; the entry one level up contains it",
	  .fill = fill_table },
	{ "index", CELL_NUMBER, "index of the entry in the table", .fill = fill_index },
	{ "entry", CELL_ADDRESS, "raw value of the entry; empty if a part of it is hidden",
	  .fill = fill_entry },
	{ "bits", CELL_LIST, "bits of the entry, named as in the processor manual",
	  .fill = fill_bits, .properties = COLUMN_SHRINKS },
	{ "flags", CELL_LIST, "the same bits, then the kernel's flags of the last entry",
	  .fill = fill_flags, .properties = COLUMN_SHRINKS },
	{ "state", CELL_TEXT, "state of the page", .fill = fill_state },
	{ "leaf", CELL_TEXT, "kind of leaf that maps it: pte, cont, pmd or pud",
	  .fill = fill_leaf },
	{ "phys", CELL_ADDRESS, "physical address of the byte", .fill = fill_phys },
	{ "swapdev", CELL_TEXT, "swap area, by its device or file", .fill = fill_swapdev,
	  .properties = COLUMN_SHRINKS },
	{ "slot", CELL_NUMBER, "slot in the swap area", .fill = fill_slot },
	{ "touch", CELL_TEXT, "effect of a read access", .fill = fill_touch },
	{ "touch-write", CELL_TEXT, "effect of a write access",
	  .fill = fill_touch_write },
	{ "node", CELL_NUMBER, "NUMA node of the frame", .fill = fill_node },
	{ "order", CELL_NUMBER, "the folio has 2^order base pages (estimate)", .fill = fill_order },
	{ "folio", CELL_LIST, "properties of the folio (estimate)", .fill = fill_folio,
	  .properties = COLUMN_SHRINKS },
	{ "name", CELL_TEXT, "path of the file, or the name that the kernel gives the VMA",
	  .fill = fill_name,
	  .properties = COLUMN_SHRINKS },
	{ .name = NULL }
};

static const struct columns walk_columns = {
	.all = columns,
	.defaults = "addr,level,index,table,entry,flags,state,leaf,phys,touch",
};

static const struct ptscope_path_entry *entry_at(const struct ptscope_path *path, uint32_t level)
{
	uint32_t i;

	for (i = 0; i < path->entries; i++)
		if (path->entry[i].level == level)
			return &path->entry[i];
	return NULL;
}

/* Print a row for each level from the top to the level where the walk ends. */
static bool add_path(struct output *out, const struct ptscope_path *path,
		     const struct ptscope_info *info, bool cache)
{
	struct walk_row row = {
		.path = path, .info = info, .pid = path->pid, .cache = cache,
	};
	uint32_t lowest;
	int level;

	if (!path->vma || !path->entries) {
		row.last = true;
		return output_row(out, &row);
	}
	lowest = path->entry[path->entries - 1].level;
	for (level = PTSCOPE_LEVEL_PGD; level >= (int)lowest; level--) {
		row.level = level;
		row.entry = entry_at(path, level);
		row.last = level == (int)lowest;
		if (!output_row(out, &row))
			return false;
	}
	return true;
}

static void note_tables(const struct ptscope *ps)
{
	const uint32_t access = ptscope_info(ps)->access;
	static bool noted;

	if (!noted && access & PTSCOPE_ACCESS_FRAMES && !(access & PTSCOPE_ACCESS_TABLES))
		print_note("frame numbers of page tables are hidden: the kernel is locked down");
	noted = true;
}

static int walk_all(struct ptscope *ps, const struct options *opts, pid_t pid,
		    const uint64_t *address, struct output *out)
{
	const struct ptscope_path *path;
	int err = ptscope_dump_paths(ps, pid, address, opts->noperands - 1);

	while (!err && (err = ptscope_next_path(ps, &path)) > 0) {
		err = 0;
		note_hidden(ps);
		note_tables(ps);
		if (!add_path(out, path, ptscope_info(ps), opts->cache && !ptscope_hidden(ps)))
			return CLI_FAILED;
	}
	return err ? report_failure(ps, err, pid) : CLI_OK;
}

/* Parse the addresses of the command line; NULL after reporting an error. */
static uint64_t *parse_addresses(const struct options *opts)
{
	uint64_t *address = calloc(opts->noperands, sizeof(*address));
	char *rest;
	int i;

	if (!address)
		print_error("out of memory");
	for (i = 1; address && i < opts->noperands; i++) {
		if (parse_address(opts->operands[i], &rest, &address[i - 1]) && !*rest)
			continue;
		print_error("invalid address: '%s' (must be hexadecimal)", opts->operands[i]);
		free(address);
		return NULL;
	}
	return address;
}

static int walk_run(const struct verb *verb, const struct options *opts)
{
	struct output *out;
	uint64_t *address;
	struct ptscope *ps;
	int status;
	pid_t pid;

	if (opts->noperands < 2) {
		print_error("walk: no %s given", opts->noperands ? "address" : "PID");
		return print_usage_hint(verb);
	}
	if (!parse_pid(opts->operands[0], &pid)) {
		report_bad_pid(verb, opts->operands[0]);
		return CLI_FAILED;
	}
	address = parse_addresses(opts);
	if (!address)
		return CLI_FAILED;
	ps = cli_connect(opts, &status);
	if (!ps)
		goto free;
	status = CLI_FAILED;
	out = output_open(verb->name, verb->columns, opts);
	if (out) {
		status = walk_all(ps, opts, pid, address, out);
		if (!output_close(out))
			status = CLI_FAILED;
	}
	ptscope_free(ps);
free:
	free(address);
	return status;
}

static const struct verb walk_verb = {
	.name = "walk",
	.summary = "Show how an address is translated, level by level",
	.operands = "PID ADDR...",
	.details = "PID is a decimal number or 'self', ADDR a hexadecimal address.\n",
	.columns = &walk_columns,
	.takes = TAKES_CACHE | TAKES_ROWS,
	.run = walk_run,
};

REGISTER_VERB(walk);
