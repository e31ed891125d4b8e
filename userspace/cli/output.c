// SPDX-License-Identifier: GPL-2.0-only
/*
 * Format cells, and filter, sort and limit rows. A writer prints the rows as a table,
 * raw lines or JSON.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "error.h"
#include "output.h"
#include "writer.h"

/* stdout is flushed with the first row that is printed this long after the last flush. */
#define FLUSH_NS 50000000ull

/**
 * struct output - the output of a verb
 * @shape: columns and options
 * @writer: the output format
 * @state: private data of the writer
 * @key: the column to sort by; NULL for none
 * @keeps: rows are stored until the end
 * @kept: the stored rows, newest first
 * @nkept: number of stored rows
 * @totals: totals that are printed after all rows, newest first
 * @rows: number of rows added, with totals and without rows that --nonzero omits
 * @printed: number of rows passed to the writer, without totals
 * @flushed: time of the last flush of stdout in ns; 0 for never
 * @failed: an error has been reported
 * @record: the current row
 * @cell: cells of the current row; the last one is the sort key
 */
struct output {
	struct shape shape;
	const struct writer *writer;
	void *state;
	const struct column *key;
	bool keeps;
	struct record *kept;
	size_t nkept;
	struct record *totals;
	uint64_t rows;
	uint64_t printed;
	uint64_t flushed;
	bool failed;
	struct record *record;
	struct cell cell[OPTIONS_COLUMNS + 1];
};

int column_index(const struct columns *columns, const char *name, size_t len)
{
	int i;

	for (i = 0; columns->all[i].name; i++) {
		const char *own = columns->all[i].name;

		if (strlen(own) == len && !strncasecmp(own, name, len))
			return i;
	}
	return -1;
}

bool column_is_amount(const struct column *column)
{
	return column->kind == CELL_SIZE || column->kind == CELL_COUNT ||
	       column->kind == CELL_PERCENT;
}

void column_heading(char *to, size_t size, const struct column *column)
{
	size_t i;

	for (i = 0; column->name[i] && i + 1 < size; i++)
		to[i] = toupper((unsigned char)column->name[i]);
	to[i] = '\0';
}

void column_key(char *to, size_t size, const struct column *column)
{
	size_t i;

	for (i = 0; column->name[i] && i + 1 < size; i++)
		to[i] = column->name[i] == '-' ? '_' : column->name[i];
	to[i] = '\0';
}

void format_size(char *to, size_t size, uint64_t bytes)
{
	static const char units[] = "BKMGTPE";
	double value = bytes;
	size_t unit = 0;

	while (value >= 1024 && unit + 1 < strlen(units)) {
		value /= 1024;
		unit++;
	}
	if (!bytes)
		snprintf(to, size, "0");
	else if (!unit || value == (uint64_t)value)
		snprintf(to, size, "%" PRIu64 "%c", (uint64_t)value, units[unit]);
	else
		snprintf(to, size, "%.1f%c", value, units[unit]);
}

/* Most cells of a dump are numbers; printf() takes three times as long. */
static const char *format_number(struct cell *cell, uint64_t number, unsigned int base)
{
	char *to = cell->buf + sizeof(cell->buf) - 1;

	*to = '\0';
	do {
		*--to = "0123456789abcdef"[number % base];
		number /= base;
	} while (number);
	if (base == 16) {
		*--to = 'x';
		*--to = '0';
	}
	return to;
}

static const char *format_cell(const struct options *opts, const struct column *column,
			       struct cell *cell)
{
	switch (column->kind) {
	case CELL_TEXT:
	case CELL_LIST:
		return cell->text;
	case CELL_SIZE:
		if (!opts->json && !opts->raw && !opts->bytes) {
			format_size(cell->buf, sizeof(cell->buf), cell->number);
			return cell->buf;
		}
		/* fall through */
	case CELL_COUNT:
	case CELL_NUMBER:
		return format_number(cell, cell->number, 10);
	case CELL_ADDRESS:
		return format_number(cell, cell->number, 16);
	case CELL_PERCENT:
		snprintf(cell->buf, sizeof(cell->buf), "%.1f", cell->percent);
		return cell->buf;
	case CELL_BOOL:
		return cell->number ? "yes" : "no";
	}
	return NULL;
}

static bool is_zero(const struct column *column, const struct cell *cell)
{
	return column->kind == CELL_PERCENT ? !cell->percent : !cell->number;
}

static bool fail(struct output *out)
{
	if (!out->failed)
		print_write_error(errno);
	out->failed = true;
	return false;
}

