/* SPDX-License-Identifier: GPL-2.0-only */
/* Compares runs and walks page by page with pagemap and kpageflags. */
#ifndef RUNS_H
#define RUNS_H

#include <ptscope.h>
#include "proc.h"

/**
 * struct runs_count - what was compared
 * @pages: pages with pagemap
 * @frames: of these, frames with kpageflags
 * @walks: addresses walked
 * @states: pages by PTSCOPE_STATE_*
 */
struct runs_count {
	uint64_t pages;
	uint64_t frames;
	uint64_t walks;
	uint64_t states[16];
};

/*
 * Compares all VMAs of a stopped process. @differ prints each difference that persists when
 * the page is read again.
 */
void runs_compare(struct ptscope *ps, pid_t pid, const struct proc_vmas *vmas, size_t page_size,
		  struct runs_count *count, void (*differ)(const char *format, ...));

#endif /* RUNS_H */
