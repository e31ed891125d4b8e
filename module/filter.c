// SPDX-License-Identifier: GPL-2.0-only
/*
 * The filter of RUN_GET.
 */
#include <net/netlink.h>
#include "filter.h"

/* The policy has refused unknown bits. */
static u32 get_bits(struct nlattr **attrs, int type)
{
	return attrs[type] ? nla_get_u32(attrs[type]) : 0;
}

/**
 * ptscope_filter_parse() - parse the filter of a request
 * @filter: filled in, except for @filter->visible
 * @attrs: attributes of the request, parsed by the policy of RUN_GET
 * @extack: gets the reason for a refusal
 *
 * Return: 0 or -EINVAL.
 */
int ptscope_filter_parse(struct ptscope_filter *filter, struct nlattr **attrs,
			 struct netlink_ext_ack *extack)
{
	filter->states = get_bits(attrs, PTSCOPE_A_TARGET_STATES);
	filter->mask = get_bits(attrs, PTSCOPE_A_TARGET_CATEGORY_MASK);
	filter->inverted = get_bits(attrs, PTSCOPE_A_TARGET_CATEGORY_INVERTED);
	filter->anyof = get_bits(attrs, PTSCOPE_A_TARGET_CATEGORY_ANYOF);

	if (attrs[PTSCOPE_A_TARGET_STATES] && !filter->states) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[PTSCOPE_A_TARGET_STATES],
				    "states is empty");
		return -EINVAL;
	}
	if (!filter->states)
		filter->states = ~0;
	return 0;
}