/* Without a column that --nonzero looks at, it would omit every row. */
static bool check_nonzero(const struct shape *shape)
{
	int i;

	if (!shape->opts->nonzero)
		return true;
	for (i = 0; i < shape->count; i++)
		if (column_is_amount(shape->columns[i]) &&
		    !(shape->columns[i]->properties & COLUMN_EXTENT))
			return true;
	print_error("--nonzero: none of the columns is an amount that can be zero");
	return false;
}

struct output *output_open(const char *name, const struct columns *columns,
			   const struct options *opts)
{
	struct output *out = calloc(1, sizeof(*out));
	int i;

	if (!out)
		goto no_memory;
	out->shape.name = name;
	out->shape.opts = opts;
	out->shape.totals = columns->totals;
	for (i = 0; i < opts->ncolumns; i++)
		out->shape.columns[out->shape.count++] = &columns->all[opts->columns[i]];
	if (opts->sort >= 0)
		out->key = &columns->all[opts->sort];
	out->keeps = out->key || opts->reverse;
	if (!check_nonzero(&out->shape)) {
		free(out);
		return NULL;
	}

	out->writer = opts->json ? &json_writer : opts->raw ? &raw_writer : &table_writer;
	out->record = calloc(1, sizeof(*out->record) +
					(out->shape.count + 1) * sizeof(struct value));
	out->state = out->record ? out->writer->open(&out->shape) : NULL;
	if (out->state)
		return out;
	free(out->record);
	free(out);
no_memory:
	print_error("out of memory");
	return NULL;
}

struct record *record_copy(const struct record *record, int count)
{
	size_t size = sizeof(*record) + count * sizeof(record->value[0]);
	const char *key = record->key_text;
	struct record *copy;
	char *text;
	int i;

	for (i = 0; i < count; i++)
		if (record->value[i].text)
			size += strlen(record->value[i].text) + 1;
	copy = malloc(size + (key ? strlen(key) + 1 : 0));
	if (!copy)
		return NULL;

	memcpy(copy, record, sizeof(*record) + count * sizeof(record->value[0]));
	text = (char *)&copy->value[count];
	for (i = 0; i < count; i++) {
		if (!record->value[i].text)
			continue;
		copy->value[i].text = text;
		text = stpcpy(text, record->value[i].text) + 1;
	}
	if (key) {
		copy->key_text = text;
		stpcpy(text, key);
	}
	return copy;
}

static void fill_key(struct output *out, const void *row)
{
	struct cell *cell = &out->cell[out->shape.count];
	struct record *record = out->record;

	if (!out->key)
		return;
	memset(cell, 0, offsetof(struct cell, buf));
	cell->column = out->key;
	record->key_empty = !out->key->fill(row, cell);
	record->key_number = cell->number;
	record->key_percent = cell->percent;
	record->key_text = record->key_empty ? NULL : cell->text;
}

/* Fill the cells of a row; false if --nonzero omits the row. */
static bool fill(struct output *out, const void *row, bool total)
{
	bool zero = out->shape.opts->nonzero && !total;
	int i;

	out->record->total = total;
	for (i = 0; i < out->shape.count; i++) {
		const struct column *column = out->shape.columns[i];
		struct value *value = &out->record->value[i];
		struct cell *cell = &out->cell[i];

		memset(cell, 0, offsetof(struct cell, buf));
		cell->column = column;
		if (column->fill(row, cell)) {
			value->zero = is_zero(column, cell);
			value->text = format_cell(out->shape.opts, column, cell);
			value->color = cell->color;
		} else {
			*value = (struct value){ .zero = true };
		}
		if (!value->zero && column_is_amount(column) &&
		    !(column->properties & COLUMN_EXTENT))
			zero = false;
	}
	return !zero;
}

/*
 * Flush the first row at once and later rows every FLUSH_NS, so that a reader of a pipe
 * does not wait until the buffer is full.
 */
static void flush_periodically(struct output *out)
{
	struct timespec now;
	uint64_t ns;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	ns = now.tv_sec * 1000000000ull + now.tv_nsec;
	if (out->flushed && ns - out->flushed < FLUSH_NS)
		return;
	fflush(stdout);
	out->flushed = ns;
}

static bool print(struct output *out, const struct record *record)
{
	if (!out->writer->row(out->state, record))
		return fail(out);
	out->printed += !record->total;
	if (!out->writer->rollback)
		flush_periodically(out);
	return !ferror(stdout) || fail(out);
}

/* Amounts in descending order, others in ascending order, empty cells last. */
static int compare(const struct column *key, bool reverse, const struct record *a,
		   const struct record *b)
{
	int order = 0;

	if (key && a->key_empty != b->key_empty)
		return a->key_empty ? 1 : -1;
	if (key && !a->key_empty) {
		if (key->kind == CELL_TEXT || key->kind == CELL_LIST)
			order = strcmp(a->key_text, b->key_text);
		else if (key->kind == CELL_PERCENT)
			order = (a->key_percent > b->key_percent) -
				(a->key_percent < b->key_percent);
		else
			order = (a->key_number > b->key_number) - (a->key_number < b->key_number);
		if (column_is_amount(key))
			order = -order;
	}
	/* Equal rows keep their order. --reverse without --sort reverses that order. */
	if (!order)
		return (a->sequence < b->sequence ? -1 : 1) * (reverse && !key ? -1 : 1);
	return reverse ? -order : order;
}

