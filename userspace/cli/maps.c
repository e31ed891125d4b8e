// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope maps: where the memory of each VMA is.
 */
#include <stdio.h>

#include "vma_table.h"

static bool row_perm(const void *data, struct cell *cell)
{
	const struct row *row = data;
	uint32_t flags = row->vma.flags;

	snprintf(cell->buf, sizeof(cell->buf), "%c%c%c%c",
		 flags & PTSCOPE_VMA_FLAG_READ ? 'r' : '-',
		 flags & PTSCOPE_VMA_FLAG_WRITE ? 'w' : '-',
		 flags & PTSCOPE_VMA_FLAG_EXEC ? 'x' : '-',
		 flags & PTSCOPE_VMA_FLAG_MAY_SHARE ? 's' : 'p');
	cell->text = cell->buf;
	return !row->total;
}

static bool row_flags(const void *data, struct cell *cell)
{
	/* In the order of the bits. */
	static const char words[][3] = {
		"rd", "wr", "ex", "sh", "mr", "mw", "me", "ms", "gd", "pf", "lo", "io",
		"sr", "rr", "dc", "de", "ac", "nr", "ht", "sf", "wf", "dd", "sd", "mm",
		"hg", "nh", "mg", "um", "uw",
	};
	const struct row *row = data;
	size_t used = 0;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (row->vma.flags & (1u << i))
			used += snprintf(cell->buf + used, sizeof(cell->buf) - used, "%s%s",
					 used ? " " : "", words[i]);
	cell->text = cell->buf;
	return !row->total;
}

/* A total and an anonymous VMA have none. */
static bool has_file(const struct row *row)
{
	return !row->total && (row->vma.dev_major || row->vma.dev_minor);
}

static bool row_offset(const void *data, struct cell *cell)
{
	const struct row *row = data;

	cell->number = row->vma.offset;
	return has_file(row);
}

static bool row_dev(const void *data, struct cell *cell)
{
	const struct row *row = data;

	snprintf(cell->buf, sizeof(cell->buf), "%02x:%02x", row->vma.dev_major,
		 row->vma.dev_minor);
	cell->text = cell->buf;
	return has_file(row);
}

static bool row_inode(const void *data, struct cell *cell)
{
	const struct row *row = data;

	cell->number = row->vma.inode;
	return has_file(row);
}

static bool row_tables(const void *data, struct cell *cell)
{
	const struct row *row = data;
	uint64_t pages = 0;
	int i;

	for (i = 0; i < PTSCOPE_LEVELS; i++)
		pages += row->vma.census.table[i].pages;
	cell->number = pages * row->page_size;
	cell->color = pages ? COLOR_NONE : COLOR_FAINT;
	return true;
}

static bool row_cached(const void *data, struct cell *cell)
{
	const struct row *row = data;

	cell->number = row->vma.census.cached;
	cell->color = cell->number ? COLOR_NONE : COLOR_FAINT;
	return row->cache;
}

static ROW_SIZE(swap, c->swap, COLOR_AWAY)
static ROW_SIZE(lazy, c->lazy, COLOR_NONE)
static ROW_SIZE(zero, c->zero + c->zero_huge, COLOR_NONE)
static ROW_SIZE(disk, c->disk, COLOR_AWAY)
static ROW_SIZE(special, c->special, COLOR_AWAY)
static ROW_SIZE(young, c->young, COLOR_NONE)
static ROW_SIZE(dirty, c->dirty, COLOR_NONE)
static ROW_SIZE(soft_dirty, c->soft_dirty, COLOR_NONE)
static ROW_SIZE(write, c->write, COLOR_NONE)
static ROW_SIZE(protnone, c->protnone, COLOR_NONE)
static ROW_SIZE(migration, c->migration, COLOR_AWAY)
static ROW_SIZE(hwpoison, c->hwpoison, COLOR_AWAY)
static ROW_SIZE(device, c->device, COLOR_AWAY)
static ROW_SIZE(uffd_wp, c->uffd_wp, COLOR_AWAY)
static ROW_SIZE(guard, c->guard, COLOR_AWAY)
static ROW_SIZE(poison, c->poison, COLOR_AWAY)
static ROW_SIZE(bad, c->bad, COLOR_AWAY)

static bool row_nodes(const void *data, struct cell *cell)
{
	const struct row *row = data;

	if (!row->frames)
		return false;
	frames_nodes(cell->buf, sizeof(cell->buf), row->frames, row->page_size);
	cell->text = cell->buf;
	return *cell->text;
}

/* One of the sums over frames, by its place in the struct. */
static bool frames_cell(const struct row *row, size_t offset, struct cell *cell)
{
	if (!row->frames)
		return false;
	cell->number = *(const uint64_t *)((const char *)row->frames + offset);
	cell->color = cell->number ? COLOR_NONE : COLOR_FAINT;
	return true;
}

static bool row_anon(const void *row, struct cell *cell)
{
	return frames_cell(row, offsetof(struct frames, anon), cell);
}

