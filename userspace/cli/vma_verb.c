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
 * @folios: columns that are shown need struct page
 * @out: where rows go
 * @groups: where they go first with --by; NULL without
 * @sum: the total of the process at hand
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

/* Nodes of a sum are allocated; those of a VMA belong to the connection. */
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

/* False, with a message, if that fails. */
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

/* 0, or a negative errno: -ECANCELED has been reported. */
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
			status = report_failure(dump->ps, err, pid);
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
