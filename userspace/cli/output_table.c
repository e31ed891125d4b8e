// SPDX-License-Identifier: GPL-2.0-only
/*
 * Table output with libsmartcols. The first chunk of rows sets the widths of the
 * columns; later chunks use the same widths.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <libsmartcols.h>

#include "output.h"
#include "utf8.h"
#include "writer.h"

/* Minimum width of a column that is shortened to fit the terminal. */
#define NARROWEST 12

/**
 * struct table - a table and its current chunk of rows
 * @shape: columns and options
 * @scols: the table of libsmartcols; has no lines between chunks
 * @row: the rows of the chunk
 * @nrows: number of rows in the chunk
 * @begun: a chunk has been printed
 * @last: sequence number of the last printed row
 * @hidden: columns that are zero in all rows so far
 * @limit: maximum width of the texts in a column; 0 for no limit
 */
struct table {
	const struct shape *shape;
	struct libscols_table *scols;
	struct record *row[OUTPUT_CHUNK];
	size_t nrows;
	bool begun;
	uint64_t last;
	bool hidden[OPTIONS_COLUMNS];
	size_t limit[OPTIONS_COLUMNS];
};

static const char *const color_sequence[] = {
	[COLOR_HUGE] = "green",
	[COLOR_AWAY] = "red",
	[COLOR_FAINT] = "darkgray",
};

static bool is_text(const struct column *column)
{
	return column->kind == CELL_TEXT || column->kind == CELL_LIST;
}

static struct libscols_table *new_scols(const struct options *opts)
{
	struct libscols_table *scols = scols_new_table();

	if (!scols)
		return NULL;
	scols_table_enable_noheadings(scols, opts->noheadings);
	scols_table_enable_colors(scols, opts->color);
	/* make_printable() and set_cell() escape and shorten the texts. */
	scols_table_enable_noencoding(scols, 1);
	scols_table_set_termforce(scols, SCOLS_TERMFORCE_NEVER);
	return scols;
}

static void table_free(struct table *table)
{
	size_t i;

	for (i = 0; i < table->nrows; i++)
		free(table->row[i]);
	scols_unref_table(table->scols);
	free(table);
}

static void *table_open(const struct shape *shape)
{
	struct table *table = calloc(1, sizeof(*table));
	char heading[32];
	int i;

	if (!table)
		return NULL;
	table->shape = shape;
	table->scols = new_scols(shape->opts);
	for (i = 0; table->scols && i < shape->count; i++) {
		const struct column *column = shape->columns[i];

		column_heading(heading, sizeof(heading), column);
		table->hidden[i] = column->properties & COLUMN_HIDES && !shape->opts->named[i];
		if (!scols_table_new_column(table->scols, heading, 0,
					    is_text(column) ? 0 : SCOLS_FL_RIGHT))
			break;
	}
	if (i == shape->count)
		return table;
	table_free(table);
	return NULL;
}

/* Escape bytes that the terminal cannot print. */
static bool make_printable(struct table *table)
{
	size_t row;
	int i;

	for (row = 0; row < table->nrows; row++) {
		for (i = 0; i < table->shape->count; i++) {
			struct value *value = &table->row[row]->value[i];
			char *printable;

			if (!value->text || !is_text(table->shape->columns[i]) ||
			    text_is_plain(value->text))
				continue;
			printable = text_printable(value->text);
			if (!printable)
				return false;
			value->text = printable;
			value->owned = true;
		}
	}
	return true;
}

/* Width of the terminal; 0 if standard output is not a terminal. */
static size_t terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return columns ? strtoul(columns, NULL, 10) : 0;
}

static size_t column_width(const struct table *table, int i)
{
	size_t width = table->shape->opts->noheadings ? 0 : strlen(table->shape->columns[i]->name);
	size_t row;

	for (row = 0; row < table->nrows; row++) {
		const char *text = table->row[row]->value[i].text;
		size_t own = text ? text_width(text) : 0;

		if (own > width)
			width = own;
	}
	return width;
}

/* Reduce the widest of the COLUMN_SHRINKS columns until the table fits. */
static void limit_widths(struct table *table)
{
	const size_t terminal = terminal_width();
	size_t width[OPTIONS_COLUMNS];
	size_t all = 0;
	int i;

	for (i = 0; terminal && i < table->shape->count; i++) {
		width[i] = table->hidden[i] ? 0 : column_width(table, i);
		all += width[i] + (width[i] && i);
	}
	while (all > terminal) {
		int widest = -1;

		for (i = 0; i < table->shape->count; i++)
			if (table->shape->columns[i]->properties & COLUMN_SHRINKS &&
			    width[i] > NARROWEST && (widest < 0 || width[i] > width[widest]))
				widest = i;
		if (widest < 0)
			break;
		table->limit[widest] = --width[widest];
		all--;
	}
}

