/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_WALK_H
#define PTSCOPE_WALK_H

#include <linux/mm_types.h>
#include <linux/spinlock_types.h>
#include "entry.h"

struct ptscope_walk;

/* No entry has all bits set. */
#define PTSCOPE_NOTHING_TOLD (~0ULL)

/**
 * struct ptscope_visitor - who is told of what a walk meets
 * @enter: a VMA comes under the walk for the first time; may be NULL.
 *	Called with the VMA locked for read, by its own lock or mmap_lock.
 * @window: reads entries of [addr, end), which lies in one VMA, and returns
 *	the address behind the last one read. Called with interrupts off, or
 *	with the table's lock held; reads at most one table. Made by
 *	instantiating ptscope_read_window().
 * @gap: @pages base pages from @addr on have empty entries, and the page cache
 *	says of them what @entry does. Returns how many it takes, as the run
 *	function of struct ptscope_sink does. Called with the VMA locked.
 * @leave: the walk has come to the end of a VMA, or of what is left of it;
 *	may be NULL. Called with mmap_lock or the lock of some VMA held for read,
 *	or with none where the address space has ended. Another value than 0
 *	makes ptscope_walk() return it; the walk can be taken up again behind
 *	that VMA.
 */
struct ptscope_visitor {
	void (*enter)(struct ptscope_walk *walk, struct vm_area_struct *vma);
	unsigned long (*window)(struct ptscope_walk *walk, unsigned long addr,
				unsigned long end);
	unsigned long (*gap)(struct ptscope_walk *walk, unsigned long addr,
			     unsigned long pages, struct ptscope_entry entry);
	int (*leave)(struct ptscope_walk *walk);
};

/**
 * struct ptscope_slots - swap slots that follow each other
 * @next: value of the entry that would come next; 0 if none is known of
 * @step: what it differs by from the one before
 * @entry: what it would say
 */
struct ptscope_slots {
	u64 next;
	u64 step;
	struct ptscope_entry entry;
};

/**
 * struct ptscope_walk - a walk over the page tables of one process
 * @mm: the address space; the caller holds mm_count
 * @visitor: who is told
 * @addr: next address to be read; everything below it is done
 * @end: first address not asked about
 * @layout: changes whenever the address space's VMAs may have changed;
 *	never 0 once the walk has begun
 * @changed: VMAs may have changed since the walk began
 * @cache: look into the page cache where entries are empty
 * @table_held: the lock of the table that is read is held
 * @table_lock: that lock, while a table is read without it; NULL if there is no
 *	single one
 * @unsure: set by a window that ended before empty entries: the lock was held by
 *	somebody, who may have emptied them for a moment
 * @gap: set by a window that ended before empty entries: where these end
 * @full: set by a visitor's window that had no room for more
 * @locked_vma: it is the lock of the VMA that is held, not mmap_lock
 * @wanted: somebody waited for mmap_lock when the last window had been read, or
 *	held it for writing and has not been given way to for a while
 * @windows: how many have been read since somebody was given way to
 * @busy_ns: time spent on reading, in nanoseconds
 * @yielded_ns: time spent on waiting for locks and on letting others go first
 * @since: what passes from then on, in nanoseconds of ktime_get_ns(), is not
 *	counted yet
 * @place: what entries of the present VMA cannot say of themselves
 * @told: the bits in which entries are like the present one that was put into
 *	words last, within @place; PTSCOPE_NOTHING_TOLD if there was none
 * @slots: how the last entries with software values would go on, where the
 *	sink wants slots to follow each other
 * @vma: identity of the VMA that the walk is in the middle of; only compared,
 *	never followed
 */
struct ptscope_walk {
	struct mm_struct *mm;
	const struct ptscope_visitor *visitor;
	unsigned long addr;
	unsigned long end;
	u32 layout;
	bool changed;
	bool cache;
	bool full;
	bool locked_vma;
	bool wanted;
	bool table_held;
	bool unsure;
	/* Only looked at; taken in read_window(). */
	spinlock_t *table_lock;
	unsigned int windows;
	u64 busy_ns;
	u64 yielded_ns;
	u64 since;
	unsigned long gap;
	struct ptscope_place place;
	u64 told;
	struct ptscope_slots slots;
	struct {
		unsigned long start;
		unsigned long end;
		unsigned long flags;
		unsigned long pgoff;
		const struct file *file;
	} vma;
};

/* What is told next has to be put into words anew. */
static inline void ptscope_forget_told(struct ptscope_walk *walk)
{
	walk->told = PTSCOPE_NOTHING_TOLD;
	walk->slots.next = 0;
}

int ptscope_walk(struct ptscope_walk *walk);

#endif /* PTSCOPE_WALK_H */
