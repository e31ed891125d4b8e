// SPDX-License-Identifier: GPL-2.0-only
/*
 * What verbs on VMAs do: go through the VMAs of each process and print a row for
 * each of them, or for each group, and a total.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "groups.h"
#include "output.h"
#include "select.h"
#include "vma_row.h"

/* How often a reply that does not fit together is requested again. */
#define TRIES 3

/**
 * struct vma_dump - what it takes to go through VMAs
 * @verb: the verb
 * @opts: its options
 * @ps: the connection
 * @frames: a second connection, for the frames of the VMAs; NULL if no column needs it
 * @failed: which of them an error is of
 * @run: the run of frames that is next
 * @has_run: there is one
 * @page_size: size of a base page
 * @out: where rows go
 * @groups: where they go first with --by; NULL without
 * @sum: the total of the process at hand
 */
struct vma_dump {
	const struct verb *verb;
	const struct options *opts;
	struct ptscope *ps;
	struct ptscope *frames;
	struct ptscope *failed;
	struct ptscope_run run;
	bool has_run;
	uint32_t page_size;
	struct output *out;
	struct groups *groups;
	struct vma_row sum;
};

/* Counters stand side by side in a census, and all of them add up. */
static void census_add(struct ptscope_census *sum, const struct ptscope_census *part)
{
	const size_t counters = sizeof(*sum) / sizeof(uint64_t);
	const uint64_t *from = (const uint64_t *)part;
	uint64_t *to = (uint64_t *)sum;
	size_t i;

	_Static_assert(sizeof(*sum) % sizeof(uint64_t) == 0, "a census is made of counters");
	for (i = 0; i < counters; i++)
		to[i] += from[i];
}

void vma_row_add(struct vma_row *sum, const struct vma_row *part)
{
	sum->vmas += part->vmas;
	census_add(&sum->vma.census, &part->vma.census);
	frames_add(&sum->frames, &part->frames);
}

/* Nodes and folios of what is resident come from a dump of their own, of runs. */
static int begin_frames(struct vma_dump *dump, pid_t pid)
{
	const struct ptscope_filter filter = {
		.states = 1u << PTSCOPE_STATE_RES,
		.detail = PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO,
	};
	int err = ptscope_dump_runs(dump->frames, pid, dump->opts->start, dump->opts->end,
				    &filter);

	if (!err)
		err = ptscope_next_run(dump->frames, &dump->run);
	if (err < 0)
		dump->failed = dump->frames;
	dump->has_run = err > 0;
	return err < 0 ? err : 0;
}

/* Both dumps go up through the addresses; what was mapped in between has no frames. */
static int add_frames(struct vma_dump *dump, struct vma_row *row)
{
	if (!dump->sum.vmas) {
		int err = begin_frames(dump, row->vma.pid);

		if (err)
			return err;
	}
	row->has_frames = true;
	while (dump->has_run && dump->run.start < row->vma.end) {
		int err;

		if (dump->run.start >= row->vma.start)
			frames_add_run(&row->frames, &dump->run, dump->page_size);
		err = ptscope_next_run(dump->frames, &dump->run);
		if (err < 0) {
			dump->failed = dump->frames;
			return err;
		}
		dump->has_run = err;
	}
	return 0;
}

/* False, with a message, if that fails. */
static bool add_row(struct vma_dump *dump, const struct vma_row *row)
{
	vma_row_add(&dump->sum, row);
	if (!dump->groups)
		return output_row(dump->out, row);
	if (groups_add(dump->groups, row))
		return true;
	print_error("out of memory");
	return false;
}

/* 0, or a negative errno: -ECANCELED has been reported. */
static int read_vmas(struct vma_dump *dump, pid_t pid)
{
	const struct ptscope_vma *vma;
	int err;

	memset(&dump->sum, 0, sizeof(dump->sum));
	dump->failed = dump->ps;
	err = ptscope_dump_vmas(dump->ps, pid, dump->opts->start, dump->opts->end);
	while (!err && (err = ptscope_next_vma(dump->ps, &vma)) > 0) {
		struct vma_row row = {
			.vma = *vma,
			.vmas = 1,
			.cache = dump->opts->cache && !ptscope_hidden(dump->ps),
			.page_size = dump->page_size,
		};

		err = dump->frames ? add_frames(dump, &row) : 0;
		if (!err && !add_row(dump, &row))
			err = -ECANCELED;
	}
	return err;
}

static bool print_sum(struct vma_dump *dump, pid_t pid)
{
	if (dump->groups && !groups_print(dump->groups, dump->out))
		return false;
	dump->sum.vma.pid = pid;
	dump->sum.vma.name = "";
	dump->sum.total = true;
	dump->sum.by = dump->opts->by;
	dump->sum.cache = dump->opts->cache && !ptscope_hidden(dump->ps);
	dump->sum.page_size = dump->page_size;
	dump->sum.has_frames = dump->frames;
	return output_total(dump->out, &dump->sum);
}

/* Rows that were printed before an error are there; a total of a part is none. */
static int print_process(struct vma_dump *dump, pid_t pid)
{
	const uint64_t mark = output_mark(dump->out);
	int err, tries = 0;

	do {
		if (dump->groups)
			groups_clear(dump->groups);
		err = read_vmas(dump, pid);
	} while (!err && ptscope_interrupted(dump->ps) && ++tries < TRIES &&
		 output_rollback(dump->out, mark));

	if (err)
		return err;
	/* What columns of frames need of folios is hidden from nobody. */
	note_hidden(dump->ps);
	if (!dump->sum.vmas)
		note_unmapped(dump->opts, pid);
	/* A process that maps without pause would have us retry forever. */
	note_interrupted(dump->ps, pid);
	return print_sum(dump, pid) ? 0 : -ECANCELED;
}

