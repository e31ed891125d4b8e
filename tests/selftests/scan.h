/* SPDX-License-Identifier: GPL-2.0-only */
/* PAGEMAP_SCAN of <linux/fs.h>, for older headers. */
#ifndef SCAN_H
#define SCAN_H

#include <stdint.h>
#include <sys/ioctl.h>

struct page_region {
	uint64_t start;
	uint64_t end;
	uint64_t categories;
};

struct pm_scan_arg {
	uint64_t size;
	uint64_t flags;
	uint64_t start;
	uint64_t end;
	uint64_t walk_end;
	uint64_t vec;
	uint64_t vec_len;
	uint64_t max_pages;
	uint64_t category_inverted;
	uint64_t category_mask;
	uint64_t category_anyof_mask;
	uint64_t return_mask;
};

#define SCAN_PRESENT	(1 << 3)
#define SCAN_SWAPPED	(1 << 4)
#define SCAN_ZERO	(1 << 5)
#define SCAN_HUGE	(1 << 6)
#define SCAN_SOFT_DIRTY	(1 << 7)
#define SCAN_GUARD	(1 << 8)
#define SCAN_ALL	(SCAN_PRESENT | SCAN_SWAPPED | SCAN_ZERO | SCAN_HUGE | SCAN_SOFT_DIRTY)
#define PAGEMAP_SCAN	_IOWR('f', 16, struct pm_scan_arg)

#endif /* SCAN_H */
