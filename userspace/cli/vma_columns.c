// SPDX-License-Identifier: GPL-2.0-only
/*
 * Columns of VMAs. The columns of counters come from module/spec/ptscope.yaml.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "vma_row.h"

#define ROW(data) ((const struct vma_row *)(data))
#define VMA(data) (&ROW(data)->vma)
#define CENSUS(data) (&VMA(data)->census)

/* True if the row is one VMA, not a group or a total. */
static bool is_single(const void *row)
{
	return !ROW(row)->total && ROW(row)->by == BY_NOTHING;
}

static bool has_file(const void *row)
{
	return is_single(row) && (VMA(row)->dev_major || VMA(row)->dev_minor);
}

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* Files of the kernel's internal tmpfs mount and of /dev/shm. */
static bool is_shmem_name(const char *name)
{
	return starts_with(name, "/dev/shm/") || starts_with(name, "/memfd:") ||
	       starts_with(name, "/SYSV") || starts_with(name, "/dev/zero") ||
	       starts_with(name, "[anon_shmem:");
}

const char *vma_type(const struct ptscope_vma *vma)
{
	const bool file = vma->dev_major || vma->dev_minor;

	if (vma->flags & PTSCOPE_VMA_FLAG_HUGETLB)
		return "hugetlb";
	if (!strcmp(vma->name, "[heap]"))
		return "heap";
	if (!strcmp(vma->name, "[stack]") || vma->flags & PTSCOPE_VMA_FLAG_GROWS_DOWN)
		return "stack";
	if (vma->flags & (PTSCOPE_VMA_FLAG_PFN_MAP | PTSCOPE_VMA_FLAG_IO |
			  PTSCOPE_VMA_FLAG_MIXED_MAP))
		return "special";
	if (is_shmem_name(vma->name))
		return "shmem";
	if (file)
		return "file";
	/* Other names in brackets are mappings of the kernel, such as [vdso] and [vvar]. */
	return *vma->name && !starts_with(vma->name, "[anon:") ? "special" : "anon";
}

void vma_perm(char *to, const struct ptscope_vma *vma)
{
	to[0] = vma->flags & PTSCOPE_VMA_FLAG_READ ? 'r' : '-';
	to[1] = vma->flags & PTSCOPE_VMA_FLAG_WRITE ? 'w' : '-';
	to[2] = vma->flags & PTSCOPE_VMA_FLAG_EXEC ? 'x' : '-';
	to[3] = vma->flags & PTSCOPE_VMA_FLAG_MAY_SHARE ? 's' : 'p';
	to[4] = '\0';
}

static bool fill_pid(const void *row, struct cell *cell)
{
	cell->number = VMA(row)->pid;
	return true;
}

static bool fill_start(const void *row, struct cell *cell)
{
	cell->number = VMA(row)->start;
	return is_single(row);
}

static bool fill_end(const void *row, struct cell *cell)
{
	cell->number = VMA(row)->end;
	return is_single(row);
}

static bool fill_perm(const void *row, struct cell *cell)
{
	vma_perm(cell->buf, VMA(row));
	cell->text = ROW(row)->total ? "total" : cell->buf;
	return is_single(row) || ROW(row)->by == BY_PERM;
}

static bool fill_type(const void *row, struct cell *cell)
{
	cell->text = ROW(row)->total ? "total" : vma_type(VMA(row));
	return is_single(row) || ROW(row)->by == BY_TYPE;
}

static bool fill_vmas(const void *row, struct cell *cell)
{
	cell->number = ROW(row)->vmas;
	return true;
}

/* The group of VMAs without a name has the name [anon]. */
static bool fill_name(const void *row, struct cell *cell)
{
	cell->text = ROW(row)->total ? "total" : VMA(row)->name;
	if (!*cell->text && ROW(row)->by == BY_NAME)
		cell->text = "[anon]";
	return *cell->text && (is_single(row) || ROW(row)->total || ROW(row)->by == BY_NAME);
}

static bool fill_flags(const void *row, struct cell *cell)
{
	name_vma_flags(cell->buf, sizeof(cell->buf), VMA(row)->flags);
	cell->text = cell->buf;
	return is_single(row);
}

static bool fill_offset(const void *row, struct cell *cell)
{
	cell->number = VMA(row)->offset;
	return has_file(row);
}

static bool fill_dev(const void *row, struct cell *cell)
{
	snprintf(cell->buf, sizeof(cell->buf), "%02x:%02x", VMA(row)->dev_major,
		 VMA(row)->dev_minor);
	cell->text = cell->buf;
	return has_file(row);
}

static bool fill_inode(const void *row, struct cell *cell)
{
	cell->number = VMA(row)->inode;
	return has_file(row);
}

static bool fill_tables(const void *row, struct cell *cell)
{
	uint64_t pages = 0;
	int i;

	for (i = 0; i < PTSCOPE_LEVELS; i++)
		pages += CENSUS(row)->table[i].pages;
	cell->number = pages * cli_page_size();
	cell->color = pages ? COLOR_NONE : COLOR_FAINT;
	return true;
}

