/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_PGTABLE_WALK_H
#define PTSCOPE_PGTABLE_WALK_H

#include <linux/mm_types.h>
#include <linux/spinlock_types.h>
#include "entry.h"

/* Interrupts are off while a window is copied: 4 KiB, a table of 4-KiB pages. */
#define PTSCOPE_WINDOW_ENTRIES 512

/**
 * struct ptscope_table - a table on the path to an address
 * @level: its level
 * @index: index of the entry for the address
 * @pfn: number of the frame that holds the table
 * @value: value of that entry
 */
struct ptscope_table {
	enum ptscope_level level;
	unsigned int index;
	unsigned long pfn;
	u64 value;
};

/**
 * struct ptscope_window - a copy of consecutive entries of one table
 * @addr: address that @entry[0] translates, a multiple of what an entry covers
 * @end: end address (exclusive) of the window
 * @level: level of the table
 * @first: index in @entry of the entry for the address that the window begins with.
 *	Greater than 0 if a block with the contiguous hint begins before it.
 * @count: number of entries in @entry, none of which is a table
 * @lock: the lock of the table; NULL if the table has no lock of its own
 * @busy: @lock was held while an entry was empty: the window has to be read again
 * @uniform: all entries have the same flag bits, and none is empty
 * @tables: number of tables in @table
 * @table: the path, from the top table to the one in @entry; folded levels are
 *	left out
 * @entry: the entries
 */
struct ptscope_window {
	unsigned long addr;
	unsigned long end;
	enum ptscope_level level;
	unsigned int first;
	unsigned int count;
	/* Of the table, which stays only while interrupts are off or RCU is read. */
	spinlock_t *lock;
	bool busy;
	bool uniform;
	unsigned int tables;
	struct ptscope_table table[PTSCOPE_LEVELS];
	u64 entry[PTSCOPE_WINDOW_ENTRIES];
};

void ptscope_window_read(struct ptscope_window *window, struct mm_struct *mm,
			 const struct ptscope_place *place, unsigned long addr,
			 unsigned long end, bool locked);

#endif /* PTSCOPE_PGTABLE_WALK_H */
