// SPDX-License-Identifier: GPL-2.0-only
/*
 * What verbs that go through VMAs share: getting the rows, adding them up,
 * and the columns that say the same in each of them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vma_table.h"

/* How often an answer that did not fit together is asked for again. */
#define TRIES 3

struct rows {
	struct row *row;
	size_t count;
	size_t room;
};

bool row_pid(const void *row, struct cell *cell)
{
	cell->number = ((const struct row *)row)->vma.pid;
	return true;
}

bool row_start(const void *row, struct cell *cell)
{
	cell->number = ((const struct row *)row)->vma.start;
	return !((const struct row *)row)->total;
}

bool row_end(const void *row, struct cell *cell)
{
	cell->number = ((const struct row *)row)->vma.end;
	return !((const struct row *)row)->total;
}

bool row_name(const void *row, struct cell *cell)
{
	cell->text = ((const struct row *)row)->vma.name;
	return *cell->text;
}

ROW_SIZE(size, c->size, COLOR_NONE)
ROW_SIZE(res, c->res, COLOR_NONE)
ROW_SIZE(pte, c->pte, COLOR_NONE)
ROW_SIZE(cont, c->cont, COLOR_HUGE)
ROW_SIZE(pmd, c->pmd, COLOR_HUGE)
ROW_SIZE(pud, c->pud, COLOR_HUGE)
ROW_SIZE(thp, c->thp, COLOR_HUGE)
ROW_SIZE(hugetlb, c->hugetlb, COLOR_HUGE)

static void rows_clear(struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows->count; i++) {
		free((char *)rows->row[i].vma.name);
		free(rows->row[i].frames);
	}
	rows->count = 0;
}

static struct row *rows_add(struct rows *rows, const struct ptscope_vma *vma)
{
	struct row *row;
	char *name;

	if (rows->count == rows->room) {
		size_t room = rows->room ? 2 * rows->room : 256;

		row = reallocarray(rows->row, room, sizeof(*row));
		if (!row)
			return NULL;
		rows->row = row;
		rows->room = room;
	}
	name = strdup(vma->name);
	if (!name)
		return NULL;
	row = &rows->row[rows->count++];
	memset(row, 0, sizeof(*row));
	row->vma = *vma;
	row->vma.name = name;
	return row;
}

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

static bool needs_frames(const struct verb *verb, const struct options *opts)
{
	const char *list = verb->columns->frames;

	while (list && *list) {
		size_t len = strcspn(list, ",");
		int index = column_index(verb->columns, list, len);
		int i;

		for (i = 0; i < opts->ncolumns; i++)
			if (opts->columns[i] == index)
				return true;
		list += len + (list[len] == ',');
	}
	return false;
}

/*
 * Ask for the nodes and folios of what is resident. The rows are there, in the
 * order of their addresses; what was mapped since then has none.
 */
static int read_frames(struct ptscope *ps, const struct options *opts, struct rows *rows)
{
	const struct ptscope_filter filter = {
		.states = 1u << PTSCOPE_STATE_RES,
		.detail = PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO,
	};
	struct row *total = &rows->row[rows->count - 1];
	struct ptscope_run run;
	size_t i;
	int err;

	for (i = 0; i < rows->count; i++) {
		rows->row[i].frames = calloc(1, sizeof(*total->frames));
		if (!rows->row[i].frames)
			return -ENOMEM;
	}
	err = ptscope_dump_runs(ps, total->vma.pid, opts->start, opts->end, &filter);
	i = 0;
	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		err = 0;
		while (i + 1 < rows->count && rows->row[i].vma.end <= run.start)
			i++;
		if (rows->row[i].total || rows->row[i].vma.start > run.start)
			continue;
		frames_add_run(rows->row[i].frames, &run, total->page_size);
	}
	for (i = 0; i + 1 < rows->count; i++)
		frames_add(total->frames, rows->row[i].frames);
	return err;
}

/* Rows of one process, then their total. What came before an error stays. */
static int read_process(struct ptscope *ps, const struct options *opts, pid_t pid,
			uint32_t page_size, struct rows *rows)
{
	struct ptscope_vma sum = { .pid = pid, .name = "total" };
	const struct ptscope_vma *vma;
	struct row *row;
	int err;

	err = ptscope_dump_vmas(ps, pid, opts->start, opts->end);
	if (err)
		return err;
	while ((err = ptscope_next_vma(ps, &vma)) > 0) {
		census_add(&sum.census, &vma->census);
		row = rows_add(rows, vma);
		if (!row)
			return -ENOMEM;
		row->page_size = page_size;
		row->cache = opts->cache && !ptscope_hidden(ps);
	}
	if (err && !rows->count)
		return err;
	row = rows_add(rows, &sum);
	if (!row)
		return -ENOMEM;
	row->total = true;
	row->page_size = page_size;
	row->cache = opts->cache && !ptscope_hidden(ps);
	/* What columns of frames need of folios is hidden from nobody. */
	if (!err)
		cli_note_hidden(ps);
	return err;
}

