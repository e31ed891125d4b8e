// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scans an address space in batches.
 *
 * A batch reads the tables in windows of one table each, under the lock of the VMA,
 * or under mmap_lock for read where the kernel has no VMA lock for modules or that
 * lock is taken. Between batches the scan holds nothing but its reference to the
 * mm_struct. The next batch resumes at an address, and finds afresh what has been
 * mapped, unmapped or moved meanwhile.
 */
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include "scan.h"
#include "vma.h"

/*
 * Size of a batch, in windows. A window is up to 512 entries, so a batch takes well
 * under a millisecond on a quiet machine. A scan that has waited for locks for more
 * than its share has larger batches.
 */
#define BATCH_WINDOWS 256
#define MAX_BATCH_WINDOWS (4 * BATCH_WINDOWS)

/* Struct pages or page-cache slots whose reading takes as long as a window. */
#define LOOKS_PER_WINDOW 16

/*
 * A thread that changes its address space seldom waits for a scan under VMA locks, but
 * is slowed down by up to a half. Yielding after this many windows avoids that; yielding
 * after each would slow a scan of many VMAs down too much.
 */
#define YIELD_WINDOWS 32

/* Duration of a yield: a writer is woken and takes the lock in that time. */
#define YIELD_NS (100 * NSEC_PER_USEC)

/* A scan yields and waits for at most 1 part of its time in this many parts of reading. */
#define YIELD_PART 3

/* Results of the functions below, beside 0 and a negative errno. */
enum {
	SCAN_AGAIN = 1,		/* the batch is over, the scan is not */
	SCAN_MMAP_LOCK,		/* the next VMA needs mmap_lock */
};

/*
 * Record the state of the VMA tree. While a writer holds mmap_lock, which excludes
 * nobody who holds a VMA lock, the tree may be old or new.
 */
static void note_layout(struct ptscope_scan *scan)
{
	unsigned int seq = 0;

	if (!mmap_lock_speculate_try_begin(scan->mm, &seq))
		scan->changed = true;
	/* 0 means that the scan has not begun. */
	seq = seq ?: 1;
	if (scan->layout && scan->layout != seq)
		scan->changed = true;
	scan->layout = seq;
}

static bool in_vma(const struct ptscope_scan *scan)
{
	return scan->vma.end;
}

static bool same_vma(const struct ptscope_scan *scan, const struct vm_area_struct *vma)
{
	return vma->vm_start == scan->vma.start && vma->vm_end == scan->vma.end &&
	       vma->vm_flags == scan->vma.flags && vma->vm_pgoff == scan->vma.pgoff &&
	       vma->vm_file == scan->vma.file;
}

static void enter_vma(struct ptscope_scan *scan, struct vm_area_struct *vma)
{
	scan->vma.start = vma->vm_start;
	scan->vma.end = vma->vm_end;
	scan->vma.flags = vma->vm_flags;
	scan->vma.pgoff = vma->vm_pgoff;
	scan->vma.file = vma->vm_file;
	scan->addr = max(scan->addr, vma->vm_start);
	if (scan->sink->enter)
		scan->sink->enter(scan, vma);
}

static int leave_vma(struct ptscope_scan *scan)
{
	scan->vma.end = 0;
	return scan->sink->leave ? scan->sink->leave(scan) : 0;
}

/*
 * May the scan yield for @ns? There may always be another writer, so the time that
 * the scan yields and waits for locks is bounded by a part of the time that it reads.
 */
static bool may_yield(const struct ptscope_scan *scan, u64 ns)
{
	return (scan->yielded_ns + ns) * YIELD_PART <= scan->busy_ns;
}

/* Add the time since the last call to one kind, busy_ns or yielded_ns. */
static void count_time(struct ptscope_scan *scan, u64 *kind)
{
	const u64 now = ktime_get_ns();

	*kind += now - scan->since;
	scan->since = now;
}

/* May a batch end because a writer waits? */
static bool may_end_batch(struct ptscope_scan *scan)
{
	count_time(scan, &scan->busy_ns);
	return may_yield(scan, 0);
}

