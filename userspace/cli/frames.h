/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of the frames behind a VMA: their nodes and folios.
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
/* In the way of numa_maps: N0=3 N1=7, in base pages. */
void frames_nodes(char *to, size_t room, const struct frames *frames, uint32_t page_size);

#endif /* CLI_FRAMES_H */
