// SPDX-License-Identifier: GPL-2.0-only
/*
 * RUN_GET: runs of pages of a process.
 */
#include <linux/slab.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "commands.h"
#include "dump.h"
#include "pack.h"
#include "runs.h"

/**
 * struct run_dump - a dump of runs
 * @dump: what all dumps share
 * @runs: the scan, and the runs that it has found
 */
struct run_dump {
	struct ptscope_dump dump;
	struct ptscope_runs runs;
};

static void run_free(struct ptscope_dump *base)
{
	kfree(container_of(base, struct run_dump, dump));
}

static int run_fill(struct ptscope_dump *base, struct sk_buff *skb, struct netlink_callback *cb)
{
	struct run_dump *dump = container_of(base, struct run_dump, dump);
	struct ptscope_scan *scan = &dump->runs.scan;
	void *header = ptscope_dump_part(skb, cb, scan);
	int err;

	if (!header)
		return -EMSGSIZE;
	if (ptscope_put_target(skb, &base->request) ||
	    ptscope_runs_open(&dump->runs.buffer, skb)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	err = ptscope_runs_scan(&dump->runs);
	ptscope_runs_close(&dump->runs.buffer, skb);
	genlmsg_end(skb, header);
	ptscope_dump_end(err, cb, scan);
	return err == -ENOBUFS ? skb->len : err;
}

/**
 * ptscope_run_get_start() - start a dump of runs
 * @cb: the callback
 *
 * Return: 0 or -ENOMEM.
 */
int ptscope_run_get_start(struct netlink_callback *cb)
{
	const struct ptscope_request *request;
	struct run_dump *dump;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->dump.fill = run_fill;
	dump->dump.free = run_free;
	request = &dump->dump.request;
	ptscope_dump_start(&dump->dump, cb, PTSCOPE_KIND_RUNS);
	dump->runs.scan.mm = request->target.mm;
	dump->runs.scan.addr = request->start;
	dump->runs.scan.end = request->end;
	dump->runs.scan.cache = request->cache;
	ptscope_runs_init(&dump->runs, &request->filter);
	return 0;
}
