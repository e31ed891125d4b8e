/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_SCAN_H
#define PTSCOPE_SCAN_H

#include <linux/mm_types.h>
#include "entry.h"
#include "pgtable_walk.h"

struct ptscope_scan;

/* Struct pages and page-cache slots that may be read for one window. */
#define PTSCOPE_WINDOW_LOOKS 512

/**
 * struct ptscope_sink - receives what a scan finds
 * @enter: the scan enters a VMA; may be NULL. Called with the VMA locked for read.
 * @table: a table on the path to the next pages; may be NULL. Called for each
 *	window, so often for the same table.
 * @run: the entries of @pages base pages from @addr on differ in nothing but the
 *	frame; @entry is the first one. Returns how many of the pages it takes; if
 *	these are not all, the window ends there.
 * @empty: the same for empty entries; @entry has the state that the page cache
 *	gives them
 * @needs_empty: does the sink need pages of this state, if their entries are empty? NULL
 *	if it needs all of them.
 * @leave: the scan leaves a VMA, or what is left of it; may be NULL. Another value
 *	than 0 makes ptscope_scan() return it, and the scan can be resumed behind
 *	that VMA.
 *
 * Locking: mmap_lock or the VMA's lock is held for read. @leave may be called with
 * the lock of another VMA, or with none.
 */
struct ptscope_sink {
	void (*enter)(struct ptscope_scan *scan, struct vm_area_struct *vma);
	void (*table)(struct ptscope_scan *scan, const struct ptscope_table *table,
		      unsigned long addr);
	unsigned long (*run)(struct ptscope_scan *scan, unsigned long addr,
			     unsigned long pages, const struct ptscope_entry *entry);
	unsigned long (*empty)(struct ptscope_scan *scan, unsigned long addr,
			       unsigned long pages, const struct ptscope_entry *entry);
	bool (*needs_empty)(struct ptscope_scan *scan, enum ptscope_state state);
	int (*leave)(struct ptscope_scan *scan);
};

/**
 * struct ptscope_scan - a scan of the page tables of one address space
 * @mm: the address space; the caller holds mm_count
 * @sink: receives what the scan finds
 * @addr: next address; everything below it is done
 * @end: end address (exclusive)
 * @cache: look up empty entries in the page cache
 * @frames: frames or swap slots of a run have to be consecutive
 * @skip_empty: the sink does not need empty entries of the present VMA
 * @changed: VMAs may have changed since the scan began
 * @full: set by the sink when it has no room for what it did not take
 * @looks: struct pages and page-cache slots that may still be read for this window
 * @layout: changes whenever VMAs may have changed; 0 until the scan begins
 * @locked_vma: the lock of the VMA is held, not mmap_lock
 * @contended: a writer waited for mmap_lock when the last window ended, or held it
 *	and the scan has not yielded for a while
 * @windows: number of windows since the scan yielded
 * @busy_ns: time that the scan read, in nanoseconds
 * @yielded_ns: time that the scan waited for locks and yielded, in nanoseconds
 * @since: end of the time that is counted, in nanoseconds of ktime_get_ns()
 * @place: facts about the present VMA
 * @vma: identity of the VMA that the scan is in; compared, never followed. Its end
 *	is 0 if the scan is in no VMA.
 * @plain: flag bits of the last PTE that was decoded, see ptscope_is_plain_leaf();
 *	all ones if there is none
 * @decoded: the last entry that was decoded
 * @pattern: of the run that it begins
 * @window: the present window
 */
struct ptscope_scan {
	struct mm_struct *mm;
	const struct ptscope_sink *sink;
	unsigned long addr;
	unsigned long end;
	bool cache;
	bool frames;
	bool skip_empty;
	bool changed;
	bool full;
	unsigned int looks;
	u32 layout;
	bool locked_vma;
	bool contended;
	unsigned int windows;
	u64 busy_ns;
	u64 yielded_ns;
	u64 since;
	struct ptscope_place place;
	struct {
		unsigned long start;
		unsigned long end;
		unsigned long flags;
		unsigned long pgoff;
		const struct file *file;
	} vma;
	u64 plain;
	struct ptscope_entry decoded;
	struct ptscope_pattern pattern;
	struct ptscope_window window;
};

int ptscope_scan(struct ptscope_scan *scan);
void ptscope_scan_window(struct ptscope_scan *scan);

#endif /* PTSCOPE_SCAN_H */
