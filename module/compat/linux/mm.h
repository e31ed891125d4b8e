/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_COMPAT_LINUX_MM_H
#define PTSCOPE_COMPAT_LINUX_MM_H

#include_next <linux/mm.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
static inline bool vma_is_initial_heap(const struct vm_area_struct *vma)
{
	return vma->vm_start <= vma->vm_mm->brk && vma->vm_end >= vma->vm_mm->start_brk;
}

static inline bool vma_is_initial_stack(const struct vm_area_struct *vma)
{
	return vma->vm_start <= vma->vm_mm->start_stack &&
	       vma->vm_end >= vma->vm_mm->start_stack;
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
#define folio_maybe_mapped_shared(folio) (page_mapcount(&(folio)->page) > 1)
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
#define folio_maybe_mapped_shared(folio) folio_likely_mapped_shared(folio)
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
/* The one word that newer kernels have dropped: they no longer mark such memory. */
static inline bool pte_devmap(pte_t pte)
{
	return false;
}
#endif

/* Flags of newer kernels, which no VMA of this one has. */
#ifndef VM_MAYBE_GUARD
#define VM_MAYBE_GUARD VM_NONE
#endif
#ifndef VM_SHADOW_STACK
#define VM_SHADOW_STACK VM_NONE
#endif
#ifndef VM_DROPPABLE
#define VM_DROPPABLE VM_NONE
#endif
#ifndef VM_SEALED
#define VM_SEALED VM_NONE
#endif
#ifndef VM_UFFD_RWP
#define VM_UFFD_RWP VM_NONE
#endif

/* VM_LOCKONFAULT, if smaps has a name for it. */
#define PTSCOPE_VM_LOCKONFAULT \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0) ? VM_LOCKONFAULT : VM_NONE)

/*
 * Can a module take the lock of a VMA? Where it cannot, the tree of VMAs may not
 * be searched without mmap_lock either: before 6.4 its nodes were freed at once.
 */
#define PTSCOPE_VMA_LOCKS \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0) && IS_ENABLED(CONFIG_PER_VMA_LOCK))

#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 2, 0) || !defined(CONFIG_PER_VMA_LOCK)
#define lock_vma_under_rcu(mm, address) \
	((void)(mm), (void)(address), (struct vm_area_struct *)NULL)
#define vma_end_read(vma) ((void)(vma))
#endif

#endif /* PTSCOPE_COMPAT_LINUX_MM_H */
