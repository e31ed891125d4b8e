// SPDX-License-Identifier: GPL-2.0-only
/*
 * The path of one address after another through the page tables of a process.
 */
#include <linux/limits.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "dump.h"
#include "netlink.h"
#include "reply.h"
#include "path.h"

/**
 * struct walk_dump - a dump of paths between two of its replies
 * @dump: what all dumps keep
 * @path: the path of the address that comes next
 * @walked: @path is complete, and did not fit into the last reply
 * @next: index of that address
 */
struct walk_dump {
	struct ptscope_dump dump;
	struct ptscope_path path;
	bool walked;
	unsigned int next;
};

static void walk_free(struct ptscope_dump *base)
{
	struct walk_dump *dump = container_of(base, struct walk_dump, dump);

	kfree(dump->path.vma.buf);
	kfree(dump);
}

/* A message with one path. */
static int put_message(struct walk_dump *dump, struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct ptscope_question *question = &dump->dump.question;
	void *header = ptscope_dump_header(skb, cb, PTSCOPE_CMD_WALK_GET);

	if (!header)
		return -EMSGSIZE;
	if (ptscope_put_target(skb, question, question->cache) ||
	    ptscope_put_path(skb, &dump->path, question->access)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

static int walk_fill(struct ptscope_dump *base, struct sk_buff *skb, struct netlink_callback *cb)
{
	struct walk_dump *dump = container_of(base, struct walk_dump, dump);
	const struct ptscope_question *question = &base->question;
	int err;

	for (; dump->next < question->addresses; dump->next++) {
		if (!dump->walked) {
			err = ptscope_path_walk(&dump->path, question->target.mm,
						 question->address[dump->next],
						 question->cache);
			if (err)
				return ptscope_explain(err, cb->extack);
			dump->walked = true;
		}
		if (put_message(dump, skb, cb))
			return skb->len ?: -EMSGSIZE;
		dump->walked = false;
	}
	return 0;
}

int ptscope_walk_get_start(struct netlink_callback *cb)
{
	struct walk_dump *dump;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->path.vma.buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!dump->path.vma.buf) {
		kfree(dump);
		return -ENOMEM;
	}
	dump->dump.fill = walk_fill;
	dump->dump.free = walk_free;
	ptscope_dump_take(&dump->dump, cb, PTSCOPE_SUBJECT_ADDRESSES);
	dump->path.visible = dump->dump.question.filter.visible;
	return 0;
}
