// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sink that records the way to one address.
 */
#include "folio.h"
#include "levels.h"
#include "path.h"

static __always_inline struct ptscope_path *to_path(struct ptscope_walk *walk)
{
	return container_of(walk, struct ptscope_path, walk);
}

static void path_table(struct ptscope_walk *walk, enum ptscope_level level,
			unsigned long addr, const void *entryp, u64 value)
{
	struct ptscope_path *path = to_path(walk);
	struct ptscope_path_entry *step;

	/* A window begins at the top; another one begins anew. */
	if (level == PTSCOPE_LEVEL_PGD)
		path->entries = 0;
	step = &path->entry[path->entries++];
	step->level = level;
	/* The top table may be smaller than a page. */
	step->index = level == PTSCOPE_LEVEL_PGD ? ptscope_root_index(walk->mm, addr) :
		      offset_in_page(entryp) / sizeof(pte_t);
	step->table = PHYS_PFN(__pa(entryp));
	step->value = value;
}

static unsigned long path_run(struct ptscope_walk *walk, unsigned long addr,
			       unsigned long pages, const struct ptscope_entry *entry)
{
	struct ptscope_path *path = to_path(walk);
	const struct ptscope_folio_request request = {
		.detail = PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO,
		.visible = path->visible,
		.hugetlb = walk->place.huge_level >= 0,
	};
	unsigned int looks = PTSCOPE_FOLIO_LOOKS;

	path->run.addr = addr;
	path->run.pages = 1;
	path->run.value = entry->value;
	path->run.what = ptscope_run_what(entry, entry->flags);
	path->run.extra = 0;
	if (entry->state == PTSCOPE_STATE_RES && !walk->place.pfn_map)
		ptscope_folio_extra(entry->value, addr, 1, &request, &path->run.extra, &looks);
	return pages;
}

static unsigned long path_empty(struct ptscope_walk *walk, unsigned long addr,
				 unsigned long pages, enum ptscope_level level)
{
	const struct ptscope_entry entry = ptscope_vacant_entry(&walk->place, level);

	return path_run(walk, addr, pages, &entry);
}

static unsigned long path_gap(struct ptscope_walk *walk, unsigned long addr,
			       unsigned long pages, struct ptscope_entry entry)
{
	return path_run(walk, addr, pages, &entry);
}

static const struct ptscope_sink path_sink = {
	.frames = true,
	.run = path_run,
	.empty = path_empty,
	.table = path_table,
};

static unsigned long path_window(struct ptscope_walk *walk, unsigned long addr,
				  unsigned long end)
{
	return ptscope_read_window(walk, &path_sink, addr, end);
}

static void path_enter(struct ptscope_walk *walk, struct vm_area_struct *vma)
{
	struct ptscope_path *path = to_path(walk);

	ptscope_vma_describe(&path->vma, vma);
	path->mapped = true;
}

static const struct ptscope_visitor path_visitor = {
	.enter = path_enter,
	.window = path_window,
	.gap = path_gap,
};

/**
 * ptscope_path_walk() - record the way to an address
 * @path: filled in; @path->vma.buf and @path->visible must be set
 * @mm: the address space; the caller holds mm_count
 * @address: any address of it, or one that is of no address space
 * @cache: look into the page cache if nothing is mapped there
 *
 * Locking: as for ptscope_walk().
 *
 * Return: as for ptscope_walk().
 */
int ptscope_path_walk(struct ptscope_path *path, struct mm_struct *mm, u64 address,
		       bool cache)
{
	path->address = address;
	path->mapped = false;
	path->entries = 0;
	memset(&path->walk, 0, sizeof(path->walk));
	memset(&path->run, 0, sizeof(path->run));
	path->walk.mm = mm;
	path->walk.visitor = &path_visitor;
	path->walk.cache = cache;
	path->walk.addr = address & PAGE_MASK;
	path->walk.end = path->walk.addr + PAGE_SIZE;
	/* The last page of all is nobody's. */
	return path->walk.end ? ptscope_walk(&path->walk) : 0;
}
