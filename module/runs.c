// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sink that coalesces: pages whose entries say the same become one run.
 */
#include "folio.h"
#include "levels.h"
#include "runs.h"

/* What fits into 32 bits, and ends at the end of any leaf. */
#define MAX_RUN_PAGES BIT(31)

static __always_inline struct ptscope_runs *to_runs(struct ptscope_walk *walk)
{
	return container_of(walk, struct ptscope_runs, walk);
}

/**
 * ptscope_runs_begin() - nothing has been collected yet
 * @runs: the walk, all zero
 * @filter: which runs are wanted
 */
void ptscope_runs_begin(struct ptscope_runs *runs, const struct ptscope_filter *filter)
{
	runs->filter = *filter;
	/* No entry is like that. */
	runs->verdict[0].entry = ~0ULL;
	runs->verdict[1].entry = ~0ULL;
}

static __always_inline bool close_run(struct ptscope_runs *runs)
{
	u64 words[PTSCOPE_RUN_WORDS];

	if (!runs->open.pages)
		return true;
	if (runs->count == runs->room)
		return false;
	ptscope_run_pack(words, &runs->open);
	memcpy(runs->words + runs->count * sizeof(words), words, sizeof(words));
	if (runs->extras)
		runs->extras[runs->count] = runs->open.extra;
	runs->count++;
	runs->open.pages = 0;
	runs->sealed = false;
	return true;
}

/**
 * ptscope_runs_close() - let the open run be complete
 * @runs: the walk
 *
 * Return: false if there is no room for it; then it stays open.
 */
bool ptscope_runs_close(struct ptscope_runs *runs)
{
	return close_run(runs);
}

/**
 * ptscope_runs_over() - is everything told?
 * @runs: the walk
 */
bool ptscope_runs_over(const struct ptscope_runs *runs)
{
	return runs->walk.addr >= runs->walk.end && !runs->open.pages;
}

static bool wanted(const struct ptscope_filter *filter, const struct ptscope_entry *entry)
{
	u32 flags = entry->flags ^ filter->inverted;

	return filter->states & BIT(entry->state) &&
	       (flags & filter->mask) == filter->mask &&
	       (!filter->anyof || flags & filter->anyof);
}

/* Of an entry's flags, those that were asked for. */
static u32 told(const struct ptscope_filter *filter, u32 flags)
{
	if (!(filter->detail & PTSCOPE_DETAIL_AGE))
		flags &= ~(PTSCOPE_FLAG_YOUNG | PTSCOPE_FLAG_DIRTY);
	if (!(filter->detail & PTSCOPE_DETAIL_SOFT_DIRTY))
		flags &= ~PTSCOPE_FLAG_SOFT_DIRTY;
	return flags;
}

/* Does @next, which begins where @open ends, go on with its frames or slots? */
static __always_inline bool frames_follow(const struct ptscope_run *open, const struct ptscope_run *next)
{
	if (open->value == next->value)
		return !open->value ||
		       next->what >> PTSCOPE_RUN_FLAGS_SHIFT & PTSCOPE_FLAG_ZERO;
	return open->value + open->pages == next->value;
}

static __always_inline bool follows(const struct ptscope_runs *runs, const struct ptscope_run *next)
{
	const struct ptscope_run *open = &runs->open;

	return open->pages && !runs->sealed &&
	       open->addr + (open->pages << PAGE_SHIFT) == next->addr &&
	       open->what == next->what && open->extra == next->extra &&
	       open->pages + next->pages <= MAX_RUN_PAGES &&
	       (!(runs->filter.detail & PTSCOPE_DETAIL_FRAME) || frames_follow(open, next));
}

/*
 * Pages of @entry from @addr on that share node and folio with the first one,
 * whose extra word is noted in @extra.
 */
static unsigned long alike_in_memory(const struct ptscope_runs *runs,
				     const struct ptscope_entry *entry, unsigned long addr,
				     unsigned long pages, u64 *extra)
{
	if (entry->state != PTSCOPE_STATE_RES || runs->walk.place.pfn_map)
		return pages;
	return ptscope_folio_extra(entry->value, addr, pages, runs->filter.detail, extra);
}