static bool row_file(const void *row, struct cell *cell)
{
	return frames_cell(row, offsetof(struct frames, file), cell);
}

static bool row_shared(const void *row, struct cell *cell)
{
	return frames_cell(row, offsetof(struct frames, shared), cell);
}

static bool row_exclusive(const void *row, struct cell *cell)
{
	return frames_cell(row, offsetof(struct frames, exclusive), cell);
}

static const struct column columns[] = {
	{ "pid", CELL_NUMBER, "process ID", row_pid },
	{ "start", CELL_ADDRESS, "first address", row_start },
	{ "end", CELL_ADDRESS, "first address behind it", row_end },
	{ "perm", CELL_TEXT, "read, write, execute; shared or private", row_perm },
	{ "size", CELL_SIZE, "address space: res + lazy + cached + disk + swap + special",
	  row_size },
	{ "res", CELL_SIZE, "in RAM and mapped: pte + cont + pmd + pud", row_res },
	{ "pte", CELL_SIZE, "of res, mapped by base-page leaves", row_pte },
	{ "cont", CELL_SIZE, "of res, mapped by contiguous-hint blocks", row_cont },
	{ "pmd", CELL_SIZE, "of res, mapped by PMD leaves", row_pmd },
	{ "pud", CELL_SIZE, "of res, mapped by PUD leaves", row_pud },
	{ "lazy", CELL_SIZE, "never touched: a touch gets zeroes", row_lazy },
	{ "cached", CELL_SIZE, "in the page cache, not mapped; empty if that is not known",
	  row_cached },
	{ "disk", CELL_SIZE, "of a file, not mapped: a touch reads it", row_disk },
	{ "swap", CELL_SIZE, "swapped out", row_swap },
	{ "special", CELL_SIZE, "other entries that are neither present nor empty",
	  row_special },
	{ "zero", CELL_SIZE, "of res, the shared zero page, base or huge", row_zero },
	{ "young", CELL_SIZE, "of res, accessed lately", row_young },
	{ "dirty", CELL_SIZE, "of res, written and not yet cleaned", row_dirty },
	{ "soft-dirty", CELL_SIZE, "written or mapped since soft-dirty was cleared",
	  row_soft_dirty },
	{ "write", CELL_SIZE, "of res, writable without a fault", row_write },
	{ "protnone", CELL_SIZE, "of res, closed: PROT_NONE or NUMA hinting", row_protnone },
	{ "thp", CELL_SIZE, "of res, transparent huge pages mapped whole", row_thp },
	{ "hugetlb", CELL_SIZE, "of res, hugetlb pages", row_hugetlb },
	{ "migration", CELL_SIZE, "of special, on the way to another frame", row_migration },
	{ "hwpoison", CELL_SIZE, "of special, lost to a memory error", row_hwpoison },
	{ "device", CELL_SIZE, "of special, held by a device", row_device },
	{ "uffd-wp", CELL_SIZE, "of special, userfaultfd write-protect markers", row_uffd_wp },
	{ "guard", CELL_SIZE, "of special, guard markers", row_guard },
	{ "poison", CELL_SIZE, "of special, poison markers", row_poison },
	{ "bad", CELL_SIZE, "of special, entries that make no sense", row_bad },
	{ "tables", CELL_SIZE, "tables first needed by this VMA", row_tables },
	{ "nodes", CELL_TEXT, "base pages of res by NUMA node", row_nodes },
	{ "anon", CELL_SIZE, "of res, in anonymous folios", row_anon },
	{ "file", CELL_SIZE, "of res, in folios of files and of shared memory", row_file },
	{ "shared", CELL_SIZE, "of res, mapped more than once (estimate)", row_shared },
	{ "exclusive", CELL_SIZE, "of res, anonymous and of this process alone (estimate)",
	  row_exclusive },
	{ "offset", CELL_ADDRESS, "offset in the file", row_offset },
	{ "dev", CELL_TEXT, "device of the file, major:minor in hexadecimal", row_dev },
	{ "inode", CELL_NUMBER, "inode number of the file", row_inode },
	{ "flags", CELL_TEXT, "flags of the VMA, in the words of smaps", row_flags },
	{ "name", CELL_TEXT, "file, or what the kernel calls the area", row_name },
};

static const struct columns maps_columns = {
	.all = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
	.defaults = "start,end,perm,size,res,pmd,swap,lazy,name",
	.frames = "nodes,anon,file,shared,exclusive",
	.cache_defaults = "start,end,perm,size,res,pmd,swap,lazy,cached,disk,name",
};

const struct verb maps_verb = {
	.name = "maps",
	.summary = "Show where the memory of each VMA is",
	.operands = "PID...",
	.details = "PID is a decimal number or 'self'. The last row of each process is its total.\n",
	.columns = &maps_columns,
	.takes = TAKES_RANGE | TAKES_CACHE,
	.run = rows_run,
};
