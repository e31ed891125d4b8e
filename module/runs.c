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

/* Every page that maps the zero page has the same frame. */
static bool same_frame(u64 what)
{
	return what >> PTSCOPE_RUN_FLAGS_SHIFT & PTSCOPE_FLAG_ZERO;
}

/* Frame or slot of the page that is @pages behind the first one of @run. */
static u64 value_behind(const struct ptscope_run *run, unsigned long pages)
{
	return run->value && !same_frame(run->what) ? run->value + pages : run->value;
}

/* Move the last run to the buffer. False, and the scan ends, if there is no room. */
static bool flush(struct ptscope_runs *runs)
{
	struct ptscope_run *last = &runs->last;

	while (last->pages) {
		const unsigned long pages = min(last->pages, PTSCOPE_MAX_RUN_PAGES);

		if (!ptscope_runs_add(&runs->buffer, last, pages)) {
			runs->scan.full = true;
			return false;
		}
		last->value = value_behind(last, pages);
		last->addr += pages << PAGE_SHIFT;
		last->pages -= pages;
	}
	return true;
}

/* Does @next continue @run? */
static bool continues(const struct ptscope_run *run, const struct ptscope_run *next)
{
	return run->pages && run->addr + (run->pages << PAGE_SHIFT) == next->addr &&
	       run->what == next->what && run->extra == next->extra &&
	       value_behind(run, run->pages) == next->value;
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
 * Add a run, split where node or folio change. @frame is its first frame, whether or not
 * it is reported.
 *
 * Returns the number of pages that were added. The window may read only so many struct
 * pages.
 */
static unsigned long add_folios(struct ptscope_runs *runs, struct ptscope_run run, u64 frame)
{
	const struct ptscope_folio_request request = {
		.detail = runs->filter.detail,
		.visible = runs->filter.visible,
		.hugetlb = runs->scan.place.huge_level >= 0,
	};
	const bool zero = same_frame(run.what);
	const unsigned long pages = run.pages;
	const u64 entry_extra = run.extra;
	unsigned long done = 0;

	while (done < pages) {
		run.extra = 0;
		run.pages = ptscope_folio_extra(zero ? frame : frame + done, run.addr,
						zero ? 1 : pages - done, &request, &run.extra,
						&runs->scan.looks);
		if (zero && run.pages)
			run.pages = pages;
		run.extra |= entry_extra;
		if (!run.pages || !add(runs, &run))
			break;
		done += run.pages;
		run.value = value_behind(&run, run.pages);
		run.addr += run.pages << PAGE_SHIFT;
	}
	return done;
}

static unsigned long runs_run(struct ptscope_scan *scan, unsigned long addr,
			      unsigned long pages, const struct ptscope_entry *entry)
{
	struct ptscope_runs *runs = to_runs(scan);
	const struct ptscope_run run = {
		.addr = addr,
		.pages = pages,
		.value = runs->filter.detail & PTSCOPE_DETAIL_FRAME ? entry->value : 0,
		.what = ptscope_run_what(entry, entry->flags & runs->flags),
		.extra = entry->extra,
	};

	if (!ptscope_filter_match(&runs->filter, entry))
		return pages;
	if (runs->folios && entry->state == PTSCOPE_STATE_RES && !scan->place.pfn_map)
		return add_folios(runs, run, entry->value);
	return add(runs, &run) ? pages : 0;
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
	runs->flags = ptscope_filter_flags(filter);
	runs->folios = filter->detail & (PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO);
	runs->scan.sink = &runs_sink;
	runs->scan.frames = runs->folios || filter->detail & PTSCOPE_DETAIL_FRAME;
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
