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
#include <linux/sched/task.h>

/**
 * struct ptscope_exec_state - what exec decided about a process
 * @user_ns: the user namespace that owns its memory
 * @dumpable: it may be dumped by its own user
 */
struct ptscope_exec_state {
	struct user_namespace *user_ns;
	bool dumpable;
};

/*
 * ptscope_exec_state() - the state that belongs to the mm of a task
 *
 * exec replaces both under task_lock(), so that a reader who holds it sees a
 * pair. @state->user_ns is valid as long as the caller holds that lock.
 *
 * Locking: task_lock() of @task is held, and @task->mm is not NULL.
 *
 * Return: false if the task has no such state.
 */

/* Older kernels name the values by macros, newer ones by an enumeration. */
#ifdef SUID_DUMP_USER

static inline bool ptscope_exec_state(struct ptscope_exec_state *state,
				      struct task_struct *task)
{
	state->user_ns = task->mm->user_ns;
	state->dumpable = get_dumpable(task->mm) == SUID_DUMP_USER;
	return true;
}

#else

#include <linux/sched/exec_state.h>

static inline bool ptscope_exec_state(struct ptscope_exec_state *state,
				      struct task_struct *task)
{
	const struct task_exec_state *exec =
		rcu_dereference_protected(task->exec_state,
					  lockdep_is_held(&task->alloc_lock));

	if (!exec)
		return false;
	state->user_ns = exec->user_ns;
	state->dumpable = READ_ONCE(exec->dumpable) == TASK_DUMPABLE_OWNER;
	return true;
}

#endif

#endif /* PTSCOPE_COMPAT_EXEC_STATE_H */
