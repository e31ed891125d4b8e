// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the target of a request and decides whether the caller may read it.
 *
 * That happens once, in the context of the request's sender. Later parts of a dump run
 * in the context of whoever receives from the socket, so no credentials may be read
 * there. A scope keeps what is needed of the sender's.
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
#include "access.h"

/*
 * Do the socket's opener and the request's sender have the same credentials? If not,
 * one of them may be using the other's rights.
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
 * Do both sender and opener have a capability? netlink_ns_capable() checks the opener
 * only if the message has no destination address. Here the opener is always checked, so
 * that passing a socket to another process passes no rights.
 */
static bool both_capable(const struct sk_buff *request, struct user_namespace *ns, int cap)
{
	return netlink_ns_capable(request, ns, cap) &&
	       file_ns_capable(NETLINK_CB(request).sk->sk_socket->file, ns, cap);
}

/**
 * struct memory - the memory of a process, and its owner
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
 * A process may read itself, unless it is not dumpable: a set-user-ID program must not
 * report its secrets to whoever started it. Any other caller needs CAP_SYS_PTRACE in
 * the user namespace that owns the memory.
 */
static bool may_read(const struct sk_buff *request, const struct memory *memory)
{
	return (memory->mm == current->mm && memory->dumpable && opened_by_sender(request)) ||
	       both_capable(request, memory->user_ns, CAP_SYS_PTRACE);
}

/*
 * Get the memory of one thread. mm_count is held and not mm_users: whoever drops the
 * last reference to mm_users tears the memory down.
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
 * Get the memory of @task's process. A main thread that has exited has none while
 * other threads live on, so each thread is tried.
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

/* False if the process has been reaped meanwhile, and has no process ID any more. */
static bool fill_target(struct ptscope_target *target, struct task_struct *task,
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

static int refuse_exited(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "the process has exited and its memory is gone");
	return -ESRCH;
}

/**
 * ptscope_target_get() - find a process and check that the caller may read it
 * @target: filled in on success; to be released with ptscope_target_put()
 * @request: the request; both its sender and the opener of its socket need the rights
 * @pid: process or thread ID, in the sender's PID namespace
 * @extack: gets the reason for a refusal
 *
 * Locking: none is held; takes task_lock() of threads.
 * Context: the request's sender.
 *
 * Return: 0; -ESRCH if there is no such process, or it has exited; -EINVAL for a kernel
 * thread; -EPERM if the caller may not read it.
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
		err = refuse_exited(extack);
		goto put_task;
	}

	err = -EPERM;
	if (!may_read(request, &memory)) {
		NL_SET_ERR_MSG(extack,
			       "reading another process needs CAP_SYS_PTRACE, of the caller and of the socket's opener");
		goto put_memory;
	}

	err = 0;
	if (!fill_target(target, task, memory.mm, task_active_pid_ns(current)))
		err = refuse_exited(extack);

put_memory:
	memory_put(&memory);
put_task:
	put_task_struct(task);
	return err;
}

/**
 * ptscope_scope_get() - find out which processes a caller may read
 * @scope: filled in; to be released with ptscope_scope_put()
 * @request: the request
 *
 * Context: the request's sender.
 *
 * Of the processes that ptscope_target_get() permits, those in a user namespace that
 * the sender created but is not in are left out.
 */
void ptscope_scope_get(struct ptscope_scope *scope, const struct sk_buff *request)
{
	scope->pids = get_pid_ns(task_active_pid_ns(current));
	scope->users = NULL;
	scope->self = NULL;
	if (both_capable(request, current_user_ns(), CAP_SYS_PTRACE))
		scope->users = get_user_ns(current_user_ns());
	/* A kernel thread may send on a user's socket. */
	if (current->mm && opened_by_sender(request)) {
		scope->self = current->mm;
		mmgrab(scope->self);
	}
}

/**
 * ptscope_scope_put() - release a scope
 * @scope: from ptscope_scope_get(), or all zero
 */
void ptscope_scope_put(struct ptscope_scope *scope)
{
	if (scope->self)
		mmdrop(scope->self);
	if (scope->users)
		put_user_ns(scope->users);
	if (scope->pids)
		put_pid_ns(scope->pids);
	memset(scope, 0, sizeof(*scope));
}

static bool in_scope(const struct ptscope_scope *scope, const struct memory *memory)
{
	const struct user_namespace *users;
	bool may = memory->mm == scope->self && memory->dumpable;

	for (users = memory->user_ns; users && scope->users && !may; users = users->parent)
		may = users == scope->users;
	return may;
}

/* As ptscope_target_get(), but for a scope instead of a caller. */
static int get_in_scope(struct ptscope_target *target, const struct ptscope_scope *scope,
			struct task_struct *task)
{
	struct memory memory;
	int err = -EPERM;

	if (task->flags & PF_KTHREAD)
		return -EINVAL;
	if (!memory_get(&memory, task))
		return -ESRCH;
	if (in_scope(scope, &memory))
		err = fill_target(target, task, memory.mm, scope->pids) ? 0 : -ESRCH;
	memory_put(&memory);
	return err;
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
 * ptscope_target_next() - find the next process in a scope
 * @target: filled in on success; to be released with ptscope_target_put()
 * @scope: the scope
 * @pid: the lowest process ID to consider
 *
 * Locking: none is held; takes task_lock() of threads.
 *
 * Return: its process ID, or 0 if there is none.
 */
pid_t ptscope_target_next(struct ptscope_target *target, const struct ptscope_scope *scope,
			  pid_t pid)
{
	struct task_struct *task;
	int err;

	for (; (task = process_from(&pid, scope->pids)); pid++) {
		err = get_in_scope(target, scope, task);
		put_task_struct(task);
		if (!err)
			return pid;
		cond_resched();
	}
	return 0;
}

/**
 * ptscope_target_find() - find a process in a scope
 * @target: filled in on success; to be released with ptscope_target_put()
 * @scope: the scope
 * @pid: process or thread ID
 *
 * Locking: none is held; takes task_lock() of threads.
 *
 * Return: as for ptscope_target_get().
 */
int ptscope_target_find(struct ptscope_target *target, const struct ptscope_scope *scope,
			pid_t pid)
{
	struct task_struct *task;
	int err;

	rcu_read_lock();
	task = pid_task(find_pid_ns(pid, scope->pids), PIDTYPE_PID);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	if (!task)
		return -ESRCH;
	err = get_in_scope(target, scope, task);
	put_task_struct(task);
	return err;
}

/**
 * ptscope_target_put() - release a target
 * @target: from ptscope_target_get(), or all zero
 */
void ptscope_target_put(struct ptscope_target *target)
{
	if (target->mm)
		mmdrop(target->mm);
	target->mm = NULL;
}

/*
 * Lockdown for confidentiality hides the kernel's own memory. pagemap stays readable,
 * so ptscope goes on; but no file of the kernel reports where page tables are. KCORE is
 * the reason that comes nearest, of those that a module can name.
 *
 * The kernel logs each refusal, and lockdown is never lifted. So after the first
 * refusal it is not asked again.
 */
static bool is_locked_down(void)
{
	static bool locked_down;

	if (!READ_ONCE(locked_down) && security_locked_down(LOCKDOWN_KCORE))
		WRITE_ONCE(locked_down, true);
	return READ_ONCE(locked_down);
}

/**
 * ptscope_access_rights() - get the access rights of a caller
 * @request: the request
 *
 * Context: the request's sender.
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
