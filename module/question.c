// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes a request apart, and sees whether it may be answered.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "folio.h"
#include "question.h"

/* The parser lets the last of two equal attributes win; we let neither. */
static int refuse_doubles(const struct nlmsghdr *nlh, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	u32 seen = 0;
	int rem;

	BUILD_BUG_ON(PTSCOPE_A_TARGET_MAX >= 32);
	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		/* The policies have refused any type above the largest known. */
		u32 bit = BIT(nla_type(attr));

		if ((seen & bit) && nla_type(attr) != PTSCOPE_A_TARGET_ADDRESS) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "attribute given twice");
			return -EINVAL;
		}
		seen |= bit;
	}
	return 0;
}

static int parse_range(struct ptscope_question *question, struct nlattr **attrs,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *start = attrs[PTSCOPE_A_TARGET_START];
	struct nlattr *end = attrs[PTSCOPE_A_TARGET_END];

	if (start)
		question->start = nla_get_u64(start);
	if (end)
		question->end = nla_get_u64(end);

	if (start && !PAGE_ALIGNED(question->start)) {
		NL_SET_ERR_MSG_ATTR(extack, start, "start is not a multiple of the page size");
		return -EINVAL;
	}
	if (end && !PAGE_ALIGNED(question->end)) {
		NL_SET_ERR_MSG_ATTR(extack, end, "end is not a multiple of the page size");
		return -EINVAL;
	}
	if (question->start >= question->end) {
		NL_SET_ERR_MSG(extack, "the range is empty: end is not above start");
		return -EINVAL;
	}
	return 0;
}

/* What is not said is 0. The policies have refused bits that mean nothing. */
static u32 optional(struct nlattr **attrs, int type)
{
	return attrs[type] ? nla_get_u32(attrs[type]) : 0;
}

static int parse_filter(struct ptscope_question *question, struct nlattr **attrs,
			struct netlink_ext_ack *extack)
{
	struct ptscope_filter *filter = &question->filter;

	filter->states = optional(attrs, PTSCOPE_A_TARGET_STATES);
	filter->mask = optional(attrs, PTSCOPE_A_TARGET_CATEGORY_MASK);
	filter->inverted = optional(attrs, PTSCOPE_A_TARGET_CATEGORY_INVERTED);
	filter->anyof = optional(attrs, PTSCOPE_A_TARGET_CATEGORY_ANYOF);
	filter->detail = optional(attrs, PTSCOPE_A_TARGET_DETAIL);
	filter->brief = nla_get_flag(attrs[PTSCOPE_A_TARGET_BRIEF]);

	if (attrs[PTSCOPE_A_TARGET_STATES] && !filter->states) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[PTSCOPE_A_TARGET_STATES],
				    "no state is asked for");
		return -EINVAL;
	}
	if (filter->brief && filter->detail & (PTSCOPE_DETAIL_FRAME | PTSCOPE_DETAIL_NODE |
					       PTSCOPE_DETAIL_FOLIO)) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[PTSCOPE_A_TARGET_BRIEF],
				    "frames, nodes and folios are not told in brief");
		return -EINVAL;
	}
	if (!filter->states)
		filter->states = ~0;
	return 0;
}

/* The parser keeps the last of them; all are wanted, in their order. */
static int parse_addresses(struct ptscope_question *question, const struct nlmsghdr *nlh,
			   struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		if (nla_type(attr) != PTSCOPE_A_TARGET_ADDRESS)
			continue;
		if (question->addresses == PTSCOPE_ADDRESSES) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "more addresses than one answer holds");
			return -E2BIG;
		}
		question->address[question->addresses++] = nla_get_u64(attr);
	}
	if (!question->addresses) {
		NL_SET_ERR_MSG(extack, "an address is needed");
		return -EINVAL;
	}
	return 0;
}

/*
 * Frames, slots, the page cache, and most of what is known of folios are for those
 * who might as well read pagemap, kpageflags and mincore. Others get the rest of
 * the reply, which is marked.
 */
static void hide(struct ptscope_question *question, bool cache, bool walk)
{
	const bool sees = question->access & PTSCOPE_ACCESS_FRAMES;

	question->cache = cache && sees;
	question->filter.visible = sees ? ~0ULL : PTSCOPE_EXTRA_PUBLIC;
	question->hidden = !sees &&
		(cache || walk || question->filter.detail & (PTSCOPE_DETAIL_FRAME |
							     PTSCOPE_DETAIL_FOLIO));
	/* One frame is like any other to those who may not see them. */
	if (!sees)
		question->filter.detail &= ~PTSCOPE_DETAIL_FRAME;
}

/**
 * ptscope_question_take() - take a request in
 * @question: all zero; filled in
 * @request: the message
 * @nlh: its header
 * @attrs: its attributes, or NULL if it has none
 * @subject: what it is about
 * @extack: gets the reason for a refusal
 *
 * Return: 0, and @question->target, unless all are meant, has to be released with
 * ptscope_target_put(); -EINVAL, -ERANGE or -E2BIG for a request that means
 * nothing; or as for ptscope_target_get().
 */
int ptscope_question_take(struct ptscope_question *question, const struct sk_buff *request,
			  const struct nlmsghdr *nlh, struct nlattr **attrs,
			  enum ptscope_subject subject, struct netlink_ext_ack *extack)
{
	const bool walk = subject == PTSCOPE_SUBJECT_ADDRESSES;
	int err;

	/* A client that was killed may have queued thousands of requests. */
	if (fatal_signal_pending(current))
		return -EINTR;

	question->start = 0;
	question->end = PAGE_MASK;
	question->access = ptscope_access_rights(request);

	err = refuse_doubles(nlh, extack);
	if (err)
		return err;
	if (subject == PTSCOPE_SUBJECT_ALL) {
		hide(question, attrs && nla_get_flag(attrs[PTSCOPE_A_TARGET_CACHE]), false);
		return 0;
	}
	if (!attrs || !attrs[PTSCOPE_A_TARGET_PID]) {
		NL_SET_ERR_MSG(extack, "a pid is needed");
		return -EINVAL;
	}
	if (nla_get_u32(attrs[PTSCOPE_A_TARGET_PID]) > PID_MAX_LIMIT) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[PTSCOPE_A_TARGET_PID],
				    "no pid is as large as this");
		return -ERANGE;
	}
	/*
	 * There are only as many as the policy of the request knows: what a kind
	 * of request has no use for must not be looked for.
	 */
	if (subject == PTSCOPE_SUBJECT_RANGE) {
		err = parse_range(question, attrs, extack);
		if (!err)
			err = parse_filter(question, attrs, extack);
	} else if (walk) {
		err = parse_addresses(question, nlh, extack);
	}
	if (err)
		return err;
	hide(question, nla_get_flag(attrs[PTSCOPE_A_TARGET_CACHE]), walk);
	return ptscope_target_get(&question->target, request,
				  nla_get_u32(attrs[PTSCOPE_A_TARGET_PID]), extack);
}