/*
 * Should the batch end? A thread that changes the address space holds mmap_lock for
 * write or waits for it, and may need the VMA that is locked now.
 */
static bool batch_is_over(struct ptscope_scan *scan, int *budget)
{
	unsigned int seq;

	scan->windows++;
	scan->contended = mmap_lock_is_contended(scan->mm);
	if (*budget <= 0 || need_resched())
		return true;
	if (scan->contended || *budget <= MAX_BATCH_WINDOWS - BATCH_WINDOWS)
		return may_end_batch(scan);
	/* mmap_lock held for read has kept writers out. */
	if (!scan->locked_vma || mmap_lock_speculate_try_begin(scan->mm, &seq))
		return false;
	scan->contended = scan->windows >= YIELD_WINDOWS;
	return may_end_batch(scan);
}

/*
 * Read the window at @scan->addr. If the lock of its table was held while an entry
 * was empty, read it again under that lock: see copy_table() in pgtable_walk.c.
 * RCU keeps the table between the two.
 */
static void read_window(struct ptscope_scan *scan, unsigned long end)
{
	struct ptscope_window *window = &scan->window;
	/* Found by the first reading. */
	spinlock_t *lock;

	rcu_read_lock();
	local_irq_disable();
	ptscope_window_read(window, scan->mm, &scan->place, scan->addr, end, false);
	local_irq_enable();
	if (unlikely(window->busy)) {
		lock = window->lock;
		spin_lock(lock);
		local_irq_disable();
		ptscope_window_read(window, scan->mm, &scan->place, scan->addr, end, true);
		local_irq_enable();
		spin_unlock(lock);
	}
	rcu_read_unlock();
}

/* @over: set to whether the batch should end, whatever is left of the VMA. */
static int scan_vma(struct ptscope_scan *scan, struct vm_area_struct *vma, int *budget,
		    bool *over)
{
	unsigned long end = min(vma->vm_end, scan->end);

	while (scan->addr < end) {
		scan->looks = PTSCOPE_WINDOW_LOOKS;
		read_window(scan, end);
		ptscope_scan_window(scan);
		if (scan->full) {
			scan->full = false;
			return -ENOBUFS;
		}
		*budget -= 1 + (PTSCOPE_WINDOW_LOOKS - scan->looks) / LOOKS_PER_WINDOW;
		*over = batch_is_over(scan, budget);
		if (*over && scan->addr < end)
			return SCAN_AGAIN;
	}
	return 0;
}

/* @vma is the first one that ends above scan->addr, and is locked. */
static int visit_vma(struct ptscope_scan *scan, struct vm_area_struct *vma, int *budget)
{
	bool over = false;
	int err;

	if (in_vma(scan) && !same_vma(scan, vma)) {
		err = leave_vma(scan);
		if (err)
			return err;
	}
	if (!in_vma(scan))
		enter_vma(scan, vma);
	scan->place = ptscope_vma_place(vma, scan->cache);
	scan->plain = ~0ULL;
	scan->skip_empty = !scan->place.mapping && scan->sink->needs_empty &&
			   !scan->sink->needs_empty(scan, scan->place.empty);

	err = scan_vma(scan, vma, budget, &over);
	if (err)
		return err;
	err = leave_vma(scan);
	if (err)
		return err;
	/* Describing a VMA takes as long as a window. */
	(*budget)--;
	return over ? SCAN_AGAIN : 0;
}

/* There is no VMA left. */
static int finish(struct ptscope_scan *scan)
{
	int err = in_vma(scan) ? leave_vma(scan) : 0;

	if (!err)
		scan->addr = scan->end;
	return err;
}

/*
 * First address from @scan->addr on that a VMA contains. Nothing keeps that VMA, so
 * it is not read.
 */
static unsigned long next_address(const struct ptscope_scan *scan)
{
	MA_STATE(mas, &scan->mm->mm_mt, scan->addr, scan->addr);
	unsigned long addr = scan->end;

	rcu_read_lock();
	if (mas_find(&mas, scan->end - 1))
		addr = max(scan->addr, mas.index);
	rcu_read_unlock();
	return addr;
}

