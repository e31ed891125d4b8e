/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all dumps share.
 */
#ifndef PTSCOPE_DUMP_H
#define PTSCOPE_DUMP_H

#include <linux/types.h>
#include "request.h"

struct netlink_callback;
struct ptscope_scan;
struct sk_buff;

/**
 * struct ptscope_dump - a dump
 * @request: the request
 * @refused: why the request was refused, a negative errno, or 0. On older kernels
 *	only a dump's replies can have a text, so the first reply brings the refusal.
 * @reason: text for @refused
 * @identified: the first reply has been sent
 * @complete: the last reply that holds anything has been sent
 * @fill: fills a reply, in the context of recvmsg(). Returns the length of the reply
 *	if another one follows, 0 if this is the last one, whether it holds messages or
 *	not, or a negative errno, which ends the dump.
 * @free: frees the dump
 */
struct ptscope_dump {
	struct ptscope_request request;
	int refused;
	const char *reason;
	bool identified;
	bool complete;
	int (*fill)(struct ptscope_dump *dump, struct sk_buff *skb,
		    struct netlink_callback *cb);
	void (*free)(struct ptscope_dump *dump);
};

void ptscope_dump_start(struct ptscope_dump *dump, struct netlink_callback *cb,
			enum ptscope_kind kind);
void *ptscope_dump_message(struct sk_buff *skb, struct netlink_callback *cb);
void *ptscope_dump_part(struct sk_buff *skb, struct netlink_callback *cb,
			const struct ptscope_scan *scan);
int ptscope_dump_end(int err, struct netlink_callback *cb, const struct ptscope_scan *scan);

#endif /* PTSCOPE_DUMP_H */
