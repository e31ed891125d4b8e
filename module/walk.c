// SPDX-License-Identifier: GPL-2.0-only
/*
 * A walk goes through an address space in batches.
 *
 * A batch reads the tables in windows of one table each (see levels.h), under
 * the lock of the VMA, or under mmap_lock for read where that lock is taken or
 * the kernel has none for modules. Between batches nothing is held but the
 * walk's own reference to the mm_struct, and the next one goes on at an
 * address: whatever has been mapped, unmapped or moved meanwhile is found
 * afresh.
 */
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/osq_lock.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include "cache.h"
#include "levels.h"
#include "vma.h"
#include "walk.h"

/*
 * Windows in a batch. A window is up to 512 entries on x86, so that a batch takes
 * well under a millisecond on a quiet machine; a writer who waits for the lock
 * ends it sooner. Beside writers that never rest a walk waits for the lock after
 * each batch, for longer than it reads: then a batch has more of them.
 */
#define BATCH_WINDOWS 256
#define MAX_BATCH_WINDOWS (4 * BATCH_WINDOWS)

/*
 * Who changes an address space while its VMAs are read by their own locks seldom
 * has to wait for us, and yet takes up to half as long again beside us. Letting it
 * alone for a while every so many windows spares it that; after each of them, a
 * dump of many VMAs would take longer than anybody waits.
 */
#define NAP_WINDOWS 32

/* How long a nap is: enough for a writer to be woken up and to take the lock. */
#define NAP_NS (100 * NSEC_PER_USEC)

/* A walk yields for at most one part of its time for this many that it reads. */
#define YIELD_PART 3

/* Internal to this file. */
enum {
	WALK_AGAIN = 1,		/* the batch is over, the walk is not */
	WALK_MMAP_LOCK,		/* only mmap_lock can tell what comes next */
};

/*
 * Note the state of the VMA tree. Where a writer is at it, what is found of the
 * tree may be of before or after; that can only be without mmap_lock.
 */
static void note_layout(struct ptscope_walk *walk)
{
	unsigned int seq = 0;

	if (!mmap_lock_speculate_try_begin(walk->mm, &seq))
		walk->changed = true;
	/* 0 is what a walk that has not begun has. */
	seq = seq ?: 1;
	if (walk->layout && walk->layout != seq)
		walk->changed = true;
	walk->layout = seq;
}

static bool in_vma(const struct ptscope_walk *walk)
{
	return walk->vma.end;
}

static bool same_vma(const struct ptscope_walk *walk, const struct vm_area_struct *vma)
{
	return vma->vm_start == walk->vma.start && vma->vm_end == walk->vma.end &&
	       vma->vm_flags == walk->vma.flags && vma->vm_pgoff == walk->vma.pgoff &&
	       vma->vm_file == walk->vma.file;
}

static void enter_vma(struct ptscope_walk *walk, struct vm_area_struct *vma)
{
	walk->vma.start = vma->vm_start;
	walk->vma.end = vma->vm_end;
	walk->vma.flags = vma->vm_flags;
	walk->vma.pgoff = vma->vm_pgoff;
	walk->vma.file = vma->vm_file;
	walk->addr = max(walk->addr, vma->vm_start);
	if (walk->visitor->enter)
		walk->visitor->enter(walk, vma);
}

static int leave_vma(struct ptscope_walk *walk)
{
	walk->vma.end = 0;
	return walk->visitor->leave ? walk->visitor->leave(walk) : 0;
}

/*
 * Does somebody wait for mmap_lock? A writer spins for it before it sleeps, for
 * longer than a window takes, and is then not among those who are queued. If it
 * gets the lock meanwhile it is spared to be sent to sleep and woken up.
 */
static bool is_wanted(struct mm_struct *mm)
{
#if defined(CONFIG_RWSEM_SPIN_ON_OWNER) && !defined(CONFIG_PREEMPT_RT)
	if (osq_is_locked(&mm->mmap_lock.osq))
		return true;
#endif
	return mmap_lock_is_contended(mm);
}

/*
 * May others go first? There may always be another writer, so that all that a
 * walk spends on that, and on waiting for its locks, is bounded by a part of the
 * time that it spends on reading.
 */
static bool may_yield(struct ptscope_walk *walk, u64 ns)
{
	return (walk->yielded_ns + ns) * YIELD_PART <= walk->busy_ns;
}

/* Count what has passed as one kind of time, busy_ns or yielded_ns. */
static void count_time(struct ptscope_walk *walk, u64 *kind)
{
	const u64 now = ktime_get_ns();

	*kind += now - walk->since;
	walk->since = now;
}

