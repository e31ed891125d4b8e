// SPDX-License-Identifier: GPL-2.0-only
/*
 * Predict what an access to a page does, from the rules of the kernel's page-fault
 * handler (handle_pte_fault() in mm/memory.c).
 */
#include "fault.h"

static bool has_file(const struct ptscope_vma *vma)
{
	return vma->dev_major || vma->dev_minor;
}

static bool is_private(const struct ptscope_vma *vma)
{
	return !(vma->flags & PTSCOPE_VMA_FLAG_MAY_SHARE);
}

/* State lazy: the entry is empty. The page of a shmem file may be in the page cache. */
static const char *never_mapped(const struct ptscope_path *path, bool write)
{
	const struct ptscope_vma *vma = path->vma;

	if (vma->flags & PTSCOPE_VMA_FLAG_UFFD_MISSING)
		return "userfaultfd";
	if (vma->flags & PTSCOPE_VMA_FLAG_HUGETLB)
		return "zero-filled hugetlb page";
	if (vma->flags & (PTSCOPE_VMA_FLAG_PFN_MAP | PTSCOPE_VMA_FLAG_IO))
		return "device fault";
	/* Another process may have allocated the page of shared memory already. */
	if (has_file(vma))
		return "zero-fill or minor fault";
	return write ? "zero-fill" : "zero page";
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
		return "minor fault (write notice)";
	if (run->has_extra && run->folio & PTSCOPE_FOLIO_EXCLUSIVE)
		return "minor fault (reuse)";
	return "copy on write";
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
		return never_mapped(path, write);
	case PTSCOPE_STATE_CACHED:
		return write && is_private(vma) ? "minor fault and copy" : "minor fault";
	case PTSCOPE_STATE_DISK:
		return on_disk(vma, write, cache);
	case PTSCOPE_STATE_SWAP:
		return "swap-in";
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