/*
 * Take each VMA's own lock, so that a thread that changes another VMA does not wait.
 * note_layout() finds changes between two VMAs.
 */
static int scan_by_vma_locks(struct ptscope_scan *scan, int *budget)
{
	unsigned long addr;
	int err = 0;

	if (!PTSCOPE_VMA_LOCKS)
		return SCAN_MMAP_LOCK;

	scan->locked_vma = true;
	while (!err) {
		struct vm_area_struct *vma;

		note_layout(scan);
		addr = next_address(scan);
		if (addr == scan->end) {
			err = finish(scan);
			note_layout(scan);
			return err;
		}
		vma = lock_vma_under_rcu(scan->mm, addr);
		if (!vma)
			return SCAN_MMAP_LOCK;
		err = visit_vma(scan, vma, budget);
		vma_end_read(vma);
	}
	return err;
}

static int scan_by_mmap_lock(struct ptscope_scan *scan, int *budget)
{
	VMA_ITERATOR(vmi, scan->mm, scan->addr);
	struct vm_area_struct *vma;
	int err;

	scan->locked_vma = false;
	for_each_vma_range(vmi, vma, scan->end) {
		err = visit_vma(scan, vma, budget);
		if (err)
			return err;
	}
	return finish(scan);
}

static int scan_batch(struct ptscope_scan *scan)
{
	struct mm_struct *mm = scan->mm;
	int budget = MAX_BATCH_WINDOWS;
	int err;

	if (!mmget_not_zero(mm))
		return -ESRCH;

	count_time(scan, &scan->yielded_ns);
	err = scan_by_vma_locks(scan, &budget);
	count_time(scan, &scan->busy_ns);
	if (err != SCAN_MMAP_LOCK)
		goto put_mm;

	err = mmap_read_lock_killable(mm);
	if (err)
		goto put_mm;
	count_time(scan, &scan->yielded_ns);
	note_layout(scan);
	err = scan_by_mmap_lock(scan, &budget);
	mmap_read_unlock(mm);
	count_time(scan, &scan->busy_ns);

put_mm:
	/* If the process has exited meanwhile, a worker tears its memory down. */
	mmput_async(mm);
	return err;
}

/*
 * A reader that releases a lock and takes it again has it before the writer that was
 * woken for it runs, until the kernel hands the lock over milliseconds later. A writer
 * that changes the address space once is likely to do so again. So sleep for a while.
 */
static void yield_lock(struct ptscope_scan *scan)
{
	unsigned int sleeps = 4;

	while ((scan->contended || mmap_lock_is_contended(scan->mm)) && sleeps-- &&
	       may_yield(scan, YIELD_NS) && !fatal_signal_pending(current)) {
		ktime_t delay = ns_to_ktime(YIELD_NS);

		scan->contended = false;
		scan->windows = 0;
		set_current_state(TASK_KILLABLE);
		schedule_hrtimeout_range(&delay, YIELD_NS, HRTIMER_MODE_REL);
		count_time(scan, &scan->yielded_ns);
	}
}

/**
 * ptscope_scan() - scan up to the end, or until the sink is full
 * @scan: the scan; kept up to date, so that another call resumes it
 *
 * Locking: none may be held. Takes VMA locks or mmap_lock for read, and releases them
 * after a batch, or when a writer waits.
 * Context: process context; sleeps.
 *
 * Return: 0 when everything up to @scan->end has been read; what the sink's leave
 * function returned, if that was not 0; -ENOBUFS if the sink set @scan->full; -ESRCH
 * if the process has exited; -EINTR if the caller has been killed.
 */
int ptscope_scan(struct ptscope_scan *scan)
{
	int err;

	/* A scan that is complete does not depend on the process any more. */
	if (scan->addr >= scan->end)
		return 0;

	scan->since = ktime_get_ns();
	do {
		yield_lock(scan);
		err = scan_batch(scan);
		cond_resched();
		if (err == SCAN_AGAIN && fatal_signal_pending(current))
			err = -EINTR;
	} while (err == SCAN_AGAIN);
	return err;
}
