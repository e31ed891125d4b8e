// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers of /proc/PID/pagemap: its entries, PAGEMAP_SCAN, and /proc/kpageflags of its
 * frames.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include "../selftests/proc.h"
#include "../selftests/scan.h"
#include "bench.h"

/* Entries per read: 512 KiB. */
#define BLOCK (1ul << 16)

/* Called for each block of entries. */
typedef bool (*block_fn)(struct bench *bench, uint64_t start, const uint64_t *entries,
			 size_t count, struct answer *answer);

/* Reads the entries of all VMAs, in blocks. */
static bool each_block(struct bench *bench, block_fn look, struct answer *answer)
{
	static uint64_t entries[BLOCK];
	uint64_t start, end;
	char line[512];
	FILE *maps;
	int fd;

	fd = proc_open(bench->target->pid, "maps");
	maps = fd < 0 ? NULL : fdopen(fd, "r");
	if (!maps)
		return false;
	while (fgets(line, sizeof(line), maps)) {
		/* Above TASK_SIZE; pagemap does not have it. */
		if (strstr(line, "[vsyscall]"))
			break;
		if (sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) != 2)
			continue;
		while (start < end) {
			uint64_t rest = (end - start) / bench->page_size;
			size_t some = rest < BLOCK ? rest : BLOCK;

			if (!proc_read_pagemap(bench->target->pagemap, start, some, entries) ||
			    !look(bench, start, entries, some, answer)) {
				fclose(maps);
				return false;
			}
			start += some * bench->page_size;
		}
	}
	fclose(maps);
	answer->exact = true;
	return true;
}

static bool count_entries(struct bench *bench, uint64_t start, const uint64_t *entries,
			  size_t count, struct answer *answer)
{
	const uint64_t bit = bench->swapped ? PROC_PM_SWAPPED : PROC_PM_PRESENT;
	/* A swap entry has its type in the low 5 bits. */
	const int shift = bench->swapped ? 5 : 0;
	uint64_t pages = 0, where = 0;
	size_t i;

	answer->items += count;
	for (i = 0; i < count; i++) {
		if (!(entries[i] & bit))
			continue;
		pages++;
		where += (entries[i] & PROC_PM_WHERE) >> shift;
	}
	/* All VMAs are inside or outside the range. */
	if (!in_range(bench->target, start))
		return true;
	answer->pages += pages;
	if (bench->frames)
		answer->where += where;
	return true;
}

bool peer_pagemap(struct bench *bench, struct answer *answer)
{
	return each_block(bench, count_entries, answer);
}

/* Looks up consecutive frames in one read. */
static bool look_up_flags(struct bench *bench, uint64_t start, const uint64_t *entries,
			  size_t count, struct answer *answer)
{
	static uint64_t flags[BLOCK];
	static int kpageflags = -1;
	size_t i, j, k;

	if (kpageflags < 0)
		kpageflags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	for (i = 0; i < count; i = j) {
		const uint64_t frame = entries[i] & PROC_PM_WHERE;

		j = i + 1;
		if (!(entries[i] & PROC_PM_PRESENT))
			continue;
		while (j < count && entries[j] & PROC_PM_PRESENT &&
		       (entries[j] & PROC_PM_WHERE) == frame + (j - i))
			j++;
		/* kpageflags is indexed by frame. */
		if (!proc_read_pagemap(kpageflags, frame * bench->page_size, j - i, flags))
			return false;
		answer->items++;
		if (!in_range(bench->target, start))
			continue;
		for (k = 0; k < j - i; k++) {
			/* Each mapped page has a flag. */
			answer->pages += flags[k] != 0;
			answer->where += frame + k;
		}
	}
	return true;
}

bool peer_kpageflags(struct bench *bench, struct answer *answer)
{
	return each_block(bench, look_up_flags, answer);
}

#define SCAN_END	(1ull << 47)

/* Since 6.7. */
bool has_pagemap_scan(const struct target *target)
{
	return !ioctl(target->pagemap, PAGEMAP_SCAN, NULL) || errno != ENOTTY;
}

/*
 * Returns only the requested pages, without other categories. The scan is complete when
 * there is room left, whatever walk_end is: after more than 512 regions it is where the
 * kernel's own buffer was last full.
 */
bool peer_pagemap_scan(struct bench *bench, struct answer *answer)
{
	static struct page_region region[BLOCK];
	const uint64_t category = bench->swapped ? SCAN_SWAPPED : SCAN_PRESENT;
	struct pm_scan_arg arg = {
		.size = sizeof(arg),
		.end = SCAN_END - bench->page_size,
		.vec = (uintptr_t)region,
		.vec_len = BLOCK,
		.category_mask = category,
		.return_mask = category,
	};
	int got, i;

	answer->exact = true;
	do {
		got = ioctl(bench->target->pagemap, PAGEMAP_SCAN, &arg);
		if (got < 0) {
			fprintf(stderr, "bench: PAGEMAP_SCAN: %s\n", strerror(errno));
			return false;
		}
		for (i = 0; i < got; i++)
			if (in_range(bench->target, region[i].start))
				answer->pages += (region[i].end - region[i].start) /
						 bench->page_size;
		answer->items += got;
		arg.start = arg.walk_end;
	} while (got == BLOCK);
	return true;
}