static noinline void judge(struct ptscope_runs *runs, struct ptscope_verdict *verdict,
			   const struct ptscope_entry *entry, u64 words)
{
	verdict->entry = words;
	verdict->what = ptscope_run_what(entry, told(&runs->filter, entry->flags));
	verdict->wanted = wanted(&runs->filter, entry);
}

static __always_inline unsigned long
collect(struct ptscope_walk *walk, unsigned long addr, unsigned long pages,
	struct ptscope_entry entry)
{
	struct ptscope_runs *runs = to_runs(walk);
	struct ptscope_verdict *verdict = &runs->verdict[entry.state == PTSCOPE_STATE_RES];
	unsigned long done = 0;
	u64 words;

	/* Where nothing is, it does not matter which table says so. */
	if (entry.state == walk->place.vacant)
		entry.level = PTSCOPE_LEVEL_PTE;
	words = ptscope_run_what(&entry, entry.flags);
	if (unlikely(words != verdict->entry))
		judge(runs, verdict, &entry, words);
	if (!verdict->wanted)
		return pages;

	while (done < pages) {
		struct ptscope_run next = {
			.addr = addr + (done << PAGE_SHIFT),
			.pages = min(pages - done, MAX_RUN_PAGES),
			.what = verdict->what,
		};

		if (runs->extras)
			next.pages = alike_in_memory(runs, &entry, next.addr, next.pages,
						     &next.extra);
		if (runs->filter.detail & PTSCOPE_DETAIL_FRAME)
			next.value = entry.value;
		if (follows(runs, &next)) {
			runs->open.pages += next.pages;
		} else if (close_run(runs)) {
			runs->open = next;
		} else {
			walk->full = true;
			break;
		}
		done += next.pages;
		if (entry.value && !(entry.flags & PTSCOPE_FLAG_ZERO))
			entry.value += next.pages;
	}
	return done;
}

static __always_inline void no_table(struct ptscope_walk *walk, enum ptscope_level level,
				     unsigned long addr, const void *entryp, u64 value)
{
}

static const struct ptscope_sink runs_sink = {
	.run = collect,
	.table = no_table,
};

static const struct ptscope_sink frame_runs_sink = {
	.frames = true,
	.run = collect,
	.table = no_table,
};

/**
 * ptscope_runs_enter() - a run does not reach from one VMA into another
 * @walk: within a struct ptscope_runs
 * @vma: the VMA that the walk comes to
 */
void ptscope_runs_enter(struct ptscope_walk *walk, struct vm_area_struct *vma)
{
	struct ptscope_runs *runs = to_runs(walk);

	runs->sealed = runs->open.pages;
}

/**
 * ptscope_runs_window() - collect the entries of one table
 * @walk: within a struct ptscope_runs
 * @addr: where to begin
 * @end: where to end, in the same VMA
 *
 * Locking: as for ptscope_read_window().
 *
 * Return: address behind the last entry collected. It can be @addr if there
 * is no more room, and then @walk is marked as full.
 */
unsigned long ptscope_runs_window(struct ptscope_walk *walk, unsigned long addr,
				  unsigned long end)
{
	return ptscope_read_window(walk, &runs_sink, addr, end);
}

/**
 * ptscope_frame_runs_window() - the same, where frames count
 * @walk: within a struct ptscope_runs
 * @addr: where to begin
 * @end: where to end, in the same VMA
 *
 * Return: as for ptscope_runs_window().
 */
unsigned long ptscope_frame_runs_window(struct ptscope_walk *walk, unsigned long addr,
					unsigned long end)
{
	return ptscope_read_window(walk, &frame_runs_sink, addr, end);
}

/**
 * ptscope_runs_gap() - collect what stands behind empty entries
 * @walk: within a struct ptscope_runs
 * @addr: first address
 * @pages: base pages
 * @entry: what the page cache says of them
 *
 * Return: as for the run function of struct ptscope_sink.
 */
unsigned long ptscope_runs_gap(struct ptscope_walk *walk, unsigned long addr,
			       unsigned long pages, struct ptscope_entry entry)
{
	return collect(walk, addr, pages, entry);
}
