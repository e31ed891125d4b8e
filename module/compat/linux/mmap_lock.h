/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_COMPAT_LINUX_MMAP_LOCK_H
#define PTSCOPE_COMPAT_LINUX_MMAP_LOCK_H

#include_next <linux/mmap_lock.h>
#include <linux/jhash.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0) || !defined(CONFIG_PER_VMA_LOCK)
/*
 * Newer kernels count how often mmap_lock was taken for writing, if their VMAs
 * have locks. Elsewhere the sizes kept in the mm_struct stand in: a change that
 * leaves all of them as they were goes unnoticed.
 */
#define mmap_lock_speculate_try_begin mmap_lock_sizes
static inline bool mmap_lock_sizes(struct mm_struct *mm, unsigned int *seq)
{
	const u32 sizes[] = {
		mm->map_count, mm->total_vm, mm->locked_vm, mm->data_vm,
		mm->exec_vm, mm->stack_vm, mm->brk >> PAGE_SHIFT,
	};

	*seq = jhash2(sizes, ARRAY_SIZE(sizes), 0);
	return true;
}
#endif

#endif /* PTSCOPE_COMPAT_LINUX_MMAP_LOCK_H */