static bool fill_coverage(const void *row, struct cell *cell)
{
	const struct ptscope_census *c = CENSUS(row);

	if (!c->res)
		return false;
	cell->percent = 100.0 * (c->cont + c->pmd + c->pud) / c->res;
	cell->color = cell->percent ? COLOR_HUGE : COLOR_FAINT;
	return true;
}

/* The format of numa_maps, in base pages: N0=3 N1=7. */
static bool fill_nodes(const void *row, struct cell *cell)
{
	const struct ptscope_census *c = CENSUS(row);
	size_t used = 0;
	uint32_t i;

	for (i = 0; i < c->nodes && used < sizeof(cell->buf); i++)
		if (c->node[i])
			used += snprintf(cell->buf + used, sizeof(cell->buf) - used,
					 "%sN%u=%" PRIu64, used ? " " : "", i,
					 c->node[i] / cli_page_size());
	cell->text = cell->buf;
	return used;
}

/* Set the colour of a counter, which is known by its offset in the census. */
static void color_counter(size_t offset, struct cell *cell)
{
	switch (cell->number ? offset : SIZE_MAX) {
	case SIZE_MAX:
		cell->color = COLOR_FAINT;
		break;
	case offsetof(struct ptscope_census, cont):
	case offsetof(struct ptscope_census, pmd):
	case offsetof(struct ptscope_census, pud):
	case offsetof(struct ptscope_census, thp):
	case offsetof(struct ptscope_census, hugetlb):
		cell->color = COLOR_HUGE;
		break;
	case offsetof(struct ptscope_census, disk):
	case offsetof(struct ptscope_census, swap):
	case offsetof(struct ptscope_census, special):
		cell->color = COLOR_AWAY;
		break;
	}
}

/* Counters that need struct page. */
static bool needs_folios(size_t offset)
{
	return offset == offsetof(struct ptscope_census, anon) ||
	       offset == offsetof(struct ptscope_census, file) ||
	       offset == offsetof(struct ptscope_census, shared) ||
	       offset == offsetof(struct ptscope_census, exclusive);
}

static bool fill_counter(const void *row, struct cell *cell)
{
	const struct ptscope_census *c = CENSUS(row);
	const size_t offset = cell->column->offset;

	cell->number = *(const uint64_t *)((const char *)c + offset);
	color_counter(offset, cell);
	/* These counters are valid only if they were requested. */
	if (offset == offsetof(struct ptscope_census, cached))
		return ROW(row)->cache;
	return !needs_folios(offset) || ROW(row)->has_folios;
}

#define IS_COUNTER(member, other) \
	(offsetof(struct ptscope_census, member) == offsetof(struct ptscope_census, other))
/* SIZE is the extent of the row. SPECIAL is needed for the sum but is usually 0. */
#define COUNTER(member, title, meaning)					\
	{ .name = (title), .kind = CELL_SIZE, .help = (meaning),	\
	  .fill = fill_counter,						\
	  .offset = offsetof(struct ptscope_census, member),		\
	  .properties = IS_COUNTER(member, size) ? COLUMN_EXTENT :	\
			IS_COUNTER(member, special) ? COLUMN_HIDES : 0 },

const struct column vma_columns[] = {
	{ "pid", CELL_NUMBER, "process ID", .fill = fill_pid },
	{ "start", CELL_ADDRESS, "first address", .fill = fill_start },
	{ "end", CELL_ADDRESS, "end (exclusive)", .fill = fill_end },
	{ "perm", CELL_TEXT, "read, write, execute; s for shared, p for private",
	  .fill = fill_perm },
	{ "type", CELL_TEXT, "anon, file, stack, heap, shmem, hugetlb or special",
	  .fill = fill_type },
	{ "vmas", CELL_COUNT, "number of VMAs in the row", .fill = fill_vmas,
	  .properties = COLUMN_EXTENT },
#include "spec_census.h"
	{ "tables", CELL_SIZE, "page tables; a table of several VMAs counts with the first VMA",
	  .fill = fill_tables },
	{ "coverage", CELL_PERCENT, "percent of res that is not mapped by base-page leaves",
	  .fill = fill_coverage },
	{ "nodes", CELL_TEXT, "base pages of res by NUMA node, as in numa_maps", .fill = fill_nodes,
	  .properties = COLUMN_SHRINKS },
	{ "offset", CELL_ADDRESS, "offset in the file", .fill = fill_offset },
	{ "dev", CELL_TEXT, "device of the file, major:minor in hexadecimal", .fill = fill_dev },
	{ "inode", CELL_NUMBER, "inode number of the file", .fill = fill_inode },
	{ "flags", CELL_LIST, "flags of the VMA, as in smaps", .fill = fill_flags,
	  .properties = COLUMN_SHRINKS },
	{ "name", CELL_TEXT, "path of the file, or the name that the kernel gives the VMA",
	  .fill = fill_name,
	  .properties = COLUMN_SHRINKS },
	{ .name = NULL }
};

bool vma_columns_need_folios(const struct options *opts)
{
	int i;

	for (i = 0; vma_columns[i].name; i++) {
		const struct column *column = &vma_columns[i];

		if ((column->fill == fill_nodes ||
		     (column->fill == fill_counter && needs_folios(column->offset))) &&
		    options_need(opts, i))
			return true;
	}
	return false;
}
