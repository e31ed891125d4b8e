// SPDX-License-Identifier: GPL-2.0-only
/*
 * Predict what an access to a page does, from the rules of the kernel's page-fault
 * handler (handle_pte_fault() in mm/memory.c).
 */
#include <string.h>

#include "fault.h"

static bool has_file(const struct ptscope_vma *vma)
{
	return vma->dev_major || vma->dev_minor;
}

static bool is_private(const struct ptscope_vma *vma)
{
	return !(vma->flags & PTSCOPE_VMA_FLAG_MAY_SHARE);
}

/* A private mapping of /dev/zero is anonymous memory. */
static bool is_anonymous(const struct ptscope_vma *vma)
{
	return !has_file(vma) || (is_private(vma) && !strcmp(vma->name, "/dev/zero"));
}

/* State lazy: the entry is empty. With @cache, the page is not in the page cache. */
static const char *never_mapped(const struct ptscope_path *path, bool write, bool cache)
{
	const struct ptscope_vma *vma = path->vma;
	/* Of hugetlb, the page cache is not looked up. */
	const bool looked_up = cache && !(vma->flags & PTSCOPE_VMA_FLAG_HUGETLB);

	if (vma->flags & PTSCOPE_VMA_FLAG_UFFD_MISSING)
		return "userfaultfd";
	if (vma->flags & PTSCOPE_VMA_FLAG_UFFD_MINOR && !looked_up)
		return "zero-fill or userfaultfd";
	if (vma->flags & PTSCOPE_VMA_FLAG_HUGETLB)
		return "zero-filled hugetlb page";
	if (vma->flags & (PTSCOPE_VMA_FLAG_PFN_MAP | PTSCOPE_VMA_FLAG_IO |
			  PTSCOPE_VMA_FLAG_MIXED_MAP))
		return "device fault";
	if (is_anonymous(vma))
		return write ? "zero-fill" : "zero page";
	/* Another process may have allocated the page of shared memory already. */
	return cache ? "zero-fill" : "zero-fill or minor fault";
}

/*
 * A page that is not exclusive, as after a fork, is copied unless this process is the only
 * one that maps it: wp_can_reuse_anon_folio(), and do_huge_pmd_wp_page() for a THP.
 */
static const char *write_protected(const struct ptscope_run *run)
{
	const uint32_t copied = PTSCOPE_FOLIO_SHARED | PTSCOPE_FOLIO_KSM;

	if (!run->has_extra)
		return "copy on write or minor fault (reuse)";
	if (run->folio & PTSCOPE_FOLIO_EXCLUSIVE)
		return "minor fault (reuse)";
	if (!(run->folio & PTSCOPE_FOLIO_ANON) || run->folio & copied)
		return "copy on write";
	/* Kernels differ about a base page of a large folio. */
	if (run->level == PTSCOPE_LEVEL_PTE && (!run->has_order || run->order))
		return "copy on write or minor fault (reuse)";
	return "minor fault (reuse)";
}

static const char *resident(const struct ptscope_path *path, bool write)
{
	const struct ptscope_run *run = path->run;

	if (run->flags & PTSCOPE_FLAG_PROTNONE)
		return "minor fault (NUMA hinting)";
	if (!write)
		return "nothing";
	if (run->flags & PTSCOPE_FLAG_WRITE)
		return "nothing";
	if (run->flags & PTSCOPE_FLAG_UFFD_WP)
		return "userfaultfd";
	if (run->flags & PTSCOPE_FLAG_ZERO)
		return "zero-fill";
	if (!is_private(path->vma))
		return "minor fault (write-notify)";
	return write_protected(run);
}

/* State disk: an unmapped page of a file. With @cache, it is not in the page cache. */
static const char *on_disk(const struct ptscope_vma *vma, bool write, bool cache)
{
	if (write && is_private(vma))
		return cache ? "file read and copy" : "file read or minor fault, and copy";
	return cache ? "file read" : "file read or minor fault";
}

static const char *touch(const struct ptscope_path *path, bool write, bool cache)
{
	const struct ptscope_vma *vma = path->vma;
	const uint32_t access = write ? PTSCOPE_VMA_FLAG_WRITE :
			PTSCOPE_VMA_FLAG_READ | PTSCOPE_VMA_FLAG_WRITE | PTSCOPE_VMA_FLAG_EXEC;

	if (!path->vma)
		return "SIGSEGV (nothing mapped)";
	if (!(vma->flags & access))
		return "SIGSEGV (no permission)";

	switch (path->run->state) {
	case PTSCOPE_STATE_RES:
		return resident(path, write);
	case PTSCOPE_STATE_LAZY:
		return never_mapped(path, write, cache);
	case PTSCOPE_STATE_CACHED:
		if (vma->flags & PTSCOPE_VMA_FLAG_UFFD_MINOR)
			return "userfaultfd";
		return write && is_private(vma) ? "minor fault and copy" : "minor fault";
	case PTSCOPE_STATE_DISK:
		return on_disk(vma, write, cache);
	case PTSCOPE_STATE_SWAP:
		/* The page may be in the swap cache. */
		return "swap-in or minor fault";
	case PTSCOPE_STATE_MIGRATION:
		return "wait for migration";
	case PTSCOPE_STATE_HWPOISON:
		return "SIGBUS (memory error)";
	case PTSCOPE_STATE_DEVICE_PRIVATE:
		return "migration from the device";
	case PTSCOPE_STATE_DEVICE_EXCLUSIVE:
		return "taken back from the device";
	case PTSCOPE_STATE_UFFD_WP:
		return write ? "userfaultfd" : "minor fault";
	case PTSCOPE_STATE_GUARD:
		return "SIGSEGV (guard)";
	case PTSCOPE_STATE_POISON:
		return "SIGBUS (poison)";
	default:
		return "unknown";
	}
}

const char *touch_read(const struct ptscope_path *path, bool cache)
{
	return touch(path, false, cache);
}

const char *touch_write(const struct ptscope_path *path, bool cache)
{
	return touch(path, true, cache);
}
