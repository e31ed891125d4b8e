/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_QUESTION_H
#define PTSCOPE_QUESTION_H

#include <linux/types.h>
#include "target.h"

struct netlink_ext_ack;
struct nlattr;
struct nlmsghdr;
struct sk_buff;

/* Addresses that one WALK_GET may name. */
#define PTSCOPE_ADDRESSES 16

/**
 * struct ptscope_filter - which runs are wanted, in the way of PAGEMAP_SCAN
 * @states: by bit of enum ptscope_state
 * @inverted: flags that are turned over before they are compared
 * @mask: flags that must all be set then
 * @anyof: flags of which one must be set, unless there are none in here
 * @detail: bits of enum ptscope_detail
 * @visible: bits of a run's extra word that the caller may see
 * @brief: tell them as series, or VMAs as lines; then there is no detail beyond
 *	flags
 */
struct ptscope_filter {
	u32 states;
	u32 inverted;
	u32 mask;
	u32 anyof;
	u32 detail;
	u64 visible;
	bool brief;
};

/* What a request is about. */
enum ptscope_subject {
	PTSCOPE_SUBJECT_PROCESS,	/* one, which it names */
	PTSCOPE_SUBJECT_RANGE,		/* a range of its addresses, and what in there */
	PTSCOPE_SUBJECT_ADDRESSES,	/* addresses of that */
	PTSCOPE_SUBJECT_ALL,		/* every process that the asker may look at */
};

/**
 * struct ptscope_question - a request, taken apart and allowed
 * @target: the process asked about, if it is one
 * @access: what the asker may see
 * @start: first address asked about
 * @end: first address no longer asked about
 * @filter: which runs
 * @address: addresses to walk to
 * @addresses: how many
 * @cache: the page cache is to be looked into, and the asker may see that
 * @hidden: something was asked for that the asker may not see
 */
struct ptscope_question {
	struct ptscope_target target;
	u32 access;
	unsigned long start;
	unsigned long end;
	struct ptscope_filter filter;
	u64 address[PTSCOPE_ADDRESSES];
	unsigned int addresses;
	bool cache;
	bool hidden;
};

int ptscope_question_take(struct ptscope_question *question, const struct sk_buff *request,
			  const struct nlmsghdr *nlh, struct nlattr **attrs,
			  enum ptscope_subject subject, struct netlink_ext_ack *extack);

#endif /* PTSCOPE_QUESTION_H */
