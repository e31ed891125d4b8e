// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kernel-page-flags.h>
#include <string.h>
#include <unistd.h>
#include "client.h"
#include "ktap.h"
#include "runs.h"

/* pagemap entries per read. */
#define CHUNK 4096
/* Re-reads of a page before a difference counts. */
#define LOOKS 3
/* Differences of a process that are read again. */
#define RELOOKS 100

#define PM_SOFT_DIRTY	(1ull << 55)
#define PM_EXCLUSIVE	(1ull << 56)
#define PM_UFFD_WP	(1ull << 57)
#define PM_FILE		(1ull << 61)

static const struct ptscope_filter everything = {
	.size = sizeof(everything),
	.detail = PTSCOPE_DETAIL_FRAME | PTSCOPE_DETAIL_AGE | PTSCOPE_DETAIL_SOFT_DIRTY |
		  PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO,
};

/**
 * struct place - a page
 * @addr: address
 * @vma: its VMA
 */
struct place {
	uint64_t addr;
	const struct proc_vma *vma;
};

static size_t page_size;
/**
 * struct sources - what ptscope is compared with
 * @again: connection to re-read a page while a dump is in progress
 * @pid: the process
 * @pagemap: its pagemap
 * @kpageflags: flags by frame
 * @kpagecount: mappings by frame
 * @has_ksm_flag: kpageflags marks KSM pages only
 * @rereads: how many more differences may be read again
 */
struct sources {
	struct ptscope *again;
	pid_t pid;
	int pagemap;
	int kpageflags;
	int kpagecount;
	bool has_ksm_flag;
	int rereads;
};

static uint64_t frame_of(const struct ptscope_run *run, uint64_t index)
{
	/*
	 * All pages of a run of zero pages have the same frame, except for the huge zero
	 * page.
	 */
	if (run->flags & PTSCOPE_FLAG_ZERO)
		return run->frame;
	return run->frame + index;
}

/* The pagemap entry of a present page by ptscope's run. */
static const char *compare_present(const struct ptscope_run *run, uint64_t index, uint64_t entry)
{
	bool hugetlb = run->flags & PTSCOPE_FLAG_HUGETLB;
	bool zero = run->flags & PTSCOPE_FLAG_ZERO;

	if (!(entry & PROC_PM_PRESENT))
		return "pagemap: not present";
	if ((entry & PROC_PM_WHERE) != frame_of(run, index) &&
	    !(zero && run->level != PTSCOPE_LEVEL_PTE))
		return "pagemap names another frame";
	if (!(entry & PM_UFFD_WP) != !(run->flags & PTSCOPE_FLAG_UFFD_WP))
		return "pagemap differs in uffd-wp";
	if (run->has_extra && !zero && !(entry & PM_FILE) != !!(run->folio & PTSCOPE_FOLIO_ANON))
		return "pagemap differs in anonymous or not";
	if (run->has_extra && !zero && !hugetlb && !run->order &&
	    !(entry & PM_EXCLUSIVE) != !!(run->folio & PTSCOPE_FOLIO_SHARED))
		return "pagemap differs in shared or not";
	return NULL;
}

/* States that pagemap distinguishes. */
static const char *compare_state(const struct place *place, const struct ptscope_run *run,
				 uint64_t index, uint64_t entry)
{
	uint64_t where = entry & PROC_PM_WHERE;

	switch (run->state) {
	case PTSCOPE_STATE_RES:
		return compare_present(run, index, entry);
	case PTSCOPE_STATE_SWAP:
		if (!(entry & PROC_PM_SWAPPED))
			return "pagemap: not swapped";
		if ((where & PROC_PM_SWAP_TYPE) != run->swap_type)
			return "pagemap names another swap area";
		if (where >> 5 != run->swap_offset + index)
			return "pagemap names another slot";
		return NULL;
	case PTSCOPE_STATE_MIGRATION:
	case PTSCOPE_STATE_HWPOISON:
	case PTSCOPE_STATE_DEVICE_PRIVATE:
	case PTSCOPE_STATE_DEVICE_EXCLUSIVE:
		/* pagemap skips such entries of hugetlb. */
		if (place->vma->hugetlb || !(entry & (PROC_PM_PRESENT | PROC_PM_SWAPPED)))
			return place->vma->pfn_map || run->level != PTSCOPE_LEVEL_PTE ?
			       NULL : "pagemap: empty";
		if (entry & PROC_PM_PRESENT)
			return "pagemap: present";
		if (where >> 5 != frame_of(run, index))
			return "pagemap names another frame for what is on its way";
		return NULL;
	case PTSCOPE_STATE_LAZY:
	case PTSCOPE_STATE_CACHED:
	case PTSCOPE_STATE_DISK:
		return entry & (PROC_PM_PRESENT | PROC_PM_SWAPPED) ? "pagemap: not empty" :
								     NULL;
	case PTSCOPE_STATE_BAD:
		return "the entry makes no sense";
	default:
		return entry & PROC_PM_PRESENT ? "pagemap: present" : NULL;
	}
}

