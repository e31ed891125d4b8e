// SPDX-License-Identifier: GPL-2.0-only
/*
 * The common part of maps and huge: dump the VMAs of each process and print a row for
 * each VMA, or for each group of VMAs, and a total.
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

/* Maximum number of dumps per process if the address space changes during a dump. */
#define TRIES 3

/**
 * struct vma_dump - state of a run of the verb
 * @verb: the verb
 * @opts: its options
 * @ps: the connection
 * @folios: a column needs struct page
 * @out: the output
 * @groups: groups of the current process; NULL without --by
 * @sum: total of the current process
 */
struct vma_dump {
	const struct verb *verb;
	const struct options *opts;
	struct ptscope *ps;
	bool folios;
	struct output *out;
	struct groups *groups;
	struct vma_row sum;
};

/* The sum owns its array of nodes; the connection owns that of a VMA. */
static bool nodes_add(struct ptscope_census *sum, const struct ptscope_census *part)
{
	uint64_t *node = (uint64_t *)sum->node;
	uint32_t i;

	if (part->nodes > sum->nodes) {
		node = reallocarray(node, part->nodes, sizeof(*node));
		if (!node)
			return false;
		for (i = sum->nodes; i < part->nodes; i++)
			node[i] = 0;
		sum->nodes = part->nodes;
		sum->node = node;
	}
	for (i = 0; i < part->nodes; i++)
		node[i] += part->node[i];
	return true;
}

bool vma_row_add(struct vma_row *sum, const struct vma_row *part)
{
	const struct ptscope_census *from = &part->vma.census;
	struct ptscope_census *to = &sum->vma.census;
	size_t i;

	sum->vmas += part->vmas;
	for (i = 0; i < PTSCOPE_COUNTERS; i++)
		to->counter[i] += from->counter[i];
	for (i = 0; i < PTSCOPE_LEVELS; i++) {
		to->table[i].pages += from->table[i].pages;
		to->table[i].used += from->table[i].used;
	}
	return nodes_add(to, from);
}

void vma_row_free(struct vma_row *sum)
{
	free((uint64_t *)sum->vma.census.node);
	sum->vma.census.node = NULL;
	sum->vma.census.nodes = 0;
}

/* False after reporting an error. */
static bool add_row(struct vma_dump *dump, const struct vma_row *row)
{
	if (!vma_row_add(&dump->sum, row))
		goto no_memory;
	if (!dump->groups)
		return output_row(dump->out, row);
	if (groups_add(dump->groups, row))
		return true;

no_memory:
	print_error("out of memory");
	return false;
}

/* Returns 0 or a negative errno; -ECANCELED has been reported. */
static int read_vmas(struct vma_dump *dump, pid_t pid)
{
	const struct ptscope_vma *vma;
	int err;

	vma_row_free(&dump->sum);
	memset(&dump->sum, 0, sizeof(dump->sum));
	err = ptscope_dump_vmas(dump->ps, pid, dump->opts->start, dump->opts->end);
	while (!err && (err = ptscope_next_vma(dump->ps, &vma)) > 0) {
		struct vma_row row = {
			.vma = *vma,
			.vmas = 1,
			.cache = dump->opts->cache && !ptscope_hidden(dump->ps),
			.has_folios = dump->folios,
		};

		err = add_row(dump, &row) ? 0 : -ECANCELED;
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
	dump->sum.has_folios = dump->folios;
	return output_total(dump->out, &dump->sum);
}

/* After an error, the rows that were read remain, and no total is printed. */
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
	note_hidden(dump->ps);
	if (!dump->sum.vmas)
		note_unmapped(dump->opts, pid);
	/* TRIES is a limit because a process may change its mappings without pause. */
	note_interrupted(dump->ps, pid);
	return print_sum(dump, pid) ? 0 : -ECANCELED;
}

/* Print what an access to all unmapped pages would cost. */
static void print_touch(const struct vma_row *total)
{
	const struct ptscope_census *c = &total->vma.census;
	char zero[16], minor[16], file[16], swap[16];

	format_size(zero, sizeof(zero), c->lazy);
	format_size(minor, sizeof(minor), c->cached);
	format_size(file, sizeof(file), c->disk);
	format_size(swap, sizeof(swap), c->swap);
	if (total->cache)
		printf("%d: touching the other pages costs %s zero-fill, %s minor faults, %s file reads, %s swap-in\n",
		       (int)total->vma.pid, zero, minor, file, swap);
	else
		printf("%d: touching the other pages costs %s swap-in, %s file reads or minor faults, %s zero-fill or minor faults: the page cache is hidden\n",
		       (int)total->vma.pid, swap, file, zero);
}

/* With several processes, every row shows the PID. */
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

/* Kernel threads are an error only if there is no other process. */
static int note_kthreads(size_t processes, size_t kthreads)
{
	if (!kthreads)
		return CLI_OK;
	if (kthreads == processes) {
		print_error("all selected processes are kernel threads, which have no address space");
		return CLI_FAILED;
	}
	print_note("kernel threads have no address space; skipped: %zu", kthreads);
	return CLI_OK;
}

/* @totals: set to the totals of the processes that were read without an error */
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
			/* A process that an option selected may have exited since. */
			status = report_failure(dump->ps, err, pid);
			if (dump->sum.vmas && !dump->groups)
				print_error("%d: rows are incomplete", (int)pid);
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
	int status;

	if (!cli_check_range(opts))
		return CLI_FAILED;
	dump.ps = cli_connect(opts, &status);
	if (!dump.ps)
		return status;
	dump.folios = vma_columns_need_folios(opts);
	if (dump.folios)
		ptscope_set_detail(dump.ps, PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO);
	dump.out = output_open(verb->name, verb->columns, opts);
	status = dump.out ? print_rows(&dump, processes) : CLI_FAILED;
	vma_row_free(&dump.sum);
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
