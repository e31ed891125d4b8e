// SPDX-License-Identifier: GPL-2.0-only
/*
 * A census of each process: of one, or of all that the asker may look at.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "census.h"
#include "dump.h"
#include "netlink.h"
#include "reply.h"

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
	struct ptscope_dump dump;
	struct ptscope_reach reach;
	pid_t next;
	bool counted;
	struct ptscope_census_walk cw;
};

static void proc_free(struct ptscope_dump *base)
{
	struct proc_dump *dump = container_of(base, struct proc_dump, dump);

	ptscope_reach_put(&dump->reach);
	kfree(dump);
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

static int proc_fill(struct ptscope_dump *base, struct sk_buff *skb, struct netlink_callback *cb)
{
	struct proc_dump *dump = container_of(base, struct proc_dump, dump);
	struct ptscope_target *target = &dump->dump.question.target;
	int err;

	for (;;) {
		if (!dump->counted) {
			err = next_process(dump);
			if (err <= 0)
				return ptscope_explain(err, cb->extack);
		}
		/* It waits for the next reply if this one has no room left. */
		if (proc_reply(dump, skb, cb))
			return skb->len ?: -EMSGSIZE;
		dump->counted = false;
		ptscope_target_put(target);
	}
}

int ptscope_proc_get_start(struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct proc_dump *dump;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->dump.fill = proc_fill;
	dump->dump.free = proc_free;
	if (attrs && attrs[PTSCOPE_A_TARGET_PID]) {
		ptscope_dump_take(&dump->dump, cb, PTSCOPE_SUBJECT_PROCESS);
		return 0;
	}
	ptscope_dump_take(&dump->dump, cb, PTSCOPE_SUBJECT_ALL);
	if (!dump->dump.refused) {
		ptscope_reach_get(&dump->reach, cb->skb);
		dump->next = 1;
	}
	return 0;
}
