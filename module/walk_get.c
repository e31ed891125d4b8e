// SPDX-License-Identifier: GPL-2.0-only
/*
 * WALK_GET: the path of each address through the page tables of a process.
 */
#include <linux/pgtable.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "commands.h"
#include "dump.h"
#include "pack.h"
#include "pack_vma.h"
#include "path.h"

/**
 * struct walk_dump - a dump of paths
 * @dump: what all dumps share
 * @path: the path of the present address
 * @walked: @path is complete, and has not been sent
 * @attr: the next attribute of the request
 * @left: bytes of the request from @attr on
 */
struct walk_dump {
	struct ptscope_dump dump;
	struct ptscope_path path;
	bool walked;
	const struct nlattr *attr;
	int left;
};

static void walk_free(struct ptscope_dump *base)
{
	struct walk_dump *dump = container_of(base, struct walk_dump, dump);

	ptscope_vma_free(&dump->path.vma);
	kfree(dump);
}

/* An entry without its frame. Nothing is left of a softleaf. */
static u64 without_frame(u64 value)
{
	pte_t pte = __pte(value);

	return pte_present(pte) ? pgprot_val(pte_pgprot(pte)) : 0;
}

static int put_entry(struct sk_buff *skb, const struct ptscope_table *table, bool tables,
		     bool frame)
{
	struct nlattr *nest = nla_nest_start(skb, PTSCOPE_A_PATH_ENTRY);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, PTSCOPE_A_PATH_ENTRY_LEVEL, table->level) ||
	    (tables && nla_put_uint(skb, PTSCOPE_A_PATH_ENTRY_TABLE, table->pfn)) ||
	    nla_put_u32(skb, PTSCOPE_A_PATH_ENTRY_INDEX, table->index) ||
	    nla_put_u64_64bit(skb, PTSCOPE_A_PATH_ENTRY_VALUE,
			      frame ? table->value : without_frame(table->value), 0)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_mapped(struct sk_buff *skb, const struct ptscope_path *path, u32 access)
{
	const bool frames = access & PTSCOPE_ACCESS_FRAMES;
	const bool tables = access & PTSCOPE_ACCESS_TABLES;
	struct ptscope_run run = path->run;
	u64 words[PTSCOPE_RUN_WORDS];
	unsigned int i;

	if (ptscope_put_vma(skb, PTSCOPE_A_PATH_VMA, &path->vma, NULL))
		return -EMSGSIZE;
	/* Every entry but the last one points to a table. */
	for (i = 0; i < path->tables; i++)
		if (put_entry(skb, &path->table[i], tables,
			      i + 1 < path->tables ? tables : frames))
			return -EMSGSIZE;
	if (!frames)
		run.value = 0;
	ptscope_run_pack(words, &run, run.pages);
	return nla_put(skb, PTSCOPE_A_PATH_RUN, sizeof(words), words);
}

static int put_path(struct sk_buff *skb, const struct ptscope_path *path, u32 access)
{
	struct nlattr *nest = nla_nest_start(skb, PTSCOPE_A_TARGET_PATH);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_uint(skb, PTSCOPE_A_PATH_ADDRESS, path->address) ||
	    (path->mapped && put_mapped(skb, path, access))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/* Record the path of the next address: 1, 0 if there is none, or a negative errno. */
static int walk_next(struct walk_dump *dump)
{
	const struct ptscope_request *request = &dump->dump.request;
	const struct nlattr *attr;
	int left, err;

	nla_for_each_attr(attr, dump->attr, dump->left, left) {
		if (nla_type(attr) != PTSCOPE_A_TARGET_ADDRESS)
			continue;
		if (fatal_signal_pending(current))
			return -EINTR;
		err = ptscope_path_scan(&dump->path, request->target.mm, nla_get_u64(attr),
					request->cache);
		if (err)
			return err;
		dump->attr = nla_next(attr, &left);
		dump->left = left;
		return 1;
	}
	dump->left = 0;
	return 0;
}

static int walk_fill(struct ptscope_dump *base, struct sk_buff *skb, struct netlink_callback *cb)
{
	struct walk_dump *dump = container_of(base, struct walk_dump, dump);
	const struct ptscope_request *request = &base->request;
	void *header = ptscope_dump_message(skb, cb);
	bool any = false;
	/* 1: there are more paths than fit. */
	int err = 1;

	if (!header)
		return -EMSGSIZE;
	if (ptscope_put_target(skb, request))
		goto cancel;
	for (;;) {
		if (!dump->walked) {
			err = walk_next(dump);
			if (err <= 0)
				break;
			dump->walked = true;
		}
		if (put_path(skb, &dump->path, request->access))
			break;
		dump->walked = false;
		any = true;
	}
	if (!any && err > 0)
		goto cancel;
	genlmsg_end(skb, header);
	return ptscope_dump_end(err > 0 ? skb->len : err, cb, NULL);

cancel:
	genlmsg_cancel(skb, header);
	return -EMSGSIZE;
}

/**
 * ptscope_walk_get_start() - start a dump of paths
 * @cb: the callback
 *
 * Return: 0 or -ENOMEM.
 */
int ptscope_walk_get_start(struct netlink_callback *cb)
{
	struct walk_dump *dump;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->dump.fill = walk_fill;
	dump->dump.free = walk_free;
	if (ptscope_vma_alloc(&dump->path.vma)) {
		kfree(dump);
		return -ENOMEM;
	}
	ptscope_dump_start(&dump->dump, cb, PTSCOPE_KIND_ADDRESSES);
	dump->path.visible = dump->dump.request.filter.visible;
	/* The request stays until the dump has ended. */
	dump->attr = nlmsg_attrdata(cb->nlh, GENL_HDRLEN);
	dump->left = nlmsg_attrlen(cb->nlh, GENL_HDRLEN);
	return 0;
}
