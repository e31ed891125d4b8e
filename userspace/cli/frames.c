// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>

#include "frames.h"

void frames_add_run(struct frames *frames, const struct ptscope_run *run, uint32_t page_size)
{
	uint64_t bytes = (uint64_t)run->pages * page_size;

	/* The zero page belongs to nobody, and numa_maps leaves it out too. */
	if (!run->has_extra || run->flags & PTSCOPE_FLAG_ZERO)
		return;
	if (run->node < FRAMES_NODES)
		frames->node[run->node] += bytes;
	if (run->folio & PTSCOPE_FOLIO_ANON)
		frames->anon += bytes;
	else
		frames->file += bytes;
	if (run->folio & PTSCOPE_FOLIO_SHARED)
		frames->shared += bytes;
	if (run->folio & PTSCOPE_FOLIO_EXCLUSIVE)
		frames->exclusive += bytes;
}

void frames_add(struct frames *sum, const struct frames *part)
{
	int i;

	for (i = 0; i < FRAMES_NODES; i++)
		sum->node[i] += part->node[i];
	sum->anon += part->anon;
	sum->file += part->file;
	sum->shared += part->shared;
	sum->exclusive += part->exclusive;
}

void frames_nodes(char *to, size_t size, const struct frames *frames, uint32_t page_size)
{
	size_t used = 0;
	int i;

	*to = '\0';
	for (i = 0; i < FRAMES_NODES && used < size; i++)
		if (frames->node[i])
			used += snprintf(to + used, size - used, "%sN%d=%" PRIu64,
					 used ? " " : "", i, frames->node[i] / page_size);
}