/* Returns how pagemap's @entry and page @index of @run differ, or NULL. */
static const char *compare_page(const struct place *place, const struct ptscope_run *run,
				uint64_t index, uint64_t entry)
{
	const bool theirs = entry & PM_SOFT_DIRTY, ours = run->flags & PTSCOPE_FLAG_SOFT_DIRTY;
	const char *fault = compare_state(place, run, index, entry);

	if (fault)
		return fault;
	/* pagemap knows soft-dirty of hugetlb per VMA only. */
	if (theirs != ours && (theirs || !place->vma->hugetlb))
		return "pagemap differs in soft-dirty";
	return NULL;
}

/* Returns how a frame's @flags and @mappings and its run differ, or NULL. */
static const char *compare_frame(const struct sources *sources, const struct ptscope_run *run,
				 uint64_t flags, uint64_t mappings)
{
#define KPF(bit) (!!(flags & (1ull << KPF_##bit)))
#define FOLIO(bit) (!!(run->folio & PTSCOPE_FOLIO_##bit))
	bool zero = run->flags & PTSCOPE_FLAG_ZERO;

	if (KPF(ZERO_PAGE) != zero)
		return "kpageflags differs in zero page";
	if (KPF(HUGE) != !!(run->flags & PTSCOPE_FLAG_HUGETLB))
		return "kpageflags differs in hugetlb";
	if (!run->has_extra || zero)
		return NULL;
	if (KPF(ANON) != FOLIO(ANON))
		return "kpageflags differs in anonymous or not";
	if (sources->has_ksm_flag && KPF(KSM) != FOLIO(KSM))
		return "kpageflags differs in merged or not";
	if ((KPF(COMPOUND_HEAD) || KPF(COMPOUND_TAIL)) != !!run->order)
		return "kpageflags differs in large folio or not";
	/* Older kernels mark only the first page of a large folio. */
	if (!KPF(HUGE) && !KPF(COMPOUND_TAIL) && KPF(SWAPBACKED) != FOLIO(SWAP_BACKED))
		return "kpageflags differs in swap-backed";
	/* Some kernels count the mappings of a large folio as a whole. */
	if (!run->order && FOLIO(SHARED) != (mappings > 1 ? 1 : 0))
		return "kpagecount differs in shared or not";
	return NULL;
#undef KPF
#undef FOLIO
}

/* Reads one page again. */
static bool ask_page(struct ptscope *ps, pid_t pid, uint64_t addr, struct ptscope_run *run)
{
	const struct ptscope_run *more;
	bool one;

	one = !ptscope_dump_runs(ps, pid, addr, addr + page_size, &everything) &&
	      ptscope_next_run(ps, &more) == 1;
	if (one)
		*run = *more;
	return one && !ptscope_next_run(ps, &more);
}

/* Reads a difference again; returns it if it persists. */
static const char *look_again(struct sources *sources, const struct place *place,
			      const char *fault)
{
	struct ptscope_run copy, *run = &copy;
	uint64_t entry, flags, mappings;
	int i;

	/* Many differences are no race; they are not read again. */
	if (--sources->rereads < 0)
		return fault;

	for (i = 0; i < LOOKS; i++) {
		if (!ask_page(sources->again, sources->pid, place->addr, run) ||
		    !proc_read_pagemap(sources->pagemap, place->addr, 1, &entry))
			return NULL;
		fault = compare_page(place, run, 0, entry);
		if (!fault && run->has_frame && run->state == PTSCOPE_STATE_RES &&
		    !place->vma->pfn_map &&
		    proc_read_pagemap(sources->kpageflags, run->frame * page_size, 1, &flags) &&
		    proc_read_pagemap(sources->kpagecount, run->frame * page_size, 1, &mappings))
			fault = compare_frame(sources, run, flags, mappings);
		if (!fault)
			return NULL;
	}
	return fault;
}

