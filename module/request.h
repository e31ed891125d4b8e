/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_REQUEST_H
#define PTSCOPE_REQUEST_H

#include <linux/types.h>
#include "access.h"
#include "filter.h"

struct netlink_ext_ack;
struct nlattr;
struct nlmsghdr;
struct sk_buff;

/* What a request is about. */
enum ptscope_kind {
	PTSCOPE_KIND_PROCESS,	/* one process */
	PTSCOPE_KIND_PROCESSES,	/* a list of processes, or all */
	PTSCOPE_KIND_RANGE,	/* a range of addresses of one process */
	PTSCOPE_KIND_RUNS,	/* the same, with a filter */
	PTSCOPE_KIND_ADDRESSES,	/* addresses of one process */
};

/**
 * struct ptscope_request - a request that has been parsed and permitted
 * @target: the process, if the request is about one
 * @access: access rights of the caller, bits of enum ptscope_access
 * @start: first address
 * @end: end address (exclusive)
 * @filter: which runs; for other requests, the details only
 * @cache: look up the page cache; the caller may see that
 * @hidden: the request asks for something that the caller may not see
 */
struct ptscope_request {
	struct ptscope_target target;
	u32 access;
	unsigned long start;
	unsigned long end;
	struct ptscope_filter filter;
	bool cache;
	bool hidden;
};

int ptscope_request_parse(struct ptscope_request *request, const struct sk_buff *skb,
			  const struct nlmsghdr *nlh, struct nlattr **attrs,
			  enum ptscope_kind kind, struct netlink_ext_ack *extack);

#endif /* PTSCOPE_REQUEST_H */
