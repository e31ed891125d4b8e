/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_VMA_H
#define PTSCOPE_VMA_H

#include <linux/mm_types.h>
#include "entry.h"

/**
 * struct ptscope_vma - what a VMA says of itself
 * @start: first address
 * @end: first address behind it
 * @offset: offset of @start in the file, in bytes
 * @inode: inode number of the file
 * @dev: device that holds the file, 0 if there is no file
 * @flags: bits of enum ptscope_vma_flag
 * @known: VMAs' flags that were translated last, and what they came to: of
 *	some that cannot be written to, and of some that can
 * @name: NUL-terminated name, or NULL if it has none; points into @buf or to
 *	a constant
 * @buf: room for a path, PATH_MAX bytes
 */
struct ptscope_vma {
	unsigned long start;
	unsigned long end;
	u64 offset;
	u64 inode;
	dev_t dev;
	u32 flags;
	struct {
		unsigned long kernel;
		u32 wire;
	} known[2];
	const char *name;
	char *buf;
};

struct ptscope_place ptscope_vma_place(struct vm_area_struct *vma);
struct address_space *ptscope_vma_cache(struct vm_area_struct *vma);
void ptscope_vma_describe(struct ptscope_vma *desc, struct vm_area_struct *vma);
void ptscope_vma_cut(struct ptscope_vma *desc, unsigned long start, unsigned long end);

#endif /* PTSCOPE_VMA_H */
