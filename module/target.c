// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which process is meant, and may the asker look at it?
 *
 * Both questions are answered once, while the request is being taken in, in
 * the context of its sender. A dump's later parts run in whoever reads the
 * socket, so nothing here may be asked again from there.
 */
#include <linux/cred.h>
#include <linux/netlink.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/security.h>
#include <linux/user_namespace.h>
#include <net/sock.h>
#include <linux/ptscope.h>
#include "compat/exec_state.h"
#include "target.h"

/*
 * Do the socket's opener and the request's sender have the same powers? If
 * not, one of them may be making the other speak for it.
 */
static bool opened_by_sender(const struct sk_buff *request)
{
	const struct cred *opener = NETLINK_CB(request).sk->sk_socket->file->f_cred;
	const struct cred *sender = current_cred();

	if (opener == sender)
		return true;
	return opener->user_ns == sender->user_ns &&
	       uid_eq(opener->uid, sender->uid) &&
	       uid_eq(opener->euid, sender->euid) &&
	       uid_eq(opener->suid, sender->suid) &&
	       gid_eq(opener->gid, sender->gid) &&
	       gid_eq(opener->egid, sender->egid) &&
	       gid_eq(opener->sgid, sender->sgid) &&
	       cap_issubset(sender->cap_permitted, opener->cap_permitted);
}

/*
 * Do both sender and opener have a capability? netlink_ns_capable() asks for
 * the opener's only where a message names no receiver, as one does that was
 * slipped into a program's output; we ask always, so that a socket handed on
 * takes no rights along, and lends none.
 */
static bool both_capable(const struct sk_buff *request, struct user_namespace *ns, int cap)
{
	return netlink_ns_capable(request, ns, cap) &&
	       file_ns_capable(NETLINK_CB(request).sk->sk_socket->file, ns, cap);
}

/**
 * struct memory - the memory of a process, and who owns it
 * @mm: the address space, held by mm_count
 * @user_ns: the user namespace that owns it, held
 * @dumpable: the process may be dumped by its own user
 */
struct memory {
	struct mm_struct *mm;
	struct user_namespace *user_ns;
	bool dumpable;
};

/*
 * Everybody may look at itself, unless it holds secrets that it gained by
 * changing its identity: then its own eyes may be borrowed. Anybody else needs
 * CAP_SYS_PTRACE where the memory belongs.
 */
static bool may_look(const struct sk_buff *request, const struct memory *memory)
{
	return (memory->mm == current->mm && memory->dumpable && opened_by_sender(request)) ||
	       both_capable(request, memory->user_ns, CAP_SYS_PTRACE);
}

/*
 * Take the memory of one thread. mm_count is held and not mm_users: whoever
 * drops the last reference to that has to tear the memory down.
 */
static bool thread_memory_get(struct memory *memory, struct task_struct *thread)
{
	struct ptscope_exec_state state;

	task_lock(thread);
	if (thread->mm && !(thread->flags & PF_KTHREAD) && ptscope_exec_state(&state, thread)) {
		memory->mm = thread->mm;
		memory->user_ns = get_user_ns(state.user_ns);
		memory->dumpable = state.dumpable;
		mmgrab(memory->mm);
	}
	task_unlock(thread);
	return memory->mm;
}

/*
 * Take the memory of @task's process. A main thread that has exited no longer
 * has it while its other threads live on, so each thread is asked.
 *
 * Return: false if the process has none; otherwise @memory has to be released
 * with memory_put().
 */
static bool memory_get(struct memory *memory, struct task_struct *task)
{
	struct task_struct *thread;

	memset(memory, 0, sizeof(*memory));
	if (thread_memory_get(memory, task))
		return true;

	rcu_read_lock();
	for_each_thread(task, thread)
		if (thread_memory_get(memory, thread))
			break;
	rcu_read_unlock();
	return memory->mm;
}

static void memory_put(struct memory *memory)
{
	put_user_ns(memory->user_ns);
	mmdrop(memory->mm);
}

/* False if the process has been reaped meanwhile, and has no ID any more. */
static bool fill(struct ptscope_target *target, struct task_struct *task,
		 struct mm_struct *mm, struct pid_namespace *pids)
{
	struct task_struct *leader;

	rcu_read_lock();
	leader = task->group_leader;
	target->pid = task_tgid_nr_ns(task, pids);
	target->start_time = leader->start_boottime;
	get_task_comm(target->comm, leader);
	rcu_read_unlock();
	if (!target->pid)
		return false;
	mmgrab(mm);
	target->mm = mm;
	return true;
}

static int say_gone(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "the process has exited and its memory is gone");
	return -ESRCH;
}

/**
 * ptscope_target_get() - find a process and check that it may be looked at
 * @target: filled in on success
 * @request: the message that asks; sender and opener of its socket must both
 *	be allowed to look
 * @pid: process or thread ID, in the sender's PID namespace
 * @extack: gets the reason for a refusal
 *
 * Locking: none is held on entry or on return; takes task_lock() of threads.
 *
 * Return: 0, and @target has to be released with ptscope_target_put();
 * -ESRCH no such process, or it has exited; -EINVAL a kernel thread;
 * -EPERM the asker may not look.
 */
