// SPDX-License-Identifier: GPL-2.0-only
/* All cases. goals.tsv has the goals. */
#include "cases.h"

#define KIB (1ull << 10)
#define MIB (1ull << 20)
#define GIB (1ull << 30)
#define TIB (1ull << 40)

#define SPREAD(reserved, touched, stride) { "spread", { reserved, touched, stride }, 2 }

#define WAY(name, read) { name, read, 0 }
#define WAY_TO_SECOND(name, read) { name, read, 1 }

const struct way bench_peers[] = {
	WAY("pagemap", peer_pagemap),
	WAY("pagemap_scan", peer_pagemap_scan),
	WAY("smaps", peer_smaps),
	WAY("smaps_rollup", peer_smaps_rollup),
	WAY("numa_maps", peer_numa_maps),
	WAY("mincore", peer_mincore),
	WAY("floor", peer_floor),
	{ NULL, NULL, 0 }
};

const struct bench_case bench_cases[] = {
	{
		.name = "dense",
		.shape = { SPREAD(2 * GIB, 2 * GIB, 4 * KIB) },
		.peers = true,
		.way = { WAY("ours", ours_census) },
	}, {
		.name = "runs-dense",
		.shape = { SPREAD(2 * GIB, 2 * GIB, 4 * KIB) },
		.same = true,
		.frames = true,
		.peers = true,
		.way = { WAY("ours", ours_runs), WAY("census", ours_census),
			 WAY("pagemap+kpageflags", peer_kpageflags) },
	}, {
		.name = "checker",
		.shape = { SPREAD(1 * GIB, 1 * GIB, 8 * KIB) },
		.peers = true,
		.way = { WAY("ours", ours_present_runs), WAY("census", ours_census) },
	}, {
		.name = "sparse",
		.shape = { SPREAD(64 * GIB, 8 * GIB, 2 * MIB) },
		.peers = true,
		.way = { WAY("ours", ours_census) },
	}, {
		.name = "thp",
		.shape = { { "huge", { 4 * GIB }, 1 } },
		.peers = true,
		.way = { WAY("ours", ours_census) },
	}, {
		.name = "vmas",
		.shape = { { "vmas", { 60000 }, 1 } },
		.peers = true,
		.way = { WAY("ours", ours_vmas), WAY("census", ours_census) },
	}, {
		.name = "swapped",
		.shape = { { "swapped", { 512 * MIB }, 1 } },
		.swapped = true,
		.frames = true,
		.way = { WAY("ours", ours_swapped_runs), WAY("census", ours_census),
			 WAY("pagemap", peer_pagemap), WAY("pagemap_scan", peer_pagemap_scan),
			 WAY("smaps", peer_smaps), WAY("smaps_rollup", peer_smaps_rollup),
			 WAY("floor", peer_floor) },
	}, {
		.name = "machine",
		.shape = { { "crowd", { 400, 20 * MIB }, 1 } },
		.way = { WAY("ours", ours_machine), WAY("smaps_rollup", peer_machine_rollups) },
	}, {
		.name = "start",
		.shape = { SPREAD(1 * MIB, 1 * MIB, 4 * KIB) },
		.waits = true,
		.way = { WAY("ours", ours_command), WAY("cat smaps", peer_cat_smaps),
			 WAY("pmap -X", peer_pmap) },
	}, {
		/* A million rows: every second page is there. */
		.name = "print",
		.shape = { SPREAD(4 * GIB, 4 * GIB, 8 * KIB) },
		.waits = true,
		.way = { WAY("ours", ours_print_raw), WAY("ours, JSON", ours_print_json),
			 WAY("cat smaps", peer_cat_smaps),
			 WAY("page-types -l", peer_page_types) },
	}, {
		.name = "growth-touched",
		.shape = { SPREAD(2 * GIB, 2 * GIB, 4 * KIB),
			   SPREAD(1 * GIB, 1 * GIB, 4 * KIB) },
		.cold = true,
		.way = { WAY("ours", ours_census),
			 WAY_TO_SECOND("ours, half touched", ours_census) },
	}, {
		.name = "growth-reserved",
		.shape = { SPREAD(1 * TIB, 64 * MIB, 4 * KIB),
			   SPREAD(1 * GIB, 64 * MIB, 4 * KIB) },
		.cold = true,
		.way = { WAY("ours", ours_census),
			 WAY_TO_SECOND("ours, 1/1000 reserved", ours_census) },
	}, {
		.name = "growth-memory",
		.shape = { SPREAD(1 * GIB, 1 * GIB, 8 * KIB),
			   SPREAD(16 * MIB, 16 * MIB, 8 * KIB) },
		.memory = true,
		.way = { WAY("ours", ours_runs_memory),
			 WAY_TO_SECOND("ours, 1/64 touched", ours_runs_memory) },
	},
	{ .name = NULL }
};