struct ranking {
	const struct column *key;
	bool reverse;
};

static int compare_records(const void *a, const void *b, void *data)
{
	const struct ranking *ranking = data;

	return compare(ranking->key, ranking->reverse, *(struct record *const *)a,
		       *(struct record *const *)b);
}

/* Sort the stored rows into an array and free those beyond the limit of --top. */
static struct record **rank(struct output *out, size_t *count)
{
	const struct options *opts = out->shape.opts;
	struct ranking ranking = { out->key, opts->reverse };
	struct record **all = calloc(out->nkept + 1, sizeof(*all)), *record;
	size_t n = 0;

	if (!all)
		return NULL;
	for (record = out->kept; record; record = record->next)
		all[n++] = record;
	qsort_r(all, n, sizeof(*all), compare_records, &ranking);
	while (opts->top && n > opts->top)
		free(all[--n]);
	*count = n;
	return all;
}

/* Free stored rows that are beyond the limit of --top. */
static bool cut(struct output *out)
{
	struct record **all;
	size_t count;

	all = rank(out, &count);
	if (!all)
		return fail(out);
	out->kept = NULL;
	out->nkept = count;
	while (count) {
		all[--count]->next = out->kept;
		out->kept = all[count];
	}
	free(all);
	return true;
}

static bool keep(struct output *out, struct record **list)
{
	struct record *copy = record_copy(out->record, out->shape.count);

	if (!copy)
		return fail(out);
	copy->next = *list;
	*list = copy;
	return true;
}

static bool add(struct output *out, const void *row, bool total)
{
	const struct options *opts = out->shape.opts;

	if (out->failed)
		return false;
	if (!total && output_is_full(out))
		return true;
	if (!fill(out, row, total))
		return true;
	out->record->sequence = ++out->rows;
	if (total && (out->keeps || opts->json))
		return keep(out, &out->totals);
	if (!out->keeps)
		return print(out, out->record);

	fill_key(out, row);
	if (!keep(out, &out->kept))
		return false;
	out->nkept++;
	/* Cut at twice the limit: the cost of sorting is then small per row. */
	return !opts->top || out->nkept < 2 * opts->top + OUTPUT_CHUNK || cut(out);
}

bool output_row(struct output *out, const void *row)
{
	return add(out, row, false);
}

bool output_total(struct output *out, const void *row)
{
	return add(out, row, true);
}

bool output_record(struct output *out, const void *row)
{
	if (out->writer != &table_writer)
		return output_row(out, row);
	fill(out, row, true);
	return table_print_fields(&out->shape, out->record) || fail(out);
}

bool output_is_full(const struct output *out)
{
	return out->shape.opts->top && !out->keeps && out->printed >= out->shape.opts->top;
}

uint64_t output_mark(const struct output *out)
{
	return out->rows + 1;
}

static void drop_from(struct record **list, uint64_t mark, size_t *count)
{
	struct record *record;

	while ((record = *list) && record->sequence >= mark) {
		*list = record->next;
		free(record);
		if (count)
			--*count;
	}
}

bool output_rollback(struct output *out, uint64_t mark)
{
	if (out->rows < mark)
		return true;
	/* --top may have freed rows from before the mark in favour of later rows. */
	if (out->shape.opts->top)
		return false;
	if (!out->keeps && (!out->writer->rollback ||
			    !out->writer->rollback(out->state, mark)))
		return false;
	drop_from(&out->kept, mark, &out->nkept);
	drop_from(&out->totals, mark, NULL);
	return true;
}

static void print_kept(struct output *out)
{
	struct record **all, *record, *totals = NULL;
	size_t count = 0, i;

	all = rank(out, &count);
	if (!all)
		fail(out);
	for (i = 0; i < count; i++) {
		if (!out->failed)
			print(out, all[i]);
		free(all[i]);
	}
	free(all);

	/* The list is newest first; reverse it. */
	while ((record = out->totals)) {
		out->totals = record->next;
		record->next = totals;
		totals = record;
	}
	while ((record = totals)) {
		if (!out->failed)
			print(out, record);
		totals = record->next;
		free(record);
	}
}

bool output_close(struct output *out)
{
	bool good;

	print_kept(out);
	if (!out->writer->close(out->state))
		fail(out);
	good = !out->failed;
	free(out->record);
	free(out);
	return good;
}
