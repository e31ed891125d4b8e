/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Holds runs and walks, page for page, against pagemap and kpageflags.
 */
#ifndef RUNS_H
#define RUNS_H

#include <ptscope.h>
#include "proc.h"

/**
 * struct runs_count - what was compared
 * @pages: pages, against pagemap
 * @frames: of these, frames, against kpageflags
 * @walks: addresses that were walked to
 * @states: pages by PTSCOPE_STATE_*
 */
struct runs_count {
	uint64_t pages;
	uint64_t frames;
	uint64_t walks;
	uint64_t states[16];
};

/*
 * Compare all of a process that holds still. Each difference that is still
 * there on a second look is told to @differ.
 */
void runs_compare(struct ptscope *ps, pid_t pid, const struct proc_vmas *vmas, size_t page_size,
		  struct runs_count *count, void (*differ)(const char *format, ...));

#endif /* RUNS_H */
