// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMA_GET: the VMAs of a process, each with its census.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "census.h"
#include "commands.h"
#include "dump.h"
#include "pack.h"
#include "pack_vma.h"
#include "vma.h"

/**
 * struct vma_dump - a dump of VMAs
 * @dump: what all dumps share
 * @cs: the scan, and the census of the VMA that it is in
 * @vma: the VMA that the census is of
 * @skb: the reply that is being filled
 * @pending: @vma and its census are complete but did not fit into a reply
 */
struct vma_dump {
	struct ptscope_dump dump;
	struct ptscope_census_scan cs;
	struct ptscope_vma vma;
	struct sk_buff *skb;
	bool pending;
};

static struct vma_dump *to_dump(struct ptscope_scan *scan)
{
	return container_of(scan, struct vma_dump, cs.scan);
}

static void vma_free(struct ptscope_dump *base)
{
	struct vma_dump *dump = container_of(base, struct vma_dump, dump);

	ptscope_vma_free(&dump->vma);
	ptscope_census_free(&dump->cs);
	kfree(dump);
}

static int put_vma(struct vma_dump *dump)
{
	return ptscope_put_vma(dump->skb, PTSCOPE_A_TARGET_VMA, &dump->vma, &dump->cs);
}

static void vma_enter(struct ptscope_scan *scan, struct vm_area_struct *vma)
{
	struct vma_dump *dump = to_dump(scan);

	ptscope_census_reset(&dump->cs);
	ptscope_vma_describe(&dump->vma, vma);
	ptscope_vma_cut(&dump->vma, scan->addr, scan->end);
}

static int vma_leave(struct ptscope_scan *scan)
{
	struct vma_dump *dump = to_dump(scan);
	int err;

	/* If the VMA changed during the scan, this is the part that was read. */
	dump->vma.end = scan->addr;
	if (dump->vma.start == dump->vma.end)
		return 0;
	err = put_vma(dump);
	dump->pending = err;
	return err;
}

static const struct ptscope_sink vma_sink = {
	.enter = vma_enter,
	.table = ptscope_census_table,
	.run = ptscope_census_run,
	.empty = ptscope_census_empty,
	.leave = vma_leave,
};

static int vma_fill(struct ptscope_dump *base, struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vma_dump *dump = container_of(base, struct vma_dump, dump);
	void *header = ptscope_dump_part(skb, cb, &dump->cs.scan);
	int err;

	if (!header)
		return -EMSGSIZE;
	dump->skb = skb;
	if (ptscope_put_target(skb, &base->request) || (dump->pending && put_vma(dump))) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	dump->pending = false;
	err = ptscope_scan(&dump->cs.scan);
	genlmsg_end(skb, header);
	ptscope_dump_end(err, cb, &dump->cs.scan);
	return dump->pending ? skb->len : err;
}

/**
 * ptscope_vma_get_start() - start a dump of VMAs
 * @cb: the callback
 *
 * Return: 0 or -ENOMEM.
 */
int ptscope_vma_get_start(struct netlink_callback *cb)
{
	const struct ptscope_request *request;
	struct vma_dump *dump;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->dump.fill = vma_fill;
	dump->dump.free = vma_free;
	request = &dump->dump.request;
	ptscope_dump_start(&dump->dump, cb, PTSCOPE_KIND_RANGE);
	if (dump->dump.refused)
		return 0;
	if (ptscope_vma_alloc(&dump->vma) ||
	    ptscope_census_alloc(&dump->cs, request->filter.detail)) {
		ptscope_target_put(&dump->dump.request.target);
		vma_free(&dump->dump);
		return -ENOMEM;
	}
	dump->cs.scan.sink = &vma_sink;
	dump->cs.scan.mm = request->target.mm;
	dump->cs.scan.addr = request->start;
	dump->cs.scan.end = request->end;
	dump->cs.scan.cache = request->cache;
	dump->cs.scan.frames = dump->cs.detail;
	return 0;
}
