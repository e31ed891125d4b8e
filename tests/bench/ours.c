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
	const struct ptscope_proc *proc;
	int i;

	if (failed(bench, ptscope_get_proc(bench->ps, bench->target->pid, &proc)))
		return false;
	bench->target->tables = 0;
	for (i = 0; i < PTSCOPE_LEVELS; i++)
		bench->target->tables += proc->census.table[i].pages;
	answer->pages = wanted(bench, &proc->census);
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

static void add_run(const struct bench *bench, const struct ptscope_run *run,
		    struct answer *answer)
{
	const uint32_t state = bench->swapped ? PTSCOPE_STATE_SWAP : PTSCOPE_STATE_RES;

	if (run->state != state || !in_range(bench->target, run->start))
		return;
	answer->pages += run->pages;
	if (bench->frames)
		answer->where += sum(bench->swapped ? run->swap_offset : run->frame, run->pages);
}

static bool read_runs(struct bench *bench, struct answer *answer, uint32_t states)
{
	const struct ptscope_filter filter = {
		.size = sizeof(filter),
		.states = states,
		.detail = bench->detail | (bench->frames ? PTSCOPE_DETAIL_FRAME : 0),
	};
	const struct ptscope_run *run;
	int err;

	answer->exact = true;
	err = ptscope_dump_runs(bench->ps, bench->target->pid, 0, 0, &filter);
	while (!err && (err = ptscope_next_run(bench->ps, &run)) > 0) {
		err = 0;
		answer->items++;
		add_run(bench, run, answer);
	}
	return !failed(bench, err);
}

bool ours_runs(struct bench *bench, struct answer *answer)
{
	return read_runs(bench, answer, 0);
}

bool ours_present_runs(struct bench *bench, struct answer *answer)
{
	return read_runs(bench, answer, 1u << PTSCOPE_STATE_RES);
}

bool ours_swapped_runs(struct bench *bench, struct answer *answer)
{
	return read_runs(bench, answer, 1u << PTSCOPE_STATE_SWAP);
}

/* The census of each process. */
bool ours_machine(struct bench *bench, struct answer *answer)
{
	const struct ptscope_proc *proc;
	int err;

	err = ptscope_dump_procs(bench->ps, NULL, 0);
	while (!err && (err = ptscope_next_proc(bench->ps, &proc)) > 0) {
		err = 0;
		answer->pages += wanted(bench, &proc->census);
		answer->items++;
	}
	if (failed(bench, err))
		return false;
	return answer->items;
}
