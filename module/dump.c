// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers in many messages: what a dump keeps between two of them.
 */
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "census.h"
#include "dump.h"
#include "netlink.h"
#include "question.h"
#include "reply.h"
#include "runs.h"
#include "vma.h"

/*
 * Replies are this large from the first one on; netlink would begin with small
 * ones, and never go beyond this anyway. With what an skb adds of its own they
 * just fit into 32 KiB: many a kernel fills what it allocates with zeroes.
 */
#define DUMP_REPLY_SIZE SKB_WITH_OVERHEAD(SZ_32K)

/**
 * struct dump - what all dumps keep
 * @question: what was asked
 * @refused: why the request was refused, or 0. Only a dump's replies can
 *	carry words on every kernel, so the first one brings the refusal.
 * @words: for @refused
 * @free: lets go of what only one kind of dump keeps
 */
struct dump {
	struct ptscope_question question;
	int refused;
	const char *words;
	void (*free)(struct dump *dump);
};

/* Only a pointer fits into what a callback may keep. */
struct dump_ctx {
	struct dump *dump;
};

static struct dump *to_dump(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump_ctx) > sizeof(cb->ctx));
	return ((struct dump_ctx *)cb->ctx)->dump;
}

static void take_question(struct dump *dump, struct netlink_callback *cb,
			  enum ptscope_subject subject)
{
	struct netlink_ext_ack extack = {};

	dump->refused = ptscope_question_take(&dump->question, cb->skb, cb->nlh,
					      genl_info_dump(cb)->attrs, subject, &extack);
	dump->words = extack._msg;
	((struct dump_ctx *)cb->ctx)->dump = dump;
	cb->min_dump_alloc = DUMP_REPLY_SIZE;
}

/* A dump of one process, which @walk goes through. */
static void dump_start(struct dump *dump, struct netlink_callback *cb,
		       struct ptscope_walk *walk)
{
	take_question(dump, cb, PTSCOPE_SUBJECT_PROCESS);
	walk->mm = dump->question.target.mm;
	walk->addr = dump->question.start;
	walk->end = dump->question.end;
	walk->cache = dump->question.cache;
}

static int dump_refuse(const struct dump *dump, struct netlink_callback *cb)
{
	/* Not formatted again: the words are a constant of ours. */
	if (cb->extack)
		cb->extack->_msg = dump->words;
	return dump->refused;
}

int ptscope_dump_done(struct netlink_callback *cb)
{
	struct dump *dump = to_dump(cb);

	if (!dump->refused)
		ptscope_target_put(&dump->question.target);
	dump->free(dump);
	return 0;
}

/*
 * Netlink marks a message, and the end of the dump, where seq is not what it
 * was before. Once the address space has changed, all that follows is marked.
 */
static void mark_changed(struct netlink_callback *cb, const struct ptscope_walk *walk)
{
	cb->prev_seq = 1;
	cb->seq = walk->changed ? 2 : 1;
}

/* Begin a message about what @walk reads; NULL if there is no room. */
static void *begin_message(struct sk_buff *skb, struct netlink_callback *cb,
			   const struct ptscope_walk *walk, u8 cmd)
{
	void *header = ptscope_dump_header(skb, cb, cmd);

	if (!header)
		return NULL;
	mark_changed(cb, walk);
	genl_dump_check_consistent(cb, header);
	return header;
}

/**
 * struct proc_dump - a dump of processes between two of its replies
 * @dump: what all dumps keep; its target is the process that comes next, if it
 *	is known already
 * @reach: whom the asker may look at, if all are asked about
 * @next: the lowest process ID that has not been looked at; 0 if there is none,
 *	or if one process alone is asked about
 * @counted: the target's census has been taken
 * @cw: that census
 */
struct proc_dump {
	struct dump dump;
	struct ptscope_reach reach;
	pid_t next;
	bool counted;
	struct ptscope_census_walk cw;
};

static void proc_free(struct dump *base)
{
	struct proc_dump *dump = container_of(base, struct proc_dump, dump);

	ptscope_reach_put(&dump->reach);
	kfree(dump);
}