int ptscope_target_get(struct ptscope_target *target, const struct sk_buff *request,
		       pid_t pid, struct netlink_ext_ack *extack)
{
	struct task_struct *task;
	struct pid *ref = find_get_pid(pid);
	struct memory memory;
	int err;

	task = get_pid_task(ref, PIDTYPE_PID);
	put_pid(ref);
	if (!task) {
		NL_SET_ERR_MSG(extack, "no process has this pid");
		return -ESRCH;
	}

	err = -EINVAL;
	if (task->flags & PF_KTHREAD) {
		NL_SET_ERR_MSG(extack, "a kernel thread has no address space of its own");
		goto put_task;
	}

	if (!memory_get(&memory, task)) {
		err = say_gone(extack);
		goto put_task;
	}

	err = -EPERM;
	if (!may_look(request, &memory)) {
		NL_SET_ERR_MSG(extack,
			       "looking at another process needs CAP_SYS_PTRACE, of the socket's opener and of the asker");
		goto put_memory;
	}

	err = fill(target, task, memory.mm, task_active_pid_ns(current)) ? 0 : say_gone(extack);

put_memory:
	memory_put(&memory);
put_task:
	put_task_struct(task);
	return err;
}

/**
 * ptscope_reach_get() - find out whom an asker may look at
 * @reach: filled in; has to be released with ptscope_reach_put()
 * @request: the message that asks, while its sender is current
 *
 * Of those that ptscope_target_get() would let through, the ones in a user
 * namespace that is the sender's own but not below its present one are left out.
 */
void ptscope_reach_get(struct ptscope_reach *reach, const struct sk_buff *request)
{
	reach->pids = get_pid_ns(task_active_pid_ns(current));
	reach->users = NULL;
	reach->self = NULL;
	if (both_capable(request, current_user_ns(), CAP_SYS_PTRACE))
		reach->users = get_user_ns(current_user_ns());
	/* A thread of the kernel may send on a socket of its user's, too. */
	if (current->mm && opened_by_sender(request)) {
		reach->self = current->mm;
		mmgrab(reach->self);
	}
}

/**
 * ptscope_reach_put() - let go of what ptscope_reach_get() took
 * @reach: from there, or all zero
 */
void ptscope_reach_put(struct ptscope_reach *reach)
{
	if (reach->self)
		mmdrop(reach->self);
	if (reach->users)
		put_user_ns(reach->users);
	if (reach->pids)
		put_pid_ns(reach->pids);
	memset(reach, 0, sizeof(*reach));
}

static bool reaches(const struct ptscope_reach *reach, const struct memory *memory)
{
	const struct user_namespace *users;
	bool may = memory->mm == reach->self && memory->dumpable;

	for (users = memory->user_ns; users && reach->users && !may; users = users->parent)
		may = users == reach->users;
	return may;
}

/* The process with the lowest ID from @pid on; NULL if there is none. */
static struct task_struct *process_from(pid_t *pid, struct pid_namespace *pids)
{
	struct task_struct *task = NULL;
	struct pid *ref;

	rcu_read_lock();
	while (!task && (ref = find_ge_pid(*pid, pids))) {
		*pid = pid_nr_ns(ref, pids);
		task = pid_task(ref, PIDTYPE_TGID);
		if (!task)
			++*pid;
	}
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}

/**
 * ptscope_target_next() - find the next process that may be looked at
 * @target: filled in on success, and then to be released with ptscope_target_put()
 * @reach: whom the asker may look at
 * @pid: the lowest process ID that comes into question
 *
 * Locking: none is held on entry or on return; takes task_lock() of threads.
 *
 * Return: its process ID, or 0 if there is none.
 */
pid_t ptscope_target_next(struct ptscope_target *target, const struct ptscope_reach *reach,
			  pid_t pid)
{
	struct task_struct *task;
	struct memory memory;

	for (; (task = process_from(&pid, reach->pids)); pid++) {
		if (!(task->flags & PF_KTHREAD) && memory_get(&memory, task)) {
			if (reaches(reach, &memory))
				fill(target, task, memory.mm, reach->pids);
			memory_put(&memory);
		}
		put_task_struct(task);
		if (target->mm)
			return pid;
		cond_resched();
	}
	return 0;
}

/**
 * ptscope_target_put() - let go of a target
 * @target: from ptscope_target_get(), or all zero
 */
void ptscope_target_put(struct ptscope_target *target)
{
	if (target->mm)
		mmdrop(target->mm);
	target->mm = NULL;
}

/*
 * Does the kernel hide its own memory from everybody? It lets pagemap go on, and
 * so us; but where its page tables are, which none of its files reports, is a
 * fact about its own memory. Of the reasons that a module can give, KCORE is the
 * nearest.
 *
 * The kernel logs each refusal, and lockdown is never lifted: so the first
 * refusal is the last time that it is asked.
 */
static bool is_locked_down(void)
{
	static bool locked_down;

	if (!READ_ONCE(locked_down) && security_locked_down(LOCKDOWN_KCORE))
		WRITE_ONCE(locked_down, true);
	return READ_ONCE(locked_down);
}

/**
 * ptscope_access_rights() - what an asker may see
 * @request: the message that asks
 *
 * Return: bits of enum ptscope_access.
 */
u32 ptscope_access_rights(const struct sk_buff *request)
{
	u32 access = 0;

	if (both_capable(request, current_user_ns(), CAP_SYS_PTRACE))
		access |= PTSCOPE_ACCESS_PROCESSES;
	if (!both_capable(request, &init_user_ns, CAP_SYS_ADMIN))
		return access;
	access |= PTSCOPE_ACCESS_FRAMES;
	if (!is_locked_down())
		access |= PTSCOPE_ACCESS_TABLES;
	return access;
}
