// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sink that records the way to one address.
 */
#include "folio.h"
#include "levels.h"
#include "trail.h"

static __always_inline struct ptscope_trail *to_trail(struct ptscope_walk *walk)
{
	return container_of(walk, struct ptscope_trail, walk);
}

static void trail_table(struct ptscope_walk *walk, enum ptscope_level level,
			unsigned long addr, const void *entryp, u64 value)
{
	struct ptscope_trail *trail = to_trail(walk);
	struct ptscope_step *step;

	/* A window begins at the top; another one begins anew. */
	if (level == PTSCOPE_LEVEL_PGD)
		trail->steps = 0;
	step = &trail->step[trail->steps++];
	step->level = level;
	/* The top table may be smaller than a page. */
	step->index = level == PTSCOPE_LEVEL_PGD ? ptscope_root_index(walk->mm, addr) :
		      offset_in_page(entryp) / sizeof(pte_t);
	step->table = PHYS_PFN(__pa(entryp));
	step->value = value;
}

static unsigned long trail_run(struct ptscope_walk *walk, unsigned long addr,
			       unsigned long pages, const struct ptscope_entry *entry)
{
	struct ptscope_trail *trail = to_trail(walk);
	const struct ptscope_folio_request request = {
		.detail = PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO,
		.visible = trail->visible,
		.hugetlb = walk->place.huge_level >= 0,
	};
	unsigned int looks = PTSCOPE_FOLIO_LOOKS;

	trail->run.addr = addr;
	trail->run.pages = 1;
	trail->run.value = entry->value;
	trail->run.what = ptscope_run_what(entry, entry->flags);
	trail->run.extra = 0;
	if (entry->state == PTSCOPE_STATE_RES && !walk->place.pfn_map)
		ptscope_folio_extra(entry->value, addr, 1, &request, &trail->run.extra, &looks);
	return pages;
}

static unsigned long trail_empty(struct ptscope_walk *walk, unsigned long addr,
				 unsigned long pages, enum ptscope_level level)
{
	const struct ptscope_entry entry = ptscope_vacant_entry(&walk->place, level);

	return trail_run(walk, addr, pages, &entry);
}

static unsigned long trail_gap(struct ptscope_walk *walk, unsigned long addr,
			       unsigned long pages, struct ptscope_entry entry)
{
	return trail_run(walk, addr, pages, &entry);
}

static const struct ptscope_sink trail_sink = {
	.frames = true,
	.run = trail_run,
	.empty = trail_empty,
	.table = trail_table,
};

static unsigned long trail_window(struct ptscope_walk *walk, unsigned long addr,
				  unsigned long end)
{
	return ptscope_read_window(walk, &trail_sink, addr, end);
}

static void trail_enter(struct ptscope_walk *walk, struct vm_area_struct *vma)
{
	struct ptscope_trail *trail = to_trail(walk);

	ptscope_vma_describe(&trail->vma, vma);
	trail->mapped = true;
}

static const struct ptscope_visitor trail_visitor = {
	.enter = trail_enter,
	.window = trail_window,
	.gap = trail_gap,
};

/**
 * ptscope_trail_walk() - record the way to an address
 * @trail: filled in; @trail->vma.buf and @trail->visible must be set
 * @mm: the address space; the caller holds mm_count
 * @address: any address of it, or one that is of no address space
 * @cache: look into the page cache if nothing is mapped there
 *
 * Locking: as for ptscope_walk().
 *
 * Return: as for ptscope_walk().
 */
int ptscope_trail_walk(struct ptscope_trail *trail, struct mm_struct *mm, u64 address,
		       bool cache)
{
	trail->address = address;
	trail->mapped = false;
	trail->steps = 0;
	memset(&trail->walk, 0, sizeof(trail->walk));
	memset(&trail->run, 0, sizeof(trail->run));
	trail->walk.mm = mm;
	trail->walk.visitor = &trail_visitor;
	trail->walk.cache = cache;
	trail->walk.addr = address & PAGE_MASK;
	trail->walk.end = trail->walk.addr + PAGE_SIZE;
	/* The last page of all is nobody's. */
	return trail->walk.end ? ptscope_walk(&trail->walk) : 0;
}
