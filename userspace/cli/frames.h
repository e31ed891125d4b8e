/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nodes and folios of the frames that a VMA maps.
 */
#ifndef CLI_FRAMES_H
#define CLI_FRAMES_H

#include "cli.h"

#define FRAMES_NODES 64

/**
 * struct frames - sums over what is resident, in bytes
 * @node: by NUMA node
 * @anon: in anonymous folios
 * @file: in other folios
 * @shared: in folios that are mapped more than once; an estimate
 * @exclusive: anonymous, and of this process alone; an estimate
 */
struct frames {
	uint64_t node[FRAMES_NODES];
	uint64_t anon;
	uint64_t file;
	uint64_t shared;
	uint64_t exclusive;
};

void frames_add_run(struct frames *frames, const struct ptscope_run *run, uint32_t page_size);
void frames_add(struct frames *sum, const struct frames *part);
/* As numa_maps has them: N0=3 N1=7, in base pages. */
void frames_nodes(char *to, size_t size, const struct frames *frames, uint32_t page_size);

#endif /* CLI_FRAMES_H */
