/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_COUNTS_H
#define PTSCOPE_COUNTS_H

#include <linux/mm.h>
#include <linux/ptscope.h>
#include "census.h"

/**
 * typedef ptscope_tell - takes a counter in that is not zero
 * @to: whoever does
 * @type: its attribute in the set "census"
 * @bytes: what it counts
 */
typedef void (*ptscope_tell)(void *to, int type, u64 bytes);

static __always_inline void ptscope_tell_pages(ptscope_tell tell, void *to, int type, u64 pages)
{
	if (pages)
		tell(to, type, pages << PAGE_SHIFT);
}

static inline u64 ptscope_total_pages(const struct ptscope_census *census)
{
	u64 total = 0;
	size_t i;

	for (i = 0; i < PTSCOPE_STATES; i++)
		total += census->state[i];
	return total;
}

static inline u64 ptscope_special_pages(const struct ptscope_census *census)
{
	u64 total = 0;
	size_t i;

	for (i = PTSCOPE_STATE_MIGRATION; i < PTSCOPE_STATES; i++)
		total += census->state[i];
	return total;
}

/**
 * ptscope_each_counter() - tell of a census what is not zero
 * @census: the census
 * @tell: is told, in the order of the attributes; inlined if it is a constant
 * @to: for @tell
 *
 * There are many counters, and most of them are zero nearly always: what is
 * large enough for a whole group of them to be zero is asked first.
 */
static __always_inline void
ptscope_each_counter(const struct ptscope_census *census, ptscope_tell tell, void *to)
{
	const u64 *state = census->state, *leaf = census->leaf;
	const u64 size = ptscope_total_pages(census), res = state[PTSCOPE_STATE_RES];
	const bool others = size != res + state[PTSCOPE_STATE_LAZY];

#define TELL(name, pages) ptscope_tell_pages(tell, to, PTSCOPE_A_CENSUS_##name, pages)
	TELL(SIZE, size);
	TELL(RES, res);
	TELL(PTE, leaf[PTSCOPE_LEAF_PTE]);
	if (leaf[PTSCOPE_LEAF_PTE] != res) {
		TELL(CONT, leaf[PTSCOPE_LEAF_CONT]);
		TELL(PMD, leaf[PTSCOPE_LEAF_PMD]);
		TELL(PUD, leaf[PTSCOPE_LEAF_PUD]);
	}
	TELL(LAZY, state[PTSCOPE_STATE_LAZY]);
	if (others) {
		TELL(CACHED, state[PTSCOPE_STATE_CACHED]);
		TELL(DISK, state[PTSCOPE_STATE_DISK]);
		TELL(SWAP, state[PTSCOPE_STATE_SWAP]);
		TELL(SPECIAL, ptscope_special_pages(census));
	}
	if (res) {
		TELL(ZERO, census->zero);
		TELL(ZERO_HUGE, census->zero_huge);
		TELL(YOUNG, census->young);
		TELL(DIRTY, census->dirty);
	}
	/* What is not present may have this as well. */
	TELL(SOFT_DIRTY, census->soft_dirty);
	if (res) {
		TELL(WRITE, census->write);
		TELL(PROTNONE, census->protnone);
		TELL(THP, census->thp);
		TELL(HUGETLB, census->hugetlb);
	}
	if (others) {
		TELL(MIGRATION, state[PTSCOPE_STATE_MIGRATION]);
		TELL(HWPOISON, state[PTSCOPE_STATE_HWPOISON]);
		TELL(DEVICE, state[PTSCOPE_STATE_DEVICE_PRIVATE] +
		     state[PTSCOPE_STATE_DEVICE_EXCLUSIVE]);
		TELL(UFFD_WP, state[PTSCOPE_STATE_UFFD_WP]);
		TELL(GUARD, state[PTSCOPE_STATE_GUARD]);
		TELL(POISON, state[PTSCOPE_STATE_POISON]);
		TELL(BAD, state[PTSCOPE_STATE_BAD]);
	}
#undef TELL
}

#endif /* PTSCOPE_COUNTS_H */
