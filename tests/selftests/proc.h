/* SPDX-License-Identifier: GPL-2.0-only */
/* Parsers for files of /proc that ptscope is compared with. */
#ifndef PROC_H
#define PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROC_PM_PRESENT		(1ull << 63)
#define PROC_PM_SWAPPED		(1ull << 62)
/* Frame number, or swap type in the low 5 bits and offset above. */
#define PROC_PM_WHERE		((1ull << 55) - 1)
#define PROC_PM_SWAP_TYPE	0x1full

/* PF_KTHREAD */
#define PROC_FLAG_KTHREAD	0x00200000ul

struct proc_stat {
	char comm[64];
	char state;
	unsigned long flags;
	unsigned long minor_faults;
	unsigned long major_faults;
};

/**
 * struct proc_vma - a VMA in smaps; sizes in bytes
 * @name: as printed, a newline being \012
 * @vast: large and empty, so that only samples are compared with pagemap
 */
struct proc_vma {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	uint64_t inode;
	unsigned int dev_major;
	unsigned int dev_minor;
	char perm[5];
	char *name;
	bool pfn_map;
	bool mixed_map;
	bool vast;
	uint64_t rss;
	uint64_t swap;
	uint64_t anon_huge;
	uint64_t shmem_huge;
	uint64_t file_huge;
	uint64_t hugetlb;
};

struct proc_vmas {
	struct proc_vma *vma;
	size_t count;
};

/**
 * struct proc_scan - result of PAGEMAP_SCAN for a range, in bytes by category
 * @present: PAGE_IS_PRESENT
 * @swapped: PAGE_IS_SWAPPED
 * @zero: PAGE_IS_PFNZERO
 * @huge: PAGE_IS_HUGE and PAGE_IS_PRESENT
 * @soft_dirty: PAGE_IS_SOFT_DIRTY
 * @guard: PAGE_IS_GUARD
 * @knows_guard: the kernel has PAGE_IS_GUARD
 */
struct proc_scan {
	uint64_t present;
	uint64_t swapped;
	uint64_t zero;
	uint64_t huge;
	uint64_t soft_dirty;
	uint64_t guard;
	bool knows_guard;
};

int proc_open(pid_t pid, const char *name);
bool proc_read_stat(pid_t pid, pid_t tid, struct proc_stat *stat);
bool proc_read_vmas(pid_t pid, struct proc_vmas *vmas);
void proc_free_vmas(struct proc_vmas *vmas);
uint64_t proc_stretch(const struct proc_vma *vma, uint64_t addr, uint64_t end, size_t *pages);
bool proc_read_pagemap(int fd, uint64_t start, size_t pages, uint64_t *entries);
int proc_scan_pagemap(int fd, uint64_t start, uint64_t end, struct proc_scan *scan);
bool proc_read_value(pid_t pid, const char *name, const char *key, uint64_t *bytes);
unsigned int proc_swaps(void);

#endif /* PROC_H */
