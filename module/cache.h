/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_CACHE_H
#define PTSCOPE_CACHE_H

#include <linux/fs.h>
#include "entry.h"

unsigned long ptscope_cache_look(struct address_space *mapping, pgoff_t index,
				 unsigned long pages, struct ptscope_entry *entry);

#endif /* PTSCOPE_CACHE_H */