/* May a batch end because somebody waits? */
static bool may_end_batch(struct ptscope_walk *walk)
{
	count_time(walk, &walk->busy_ns);
	return may_yield(walk, 0);
}

/*
 * Time to let others have the lock or the processor? Whoever is about to
 * change the address space holds mmap_lock, or waits for it, and may need the
 * VMA that is being read.
 */
static bool enough(struct ptscope_walk *walk, int *budget)
{
	unsigned int seq;

	walk->windows++;
	walk->wanted = is_wanted(walk->mm);
	if (--*budget <= 0 || need_resched())
		return true;
	if (walk->wanted || *budget <= MAX_BATCH_WINDOWS - BATCH_WINDOWS)
		return may_end_batch(walk);
	/* Who holds mmap_lock for reading has kept writers out. */
	if (!walk->locked_vma || mmap_lock_speculate_try_begin(walk->mm, &seq))
		return false;
	walk->wanted = walk->windows >= NAP_WINDOWS;
	return may_end_batch(walk);
}

/*
 * Empty entries from walk->addr on: what is in the page cache for some of them?
 * These are as many as one look finds alike.
 */
static void fill_gap(struct ptscope_walk *walk, struct vm_area_struct *vma)
{
	struct ptscope_entry entry = ptscope_vacant_entry(&walk->place, PTSCOPE_LEVEL_PTE);
	unsigned long pages = (walk->gap - walk->addr) >> PAGE_SHIFT;

	pages = ptscope_cache_look(walk->place.cache, linear_page_index(vma, walk->addr),
				   pages, &entry);
	pages = walk->visitor->gap(walk, walk->addr, pages, entry);
	walk->addr += pages << PAGE_SHIFT;
	if (walk->addr == walk->gap)
		walk->gap = 0;
}

/*
 * Read entries from walk->addr on. Interrupts are off, so that whoever flushes
 * other processors' TLBs may wait for this one: the table's lock, which such a
 * holder has, may not be waited for meanwhile.
 */
static void read_window(struct ptscope_walk *walk, unsigned long end)
{
	/* Of the table that the second window reads. */
	spinlock_t *lock;

	local_irq_disable();
	walk->addr = walk->visitor->window(walk, walk->addr, end);
	local_irq_enable();
	if (likely(!walk->unsure))
		return;

	walk->unsure = false;
	rcu_read_lock();
	lock = ptscope_table_lock(walk);
	if (lock) {
		spin_lock(lock);
		walk->table_held = true;
		walk->addr = walk->visitor->window(walk, walk->addr, end);
		walk->table_held = false;
		spin_unlock(lock);
	}
	rcu_read_unlock();
}

/* @tired: set to whether the batch should end, however much is left. */
static int read_vma(struct ptscope_walk *walk, struct vm_area_struct *vma,
		    int *budget, bool *tired)
{
	unsigned long end = min(vma->vm_end, walk->end);

	/* What was empty in the last batch need not be any more. */
	walk->gap = 0;
	while (walk->addr < end) {
		if (walk->gap)
			fill_gap(walk, vma);
		else
			read_window(walk, end);
		if (walk->full) {
			walk->full = false;
			return -ENOBUFS;
		}
		*tired = enough(walk, budget);
		if (*tired && walk->addr < end)
			return WALK_AGAIN;
	}
	return 0;
}

/* Of this mapping, and only good while the lock is held. */
static void enter_place(struct ptscope_walk *walk, struct vm_area_struct *vma)
{
	const struct ptscope_place place = ptscope_vma_place(vma);

	/* What was told of an entry is true of its like in many a VMA. */
	if (place.huge_level != walk->place.huge_level || place.closed != walk->place.closed ||
	    place.flags != walk->place.flags)
		ptscope_forget_told(walk);
	walk->place = place;
	if (walk->cache)
		walk->place.cache = ptscope_vma_cache(vma);
}

/* @vma is the first one that ends above walk->addr, and is locked. */
static int visit_vma(struct ptscope_walk *walk, struct vm_area_struct *vma, int *budget)
{
	bool tired = false;
	int err;

	if (in_vma(walk) && !same_vma(walk, vma)) {
		err = leave_vma(walk);
		if (err)
			return err;
	}
	if (!in_vma(walk))
		enter_vma(walk, vma);
	enter_place(walk, vma);

	err = read_vma(walk, vma, budget, &tired);
	if (err)
		return err;
	err = leave_vma(walk);
	if (err)
		return err;
	/* What is said of a VMA takes as long as another window. */
	(*budget)--;
	return tired ? WALK_AGAIN : 0;
}

/* There is no VMA any more. */
static int finish(struct ptscope_walk *walk)
{
	int err = in_vma(walk) ? leave_vma(walk) : 0;

	if (!err)
		walk->addr = walk->end;
	return err;
}

