/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_TARGET_H
#define PTSCOPE_TARGET_H

#include <linux/sched.h>
#include <linux/types.h>

struct mm_struct;
struct netlink_ext_ack;
struct pid_namespace;
struct sk_buff;
struct user_namespace;

/**
 * struct ptscope_target - a process that the asker may look at
 * @mm: its address space, held by mm_count alone, so that the memory itself
 *	goes away with the process however long an asker takes
 * @pid: its process ID in the asker's PID namespace
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
 * struct ptscope_reach - whom an asker may look at, of all processes
 * @pids: the PID namespace in which they are numbered
 * @users: every process whose memory belongs to this user namespace or to one
 *	below it; NULL if none are
 * @self: the asker's own address space, if it may look at that, else NULL
 */
struct ptscope_reach {
	struct pid_namespace *pids;
	struct user_namespace *users;
	struct mm_struct *self;
};

void ptscope_reach_get(struct ptscope_reach *reach, const struct sk_buff *request);
void ptscope_reach_put(struct ptscope_reach *reach);
pid_t ptscope_target_next(struct ptscope_target *target, const struct ptscope_reach *reach,
			  pid_t pid);

int ptscope_target_get(struct ptscope_target *target, const struct sk_buff *request,
		       pid_t pid, struct netlink_ext_ack *extack);
void ptscope_target_put(struct ptscope_target *target);

u32 ptscope_access_rights(const struct sk_buff *request);

#endif /* PTSCOPE_TARGET_H */
