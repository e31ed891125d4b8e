// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goes through the copy of a window: finds runs, decodes the first entry of each,
 * looks up empty ones in the page cache, and calls the sink. Interrupts are on.
 */
#include <linux/mm.h>
#include "page_cache.h"
#include "scan.h"

/*
 * A block with the contiguous hint is one translation in many entries. The processor
 * sets the accessed and dirty bits in any of them.
 *
 * Returns the end of the block. It is @at + 1 for a single entry, while a block is
 * being put together or taken apart.
 */
static unsigned int read_block(const struct ptscope_window *window, unsigned int at, u64 *raw)
{
	const unsigned int entries = ptscope_cont_entries(window->level);
	const unsigned int begin = at & ~(entries - 1);
	const unsigned int end = min(begin + entries, window->count);
	const u64 mask = ptscope_leaf_flag_bits(window->level);
	pte_t whole = ptscope_to_pte(*raw);
	const u64 plain = ptscope_raw_pte(pte_mkold(pte_mkclean(whole)));
	unsigned int i, last = end;

	for (i = begin; i < end; i++) {
		const pte_t pte = ptscope_to_pte(window->entry[i]);

		if (!ptscope_pte_is_cont(pte) ||
		    (ptscope_raw_pte(pte_mkold(pte_mkclean(pte))) ^ plain) & mask) {
			if (i > at)
				last = min(last, i);
			continue;
		}
		if (pte_young(pte))
			whole = pte_mkyoung(whole);
		if (pte_dirty(pte))
			whole = pte_mkdirty(whole);
	}
	*raw = ptscope_raw_pte(whole);
	return last;
}

/* The pattern of empty entries. */
static const struct ptscope_pattern empty_pattern = { .mask = ~PTSCOPE_STRAY_BITS };

/* Returns the end of what the sink takes. */
static unsigned long report_empty(struct ptscope_scan *scan, unsigned long addr,
				  unsigned long end)
{
	const struct ptscope_place *place = &scan->place;
	unsigned long pages, taken;

	while (addr < end) {
		struct ptscope_entry entry = ptscope_empty_entry(place, scan->window.level);

		pages = (end - addr) >> PAGE_SHIFT;
		if (place->mapping) {
			if (!scan->looks)
				break;
			pages = ptscope_page_cache_look(place->mapping,
							(addr >> PAGE_SHIFT) + place->pgoff,
							pages, &entry, &scan->looks);
		}
		taken = scan->sink->empty(scan, addr, pages, &entry);
		addr += taken << PAGE_SHIFT;
		if (taken != pages)
			break;
	}
	return addr;
}

/* The same for entries that are not empty, of which scan->decoded is the first. */
static unsigned long report_run(struct ptscope_scan *scan, unsigned long addr,
				unsigned long end)
{
	return addr + (scan->sink->run(scan, addr, (end - addr) >> PAGE_SHIFT, &scan->decoded)
		       << PAGE_SHIFT);
}

/* Decode any entry, and find the pattern of its run. */
static void decode(struct ptscope_scan *scan, u64 raw)
{
	const enum ptscope_level level = scan->window.level;
	struct ptscope_entry *entry = &scan->decoded;

	*entry = ptscope_decode(&scan->place, level, raw);
	/* The request may begin in the middle of a leaf. */
	if (ptscope_entry_has_frame(entry))
		entry->value += scan->addr >> PAGE_SHIFT & (ptscope_entry_span(entry) - 1);
	scan->pattern = ptscope_run_pattern(&scan->place, level, raw, scan->frames);
	scan->plain = ~0ULL;
	if (level == PTSCOPE_LEVEL_PTE && ptscope_is_plain_leaf(raw))
		scan->plain = raw & PTSCOPE_FLAG_BITS;
}

/*
 * Decode the entry at index @at, which is not empty. @one_run: PTEs with the same flag
 * bits fill the window, and are one run if they are plain leaves.
 *
 * Returns the end of its run.
 */
static unsigned int decode_run(struct ptscope_scan *scan, unsigned int at, bool one_run)
{
	const struct ptscope_window *window = &scan->window;
	u64 raw = window->entry[at];
	unsigned int end = 0;

	if ((raw & PTSCOPE_FLAG_BITS) == scan->plain) {
		scan->decoded.value = ptscope_pte_pfn(ptscope_to_pte(raw));
		scan->pattern.value = raw;
	} else {
		if (ptscope_pte_is_cont(ptscope_to_pte(raw)))
			end = read_block(window, at, &raw);
		decode(scan, raw);
	}
	if (end)
		return end;
	if (one_run && scan->plain != ~0ULL)
		return window->count;
	return ptscope_run_end(window->entry, at, window->count, scan->pattern);
}

/**
 * ptscope_scan_window() - report the entries of the present window
 * @scan: the scan; its window has been read
 *
 * @scan->addr is moved to the end of what the sink took.
 *
 * Locking: mmap_lock or the VMA's lock held for read.
 */
void ptscope_scan_window(struct ptscope_scan *scan)
{
	const struct ptscope_window *window = &scan->window;
	const unsigned int shift = ptscope_level_shift(window->level);
	const bool ptes = window->level == PTSCOPE_LEVEL_PTE;
	/* Unless frames matter. */
	const bool one_run = ptes && window->uniform && !scan->frames;
	unsigned int at = window->first, i;

	for (i = 0; scan->sink->table && i < window->tables; i++)
		scan->sink->table(scan, &window->table[i], scan->addr);
	if (!ptes)
		scan->plain = ~0ULL;

	while (scan->addr < window->end) {
		const bool empty = ptscope_is_empty(window->entry[at]);
		unsigned long end, taken;

		at = empty ? ptscope_run_end(window->entry, at, window->count, empty_pattern) :
			     decode_run(scan, at, one_run);
		end = min(window->end, window->addr + ((unsigned long)at << shift));
		if (!empty)
			taken = report_run(scan, scan->addr, end);
		else
			taken = scan->skip_empty ? end : report_empty(scan, scan->addr, end);
		scan->addr = taken;
		if (taken != end)
			return;
	}
}
