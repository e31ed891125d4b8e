/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose a process's memory is, and whether it may be dumped: facts that exec
 * decides. They stood in the mm_struct until the task got a struct of its own
 * for them; neither way has a function that a module may call, so this is a
 * name of ours and not one that older kernels are taught.
 */
#ifndef PTSCOPE_COMPAT_EXEC_STATE_H
#define PTSCOPE_COMPAT_EXEC_STATE_H

#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/sched/coredump.h>

struct ptscope_exec_state {
	struct user_namespace *user_ns;
	bool dumpable;
};

/* Older kernels name the values by macros, newer ones by an enumeration. */
#ifdef SUID_DUMP_USER

static inline bool ptscope_exec_state(struct ptscope_exec_state *state,
				      struct task_struct *task, struct mm_struct *mm)
{
	state->user_ns = mm->user_ns;
	state->dumpable = get_dumpable(mm) == SUID_DUMP_USER;
	return true;
}

#else

#include <linux/sched/exec_state.h>

static inline bool ptscope_exec_state(struct ptscope_exec_state *state,
				      struct task_struct *task, struct mm_struct *mm)
{
	const struct task_exec_state *exec = rcu_dereference(task->exec_state);

	if (!exec)
		return false;
	state->user_ns = exec->user_ns;
	state->dumpable = READ_ONCE(exec->dumpable) == TASK_DUMPABLE_OWNER;
	return true;
}

#endif

#endif /* PTSCOPE_COMPAT_EXEC_STATE_H */
