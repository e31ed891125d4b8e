// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the page cache has of pages that are not mapped. It is read under RCU,
 * as the kernel itself looks pages up, but no page gets a reference, nor is
 * marked as accessed.
 */
#include <linux/leafops.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/shmem_fs.h>
#include <linux/xarray.h>
#include "cache.h"

/* Entries that are looked at in one go; each may stand for a large folio. */
#define LOOKS 256

/* What does a slot of the page cache say? */
static void slot_entry(struct address_space *mapping, struct xa_state *xas, void *slot,
		       pgoff_t index, struct ptscope_entry *entry)
{
	if (!xa_is_value(slot)) {
		/* One that is being read in cannot be mapped yet. */
		if (folio_test_uptodate(slot))
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
				       (index & (BIT(xas_get_order(xas)) - 1));
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
 * Context: takes the RCU read lock, for no more than some hundred slots.
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
			begin = max(next, xas.xa_index);
			end = begin + 1;
			if (!xa_is_value(slot))
				end = max(end, folio_next_index(slot));
			slot_entry(mapping, &xas, slot, begin, &found);
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
