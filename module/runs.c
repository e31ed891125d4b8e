// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sink that coalesces: pages whose entries say the same become one run.
 */
#include <linux/unaligned.h>
#include "folio.h"
#include "levels.h"
#include "runs.h"
#include "series.h"

static __always_inline struct ptscope_runs *to_runs(struct ptscope_walk *walk)
{
	return container_of(walk, struct ptscope_runs, walk);
}

/* Nothing that follows belongs to the last run, or to its series. */
static void leave_run(struct ptscope_runs *runs)
{
	runs->growing = 0;
	runs->series = NULL;
}

/**
 * ptscope_runs_lend() - let runs have room
 * @runs: the walk
 * @words: where to put them; need not be aligned
 * @size: bytes there; enough for one run
 *
 * What was collected before is complete: a walk ends early only where a run
 * begins that found no room.
 */
void ptscope_runs_lend(struct ptscope_runs *runs, void *words, size_t size)
{
	runs->words = words;
	runs->at = words;
	/* Of series, the last place where any kind of run has room. */
	if (runs->filter.brief)
		runs->limit = runs->words + size - PTSCOPE_SERIES_ROOM;
	else
		runs->limit = runs->words + size / PTSCOPE_RUN_SIZE * PTSCOPE_RUN_SIZE;
	leave_run(runs);
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

/* What the pages behind @pages of a run have, if they belong to it. */
static __always_inline u64 value_behind(u64 what, u64 value, unsigned long pages)
{
	if (!value || what >> PTSCOPE_RUN_FLAGS_SHIFT & PTSCOPE_FLAG_ZERO)
		return value;
	return value + pages;
}

/* Let the last run grow by what begins where it ends, if there it has room. */
static __always_inline bool grow(struct ptscope_runs *runs, unsigned long pages)
{
	u64 *words = (u64 *)(runs->at - PTSCOPE_RUN_SIZE);
	const u64 third = get_unaligned(words + 2);

	if ((u32)third + pages > PTSCOPE_MAX_RUN_PAGES)
		return false;
	put_unaligned(third + pages, words + 2);
	runs->growing += pages << PAGE_SHIFT;
	runs->follows = value_behind(runs->what, runs->follows, pages);
	return true;
}

/* False if there is no room for it. @extras: there are some; a constant in loops. */
static __always_inline bool add(struct ptscope_runs *runs, unsigned long addr,
				unsigned long pages, u64 what, u64 value, u64 extra,
				const bool extras)
{
	u64 *words = (u64 *)runs->at;

	if (runs->growing == addr && runs->what == what && runs->follows == value &&
	    (!extras || runs->extras[ptscope_runs_count(runs) - 1] == extra) &&
	    grow(runs, pages))
		return true;
	if (unlikely(runs->at == runs->limit)) {
		runs->walk.full = true;
		return false;
	}
	ptscope_run_pack(words, addr, value, what | pages);
	if (extras)
		runs->extras[ptscope_runs_count(runs)] = extra;
	runs->at = (u8 *)(words + PTSCOPE_RUN_WORDS);
	runs->growing = addr + (pages << PAGE_SHIFT);
	runs->what = what;
	runs->follows = value_behind(what, value, pages);
	return true;
}

/*
 * Pages of @entry from @addr on, where its frame is @value, that share node and
 * folio with the first one, whose extra word is noted in @extra. There are fewer
 * of them, or none, where the window has no looks left.
 */
static unsigned long alike_in_memory(struct ptscope_runs *runs,
				     const struct ptscope_entry *entry, u64 value,
				     unsigned long addr, unsigned long pages, u64 *extra)
{
	const struct ptscope_folio_request request = {
		.detail = runs->filter.detail,
		.visible = runs->filter.visible,
		.hugetlb = runs->walk.place.huge_level >= 0,
	};

	if (entry->state != PTSCOPE_STATE_RES || runs->walk.place.pfn_map)
		return pages;
	/* All of them are the same frame. */
	if (entry->flags & PTSCOPE_FLAG_ZERO)
		return ptscope_folio_extra(value, addr, 1, &request, extra, &runs->looks) ?
		       pages : 0;
	return ptscope_folio_extra(value, addr, pages, &request, extra, &runs->looks);
}

static noinline void judge(struct ptscope_runs *runs, struct ptscope_verdict *verdict,
			   const struct ptscope_entry *entry, u64 words)
{
	verdict->entry = words;
	verdict->what = ptscope_run_what(entry, told(&runs->filter, entry->flags));
	verdict->wanted = wanted(&runs->filter, entry);
}

/* Which of the last verdicts may be the one on @entry. */
static struct ptscope_verdict *last_verdict(struct ptscope_runs *runs,
					    const struct ptscope_entry *entry)
{
	if (entry->state != PTSCOPE_STATE_RES)
		return &runs->verdict[PTSCOPE_VERDICT_ABSENT];
	if (entry->level == PTSCOPE_LEVEL_PTE)
		return &runs->verdict[PTSCOPE_VERDICT_PTE];
	return &runs->verdict[PTSCOPE_VERDICT_HUGE];
}

static unsigned long runs_run(struct ptscope_walk *walk, unsigned long addr,
			      unsigned long pages, const struct ptscope_entry *entry)
{
	struct ptscope_runs *runs = to_runs(walk);
	struct ptscope_verdict *verdict = last_verdict(runs, entry);
	u64 words = ptscope_run_what(entry, entry->flags);
	u64 value = entry->value;
	unsigned long done = 0;

	if (words != verdict->entry)
		judge(runs, verdict, entry, words);
	if (!verdict->wanted)
		return pages;

	while (done < pages) {
		const unsigned long from = addr + (done << PAGE_SHIFT);
		const u64 shown = runs->filter.detail & PTSCOPE_DETAIL_FRAME ? value : 0;
		unsigned long more = min(pages - done, PTSCOPE_MAX_RUN_PAGES);
		u64 extra = 0;

		if (runs->extras)
			more = alike_in_memory(runs, entry, value, from, more, &extra);
		/* Go on in another window, with interrupts on in between. */
		if (!more)
			break;
		if (runs->filter.brief ? !ptscope_series_add(runs, from, more, verdict->what) :
		    !add(runs, from, more, verdict->what, shown, extra, runs->extras))
			break;
		done += more;
		if (value && !(entry->flags & PTSCOPE_FLAG_ZERO))
			value += more;
	}
	return done;
}

/* Where nothing is, it does not matter which table says so. */
static noinline unsigned long wanted_empty(struct ptscope_walk *walk, unsigned long addr,
					   unsigned long pages)
{
	const struct ptscope_entry entry = ptscope_vacant_entry(&walk->place, PTSCOPE_LEVEL_PTE);

	return runs_run(walk, addr, pages, &entry);
}

/* Empty pages that nobody wants to hear of are the most frequent ones. */
static __always_inline unsigned long
runs_empty(struct ptscope_walk *walk, unsigned long addr, unsigned long pages,
	   enum ptscope_level level)
{
	if (!(to_runs(walk)->filter.states & BIT(walk->place.vacant)))
		return pages;
	return wanted_empty(walk, addr, pages);
}

static __always_inline unsigned long
add_again(struct ptscope_walk *walk, unsigned long addr, unsigned long pages, u64 value)
{
	struct ptscope_runs *runs = to_runs(walk);
	const struct ptscope_verdict *verdict = &runs->verdict[PTSCOPE_VERDICT_PTE];

	if (!verdict->wanted || add(runs, addr, pages, verdict->what, value, 0, false))
		return pages;
	return 0;
}

static __always_inline unsigned long
runs_again(struct ptscope_walk *walk, unsigned long addr, unsigned long pages,
	   unsigned long frame)
{
	return add_again(walk, addr, pages, 0);
}

static __always_inline unsigned long
frame_runs_again(struct ptscope_walk *walk, unsigned long addr, unsigned long pages,
		 unsigned long frame)
{
	return add_again(walk, addr, pages, frame);
}

/* Where single ones go, and what they have in common. */
struct singles {
	u8 *at;
	u8 *limit;
	u64 third;
};

static __always_inline bool take_single(struct singles *to, unsigned long addr, u64 value)
{
	if (to->at == to->limit)
		return false;
	ptscope_run_pack((u64 *)to->at, addr, value, to->third);
	to->at += PTSCOPE_RUN_SIZE;
	return true;
}

static __always_inline bool take_none(void *into, unsigned long addr, u64 value)
{
	return true;
}

static __always_inline bool take_anywhere(void *into, unsigned long addr, u64 value)
{
	return take_single(into, addr, 0);
}

static __always_inline bool take_frame(void *into, unsigned long addr, u64 value)
{
	return take_single(into, addr, ptscope_pte_pfn(ptscope_to_pte(value)));
}

/* Does nobody want to hear of the empty ones between them? */
static __always_inline bool may_pass_singles(const struct ptscope_runs *runs)
{
	return !runs->walk.place.cache &&
	       !(runs->filter.states & BIT(runs->walk.place.vacant));
}

static __always_inline const u64 *
pass_singles(struct ptscope_walk *walk, unsigned long addr, const u64 *entry, const u64 *end,
	     bool (*take)(void *into, unsigned long addr, u64 value))
{
	struct ptscope_runs *runs = to_runs(walk);
	const struct ptscope_verdict *verdict = &runs->verdict[PTSCOPE_VERDICT_PTE];
	struct singles to = { runs->at, runs->limit, verdict->what | 1 };
	const u64 *next;

	if (!may_pass_singles(runs))
		return entry;
	if (!verdict->wanted)
		return ptscope_pass_singles(walk, addr, entry, end, take_none, NULL);
	next = ptscope_pass_singles(walk, addr, entry, end, take, &to);
	runs->at = to.at;
	/* Behind a single one is nothing that it could grow by. */
	if (next != entry)
		runs->growing = 0;
	return next;
}

static __always_inline const u64 *
runs_singles(struct ptscope_walk *walk, unsigned long addr, const u64 *entry, const u64 *end)
{
	return pass_singles(walk, addr, entry, end, take_anywhere);
}

static __always_inline const u64 *
frame_runs_singles(struct ptscope_walk *walk, unsigned long addr, const u64 *entry,
		   const u64 *end)
{
	return pass_singles(walk, addr, entry, end, take_frame);
}

static __always_inline unsigned long
brief_again(struct ptscope_walk *walk, unsigned long addr, unsigned long pages,
	    unsigned long frame)
{
	struct ptscope_runs *runs = to_runs(walk);
	const struct ptscope_verdict *verdict = &runs->verdict[PTSCOPE_VERDICT_PTE];

	if (!verdict->wanted || ptscope_series_add(runs, addr, pages, verdict->what))
		return pages;
	return 0;
}

static __always_inline bool take_briefly(void *into, unsigned long addr, u64 value)
{
	struct singles *to = into;

	if (to->at > to->limit)
		return false;
	put_unaligned((u32)(1 << 16 | 1), (u32 *)to->at);
	to->at += PTSCOPE_SERIES_RUN;
	return true;
}

static __always_inline const u64 *
brief_singles(struct ptscope_walk *walk, unsigned long addr, const u64 *entry, const u64 *end)
{
	struct ptscope_runs *runs = to_runs(walk);
	struct singles to = { runs->at, runs->limit };
	const u64 *next;

	if (!may_pass_singles(runs))
		return entry;
	if (!runs->verdict[PTSCOPE_VERDICT_PTE].wanted)
		return ptscope_pass_singles(walk, addr, entry, end, take_none, NULL);
	/* The single one before these may have made a large run grow. */
	if (runs->wide)
		return entry;
	next = ptscope_pass_singles(walk, addr, entry, end, take_briefly, &to);
	ptscope_series_count(runs, (next - entry) / 2);
	runs->at = to.at;
	runs->growing = addr + ((next - entry) << PAGE_SHIFT);
	return next;
}

static __always_inline void no_table(struct ptscope_walk *walk, enum ptscope_level level,
				     unsigned long addr, const void *entryp, u64 value)
{
}

static const struct ptscope_sink runs_sink = {
	.run = runs_run,
	.empty = runs_empty,
	.again = runs_again,
	.singles = runs_singles,
	.table = no_table,
};

static const struct ptscope_sink frame_runs_sink = {
	.frames = true,
	.run = runs_run,
	.empty = runs_empty,
	.again = frame_runs_again,
	.singles = frame_runs_singles,
	.table = no_table,
};

static const struct ptscope_sink folio_runs_sink = {
	.frames = true,
	.run = runs_run,
	.empty = runs_empty,
	.table = no_table,
};

static const struct ptscope_sink brief_runs_sink = {
	.run = runs_run,
	.empty = runs_empty,
	.again = brief_again,
	.singles = brief_singles,
	.table = no_table,
};

/* A run does not reach from one VMA into another. */
static void runs_enter(struct ptscope_walk *walk, struct vm_area_struct *vma)
{
	leave_run(to_runs(walk));
}

/*
 * The entries of one table. A window ends at its first address if there is no
 * more room, and then the walk is marked as full.
 */
static unsigned long runs_window(struct ptscope_walk *walk, unsigned long addr, unsigned long end)
{
	return ptscope_read_window(walk, &runs_sink, addr, end);
}

static unsigned long frame_runs_window(struct ptscope_walk *walk, unsigned long addr,
				       unsigned long end)
{
	return ptscope_read_window(walk, &frame_runs_sink, addr, end);
}

static unsigned long folio_runs_window(struct ptscope_walk *walk, unsigned long addr,
				       unsigned long end)
{
	to_runs(walk)->looks = PTSCOPE_FOLIO_LOOKS;
	return ptscope_read_window(walk, &folio_runs_sink, addr, end);
}

static unsigned long brief_runs_window(struct ptscope_walk *walk, unsigned long addr,
				       unsigned long end)
{
	return ptscope_read_window(walk, &brief_runs_sink, addr, end);
}

/* What stands behind empty entries. */
static unsigned long runs_gap(struct ptscope_walk *walk, unsigned long addr,
			      unsigned long pages, struct ptscope_entry entry)
{
	return runs_run(walk, addr, pages, &entry);
}

static const struct ptscope_visitor runs_visitor = {
	.enter = runs_enter,
	.window = runs_window,
	.gap = runs_gap,
};

static const struct ptscope_visitor frame_runs_visitor = {
	.enter = runs_enter,
	.window = frame_runs_window,
	.gap = runs_gap,
};

static const struct ptscope_visitor folio_runs_visitor = {
	.enter = runs_enter,
	.window = folio_runs_window,
	.gap = runs_gap,
};

static const struct ptscope_visitor brief_runs_visitor = {
	.enter = runs_enter,
	.window = brief_runs_window,
	.gap = runs_gap,
};

static const struct ptscope_visitor *visitor_of(const struct ptscope_runs *runs)
{
	if (runs->filter.brief)
		return &brief_runs_visitor;
	if (runs->extras)
		return &folio_runs_visitor;
	if (runs->filter.detail & PTSCOPE_DETAIL_FRAME)
		return &frame_runs_visitor;
	return &runs_visitor;
}

/**
 * ptscope_runs_begin() - nothing has been collected yet
 * @runs: the walk, all zero but for @runs->extras; gets its visitor
 * @filter: which runs are wanted
 */
void ptscope_runs_begin(struct ptscope_runs *runs, const struct ptscope_filter *filter)
{
	unsigned int i;

	runs->filter = *filter;
	/* No entry is like that. */
	for (i = 0; i < ARRAY_SIZE(runs->verdict); i++)
		runs->verdict[i].entry = ~0ULL;
	runs->walk.visitor = visitor_of(runs);
}
