// SPDX-License-Identifier: GPL-2.0-only
/* ptscope's readers, from the request to the last field. */
#include <errno.h>
#include <stdlib.h>
#include "bench.h"

static bool failed(struct bench *bench, int err)
{
	if (!err)
		return false;
	fprintf(stderr, "bench: ptscope: %s\n", ptscope_message(bench->ps));
	return true;
}

static uint64_t wanted(const struct bench *bench, const struct ptscope_census *census)
{
	return (bench->swapped ? census->swap : census->res) / bench->page_size;
}

bool ours_census(struct bench *bench, struct answer *answer)
{
	struct ptscope_proc proc;
	int i;

	if (failed(bench, ptscope_get_proc(bench->ps, bench->target->pid, &proc)))
		return false;
	bench->target->tables = 0;
	for (i = 0; i < PTSCOPE_LEVELS; i++)
		bench->target->tables += proc.census.table[i].pages;
	answer->pages = wanted(bench, &proc.census);
	answer->items = 1;
	return true;
}

bool ours_vmas(struct bench *bench, struct answer *answer)
{
	const struct ptscope_vma *vma;
	int err;

	answer->exact = true;
	answer->vmas = true;
	err = ptscope_dump_vmas(bench->ps, bench->target->pid, 0, 0);
	while (!err && (err = ptscope_next_vma(bench->ps, &vma)) > 0) {
		err = 0;
		if (!in_range(bench->target, vma->start))
			continue;
		answer->pages += wanted(bench, &vma->census);
		answer->items++;
	}
	return !failed(bench, err);
}

/* Sum of consecutive numbers. */
static uint64_t sum(uint64_t first, uint64_t count)
{
	return first * count + count * (count - 1) / 2;
}

static void add_run(const struct bench *bench, const struct ptscope_packed_run *run,
		    struct answer *answer)
{
	const uint32_t state = bench->swapped ? PTSCOPE_STATE_SWAP : PTSCOPE_STATE_RES;
	const uint32_t pages = ptscope_packed_pages(run);

	if (ptscope_packed_state(run) != state || !in_range(bench->target, run->start))
		return;
	answer->pages += pages;
	/* The offset of a swap entry, without its type. */
	if (bench->frames)
		answer->where += sum(run->value & ((1ull << PTSCOPE_SWAP_TYPE_SHIFT) - 1), pages);
}

static bool read_runs(struct bench *bench, struct answer *answer, uint32_t states)
{
	const struct ptscope_filter filter = {
		.states = states,
		.detail = bench->detail | (bench->frames ? PTSCOPE_DETAIL_FRAME : 0),
	};
	const struct ptscope_packed_run *runs;
	size_t count, i;
	int err;

	answer->exact = true;
	err = ptscope_dump_runs(bench->ps, bench->target->pid, 0, 0, &filter);
	while (!err && (err = ptscope_next_runs(bench->ps, &runs, &count)) > 0) {
		err = 0;
		answer->items += count;
		for (i = 0; i < count; i++)
			add_run(bench, &runs[i], answer);
	}
	return !failed(bench, err);
}

bool ours_runs(struct bench *bench, struct answer *answer)
{
	return read_runs(bench, answer, 0);
}

/* Adds each run of a packed reply. */
static void add_series(const struct bench *bench, const struct ptscope_series *series,
		       struct answer *answer)
{
	/* In pages. */
	const uint64_t from = bench->target->start / bench->page_size;
	const uint64_t size = bench->target->end / bench->page_size - from;
	uint64_t at = series->start / bench->page_size - from, pages = series->pages, found;
	uint32_t i;

	answer->items += 1 + series->count;
	found = at < size ? pages : 0;
	for (i = 0; i < series->count; i++) {
		at += pages + ptscope_series_gap(series->run[i]);
		pages = ptscope_series_pages(series->run[i]);
		if (at < size)
			found += pages;
	}
	answer->pages += found;
}

bool ours_present_runs(struct bench *bench, struct answer *answer)
{
	const struct ptscope_filter filter = { .states = 1u << PTSCOPE_STATE_RES };
	struct ptscope_series series;
	int err;

	answer->exact = true;
	err = ptscope_dump_series(bench->ps, bench->target->pid, 0, 0, &filter);
	while (!err && (err = ptscope_next_series(bench->ps, &series)) > 0) {
		err = 0;
		add_series(bench, &series, answer);
	}
	return !failed(bench, err);
}

bool ours_swapped_runs(struct bench *bench, struct answer *answer)
{
	return read_runs(bench, answer, 1u << PTSCOPE_STATE_SWAP);
}

/* The census of each process. */
bool ours_machine(struct bench *bench, struct answer *answer)
{
	struct ptscope_proc proc;
	int err;

	err = ptscope_dump_procs(bench->ps);
	while (!err && (err = ptscope_next_proc(bench->ps, &proc)) > 0) {
		err = 0;
		answer->pages += wanted(bench, &proc.census);
		answer->items++;
	}
	if (failed(bench, err))
		return false;
	return answer->items;
}
