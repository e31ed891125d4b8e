// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses a request and checks that it is permitted.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "folio.h"
#include "request.h"

/* The kernel's parser takes the last of several equal attributes. */
static int refuse_duplicates(const struct nlmsghdr *nlh, enum ptscope_kind kind,
			     struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	u32 repeatable = 0, seen = 0;
	int rem;

	BUILD_BUG_ON(PTSCOPE_A_TARGET_MAX >= 32);
	if (kind == PTSCOPE_KIND_ADDRESSES)
		repeatable = BIT(PTSCOPE_A_TARGET_ADDRESS);
	else if (kind == PTSCOPE_KIND_PROCESSES)
		repeatable = BIT(PTSCOPE_A_TARGET_PID);
	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		/* The policies have refused unknown types. */
		u32 bit = BIT(nla_type(attr));

		if (seen & bit & ~repeatable) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "attribute given twice");
			return -EINVAL;
		}
		seen |= bit;
	}
	return 0;
}

static int parse_range(struct ptscope_request *request, struct nlattr **attrs,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *start = attrs[PTSCOPE_A_TARGET_START];
	struct nlattr *end = attrs[PTSCOPE_A_TARGET_END];

	if (start)
		request->start = nla_get_u64(start);
	if (end)
		request->end = nla_get_u64(end);

	if (start && !PAGE_ALIGNED(request->start)) {
		NL_SET_ERR_MSG_ATTR(extack, start, "start is not a multiple of the page size");
		return -EINVAL;
	}
	if (end && !PAGE_ALIGNED(request->end)) {
		NL_SET_ERR_MSG_ATTR(extack, end, "end is not a multiple of the page size");
		return -EINVAL;
	}
	if (request->start >= request->end) {
		NL_SET_ERR_MSG(extack, "the range is empty: end is not above start");
		return -EINVAL;
	}
	return 0;
}

/*
 * Frames, slots, the page cache and most facts about folios are for callers that could
 * read pagemap, kpageflags and mincore as well. Others get the rest, and the reply has
 * the attribute hidden.
 */
static void hide(struct ptscope_request *request, bool cache, enum ptscope_kind kind)
{
	const u32 restricted = PTSCOPE_DETAIL_FRAME |
			       (kind == PTSCOPE_KIND_RUNS ? PTSCOPE_DETAIL_FOLIO : 0);
	const bool frames = request->access & PTSCOPE_ACCESS_FRAMES;
	struct ptscope_filter *filter = &request->filter;

	request->cache = cache && frames;
	filter->visible = frames ? ~0ULL : PTSCOPE_EXTRA_PUBLIC;
	request->hidden = !frames && (cache || kind == PTSCOPE_KIND_ADDRESSES ||
				      filter->detail & restricted);
	/* Where runs end must not show which frames are consecutive. */
	if (!frames)
		filter->detail &= ~PTSCOPE_DETAIL_FRAME;
}

/* Parse what the policy of this kind of request knows. */
static int parse_kind(struct ptscope_request *request, struct nlattr **attrs,
		      enum ptscope_kind kind, struct netlink_ext_ack *extack)
{
	int err;

	switch (kind) {
	case PTSCOPE_KIND_RANGE:
		return parse_range(request, attrs, extack);
	case PTSCOPE_KIND_RUNS:
		err = parse_range(request, attrs, extack);
		return err ?: ptscope_filter_parse(&request->filter, attrs, extack);
	case PTSCOPE_KIND_ADDRESSES:
		if (attrs[PTSCOPE_A_TARGET_ADDRESS])
			return 0;
		NL_SET_ERR_MSG(extack, "an address is needed");
		return -EINVAL;
	default:
		return 0;
	}
}

static int check_pid(const struct nlattr *pid, struct netlink_ext_ack *extack)
{
	if (!pid) {
		NL_SET_ERR_MSG(extack, "a pid is needed");
		return -EINVAL;
	}
	if (nla_get_u32(pid) > PID_MAX_LIMIT) {
		NL_SET_ERR_MSG_ATTR(extack, pid, "the pid is too large");
		return -ERANGE;
	}
	return 0;
}

/**
 * ptscope_request_parse() - parse a request
 * @request: all zero; filled in
 * @skb: the message
 * @nlh: its header
 * @attrs: its attributes, or NULL if it has none
 * @kind: what it is about
 * @extack: gets the reason for a refusal
 *
 * Context: the request's sender.
 *
 * Return: 0, and @request->target is to be released with ptscope_target_put(); -EINVAL
 * or -ERANGE for an invalid request; -EINTR if the caller has been killed; or as for
 * ptscope_target_get().
 */
int ptscope_request_parse(struct ptscope_request *request, const struct sk_buff *skb,
			  const struct nlmsghdr *nlh, struct nlattr **attrs,
			  enum ptscope_kind kind, struct netlink_ext_ack *extack)
{
	/* One without attributes. */
	struct nlattr *none[PTSCOPE_A_TARGET_MAX + 1] = {};
	int err;

	/* A client that was killed may have queued thousands of requests. */
	if (fatal_signal_pending(current))
		return -EINTR;

	if (!attrs)
		attrs = none;
	request->start = 0;
	request->end = PAGE_MASK;
	request->access = ptscope_access_rights(skb);

	err = refuse_duplicates(nlh, kind, extack);
	if (err)
		return err;
	if (kind != PTSCOPE_KIND_PROCESSES) {
		err = check_pid(attrs[PTSCOPE_A_TARGET_PID], extack);
		if (err)
			return err;
	}
	err = parse_kind(request, attrs, kind, extack);
	if (err)
		return err;
	/* The policy of WALK_GET does not know this one. */
	if (kind != PTSCOPE_KIND_ADDRESSES && attrs[PTSCOPE_A_TARGET_DETAIL])
		request->filter.detail = nla_get_u32(attrs[PTSCOPE_A_TARGET_DETAIL]);
	hide(request, nla_get_flag(attrs[PTSCOPE_A_TARGET_CACHE]), kind);
	if (kind == PTSCOPE_KIND_PROCESSES)
		return 0;
	return ptscope_target_get(&request->target, skb,
				  nla_get_u32(attrs[PTSCOPE_A_TARGET_PID]), extack);
}