/* @kthreads: counts kernel threads where several processes were named */
static int print_process(struct ptscope *ps, const struct verb *verb,
			 const struct options *opts, pid_t pid, uint32_t page_size,
			 struct rows *rows, struct table *table, int *kthreads)
{
	int status = CLI_OK;
	int err, tries = 0;
	size_t i;

	do {
		rows_clear(rows);
		err = read_process(ps, opts, pid, page_size, rows);
		if (!err && needs_frames(verb, opts))
			err = read_frames(ps, opts, rows);
	} while (!err && ptscope_interrupted(ps) && ++tries < TRIES);

	for (i = 0; i < rows->count; i++)
		if (!table_add(table, &rows->row[i], rows->row[i].total))
			err = -ENOMEM;

	if (err == -ENOMEM) {
		complain("out of memory");
		status = CLI_FAILED;
	} else if (err == -EINVAL && opts->noperands > 1) {
		++*kthreads;
	} else if (err) {
		status = cli_failed(ps, err, pid);
		if (rows->count)
			complain("%d: its rows are those read until then", (int)pid);
	} else if (rows->count == 1) {
		cli_note_unmapped(opts, pid);
	} else if (ptscope_interrupted(ps)) {
		/* A process that maps without pause would have us ask forever. */
		complain("%d: note: its address space changed while it was read; rows may not fit together",
			 (int)pid);
	}
	return status;
}

/* What would become of the rest if the process touched all of it. */
static void print_touch(const struct row *total)
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

/* With several processes every row says whose it is. */
static void add_pid_column(struct options *opts, const struct verb *verb)
{
	int pid = column_index(verb->columns, "pid", strlen("pid"));
	int i;

	for (i = 0; i < opts->ncolumns; i++)
		if (opts->columns[i] == pid)
			return;
	memmove(opts->columns + 1, opts->columns, opts->ncolumns * sizeof(opts->columns[0]));
	opts->columns[0] = pid;
	opts->ncolumns++;
}

/* A list of all processes has many of them, and they are no reason to fail. */
static int note_kthreads(const struct options *opts, int kthreads)
{
	if (!kthreads)
		return CLI_OK;
	if (kthreads == opts->noperands) {
		complain("these are all kernel threads, which have no address space of their own");
		return CLI_FAILED;
	}
	complain("note: kernel threads have no address space of their own; left out: %d", kthreads);
	return CLI_OK;
}

static int add_all(struct ptscope *ps, const struct verb *verb, const struct options *opts,
		   uint32_t page_size, struct table *table, struct row *totals,
		   int *ntotals)
{
	struct rows rows = { 0 };
	int worst = CLI_OK;
	int kthreads = 0;
	int i;

	for (i = 0; i < opts->noperands; i++) {
		int status = CLI_FAILED;
		pid_t pid;

		if (parse_pid(opts->operands[i], &pid))
			status = print_process(ps, verb, opts, pid, page_size, &rows, table,
					       &kthreads);
		if (rows.count && status == CLI_OK)
			totals[(*ntotals)++] = rows.row[rows.count - 1];
		if (status > worst)
			worst = status;
	}
	rows_clear(&rows);
	free(rows.row);
	if (note_kthreads(opts, kthreads) != CLI_OK)
		worst = CLI_FAILED;
	return worst;
}

int rows_run(const struct verb *verb, const struct options *given)
{
	struct options opts = *given;
	struct row *totals;
	struct ptscope_info info;
	struct ptscope *ps;
	struct table *table;
	int status, ntotals = 0, i;

	if (!opts.noperands) {
		complain("%s wants a PID; 'ptscope %s --help' tells more", verb->name, verb->name);
		return CLI_FAILED;
	}
	if (opts.noperands > 1)
		add_pid_column(&opts, verb);

	ps = cli_connect(&opts, &info, &status);
	if (!ps)
		return status;
	table = cli_check_range(&opts, info.page_size) ? table_new(verb, &opts) : NULL;
	if (!table) {
		ptscope_free(ps);
		return CLI_FAILED;
	}
	totals = calloc(opts.noperands, sizeof(*totals));
	if (totals) {
		status = add_all(ps, verb, &opts, info.page_size, table, totals, &ntotals);
	} else {
		complain("out of memory");
		status = CLI_FAILED;
	}
	if (!table_print(table))
		status = CLI_FAILED;
	for (i = 0; opts.cache && !opts.json && !opts.raw && i < ntotals; i++)
		print_touch(&totals[i]);
	free(totals);
	table_free(table);
	ptscope_free(ps);
	return status;
}
