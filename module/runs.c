// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sink that coalesces: neighbouring pages whose entries agree become one run.
 */
#include "folio.h"
#include "runs.h"

static struct ptscope_runs *to_runs(struct ptscope_scan *scan)
{
	return container_of(scan, struct ptscope_runs, scan);
}

/* Move the last run to the buffer. False, and the scan ends, if there is no room. */
static bool flush(struct ptscope_runs *runs)
{
	if (runs->last.pages && !ptscope_runs_add(&runs->buffer, &runs->last)) {
		runs->scan.full = true;
		return false;
	}
	runs->last.pages = 0;
	return true;
}

/* Every page that maps the zero page has the same frame. */
static bool same_frame(u64 what)
{
	return what >> PTSCOPE_RUN_FLAGS_SHIFT & PTSCOPE_FLAG_ZERO;
}

/* Does @next continue @run? */
static bool continues(const struct ptscope_run *run, const struct ptscope_run *next)
{
	u64 value = run->value;

	if (value && !same_frame(run->what))
		value += run->pages;
	return run->pages && run->addr + (run->pages << PAGE_SHIFT) == next->addr &&
	       run->what == next->what && run->extra == next->extra && value == next->value &&
	       run->pages + next->pages <= PTSCOPE_MAX_RUN_PAGES;
}

static bool add(struct ptscope_runs *runs, const struct ptscope_run *run)
{
	if (continues(&runs->last, run)) {
		runs->last.pages += run->pages;
		return true;
	}
	if (!flush(runs))
		return false;
	runs->last = *run;
	return true;
}

/*
 * Read node and folio of the pages of @entry from @addr on, where its frame is @value.
 *
 * Returns the number of pages that agree in @extra. It is 0 if the window may read no
 * other struct page.
 */
static unsigned long read_folios(struct ptscope_runs *runs, const struct ptscope_entry *entry,
				 u64 value, unsigned long addr, unsigned long pages, u64 *extra)
{
	const struct ptscope_folio_request request = {
		.detail = runs->filter.detail,
		.visible = runs->filter.visible,
		.hugetlb = runs->scan.place.huge_level >= 0,
	};
	const bool zero = entry->flags & PTSCOPE_FLAG_ZERO;
	unsigned long same;

	if (entry->state != PTSCOPE_STATE_RES || runs->scan.place.pfn_map)
		return pages;
	same = ptscope_folio_extra(value, addr, zero ? 1 : pages, &request, extra,
				   &runs->scan.looks);
	return same && zero ? pages : same;
}

static unsigned long runs_run(struct ptscope_scan *scan, unsigned long addr,
			      unsigned long pages, const struct ptscope_entry *entry)
{
	struct ptscope_runs *runs = to_runs(scan);
	const struct ptscope_filter *filter = &runs->filter;
	const u64 what = ptscope_run_what(entry, ptscope_filter_flags(filter, entry->flags));
	u64 value = entry->value;
	unsigned long done = 0;

	if (!ptscope_filter_match(filter, entry))
		return pages;

	while (done < pages) {
		struct ptscope_run run = {
			.addr = addr + (done << PAGE_SHIFT),
			.pages = min(pages - done, PTSCOPE_MAX_RUN_PAGES),
			.value = filter->detail & PTSCOPE_DETAIL_FRAME ? value : 0,
			.what = what,
		};

		if (filter->detail & (PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO))
			run.pages = read_folios(runs, entry, value, run.addr, run.pages,
						&run.extra);
		run.extra |= entry->extra;
		if (!run.pages || !add(runs, &run))
			break;
		done += run.pages;
		if (value && !same_frame(what))
			value += run.pages;
	}
	return done;
}

/* Which level the empty entry is at makes no difference to the process. */
static unsigned long runs_empty(struct ptscope_scan *scan, unsigned long addr,
				unsigned long pages, const struct ptscope_entry *entry)
{
	struct ptscope_entry page = *entry;

	page.level = PTSCOPE_LEVEL_PTE;
	return runs_run(scan, addr, pages, &page);
}

static bool runs_needs_empty(struct ptscope_scan *scan, enum ptscope_state state)
{
	return to_runs(scan)->filter.states & BIT(state);
}

/* A run does not cross the end of a VMA, even if there is no room for it now. */
static int runs_leave(struct ptscope_scan *scan)
{
	struct ptscope_runs *runs = to_runs(scan);

	if (flush(runs))
		return 0;
	scan->full = false;
	runs->complete = true;
	return -ENOBUFS;
}

static const struct ptscope_sink runs_sink = {
	.run = runs_run,
	.empty = runs_empty,
	.needs_empty = runs_needs_empty,
	.leave = runs_leave,
};

/**
 * ptscope_runs_init() - prepare a scan for runs
 * @runs: all zero, but for the range of @runs->scan
 * @filter: which runs to report
 */
void ptscope_runs_init(struct ptscope_runs *runs, const struct ptscope_filter *filter)
{
	runs->filter = *filter;
	runs->scan.sink = &runs_sink;
	runs->scan.frames = filter->detail & (PTSCOPE_DETAIL_FRAME | PTSCOPE_DETAIL_NODE |
					      PTSCOPE_DETAIL_FOLIO);
}

/**
 * ptscope_runs_scan() - go on with a scan for runs
 * @runs: the scan; its buffer is open
 *
 * Locking: as for ptscope_scan().
 *
 * Return: 0 if the scan and all runs are complete, -ENOBUFS if the buffer is full, or
 * another negative errno as for ptscope_scan().
 */
int ptscope_runs_scan(struct ptscope_runs *runs)
{
	int err;

	if (runs->complete)
		flush(runs);
	runs->complete = false;
	err = ptscope_scan(&runs->scan);
	if (err == -ENOBUFS)
		return err;
	/* The end, or an error: either way this run is not extended. */
	if (flush(runs) || err)
		return err;
	runs->scan.full = false;
	runs->complete = true;
	return -ENOBUFS;
}