int ptscope_proc_get_start(struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct proc_dump *dump;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->dump.free = proc_free;
	if (attrs && attrs[PTSCOPE_A_TARGET_PID]) {
		take_question(&dump->dump, cb, PTSCOPE_SUBJECT_PROCESS);
		return 0;
	}
	take_question(&dump->dump, cb, PTSCOPE_SUBJECT_ALL);
	if (!dump->dump.refused) {
		ptscope_reach_get(&dump->reach, cb->skb);
		dump->next = 1;
	}
	return 0;
}

/* Look at the next process: 1, 0 if there is none, or a negative errno. */
static int next_process(struct proc_dump *dump)
{
	struct ptscope_target *target = &dump->dump.question.target;
	int err;

	while (dump->next || target->mm) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (!target->mm) {
			dump->next = ptscope_target_next(target, &dump->reach, dump->next);
			if (!dump->next)
				return 0;
			dump->next++;
		}
		err = ptscope_census_take(&dump->cw, target->mm, dump->dump.question.cache);
		if (!err) {
			dump->counted = true;
			return 1;
		}
		/* Of many, those that go away meanwhile are left out. */
		if (err != -ESRCH || !dump->next)
			return err;
		ptscope_target_put(target);
	}
	return 0;
}

/* The netlink header of what genlmsg_put() began. */
static struct nlmsghdr *genl_message(void *header)
{
	return (struct nlmsghdr *)((u8 *)header - GENL_HDRLEN - NLMSG_HDRLEN);
}

/* Each process has changed by itself, or not; the dump as a whole has not. */
static int proc_reply(const struct proc_dump *dump, struct sk_buff *skb,
		      struct netlink_callback *cb)
{
	void *header = ptscope_dump_header(skb, cb, PTSCOPE_CMD_PROC_GET);

	if (!header)
		return -EMSGSIZE;
	if (ptscope_put_proc(skb, &dump->dump.question, &dump->cw)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	if (dump->cw.walk.changed)
		genl_message(header)->nlmsg_flags |= NLM_F_DUMP_INTR;
	genlmsg_end(skb, header);
	return 0;
}

int ptscope_proc_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct proc_dump *dump = container_of(to_dump(cb), struct proc_dump, dump);
	struct ptscope_target *target = &dump->dump.question.target;
	int err;

	if (dump->dump.refused)
		return dump_refuse(&dump->dump, cb);
	for (;;) {
		if (!dump->counted) {
			err = next_process(dump);
			if (err < 0)
				return ptscope_explain(err, cb->extack);
			if (!err)
				return skb->len;
		}
		/* It waits for the next reply if this one has no room left. */
		if (proc_reply(dump, skb, cb))
			return skb->len ?: -EMSGSIZE;
		dump->counted = false;
		ptscope_target_put(target);
	}
}

/**
 * struct vma_dump - a dump of VMAs between two of its replies
 * @dump: what all dumps keep
 * @cw: the walk, and the census of the VMA it is in
 * @vma: the VMA that @cw's census is of
 * @skb: reply being filled, while the walk is on
 * @cb: the dump, while the walk is on
 * @pending: @vma and its census are complete but did not fit into a reply
 */
struct vma_dump {
	struct dump dump;
	struct ptscope_census_walk cw;
	struct ptscope_vma vma;
	struct sk_buff *skb;
	struct netlink_callback *cb;
	bool pending;
};