/*
 * WALK_GET must end at the page that the run reports. The last page of a run is walked to,
 * because the first is where a leaf starts.
 */
static const char *compare_walk(struct ptscope *ps, pid_t pid, const struct ptscope_run *run)
{
	const uint64_t index = run->pages - 1, addr = run->start + index * page_size;
	/* There is one zero page; a huge zero page has many frames. */
	const bool zero = run->flags & PTSCOPE_FLAG_ZERO;
	const struct ptscope_path *path;

	if (ptscope_get_path(ps, pid, addr + page_size / 2, &path))
		return ptscope_message(ps);
	if (!path->vma)
		return "walk finds no VMA";
	if (!path->entries || path->entry[0].level != PTSCOPE_LEVEL_PGD)
		return "walk does not begin at the top";
	if (path->run->start != addr || path->run->state != run->state)
		return "walk ends elsewhere";
	if (path->run->has_frame && !(zero && index) && path->run->frame != run->frame + index)
		return "walk ends in another frame";
	if (run->state == PTSCOPE_STATE_RES &&
	    path->entry[path->entries - 1].level != run->level)
		return "walk ends at another level";
	return NULL;
}

/* Compares @some pages, up to CHUNK, from the index-th page of @run on. */
static void compare_some(struct sources *sources, struct place place,
			 const struct ptscope_run *run, uint64_t index, size_t some,
			 struct runs_count *count, void (*differ)(const char *format, ...))
{
	static uint64_t entries[CHUNK], flags[CHUNK], mappings[CHUNK];
	bool frames = run->has_frame && run->state == PTSCOPE_STATE_RES && !place.vma->pfn_map &&
		      !(run->flags & PTSCOPE_FLAG_ZERO);
	uint64_t first = frame_of(run, index) * page_size;
	uint64_t base = place.addr;
	size_t i;

	if (!proc_read_pagemap(sources->pagemap, base, some, entries))
		return;
	/* kpageflags and kpagecount are indexed by frame. */
	if (frames && (!proc_read_pagemap(sources->kpageflags, first, some, flags) ||
		       !proc_read_pagemap(sources->kpagecount, first, some, mappings)))
		frames = false;
	for (i = 0; i < some; i++) {
		const char *fault;

		place.addr = base + i * page_size;
		fault = compare_page(&place, run, index + i, entries[i]);
		if (!fault && frames)
			fault = compare_frame(sources, run, flags[i], mappings[i]);
		if (fault)
			fault = look_again(sources, &place, fault);
		if (fault)
			differ("%" PRIx64 " %s: %s: pagemap %#" PRIx64 ", state %u frame %"
			       PRIu64 " flags %#x folio %#x", place.addr, place.vma->name,
			       fault, entries[i], run->state, run->frame + index + i,
			       run->flags, run->folio);
	}
	count->pages += some;
	count->frames += frames ? some : 0;
	count->states[run->state] += some;
}

static void compare_run(struct sources *sources, struct place place,
			const struct ptscope_run *run, struct runs_count *count,
			void (*differ)(const char *format, ...))
{
	const uint64_t end = run->start + run->pages * page_size;
	uint64_t next;

	for (place.addr = run->start; place.addr < end; place.addr = next) {
		size_t some = CHUNK;

		next = proc_stretch(place.vma, place.addr, end, &some);
		compare_some(sources, place, run, (place.addr - run->start) / page_size, some,
			     count, differ);
	}
}

static void compare_vma(struct ptscope *ps, struct sources *sources, const struct proc_vma *vma,
			struct runs_count *count, void (*differ)(const char *format, ...))
{
	const pid_t pid = sources->pid;
	struct place place = { .vma = vma };
	uint64_t reached = vma->start;
	const struct ptscope_run *run;
	const char *fault;
	size_t runs = 0;
	int err;