/*
 * Where the first VMA that ends above walk->addr begins for this walk. Nothing
 * keeps it there; the VMA itself is not looked at, as it may be gone.
 */
static unsigned long next_address(const struct ptscope_walk *walk)
{
	MA_STATE(mas, &walk->mm->mm_mt, walk->addr, walk->addr);
	unsigned long addr = walk->end;

	rcu_read_lock();
	if (mas_find(&mas, walk->end - 1))
		addr = max(walk->addr, mas.index);
	rcu_read_unlock();
	return addr;
}

/*
 * Each VMA under its own lock, so that whoever changes another one does not
 * have to wait for us. What happens in between is found by note_layout().
 */
static int walk_by_vma_locks(struct ptscope_walk *walk, int *budget)
{
	unsigned long addr;
	int err = 0;

	if (!PTSCOPE_VMA_LOCKS)
		return WALK_MMAP_LOCK;

	walk->locked_vma = true;
	while (!err) {
		struct vm_area_struct *vma;

		note_layout(walk);
		addr = next_address(walk);
		if (addr == walk->end) {
			err = finish(walk);
			note_layout(walk);
			return err;
		}
		vma = lock_vma_under_rcu(walk->mm, addr);
		if (!vma)
			return WALK_MMAP_LOCK;
		err = visit_vma(walk, vma, budget);
		vma_end_read(vma);
	}
	return err;
}

static int walk_by_mmap_lock(struct ptscope_walk *walk, int *budget)
{
	VMA_ITERATOR(vmi, walk->mm, walk->addr);
	struct vm_area_struct *vma;
	int err;

	walk->locked_vma = false;
	for_each_vma_range(vmi, vma, walk->end) {
		err = visit_vma(walk, vma, budget);
		if (err)
			return err;
	}
	return finish(walk);
}

static int walk_batch(struct ptscope_walk *walk)
{
	struct mm_struct *mm = walk->mm;
	int budget = MAX_BATCH_WINDOWS;
	int err;

	if (!mmget_not_zero(mm))
		return -ESRCH;

	count_time(walk, &walk->yielded_ns);
	err = walk_by_vma_locks(walk, &budget);
	count_time(walk, &walk->busy_ns);
	if (err != WALK_MMAP_LOCK)
		goto put_mm;

	err = mmap_read_lock_killable(mm);
	if (err)
		goto put_mm;
	count_time(walk, &walk->yielded_ns);
	note_layout(walk);
	err = walk_by_mmap_lock(walk, &budget);
	mmap_read_unlock(mm);
	count_time(walk, &walk->busy_ns);

put_mm:
	/* If the process has gone meanwhile, tearing it down is not our job. */
	mmput_async(mm);
	return err;
}

/*
 * Who lets go of a lock and takes it again at once has it before a writer that
 * was woken up for it has come to run, and goes on so until the kernel hands
 * the lock over, milliseconds later. And who changes an address space once is
 * likely to do it again. So leave it to itself for a while.
 */
static void give_way(struct ptscope_walk *walk)
{
	unsigned int naps = 4;

	while ((walk->wanted || is_wanted(walk->mm)) && naps-- && may_yield(walk, NAP_NS) &&
	       !fatal_signal_pending(current)) {
		ktime_t delay = ns_to_ktime(NAP_NS);

		walk->wanted = false;
		walk->windows = 0;
		set_current_state(TASK_KILLABLE);
		schedule_hrtimeout_range(&delay, NAP_NS, HRTIMER_MODE_REL);
		count_time(walk, &walk->yielded_ns);
	}
}

/**
 * ptscope_walk() - walk until the end, or until the visitor has had enough
 * @walk: where to begin and whom to tell; kept up to date, so that calling
 *	again goes on where this call ended
 *
 * Locking: none may be held. Takes the locks of VMAs, or mmap_lock, for read,
 * and gives them up whenever it has held them for a while or somebody waits.
 * Context: process context; sleeps.
 *
 * Return: 0 when everything up to @walk->end has been read; what the
 * visitor's leave function returned, if that was not 0; -ENOBUFS if its window
 * function marked the walk as full; -ESRCH if the process has gone; -EINTR if
 * the caller has been killed.
 */
int ptscope_walk(struct ptscope_walk *walk)
{
	int err;

	ptscope_forget_told(walk);
	/* A walk that is complete does not care whether its process still lives. */
	if (walk->addr >= walk->end)
		return 0;

	walk->since = ktime_get_ns();
	do {
		give_way(walk);
		err = walk_batch(walk);
		cond_resched();
		if (err == WALK_AGAIN && fatal_signal_pending(current))
			err = -EINTR;
	} while (err == WALK_AGAIN);
	return err;
}
