// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sink that records the path to one address.
 */
#include "folio.h"
#include "path.h"
#include "runs.h"

static struct ptscope_path *to_path(struct ptscope_scan *scan)
{
	return container_of(scan, struct ptscope_path, scan);
}

static void path_enter(struct ptscope_scan *scan, struct vm_area_struct *vma)
{
	struct ptscope_path *path = to_path(scan);

	ptscope_vma_describe(&path->vma, vma);
	path->mapped = true;
}

static void path_table(struct ptscope_scan *scan, const struct ptscope_table *table,
		       unsigned long addr)
{
	struct ptscope_path *path = to_path(scan);

	/* Another window begins at the top again. */
	if (table->level == PTSCOPE_LEVEL_PGD)
		path->tables = 0;
	path->table[path->tables++] = *table;
}

static unsigned long path_run(struct ptscope_scan *scan, unsigned long addr,
			      unsigned long pages, const struct ptscope_entry *entry)
{
	struct ptscope_path *path = to_path(scan);
	const struct ptscope_folio_request request = {
		.detail = PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO,
		.visible = path->visible,
		.hugetlb = scan->place.huge_level >= 0,
	};

	path->run = (struct ptscope_run) {
		.addr = addr,
		.pages = 1,
		.value = entry->value,
		.what = ptscope_run_what(entry, entry->flags),
	};
	if (entry->state == PTSCOPE_STATE_RES && !scan->place.pfn_map)
		ptscope_folio_extra(entry->value, addr, 1, &request, &path->run.extra,
				    &scan->looks);
	path->run.extra |= entry->extra;
	return pages;
}

static const struct ptscope_sink path_sink = {
	.enter = path_enter,
	.table = path_table,
	.run = path_run,
	.empty = path_run,
};

/**
 * ptscope_path_scan() - record the path to an address
 * @path: filled in; the buffer of @path->vma is allocated, @path->visible is set
 * @mm: the address space; the caller holds mm_count
 * @address: any number
 * @cache: look up the page in the page cache if it is not mapped
 *
 * Locking: as for ptscope_scan().
 *
 * Return: as for ptscope_scan().
 */
int ptscope_path_scan(struct ptscope_path *path, struct mm_struct *mm, u64 address,
		      bool cache)
{
	path->address = address;
	path->mapped = false;
	path->tables = 0;
	memset(&path->run, 0, sizeof(path->run));
	memset(&path->scan, 0, offsetof(struct ptscope_scan, window));
	path->scan.mm = mm;
	path->scan.sink = &path_sink;
	path->scan.cache = cache;
	path->scan.frames = true;
	path->scan.addr = address & PAGE_MASK;
	path->scan.end = path->scan.addr + PAGE_SIZE;
	/* No process has a mapping at the last page. */
	return path->scan.end ? ptscope_scan(&path->scan) : 0;
}