static int vma_reply(struct vma_dump *dump)
{
	struct sk_buff *skb = dump->skb;
	void *header;

	header = begin_message(skb, dump->cb, &dump->cw.walk, PTSCOPE_CMD_VMA_GET);
	if (!header)
		return -EMSGSIZE;
	if (ptscope_put_vma_census(skb, &dump->dump.question, &dump->vma, &dump->cw)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
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

static void vma_free(struct dump *base)
{
	struct vma_dump *dump = container_of(base, struct vma_dump, dump);

	kfree(dump->vma.buf);
	kfree(dump);
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
	dump->dump.free = vma_free;
	dump->cw.walk.visitor = &vma_visitor;
	dump_start(&dump->dump, cb, &dump->cw.walk);
	return 0;
}

int ptscope_vma_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vma_dump *dump = container_of(to_dump(cb), struct vma_dump, dump);
	int err;

	if (dump->dump.refused)
		return dump_refuse(&dump->dump, cb);

	dump->skb = skb;
	dump->cb = cb;
	if (dump->pending) {
		err = vma_reply(dump);
		if (err)
			return err;
		dump->pending = false;
	}
	err = ptscope_walk(&dump->cw.walk);
	mark_changed(cb, &dump->cw.walk);
	if (err && !dump->pending)
		return ptscope_explain(err, cb->extack);
	return skb->len;
}

/**
 * struct run_dump - a dump of runs between two of its replies
 * @dump: what all dumps keep
 * @runs: the walk, and the runs that it has found
 */
struct run_dump {
	struct dump dump;
	struct ptscope_runs runs;
};

static const struct ptscope_visitor run_visitor = {
	.enter = ptscope_runs_enter,
	.window = ptscope_runs_window,
	.gap = ptscope_runs_gap,
};

static const struct ptscope_visitor frame_run_visitor = {
	.enter = ptscope_runs_enter,
	.window = ptscope_frame_runs_window,
	.gap = ptscope_runs_gap,
};

static const struct ptscope_visitor folio_run_visitor = {
	.enter = ptscope_runs_enter,
	.window = ptscope_folio_runs_window,
	.gap = ptscope_runs_gap,
};

static const struct ptscope_visitor brief_run_visitor = {
	.enter = ptscope_runs_enter,
	.window = ptscope_brief_runs_window,
	.gap = ptscope_runs_gap,
};

static const struct ptscope_visitor *visitor_of(const struct ptscope_runs *runs)
{
	if (runs->filter.brief)
		return &brief_run_visitor;
	if (runs->extras)
		return &folio_run_visitor;
	if (runs->filter.detail & PTSCOPE_DETAIL_FRAME)
		return &frame_run_visitor;
	return &run_visitor;
}

static void run_free(struct dump *base)
{
	struct run_dump *dump = container_of(base, struct run_dump, dump);

	kfree(dump->runs.extras);
	kfree(dump);
}

int ptscope_run_get_start(struct netlink_callback *cb)
{
	struct run_dump *dump;
	u32 detail;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->dump.free = run_free;
	dump_start(&dump->dump, cb, &dump->runs.walk);

	detail = dump->dump.question.filter.detail;
	if (detail & (PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO)) {
		dump->runs.extras = kmalloc_array(DUMP_REPLY_SIZE / PTSCOPE_RUN_SIZE,
						  sizeof(u64), GFP_KERNEL);
		if (!dump->runs.extras && !dump->dump.refused) {
			ptscope_target_put(&dump->dump.question.target);
			kfree(dump);
			return -ENOMEM;
		}
	}
	ptscope_runs_begin(&dump->runs, &dump->dump.question.filter);
	dump->runs.walk.visitor = visitor_of(&dump->runs);
	return 0;
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

int ptscope_run_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct run_dump *dump = container_of(to_dump(cb), struct run_dump, dump);
	void *header;
	int err;

	if (dump->dump.refused)
		return dump_refuse(&dump->dump, cb);
	if (dump->runs.walk.addr >= dump->runs.walk.end)
		return 0;

	header = begin_message(skb, cb, &dump->runs.walk, PTSCOPE_CMD_RUN_GET);
	if (!header ||
	    ptscope_put_target(skb, &dump->dump.question, dump->runs.walk.cache) ||
	    !lend_room(dump, skb))
		return -EMSGSIZE;

	err = ptscope_walk(&dump->runs.walk);
	put_runs(dump, skb);
	genlmsg_end(skb, header);
	mark_changed(cb, &dump->runs.walk);
	if (err && err != -ENOBUFS)
		return ptscope_explain(err, cb->extack);
	return skb->len;
}
