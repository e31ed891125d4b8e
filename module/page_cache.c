// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks up pages that are not mapped in the page cache, as mincore() does: RCU keeps
 * the nodes of the xarray, and a reference keeps a folio while its flags are read. No
 * page is marked as accessed.
 */
#include <linux/leafops.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/shmem_fs.h>
#include <linux/xarray.h>
#include "page_cache.h"

/* Slots of one look. Each may hold a large folio. RCU readers are kept short. */
#define SLOTS 16

/*
 * Has the folio been read in, so that it can be mapped? One without a reference is
 * about to be moved or freed, and has been read in.
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

/* Decode the slot for @index. */
static void slot_entry(struct address_space *mapping, struct xa_state *xas, void *slot,
		       pgoff_t index, unsigned int order, struct ptscope_entry *entry)
{
	if (!xa_is_value(slot)) {
		if (is_uptodate(xas, slot))
			entry->state = PTSCOPE_STATE_CACHED;
		return;
	}
	/* In a file, a value is the shadow of a page that was evicted. */
	if (shmem_mapping(mapping)) {
		swp_entry_t swap = radix_to_swp_entry(slot);

		if (softleaf_type(swap) == SOFTLEAF_SWAP) {
			entry->state = PTSCOPE_STATE_SWAP;
			/* A large folio has one value here, and many slots in the swap area. */
			entry->value = ptscope_swap_value(swap) +
				       (index & (BIT(order) - 1));
		}
	}
}

/**
 * ptscope_page_cache_look() - look up pages in the page cache
 * @mapping: the page cache
 * @index: index of the first page
 * @pages: number of pages
 * @entry: the decoded empty entry; changed to what the page cache holds
 * @looks: the number of slots that were read is subtracted, as far as it goes
 *
 * Locking: the VMA that maps @mapping is locked for read, which keeps @mapping.
 * Context: takes the RCU read lock, for SLOTS slots at most.
 *
 * Return: number of pages, at least 1, that @entry is true of.
 */
unsigned long ptscope_page_cache_look(struct address_space *mapping, pgoff_t index,
				      unsigned long pages, struct ptscope_entry *entry,
				      unsigned int *looks)
{
	const struct ptscope_entry empty = *entry;
	const pgoff_t last = index + pages - 1;
	XA_STATE(xas, &mapping->i_pages, index);
	pgoff_t next = index;
	unsigned int slots;
	void *slot;

	rcu_read_lock();
	for (slots = 0; slots < SLOTS && next <= last; slots++) {
		struct ptscope_entry found = empty;
		pgoff_t begin = last + 1, end = last + 1;

		slot = xas_find(&xas, last);
		if (xas_retry(&xas, slot)) {
			slots--;
			continue;
		}
		if (slot) {
			const unsigned int order = xas_get_order(&xas);

			begin = max(next, xas.xa_index);
			end = round_down(begin, BIT(order)) + BIT(order);
			slot_entry(mapping, &xas, slot, begin, order, &found);
		}
		/* Empty slots precede the one that was found. */
		if (begin > next) {
			if (next > index && entry->state != empty.state)
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
	*looks -= min(*looks, slots + 1);
	return min(next - index, pages);
}
