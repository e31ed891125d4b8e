// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the page cache has of pages that are not mapped. It is read as mincore()
 * reads it: RCU keeps the nodes of the xarray, and a reference keeps a folio
 * while its flags are looked at. No page is marked as accessed.
 */
#include <linux/leafops.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/shmem_fs.h>
#include <linux/xarray.h>
#include "cache.h"

/*
 * Slots that are looked at in one go; each may stand for a large folio. They take about
 * as long as a window does.
 */
#define LOOKS 16

/*
 * Can @folio be mapped, or is it being read in yet? One that is about to be moved
 * or freed has no reference to give, and has been read in.
 */
static bool is_uptodate(struct xa_state *xas, struct folio *folio)
{
	bool uptodate;

	if (!folio_try_get(folio))
		return true;
	uptodate = xas_reload(xas) != folio || folio_test_uptodate(folio);
	folio_put(folio);
	return uptodate;
}

/* Decode a slot of the page cache, which is the one for @index. */
static void slot_entry(struct address_space *mapping, struct xa_state *xas, void *slot,
		       pgoff_t index, unsigned int order, struct ptscope_entry *entry)
{
	if (!xa_is_value(slot)) {
		if (is_uptodate(xas, slot))
			entry->state = PTSCOPE_STATE_CACHED;
		return;
	}
	/* Of a file, only the memory that a page was evicted lately. */
	if (shmem_mapping(mapping)) {
		swp_entry_t swap = radix_to_swp_entry(slot);

		if (softleaf_type(swap) == SOFTLEAF_SWAP) {
			entry->state = PTSCOPE_STATE_SWAP;
			/* A large folio has one slot here, and many in the swap area. */
			entry->value = ptscope_swap_value(swap) +
				       (index & (BIT(order) - 1));
		}
	}
}

/**
 * ptscope_cache_look() - look pages up in the page cache
 * @mapping: the page cache
 * @index: of the first page
 * @pages: how many are of interest
 * @entry: says what is true where nothing is found, and is changed to what is
 *
 * Locking: the VMA that maps @mapping is locked, so that it stays.
 * Context: takes the RCU read lock, for LOOKS slots at the most.
 *
 * Return: how many of the pages, at least one, @entry is true of.
 */
unsigned long ptscope_cache_look(struct address_space *mapping, pgoff_t index,
				 unsigned long pages, struct ptscope_entry *entry)
{
	const struct ptscope_entry vacant = *entry;
	const pgoff_t last = index + pages - 1;
	XA_STATE(xas, &mapping->i_pages, index);
	pgoff_t next = index;
	unsigned int looks;
	void *slot;

	rcu_read_lock();
	for (looks = 0; looks < LOOKS && next <= last; looks++) {
		struct ptscope_entry found = vacant;
		pgoff_t begin = last + 1, end = last + 1;

		slot = xas_find(&xas, last);
		if (xas_retry(&xas, slot)) {
			looks--;
			continue;
		}
		if (slot) {
			const unsigned int order = xas_get_order(&xas);

			begin = max(next, xas.xa_index);
			end = round_down(begin, BIT(order)) + BIT(order);
			slot_entry(mapping, &xas, slot, begin, order, &found);
		}
		/* Slots that hold nothing come before the one found. */
		if (begin > next) {
			if (next > index && entry->state != vacant.state)
				break;
			next = begin;
			if (!slot)
				break;
		}
		if (next > index && (found.state != entry->state ||
				     found.state == PTSCOPE_STATE_SWAP))
			break;
		*entry = found;
		next = end;
		xas_set(&xas, next);
	}
	rcu_read_unlock();
	return min(next - index, pages);
}
