// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facts about a VMA that do not come from page tables: the state of its empty entries,
 * and what /proc/PID/maps reports about it.
 */
#include <linux/dcache.h>
#include <linux/dax.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hugetlb.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/pkeys.h>
#include <linux/ptscope.h>
#include <linux/slab.h>
#include "vma.h"

/* A file is read on a fault; everything else is zero-filled, or a device's. */
static enum ptscope_state empty_state(struct vm_area_struct *vma)
{
	const struct inode *inode;

	if (vma_is_anonymous(vma) || is_vm_hugetlb_page(vma) || !vma->vm_file)
		return PTSCOPE_STATE_LAZY;

	inode = file_inode(vma->vm_file);
	if (!S_ISREG(inode->i_mode))
		return PTSCOPE_STATE_LAZY;
	switch (inode->i_sb->s_magic) {
	case TMPFS_MAGIC:
	case RAMFS_MAGIC:
	case SECRETMEM_MAGIC:
		return PTSCOPE_STATE_LAZY;
	}
	return PTSCOPE_STATE_DISK;
}

static int huge_level(struct vm_area_struct *vma)
{
	unsigned long size;

	if (!is_vm_hugetlb_page(vma))
		return -1;
	size = huge_page_size(hstate_vma(vma));
	if (size >= PUD_SIZE)
		return PTSCOPE_LEVEL_PUD;
	if (size >= PMD_SIZE)
		return PTSCOPE_LEVEL_PMD;
	return PTSCOPE_LEVEL_PTE;
}

/* The page cache of the file; NULL if there is none, or if the file is memory itself. */
static struct address_space *page_cache(struct vm_area_struct *vma)
{
	struct address_space *mapping;

	if (vma_is_anonymous(vma) || is_vm_hugetlb_page(vma) || !vma->vm_file)
		return NULL;
	mapping = vma->vm_file->f_mapping;
	if (!mapping || !S_ISREG(mapping->host->i_mode) || dax_mapping(mapping))
		return NULL;
	return mapping;
}

/**
 * ptscope_vma_place() - get the facts about a VMA that decoding an entry needs
 * @vma: the VMA
 * @cache: empty entries are to be looked up in the page cache
 *
 * Locking: mmap_lock or the VMA's lock held for read; the result is valid as long as
 * it is held.
 *
 * Return: the facts.
 */
struct ptscope_place ptscope_vma_place(struct vm_area_struct *vma, bool cache)
{
	return (struct ptscope_place) {
		.empty = empty_state(vma),
		/* pagemap sets bit 55 for every page of such a VMA. */
		.flags = vma->vm_flags & VM_SOFTDIRTY ? PTSCOPE_FLAG_SOFT_DIRTY : 0,
		.huge_level = huge_level(vma),
		.no_access = !(vma->vm_flags & VM_ACCESS_FLAGS),
		.anon = vma_is_anonymous(vma),
		.dax = vma_is_dax(vma),
		/* In a mixed map, only special entries lack a struct page. */
		.pfn_map = (vma->vm_flags & (VM_PFNMAP | VM_IO)) &&
			   !(vma->vm_flags & VM_MIXEDMAP),
		.mapping = cache ? page_cache(vma) : NULL,
		.pgoff = vma->vm_pgoff - (vma->vm_start >> PAGE_SHIFT),
	};
}

/* The flags for which the smaps of this kernel has a name: show_smap_vma_flags(). */
static const struct {
	unsigned long kernel;
	u64 wire;
} named_flags[] = {
	{ VM_READ, PTSCOPE_VMA_FLAG_READ },
	{ VM_WRITE, PTSCOPE_VMA_FLAG_WRITE },
	{ VM_EXEC, PTSCOPE_VMA_FLAG_EXEC },
	{ VM_SHARED, PTSCOPE_VMA_FLAG_SHARED },
	{ VM_MAYREAD, PTSCOPE_VMA_FLAG_MAY_READ },
	{ VM_MAYWRITE, PTSCOPE_VMA_FLAG_MAY_WRITE },
	{ VM_MAYEXEC, PTSCOPE_VMA_FLAG_MAY_EXEC },
	{ VM_MAYSHARE, PTSCOPE_VMA_FLAG_MAY_SHARE },
	{ VM_GROWSDOWN, PTSCOPE_VMA_FLAG_GROWS_DOWN },
	{ VM_UFFD_MISSING, PTSCOPE_VMA_FLAG_UFFD_MISSING },
	{ VM_PFNMAP, PTSCOPE_VMA_FLAG_PFN_MAP },
	{ VM_MAYBE_GUARD, PTSCOPE_VMA_FLAG_MAYBE_GUARD },
	{ VM_UFFD_WP, PTSCOPE_VMA_FLAG_UFFD_WP },
	{ VM_LOCKED, PTSCOPE_VMA_FLAG_LOCKED },
	{ VM_IO, PTSCOPE_VMA_FLAG_IO },
	{ VM_SEQ_READ, PTSCOPE_VMA_FLAG_SEQ_READ },
	{ VM_RAND_READ, PTSCOPE_VMA_FLAG_RAND_READ },
	{ VM_DONTCOPY, PTSCOPE_VMA_FLAG_DONT_COPY },
	{ VM_DONTEXPAND, PTSCOPE_VMA_FLAG_DONT_EXPAND },
	{ VM_ACCOUNT, PTSCOPE_VMA_FLAG_ACCOUNT },
	{ VM_NORESERVE, PTSCOPE_VMA_FLAG_NO_RESERVE },
	{ VM_HUGETLB, PTSCOPE_VMA_FLAG_HUGETLB },
	{ VM_SYNC, PTSCOPE_VMA_FLAG_SYNC },
	{ PTSCOPE_VM_LOCKONFAULT, PTSCOPE_VMA_FLAG_LOCK_ON_FAULT },
#ifdef CONFIG_ARM64_BTI
	{ VM_ARM64_BTI, PTSCOPE_VMA_FLAG_BTI },
#else
	{ VM_ARCH_1, PTSCOPE_VMA_FLAG_ARCH },
#endif
	{ VM_WIPEONFORK, PTSCOPE_VMA_FLAG_WIPE_ON_FORK },
	{ VM_DONTDUMP, PTSCOPE_VMA_FLAG_DONT_DUMP },
	{ VM_SOFTDIRTY, PTSCOPE_VMA_FLAG_SOFT_DIRTY },
	{ VM_MIXEDMAP, PTSCOPE_VMA_FLAG_MIXED_MAP },
	{ VM_HUGEPAGE, PTSCOPE_VMA_FLAG_HUGE_PAGE },
	{ VM_NOHUGEPAGE, PTSCOPE_VMA_FLAG_NO_HUGE_PAGE },
	{ VM_MERGEABLE, PTSCOPE_VMA_FLAG_MERGEABLE },
	{ VM_MTE, PTSCOPE_VMA_FLAG_MTE },
	{ VM_SHADOW_STACK, PTSCOPE_VMA_FLAG_SHADOW_STACK },
	{ VM_DROPPABLE, PTSCOPE_VMA_FLAG_DROPPABLE },
	{ VM_UFFD_MINOR, PTSCOPE_VMA_FLAG_UFFD_MINOR },
	{ VM_SEALED, PTSCOPE_VMA_FLAG_SEALED },
	{ VM_UFFD_RWP, PTSCOPE_VMA_FLAG_UFFD_RWP },
};

