/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_PAGE_CACHE_H
#define PTSCOPE_PAGE_CACHE_H

#include <linux/fs.h>
#include "entry.h"

unsigned long ptscope_page_cache_look(struct address_space *mapping, pgoff_t index,
				      unsigned long pages, struct ptscope_entry *entry,
				      unsigned int *looks);

#endif /* PTSCOPE_PAGE_CACHE_H */
