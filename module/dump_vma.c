// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each VMA of a process, and its census.
 */
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "census.h"
#include "dump.h"
#include "lines.h"
#include "netlink.h"
#include "reply.h"
#include "vma.h"

/**
 * struct vma_dump - a dump of VMAs between two of its replies
 * @dump: what all dumps keep
 * @cw: the walk, and the census of the VMA it is in
 * @vma: the VMA that @cw's census is of
 * @skb: reply being filled, while the walk is on
 * @cb: the dump, while the walk is on
 * @header: of the message in @skb that takes lines, or NULL if none was begun
 * @lines: the attribute in there that they stand in
 * @pending: @vma and its census are complete but did not fit into a reply
 */
struct vma_dump {
	struct ptscope_dump dump;
	struct ptscope_census_walk cw;
	struct ptscope_vma vma;
	struct sk_buff *skb;
	struct netlink_callback *cb;
	void *header;
	struct nlattr *lines;
	bool pending;
};

/* A message with one VMA. */
static int put_message(struct vma_dump *dump)
{
	struct sk_buff *skb = dump->skb;
	void *header;

	header = ptscope_dump_message(skb, dump->cb, &dump->cw.walk, PTSCOPE_CMD_VMA_GET);
	if (!header)
		return -EMSGSIZE;
	if (ptscope_put_vma_census(skb, &dump->dump.question, &dump->vma, &dump->cw)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/* A message that all VMAs go into for which @dump->skb has room. */
static int begin_lines(struct vma_dump *dump)
{
	struct sk_buff *skb = dump->skb;
	void *header;

	header = ptscope_dump_message(skb, dump->cb, &dump->cw.walk, PTSCOPE_CMD_VMA_GET);
	if (!header)
		return -EMSGSIZE;
	if (ptscope_put_target(skb, &dump->dump.question, dump->cw.walk.cache))
		goto cancel;
	dump->lines = nla_reserve(skb, PTSCOPE_A_TARGET_LINES, 0);
	if (!dump->lines)
		goto cancel;
	dump->header = header;
	return 0;

cancel:
	genlmsg_cancel(skb, header);
	return -EMSGSIZE;
}

static void end_lines(struct vma_dump *dump)
{
	if (!dump->header)
		return;
	dump->lines->nla_len = skb_tail_pointer(dump->skb) - (u8 *)dump->lines;
	genlmsg_end(dump->skb, dump->header);
	dump->header = NULL;
}

static void cancel_lines(struct vma_dump *dump)
{
	if (!dump->header)
		return;
	genlmsg_cancel(dump->skb, dump->header);
	dump->header = NULL;
}

static int vma_reply(struct vma_dump *dump)
{
	if (!dump->dump.question.filter.brief)
		return put_message(dump);
	if (!dump->header && begin_lines(dump))
		return -EMSGSIZE;
	return ptscope_put_line(dump->skb, &dump->vma, &dump->cw.census);
}

static void vma_enter(struct ptscope_walk *walk, struct vm_area_struct *vma)
{
	struct vma_dump *dump = container_of(walk, struct vma_dump, cw.walk);

	memset(&dump->cw.census, 0, sizeof(dump->cw.census));
	ptscope_vma_describe(&dump->vma, vma);
	/* The walk may have begun in the middle, or be asked to end there. */
	ptscope_vma_cut(&dump->vma, walk->addr, walk->end);
}

static int vma_leave(struct ptscope_walk *walk)
{
	struct vma_dump *dump = container_of(walk, struct vma_dump, cw.walk);
	int err;

	ptscope_census_settle(&dump->cw);
	/* Of a VMA that changed while it was read, say what was read. */
	dump->vma.end = walk->addr;
	if (dump->vma.start == dump->vma.end)
		return 0;
	err = vma_reply(dump);
	dump->pending = err;
	return err;
}

static const struct ptscope_visitor vma_visitor = {
	.enter = vma_enter,
	.window = ptscope_census_window,
	.gap = ptscope_census_gap,
	.leave = vma_leave,
};

static void vma_free(struct ptscope_dump *base)
{
	struct vma_dump *dump = container_of(base, struct vma_dump, dump);

	kfree(dump->vma.buf);
	kfree(dump);
}

static int vma_fill(struct ptscope_dump *base, struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vma_dump *dump = container_of(base, struct vma_dump, dump);
	int err;

	dump->skb = skb;
	dump->cb = cb;
	if (dump->pending) {
		err = vma_reply(dump);
		if (err) {
			cancel_lines(dump);
			return err;
		}
		dump->pending = false;
	}
	err = ptscope_walk(&dump->cw.walk);
	end_lines(dump);
	ptscope_dump_mark(cb, &dump->cw.walk);
	if (dump->pending)
		return skb->len;
	return ptscope_explain(err, cb->extack);
}

int ptscope_vma_get_start(struct netlink_callback *cb)
{
	struct vma_dump *dump;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->vma.buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!dump->vma.buf) {
		kfree(dump);
		return -ENOMEM;
	}
	dump->dump.fill = vma_fill;
	dump->dump.free = vma_free;
	dump->cw.walk.visitor = &vma_visitor;
	ptscope_dump_begin(&dump->dump, cb, &dump->cw.walk);
	return 0;
}