/* The flags that smaps leaves out; the protection key has a line of its own. */
#define SILENT_FLAGS (ARCH_VM_PKEY_FLAGS | VM_MTE_ALLOWED)

static u64 wire_flags(unsigned long flags)
{
	unsigned long rest = flags & ~SILENT_FLAGS;
	u64 wire = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(named_flags); i++) {
		if (rest & named_flags[i].kernel)
			wire |= named_flags[i].wire;
		rest &= ~named_flags[i].kernel;
	}
	return rest ? wire | PTSCOPE_VMA_FLAG_UNNAMED : wire;
}

static const char *given_name(const struct vm_area_struct *vma)
{
#ifdef CONFIG_ANON_VMA_NAME
	if (vma->anon_name)
		return vma->anon_name->name;
#endif
	return NULL;
}

/* The name that /proc/PID/maps reports. */
static const char *vma_name(struct vm_area_struct *vma, char *buf)
{
	const char *given = given_name(vma);
	const char *name;

	if (vma->vm_file && given) {
		snprintf(buf, PATH_MAX, "[anon_shmem:%s]", given);
		return buf;
	}
	if (vma->vm_file) {
		/* In a stacked file system, the path that the process opened. */
		name = d_path(file_user_path(vma->vm_file), buf, PATH_MAX);
		return IS_ERR(name) ? "[path too long]" : name;
	}
	if (vma->vm_ops && vma->vm_ops->name) {
		name = vma->vm_ops->name(vma);
		if (name) {
			/* A module may own the string, and be unloaded before the reply is sent. */
			strscpy(buf, name, PATH_MAX);
			return buf;
		}
	}
	if (vma_is_initial_heap(vma))
		return "[heap]";
	if (vma_is_initial_stack(vma))
		return "[stack]";
	if (given) {
		snprintf(buf, PATH_MAX, "[anon:%s]", given);
		return buf;
	}
	return NULL;
}

/**
 * ptscope_vma_alloc() - allocate the buffer of a description
 * @desc: the description, all zero
 *
 * Return: 0 or -ENOMEM.
 */
int ptscope_vma_alloc(struct ptscope_vma *desc)
{
	desc->buf = kmalloc(PATH_MAX, GFP_KERNEL);
	return desc->buf ? 0 : -ENOMEM;
}

/**
 * ptscope_vma_free() - free the buffer of a description
 * @desc: the description
 */
void ptscope_vma_free(struct ptscope_vma *desc)
{
	kfree(desc->buf);
}

/**
 * ptscope_vma_describe() - describe a VMA
 * @desc: filled in; its buffer is allocated
 * @vma: the VMA
 *
 * Locking: mmap_lock or the VMA's lock held for read.
 */
void ptscope_vma_describe(struct ptscope_vma *desc, struct vm_area_struct *vma)
{
	desc->start = vma->vm_start;
	desc->end = vma->vm_end;
	desc->flags = wire_flags(vma->vm_flags);
	desc->name = vma_name(vma, desc->buf);
	desc->offset = 0;
	desc->inode = 0;
	desc->dev = 0;
	if (vma->vm_file) {
		const struct inode *inode = file_user_inode(vma->vm_file);

		desc->offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
		desc->inode = inode->i_ino;
		desc->dev = inode->i_sb->s_dev;
	}
}

/**
 * ptscope_vma_cut() - cut a description to a range
 * @desc: from ptscope_vma_describe()
 * @start: first address of the range, below the VMA's end
 * @end: end address (exclusive) of the range, above the VMA's start
 */
void ptscope_vma_cut(struct ptscope_vma *desc, unsigned long start, unsigned long end)
{
	if (start > desc->start) {
		if (desc->dev)
			desc->offset += start - desc->start;
		desc->start = start;
	}
	desc->end = min(desc->end, end);
}
