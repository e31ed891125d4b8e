// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope walk: how an address is translated, table by table.
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
 * @info: geometry
 * @pid: whose address it is
 * @level: PTSCOPE_LEVEL_*
 * @step: the entry at this level; NULL if the level is folded, or nothing is
 *	mapped
 * @last: the walk ends here
 * @cache: the page cache was looked into
 */
struct walk_row {
	const struct ptscope_path *path;
	const struct ptscope_info *info;
	pid_t pid;
	uint32_t level;
	const struct ptscope_path_entry *step;
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

/* The bits of the address that are the index, as its number in the table. */
static bool fill_index(const void *row, struct cell *cell)
{
	if (!ROW(row)->path->vma)
		return false;
	cell->number = ROW(row)->step ? ROW(row)->step->index : 0;
	return true;
}

static bool fill_index_bits(const void *row, struct cell *cell)
{
	const struct ptscope_geometry *level = &ROW(row)->info->level[ROW(row)->level];
	unsigned int bits = 0;

	if (!ROW(row)->step)
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
	const struct ptscope_path_entry *step = ROW(row)->step;

	if (!step || !step->has_table)
		return false;
	cell->number = step->table;
	return true;
}

static bool fill_entry(const void *row, struct cell *cell)
{
	/* Without the right to see what it points to, the entry comes without that. */
	const uint32_t right = ROW(row)->last ? PTSCOPE_ACCESS_FRAMES : PTSCOPE_ACCESS_TABLES;

	if (!ROW(row)->step)
		return false;
	cell->number = ROW(row)->step->value;
	return ROW(row)->info->access & right;
}

/* An entry that is a swap slot or a marker has none of the processor's bits. */
static bool has_bits(const struct walk_row *row)
{
	return row->step && (!row->last || row->path->run->state == PTSCOPE_STATE_RES);
}

static bool fill_bits(const void *row, struct cell *cell)
{
	if (!has_bits(row))
		return false;
	name_bits(cell->buf, sizeof(cell->buf), ROW(row)->step->value, ROW(row)->level,
		  !ROW(row)->last);
	cell->text = cell->buf;
	return *cell->text;
}

/* The processor's bits, and then what the last entry means to the kernel. */
static bool fill_flags(const void *row, struct cell *cell)
{
	const struct ptscope_path *path = ROW(row)->path;
	size_t used;

	if (!path->vma)
		return false;
	cell->text = cell->buf;
	if (!ROW(row)->step) {
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
		/* A usual memory type has no name. */
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
	{ "index-bits", CELL_TEXT, "bits of the address that are the index",
	  .fill = fill_index_bits },
	{ "covers", CELL_SIZE, "bytes that an entry of the table covers", .fill = fill_covers,
	  .properties = COLUMN_EXTENT },
	{ "table", CELL_ADDRESS, "frame number of the table, which the entry above names",
	  .fill = fill_table },
	{ "index", CELL_NUMBER, "place of the entry in the table", .fill = fill_index },
	{ "entry", CELL_ADDRESS, "the entry as it is; empty if a part of it is hidden",
	  .fill = fill_entry },
	{ "bits", CELL_LIST, "bits of the entry, by the names of the processor's manual",
	  .fill = fill_bits, .properties = COLUMN_SHRINKS },
	{ "flags", CELL_LIST, "these bits, and then what the last entry means to the kernel",
	  .fill = fill_flags, .properties = COLUMN_SHRINKS },
	{ "state", CELL_TEXT, "where the byte is", .fill = fill_state },
	{ "leaf", CELL_TEXT, "what maps it: pte, cont, pmd or pud", .fill = fill_leaf },
	{ "phys", CELL_ADDRESS, "physical address of the byte", .fill = fill_phys },
	{ "swapdev", CELL_TEXT, "swap area that the byte is in", .fill = fill_swapdev,
	  .properties = COLUMN_SHRINKS },
	{ "slot", CELL_NUMBER, "slot in the swap area", .fill = fill_slot },
	{ "touch", CELL_TEXT, "what reading the byte would cost", .fill = fill_touch },
	{ "touch-write", CELL_TEXT, "what writing to the byte would cost",
	  .fill = fill_touch_write },
	{ "node", CELL_NUMBER, "NUMA node of the frame", .fill = fill_node },
	{ "order", CELL_NUMBER, "the folio has 2^order base pages (estimate)", .fill = fill_order },
	{ "folio", CELL_LIST, "properties of the folio (estimate)", .fill = fill_folio,
	  .properties = COLUMN_SHRINKS },
	{ "name", CELL_TEXT, "path of the file, or what the kernel calls the area",
	  .fill = fill_name,
	  .properties = COLUMN_SHRINKS },
	{ .name = NULL }
};

static const struct columns walk_columns = {
	.all = columns,
	.defaults = "addr,level,index,table,entry,flags,state,leaf,phys,touch",
};

static const struct ptscope_path_entry *step_at(const struct ptscope_path *path, uint32_t level)
{
	uint32_t i;

	for (i = 0; i < path->entries; i++)
		if (path->entry[i].level == level)
			return &path->entry[i];
	return NULL;
}

/* A row for each level from the top to where the walk ends. */
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
		row.step = step_at(path, level);
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
		print_note("where the tables are is hidden: the kernel is locked down");
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

/* The addresses of the command line; NULL, with a message, if one is invalid. */
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
		print_error("invalid address: '%s' (hexadecimal is wanted)", opts->operands[i]);
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
	.summary = "Show how an address is translated, table by table",
	.operands = "PID ADDR...",
	.details = "PID is a decimal number or 'self', ADDR a hexadecimal one.\n",
	.columns = &walk_columns,
	.takes = TAKES_CACHE | TAKES_ROWS,
	.run = walk_run,
};

REGISTER_VERB(walk);
