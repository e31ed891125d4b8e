// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is measured. What it has to come to stands in goals.tsv.
 */
#include "cases.h"

#define KIB (1ull << 10)
#define MIB (1ull << 20)
#define GIB (1ull << 30)
#define TIB (1ull << 40)

#define SPREAD(reserved, touched, stride) { "spread", { reserved, touched, stride }, 2 }

/* What can say of one process which of its pages are in RAM. */
#define PEERS					\
	{ "pagemap", peer_pagemap },		\
	{ "pagemap_scan", peer_pagemap_scan },	\
	{ "smaps", peer_smaps },		\
	{ "smaps_rollup", peer_smaps_rollup },	\
	{ "numa_maps", peer_numa_maps },	\
	{ "mincore", peer_mincore },		\
	{ "floor", peer_floor }

const struct bench_case bench_cases[] = {
	{
		"dense",
		{ SPREAD(2 * GIB, 2 * GIB, 4 * KIB) },
		.way = { { "ours", ours_census }, PEERS },
	}, {
		"runs-dense",
		{ SPREAD(2 * GIB, 2 * GIB, 4 * KIB) },
		.frames = true,
		.way = { { "ours", ours_runs }, { "census", ours_census },
			 { "pagemap+kpageflags", peer_kpageflags }, PEERS },
	}, {
		"checker",
		{ SPREAD(1 * GIB, 1 * GIB, 8 * KIB) },
		.way = { { "ours", ours_present_runs }, { "census", ours_census }, PEERS },
	}, {
		"sparse",
		{ SPREAD(64 * GIB, 8 * GIB, 2 * MIB) },
		.way = { { "ours", ours_census }, PEERS },
	}, {
		"thp",
		{ { "huge", { 4 * GIB }, 1 } },
		.way = { { "ours", ours_census }, PEERS },
	}, {
		"vmas",
		{ { "vmas", { 60000 }, 1 } },
		.way = { { "ours", ours_vmas }, { "census", ours_census }, PEERS },
	}, {
		"swapped",
		{ { "swapped", { 512 * MIB }, 1 } },
		.swapped = true,
		.frames = true,
		.way = { { "ours", ours_swapped_runs }, { "census", ours_census },
			 { "pagemap", peer_pagemap }, { "pagemap_scan", peer_pagemap_scan },
			 { "smaps", peer_smaps }, { "smaps_rollup", peer_smaps_rollup },
			 { "floor", peer_floor } },
	}, {
		"machine",
		{ { "crowd", { 400, 20 * MIB }, 1 } },
		.way = { { "ours", ours_machine }, { "smaps_rollup", peer_machine_rollups } },
	}, {
		"start",
		{ SPREAD(1 * MIB, 1 * MIB, 4 * KIB) },
		.way = { { "ours", ours_command }, { "cat smaps", peer_cat_smaps },
			 { "pmap -X", peer_pmap } },
	}, {
		"growth-touched",
		{ SPREAD(2 * GIB, 2 * GIB, 4 * KIB), SPREAD(1 * GIB, 1 * GIB, 4 * KIB) },
		.way = { { "ours", ours_census }, { "ours, half touched", ours_census, 1 } },
	}, {
		"growth-reserved",
		{ SPREAD(1 * TIB, 64 * MIB, 4 * KIB), SPREAD(1 * GIB, 64 * MIB, 4 * KIB) },
		.way = { { "ours", ours_census }, { "ours, 1/1000 reserved", ours_census, 1 } },
	}, {
		"growth-memory",
		{ SPREAD(1 * GIB, 1 * GIB, 8 * KIB), SPREAD(16 * MIB, 16 * MIB, 8 * KIB) },
		.memory = true,
		.way = { { "ours", ours_runs_memory }, { "ours, 1/64 touched", ours_runs_memory, 1 } },
	},
	{ NULL }
};