	err = ptscope_dump_runs(ps, pid, vma->start, vma->end, &everything);
	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		err = 0;
		if (run->start != reached || !run->pages) {
			differ("%" PRIx64 " %s: a run begins at %" PRIx64, reached, vma->name,
			       run->start);
			return;
		}
		/* pagemap and smaps skip PFN mappings. */
		if (!vma->pfn_map)
			compare_run(sources, place, run, count, differ);
		reached += run->pages * page_size;
		/* Not each run: a walk is a request of its own. */
		if (runs++ % 64)
			continue;
		fault = compare_walk(sources->again, pid, run);
		if (fault)
			differ("%" PRIx64 " %s: %s", run->start, vma->name, fault);
		count->walks++;
	}
	if (err)
		differ("%" PRIx64 " %s: %s", vma->start, vma->name, ptscope_message(ps));
	else if (reached != vma->end)
		differ("%" PRIx64 " %s: runs end at %" PRIx64, vma->start, vma->name, reached);
}

/* State and flags of a page without frame and age, as one number. */
static uint64_t words_of(const struct ptscope_run *run)
{
	const uint32_t flags = run->flags & ~(PTSCOPE_FLAG_YOUNG | PTSCOPE_FLAG_DIRTY |
					      PTSCOPE_FLAG_SOFT_DIRTY);

	return (run->state | run->level << 4 | run->pkey << 8 | run->memory_type << 12 |
		(uint64_t)flags << 16) * 0x9e3779b97f4a7c15 + 1;
}

/*
 * A checksum of all pages that does not depend on how they are divided into runs; 0 after
 * an error.
 */
static uint64_t digest(struct ptscope *ps, pid_t pid, const struct ptscope_filter *filter)
{
	const struct ptscope_run *run;
	uint64_t sum = 1;
	int err = ptscope_dump_runs(ps, pid, 0, 0, filter);

	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		const uint64_t first = run->start / page_size, pages = run->pages;

		err = 0;
		sum += words_of(run) * (first * pages + pages * (pages - 1) / 2 + pages * 7);
	}
	return err ? 0 : sum;
}

/* Without frames other patterns find the runs: the pages have to be the same. */
static void compare_details(struct ptscope *ps, pid_t pid,
			    void (*differ)(const char *format, ...))
{
	const uint32_t states[] = { 0, 1u << PTSCOPE_STATE_RES };
	struct ptscope_filter full = everything, plain = { .size = sizeof(plain) };
	uint64_t with, without;
	size_t i;
	int looks;

	for (i = 0; i < 2; i++) {
		full.states = states[i];
		plain.states = states[i];
		for (looks = 0; looks < LOOKS; looks++) {
			with = digest(ps, pid, &full);
			without = digest(ps, pid, &plain);
			if (with && with == without)
				break;
		}
		if (looks == LOOKS)
			differ("runs of states %#x: with frames %" PRIx64 ", without %" PRIx64,
			       states[i], with, without);
	}
}

/*
 * Some kernels, 6.12 among them, set KPF_KSM for every anonymous page, because they test
 * for any of the two bits in the mapping. This page was never MADV_MERGEABLE.
 */
static bool kpageflags_tells_merged(int kpageflags)
{
	int pagemap = proc_open(getpid(), "pagemap");
	uint64_t page = (uintptr_t)&pagemap / page_size * page_size;
	uint64_t entry, flags;
	bool has_flag;

	has_flag = proc_read_pagemap(pagemap, page, 1, &entry) && entry & PROC_PM_PRESENT &&
		   proc_read_pagemap(kpageflags, (entry & PROC_PM_WHERE) * page_size, 1, &flags) &&
		   !(flags & 1ull << KPF_KSM);
	close(pagemap);
	return has_flag;
}

void runs_compare(struct ptscope *ps, pid_t pid, const struct proc_vmas *vmas, size_t size,
		  struct runs_count *count, void (*differ)(const char *format, ...))
{
	struct sources sources = {
		.again = client(NULL),
		.pid = pid,
		.pagemap = proc_open(pid, "pagemap"),
		.kpageflags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC),
		.kpagecount = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC),
		.rereads = RELOOKS,
	};
	size_t i;

	page_size = size;
	sources.has_ksm_flag = kpageflags_tells_merged(sources.kpageflags);
	for (i = 0; i < vmas->count; i++)
		compare_vma(ps, &sources, &vmas->vma[i], count, differ);
	compare_details(ps, pid, differ);
	ptscope_free(sources.again);
	close(sources.pagemap);
	close(sources.kpageflags);
	close(sources.kpagecount);
}
