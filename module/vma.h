/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_VMA_H
#define PTSCOPE_VMA_H

#include <linux/mm_types.h>
#include "entry.h"

/**
 * struct ptscope_vma - description of a VMA
 * @start: first address
 * @end: end address (exclusive)
 * @offset: offset of @start in the file, in bytes
 * @inode: inode number of the file
 * @dev: device that holds the file, 0 if there is no file
 * @flags: bits of enum ptscope_vma_flag
 * @name: NUL-terminated name, or NULL if it has none; points into @buf or to
 *	a constant
 * @buf: buffer of PATH_MAX bytes
 */
struct ptscope_vma {
	unsigned long start;
	unsigned long end;
	u64 offset;
	u64 inode;
	dev_t dev;
	u64 flags;
	const char *name;
	char *buf;
};

int ptscope_vma_alloc(struct ptscope_vma *desc);
void ptscope_vma_free(struct ptscope_vma *desc);
struct ptscope_place ptscope_vma_place(struct vm_area_struct *vma, bool cache);
void ptscope_vma_describe(struct ptscope_vma *desc, struct vm_area_struct *vma);
void ptscope_vma_cut(struct ptscope_vma *desc, unsigned long start, unsigned long end);

#endif /* PTSCOPE_VMA_H */