/* What would become of the rest if the process touched all of it. */
static void print_touch(const struct vma_row *total)
{
	const struct ptscope_census *c = &total->vma.census;
	char zero[16], minor[16], file[16], swap[16];

	format_size(zero, sizeof(zero), c->lazy);
	format_size(minor, sizeof(minor), c->cached);
	format_size(file, sizeof(file), c->disk);
	format_size(swap, sizeof(swap), c->swap);
	if (total->cache)
		printf("%d: touching the rest would get %s by zero-fill, %s by minor faults, %s from files, %s from swap\n",
		       (int)total->vma.pid, zero, minor, file, swap);
	else
		printf("%d: touching the rest would get %s from swap, %s from files or by minor faults, %s by zero-fill or from shared memory: the page cache is hidden\n",
		       (int)total->vma.pid, swap, file, zero);
}

/* With several processes every row has its PID. */
static void add_pid_column(struct options *opts, const struct verb *verb)
{
	int pid = column_index(verb->columns, "pid", strlen("pid"));
	int i;

	for (i = 0; i < opts->ncolumns; i++)
		if (opts->columns[i] == pid)
			return;
	if (opts->ncolumns == OPTIONS_COLUMNS)
		opts->ncolumns--;
	memmove(opts->columns + 1, opts->columns, opts->ncolumns * sizeof(opts->columns[0]));
	memmove(opts->named + 1, opts->named, opts->ncolumns * sizeof(opts->named[0]));
	opts->columns[0] = pid;
	opts->ncolumns++;
}

/* A list of all processes has many of them, and they are no reason to fail. */
static int note_kthreads(size_t processes, size_t kthreads)
{
	if (!kthreads)
		return CLI_OK;
	if (kthreads == processes) {
		print_error("these are all kernel threads, which have no address space of their own");
		return CLI_FAILED;
	}
	print_note("kernel threads have no address space of their own; left out: %zu", kthreads);
	return CLI_OK;
}

/* @totals: set to the total of each process that has one */
static int print_all(struct vma_dump *dump, const struct selection *processes,
		     struct vma_row *totals, size_t *ntotals)
{
	int worst = processes->failed ? CLI_FAILED : CLI_OK;
	size_t kthreads = 0, i;

	for (i = 0; i < processes->count; i++) {
		const pid_t pid = processes->pid[i];
		int err = print_process(dump, pid);
		int status = CLI_OK;

		if (!err) {
			totals[(*ntotals)++] = dump->sum;
		} else if (err == -ECANCELED) {
			return CLI_FAILED;
		} else if (err == -EINVAL && processes->count > 1) {
			kthreads++;
		} else if (err != -ESRCH || processes->named[i]) {
			/* Processes that were selected may be gone since then. */
			status = report_failure(dump->failed, err, pid);
			if (dump->sum.vmas && !dump->groups)
				print_error("%d: its rows are those read until then", (int)pid);
		}
		if (status > worst)
			worst = status;
	}
	if (note_kthreads(processes->count, kthreads) != CLI_OK)
		worst = CLI_FAILED;
	return worst;
}

static int print_rows(struct vma_dump *dump, const struct selection *processes)
{
	const struct options *opts = dump->opts;
	struct vma_row *totals = calloc(processes->count, sizeof(*totals));
	size_t ntotals = 0, i;
	int status = CLI_FAILED;

	dump->groups = opts->by != BY_NOTHING ? groups_new(opts->by) : NULL;
	if (!totals || (opts->by != BY_NOTHING && !dump->groups))
		print_error("out of memory");
	else
		status = print_all(dump, processes, totals, &ntotals);
	if (!output_close(dump->out))
		status = CLI_FAILED;
	for (i = 0; opts->cache && !opts->json && !opts->raw && i < ntotals; i++)
		print_touch(&totals[i]);
	groups_free(dump->groups);
	free(totals);
	return status;
}

static int connect_and_print(const struct verb *verb, const struct options *opts,
			     const struct selection *processes)
{
	struct vma_dump dump = { .verb = verb, .opts = opts };
	struct ptscope_info info;
	int status;

	dump.ps = cli_connect(opts, &info, &status);
	if (!dump.ps)
		return status;
	dump.page_size = info.page_size;
	status = CLI_FAILED;
	if (!cli_check_range(opts, info.page_size))
		goto out;
	if (vma_columns_need_frames(opts)) {
		dump.frames = cli_connect(opts, &info, &status);
		if (!dump.frames)
			goto out;
	}
	dump.out = output_open(verb->name, verb->columns, opts);
	status = dump.out ? print_rows(&dump, processes) : CLI_FAILED;
out:
	ptscope_free(dump.frames);
	ptscope_free(dump.ps);
	return status;
}

int vma_verb_run(const struct verb *verb, const struct options *given)
{
	struct selection processes;
	struct options opts = *given;
	int status;

	if (!select_processes(verb, &opts, &processes))
		return CLI_FAILED;
	if (opts.noperands > 1 || has_selection(&opts))
		add_pid_column(&opts, verb);
	status = connect_and_print(verb, &opts, &processes);
	selection_free(&processes);
	return status;
}
