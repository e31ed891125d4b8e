/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_ACCESS_H
#define PTSCOPE_ACCESS_H

#include <linux/sched.h>
#include <linux/types.h>

struct mm_struct;
struct netlink_ext_ack;
struct pid_namespace;
struct sk_buff;
struct user_namespace;

/**
 * struct ptscope_target - a process that the caller may read
 * @mm: its address space, held by mm_count only, so that the memory is freed when the
 *	process exits, however long the caller takes
 * @pid: its process ID in the caller's PID namespace
 * @start_time: when it started, in nanoseconds since boot
 * @comm: name of its main thread
 */
struct ptscope_target {
	struct mm_struct *mm;
	pid_t pid;
	u64 start_time;
	char comm[TASK_COMM_LEN];
};

/**
 * struct ptscope_scope - the processes that a caller may read
 * @pids: PID namespace in which they are numbered
 * @users: every process whose memory belongs to this user namespace or to a descendant
 *	of it; NULL for none
 * @self: the caller's own address space, if it may read that, else NULL
 */
struct ptscope_scope {
	struct pid_namespace *pids;
	struct user_namespace *users;
	struct mm_struct *self;
};

void ptscope_scope_get(struct ptscope_scope *scope, const struct sk_buff *request);
void ptscope_scope_put(struct ptscope_scope *scope);
pid_t ptscope_target_next(struct ptscope_target *target, const struct ptscope_scope *scope,
			  pid_t pid);
int ptscope_target_find(struct ptscope_target *target, const struct ptscope_scope *scope,
			pid_t pid);

int ptscope_target_get(struct ptscope_target *target, const struct sk_buff *request,
		       pid_t pid, struct netlink_ext_ack *extack);
void ptscope_target_put(struct ptscope_target *target);

u32 ptscope_access_rights(const struct sk_buff *request);

#endif /* PTSCOPE_ACCESS_H */