/* If a hidden column becomes nonzero in a later chunk, print the headings again. */
static void hide_zeroes(struct table *table)
{
	size_t row;
	int i;

	for (i = 0; i < table->shape->count; i++) {
		struct libscols_column *column = scols_table_get_column(table->scols, i);
		const bool was_hidden = table->hidden[i];

		for (row = 0; table->hidden[i] && row < table->nrows; row++)
			table->hidden[i] = table->row[row]->value[i].zero;
		if (was_hidden && !table->hidden[i] && table->begun)
			scols_table_enable_noheadings(table->scols,
						      table->shape->opts->noheadings);
		scols_column_set_flags(column, (is_text(table->shape->columns[i]) ? 0 :
						SCOLS_FL_RIGHT) |
					       (table->hidden[i] ? SCOLS_FL_HIDDEN : 0));
	}
}

static bool set_cell(const struct table *table, struct libscols_line *line, int i,
		     const struct value *value)
{
	char *text;

	if (!value->text)
		return true;
	text = table->limit[i] ? text_shorten(value->text, table->limit[i]) :
				 strdup(value->text);
	/* scols_line_refer_data() passes ownership to the line. */
	if (!text || scols_line_refer_data(line, i, text))
		return false;
	if (value->color != COLOR_NONE && table->shape->opts->color)
		scols_cell_set_color(scols_line_get_cell(line, i), color_sequence[value->color]);
	return true;
}

static bool add_lines(struct table *table)
{
	size_t row;
	int i;

	for (row = 0; row < table->nrows; row++) {
		const struct record *record = table->row[row];
		struct libscols_line *line = scols_table_new_line(table->scols, NULL);

		if (!line)
			return false;
		if (record->total && table->shape->opts->color)
			scols_line_set_color(line, "bold");
		for (i = 0; i < table->shape->count; i++)
			if (!set_cell(table, line, i, &record->value[i]))
				return false;
	}
	return true;
}

static void keep_widths(struct table *table)
{
	int i;

	for (i = 0; i < table->shape->count; i++) {
		struct libscols_column *column = scols_table_get_column(table->scols, i);

		scols_column_set_whint(column, scols_column_get_width(column));
	}
	scols_table_enable_noheadings(table->scols, 1);
}

static void drop_row(struct table *table)
{
	struct record *record = table->row[--table->nrows];
	int i;

	for (i = 0; i < table->shape->count; i++)
		if (record->value[i].owned)
			free((char *)record->value[i].text);
	free(record);
}

static bool print_chunk(struct table *table)
{
	bool good;

	if (!table->nrows)
		return true;
	errno = ENOMEM;
	if (!make_printable(table))
		return false;
	hide_zeroes(table);
	if (!table->begun)
		limit_widths(table);
	good = add_lines(table) && !scols_print_table(table->scols);
	keep_widths(table);
	scols_table_remove_lines(table->scols);

	table->begun = true;
	table->last = table->row[table->nrows - 1]->sequence;
	while (table->nrows)
		drop_row(table);
	return good;
}

static bool table_row(void *state, const struct record *record)
{
	struct table *table = state;
	struct record *copy = record_copy(record, table->shape->count);

	if (!copy)
		return false;
	table->row[table->nrows++] = copy;
	return table->nrows < OUTPUT_CHUNK || print_chunk(table);
}

static bool table_rollback(void *state, uint64_t sequence)
{
	struct table *table = state;

	if (table->last >= sequence)
		return false;
	while (table->nrows && table->row[table->nrows - 1]->sequence >= sequence)
		drop_row(table);
	return true;
}

static bool table_close(void *state)
{
	struct table *table = state;
	bool good = print_chunk(table);

	table_free(table);
	return good;
}

const struct writer table_writer = {
	.open = table_open,
	.row = table_row,
	.rollback = table_rollback,
	.close = table_close,
};

bool table_print_fields(const struct shape *shape, const struct record *record)
{
	struct libscols_table *scols = new_scols(shape->opts);
	struct libscols_line *line;
	bool good;
	int i;

	errno = ENOMEM;
	good = scols && scols_table_new_column(scols, "FIELD", 0, 0) &&
	       scols_table_new_column(scols, "VALUE", 0, 0);
	if (good)
		scols_table_enable_noheadings(scols, 1);
	for (i = 0; good && i < shape->count; i++) {
		/* Omit empty fields, such as leaf sizes that the machine does not support. */
		if (!record->value[i].text)
			continue;
		line = scols_table_new_line(scols, NULL);
		good = line && !scols_line_set_data(line, 0, shape->columns[i]->name) &&
		       !scols_line_set_data(line, 1, record->value[i].text);
	}
	good = good && !scols_print_table(scols);
	scols_unref_table(scols);
	return good;
}
