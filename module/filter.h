/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_FILTER_H
#define PTSCOPE_FILTER_H

#include <linux/ptscope.h>
#include "entry.h"

struct netlink_ext_ack;
struct nlattr;

/**
 * struct ptscope_filter - which runs to report, as in PAGEMAP_SCAN
 * @states: bits, by enum ptscope_state
 * @inverted: flags that match if 0 instead of 1
 * @mask: flags that must all match
 * @anyof: flags of which at least one must match; 0 if there is no such condition
 * @detail: bits of enum ptscope_detail
 * @visible: bits of the fourth word of a run that the caller may see
 */
struct ptscope_filter {
	u32 states;
	u32 inverted;
	u32 mask;
	u32 anyof;
	u32 detail;
	u64 visible;
};

int ptscope_filter_parse(struct ptscope_filter *filter, struct nlattr **attrs,
			 struct netlink_ext_ack *extack);

/* Does the filter select the entry? */
static inline bool ptscope_filter_match(const struct ptscope_filter *filter,
					const struct ptscope_entry *entry)
{
	const u32 flags = entry->flags ^ filter->inverted;

	return filter->states & BIT(entry->state) &&
	       (flags & filter->mask) == filter->mask &&
	       (!filter->anyof || flags & filter->anyof);
}

/* The flags that runs report: those that the request asks for. */
static inline u32 ptscope_filter_flags(const struct ptscope_filter *filter)
{
	u32 flags = ~0U;

	if (!(filter->detail & PTSCOPE_DETAIL_AGE))
		flags &= ~(PTSCOPE_FLAG_YOUNG | PTSCOPE_FLAG_DIRTY);
	if (!(filter->detail & PTSCOPE_DETAIL_SOFT_DIRTY))
		flags &= ~PTSCOPE_FLAG_SOFT_DIRTY;
	return flags;
}

#endif /* PTSCOPE_FILTER_H */
