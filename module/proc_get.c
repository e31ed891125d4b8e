// SPDX-License-Identifier: GPL-2.0-only
/*
 * PROC_GET: the census of one process, of a list of them, or of all.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "census.h"
#include "commands.h"
#include "dump.h"
#include "pack.h"

/**
 * struct proc_dump - a dump of processes
 * @dump: what all dumps share; its target is the next process, once it is known
 * @many: the request is about a list, or about all
 * @scope: processes that the caller may read, if @many
 * @next: the lowest process ID that has not been considered; 0 if all have been
 * @attr: the next attribute of the request, for a list; NULL for all
 * @left: bytes of the request from @attr on
 * @error: errno of @target's pid, if it cannot be read
 * @counted: the target's census has been taken
 * @cs: the census
 */
struct proc_dump {
	struct ptscope_dump dump;
	bool many;
	struct ptscope_scope scope;
	pid_t next;
	const struct nlattr *attr;
	int left;
	int error;
	bool counted;
	struct ptscope_census_scan cs;
};

static void proc_free(struct ptscope_dump *base)
{
	struct proc_dump *dump = container_of(base, struct proc_dump, dump);

	ptscope_scope_put(&dump->scope);
	ptscope_census_free(&dump->cs);
	kfree(dump);
}

/* Find the next process of a list. False if there is none. */
static bool next_of_list(struct proc_dump *dump)
{
	struct ptscope_target *target = &dump->dump.request.target;
	const struct nlattr *attr;
	int left;

	nla_for_each_attr(attr, dump->attr, dump->left, left) {
		if (nla_type(attr) != PTSCOPE_A_TARGET_PID)
			continue;
		dump->attr = nla_next(attr, &left);
		dump->left = left;
		dump->error = ptscope_target_find(target, &dump->scope, nla_get_u32(attr));
		if (dump->error)
			target->pid = nla_get_u32(attr);
		return true;
	}
	dump->left = 0;
	return false;
}

/* Find the next process in the scope. False if there is none. */
static bool next_of_all(struct proc_dump *dump)
{
	dump->next = ptscope_target_next(&dump->dump.request.target, &dump->scope, dump->next);
	if (!dump->next)
		return false;
	dump->next++;
	return true;
}

/* Count the next process: 1, 0 if there is none, or a negative errno. */
static int count_next(struct proc_dump *dump)
{
	struct ptscope_request *request = &dump->dump.request;
	struct ptscope_target *target = &request->target;
	int err;

	for (;;) {
		if (fatal_signal_pending(current))
			return -EINTR;
		dump->error = 0;
		if (!target->mm) {
			if (!dump->many)
				return 0;
			if (!(dump->attr ? next_of_list(dump) : dump->next && next_of_all(dump)))
				return 0;
		}
		err = dump->error ?: ptscope_census_take(&dump->cs, target->mm, request->cache);
		if (!err)
			return 1;
		if (!dump->many || err == -EINTR || err == -ENOMEM)
			return err;
		/* Of all processes, those that exit meanwhile are left out. */
		ptscope_target_put(target);
		if (dump->attr) {
			dump->error = err;
			return 1;
		}
	}
}

static int put_error(struct sk_buff *skb, const struct proc_dump *dump)
{
	return nla_put_u32(skb, PTSCOPE_A_TARGET_PID, dump->dump.request.target.pid) ||
	       nla_put_u32(skb, PTSCOPE_A_TARGET_ERROR, -dump->error) ? -EMSGSIZE : 0;
}

static int put_census(struct sk_buff *skb, const struct proc_dump *dump)
{
	static const struct ptscope_census_types types = {
		PTSCOPE_A_TARGET_CENSUS, PTSCOPE_A_TARGET_TABLE, PTSCOPE_A_TARGET_NODE,
	};
	const struct ptscope_request *request = &dump->dump.request;
	struct ptscope_writer to;

	if (!ptscope_writer_begin(&to, skb, ptscope_target_size(request) +
				  ptscope_census_size(&dump->cs)))
		return -EMSGSIZE;
	ptscope_write_target(&to, request);
	ptscope_write_census(&to, &dump->cs, types);
	ptscope_writer_end(&to, skb);
	return 0;
}

/* The netlink header of a message. */
static struct nlmsghdr *nlmsg_of(void *header)
{
	return (struct nlmsghdr *)((u8 *)header - GENL_HDRLEN - NLMSG_HDRLEN);
}

static int put_process(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct proc_dump *dump)
{
	void *header = ptscope_dump_message(skb, cb);

	if (!header)
		return -EMSGSIZE;
	if (dump->error ? put_error(skb, dump) : put_census(skb, dump)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	/* The address space of this process has changed; that of the others has not. */
	if (!dump->error && dump->cs.scan.changed)
		nlmsg_of(header)->nlmsg_flags |= NLM_F_DUMP_INTR;
	genlmsg_end(skb, header);
	return 0;
}

static int proc_fill(struct ptscope_dump *base, struct sk_buff *skb, struct netlink_callback *cb)
{
	struct proc_dump *dump = container_of(base, struct proc_dump, dump);
	int err;

	for (;;) {
		if (!dump->counted) {
			err = count_next(dump);
			if (err <= 0)
				return ptscope_dump_end(err, cb, NULL);
			dump->counted = true;
		}
		/* If there is no room, it is the first of the next reply. */
		if (put_process(skb, cb, dump))
			return skb->len ?: -EMSGSIZE;
		dump->counted = false;
		ptscope_target_put(&base->request.target);
	}
}

/* Does the request name exactly one process? */
static bool names_one(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	unsigned int pids = 0;
	int rem;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem)
		pids += nla_type(attr) == PTSCOPE_A_TARGET_PID;
	return pids == 1;
}

/**
 * ptscope_proc_get_start() - start a dump of processes
 * @cb: the callback
 *
 * Return: 0 or -ENOMEM.
 */
int ptscope_proc_get_start(struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct proc_dump *dump;
	int err;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->dump.fill = proc_fill;
	dump->dump.free = proc_free;
	dump->many = !names_one(cb->nlh);
	ptscope_dump_start(&dump->dump, cb,
			   dump->many ? PTSCOPE_KIND_PROCESSES : PTSCOPE_KIND_PROCESS);
	if (dump->dump.refused)
		return 0;

	err = ptscope_census_alloc(&dump->cs, dump->dump.request.filter.detail);
	if (err) {
		ptscope_target_put(&dump->dump.request.target);
		kfree(dump);
		return err;
	}
	if (dump->many) {
		ptscope_scope_get(&dump->scope, cb->skb);
		dump->next = 1;
		/* The request stays until the dump has ended. */
		if (attrs && attrs[PTSCOPE_A_TARGET_PID]) {
			dump->attr = nlmsg_attrdata(cb->nlh, GENL_HDRLEN);
			dump->left = nlmsg_attrlen(cb->nlh, GENL_HDRLEN);
		}
	}
	return 0;
}
