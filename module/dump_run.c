// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs of pages of a process.
 */
#include <linux/slab.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "dump.h"
#include "netlink.h"
#include "reply.h"
#include "runs.h"

/**
 * struct run_dump - a dump of runs between two of its replies
 * @dump: what all dumps keep
 * @runs: the walk, and the runs that it has found
 */
struct run_dump {
	struct ptscope_dump dump;
	struct ptscope_runs runs;
};

static void run_free(struct ptscope_dump *base)
{
	struct run_dump *dump = container_of(base, struct run_dump, dump);

	kfree(dump->runs.extras);
	kfree(dump);
}

/* Let the runs have all the room that is left in a message. */
static bool lend_room(struct run_dump *dump, struct sk_buff *skb)
{
	size_t each = PTSCOPE_RUN_SIZE + (dump->runs.extras ? sizeof(u64) : 0);
	int room = skb_tailroom(skb) - 2 * NLA_HDRLEN;

	if (room < (int)each)
		return false;
	ptscope_runs_lend(&dump->runs, skb_tail_pointer(skb) + NLA_HDRLEN,
			  room / each * PTSCOPE_RUN_SIZE);
	return true;
}

/* The runs stand where their attribute's payload will be. */
static void put_runs(struct run_dump *dump, struct sk_buff *skb)
{
	const struct ptscope_runs *runs = &dump->runs;
	const int type = runs->filter.brief ? PTSCOPE_A_TARGET_SERIES : PTSCOPE_A_TARGET_RUNS;

	nla_reserve(skb, type, ptscope_runs_size(runs));
	if (runs->extras)
		nla_put(skb, PTSCOPE_A_TARGET_EXTRAS,
			ptscope_runs_count(runs) * sizeof(u64), runs->extras);
}

static int run_fill(struct ptscope_dump *base, struct sk_buff *skb, struct netlink_callback *cb)
{
	struct run_dump *dump = container_of(base, struct run_dump, dump);
	void *header;
	int err;

	header = ptscope_dump_message(skb, cb, &dump->runs.walk, PTSCOPE_CMD_RUN_GET);
	if (!header)
		return -EMSGSIZE;
	if (ptscope_put_target(skb, &dump->dump.question, dump->runs.walk.cache) ||
	    !lend_room(dump, skb)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}

	err = ptscope_walk(&dump->runs.walk);
	put_runs(dump, skb);
	genlmsg_end(skb, header);
	ptscope_dump_mark(cb, &dump->runs.walk);
	if (err == -ENOBUFS)
		return skb->len;
	return ptscope_explain(err, cb->extack);
}

int ptscope_run_get_start(struct netlink_callback *cb)
{
	struct run_dump *dump;
	u32 detail;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->dump.fill = run_fill;
	dump->dump.free = run_free;
	ptscope_dump_begin(&dump->dump, cb, &dump->runs.walk);

	detail = dump->dump.question.filter.detail;
	if (detail & (PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO)) {
		dump->runs.extras = kmalloc_array(PTSCOPE_DUMP_REPLY_SIZE / PTSCOPE_RUN_SIZE,
						  sizeof(u64), GFP_KERNEL);
		if (!dump->runs.extras && !dump->dump.refused) {
			ptscope_target_put(&dump->dump.question.target);
			kfree(dump);
			return -ENOMEM;
		}
	}
	ptscope_runs_begin(&dump->runs, &dump->dump.question.filter);
	return 0;
}
