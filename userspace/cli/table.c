// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables and JSON by libsmartcols. A verb describes its columns once; what
 * they look like is decided here.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libsmartcols.h>

#include "table.h"
#include "utf8.h"

struct table {
	const struct columns *columns;
	const struct options *opts;
	struct libscols_table *scols;
	bool fields;
};

static const char *const color_sequence[] = {
	[COLOR_HUGE] = "green",
	[COLOR_AWAY] = "red",
	[COLOR_FAINT] = "darkgray",
};

int column_index(const struct columns *columns, const char *name, size_t len)
{
	int i;

	for (i = 0; i < columns->count; i++) {
		const char *own = columns->all[i].name;

		if (strlen(own) == len && !strncasecmp(own, name, len))
			return i;
	}
	return -1;
}

static int json_type(enum cell_kind kind)
{
	switch (kind) {
	case CELL_SIZE:
	case CELL_NUMBER:
	case CELL_PERCENT:
		return SCOLS_JSON_NUMBER;
	case CELL_BOOL:
		return SCOLS_JSON_BOOLEAN;
	default:
		return SCOLS_JSON_STRING;
	}
}

/* Headings are in capitals, keys are not, and have no dash. */
static void heading(char *to, size_t room, const char *name, bool json)
{
	size_t i;

	for (i = 0; name[i] && i + 1 < room; i++) {
		to[i] = json ? tolower((unsigned char)name[i]) : toupper((unsigned char)name[i]);
		if (json && to[i] == '-')
			to[i] = '_';
	}
	to[i] = '\0';
}

static struct libscols_column *add_column(struct table *table, const char *name,
					  enum cell_kind kind)
{
	struct libscols_column *column;
	char title[32];
	int flags = kind == CELL_TEXT ? 0 : SCOLS_FL_RIGHT;

	heading(title, sizeof(title), name, table->opts->json);
	column = scols_table_new_column(table->scols, title, 0, flags);
	if (column)
		scols_column_set_json_type(column, json_type(kind));
	return column;
}

static struct table *out_of_memory(struct table *table)
{
	complain("out of memory");
	table_free(table);
	return NULL;
}

struct table *table_new(const struct verb *verb, const struct options *opts)
{
	struct table *table = calloc(1, sizeof(*table));
	int i;

	if (!table)
		return out_of_memory(NULL);
	table->columns = verb->columns;
	table->opts = opts;
	table->scols = scols_new_table();
	if (!table->scols)
		return out_of_memory(table);

	scols_table_set_name(table->scols, verb->name);
	scols_table_enable_json(table->scols, opts->json);
	scols_table_enable_raw(table->scols, opts->raw);
	scols_table_enable_noheadings(table->scols, opts->noheadings);
	scols_table_enable_colors(table->scols, opts->color);

	for (i = 0; i < opts->ncolumns; i++) {
		const struct column *column = &table->columns->all[opts->columns[i]];

		if (!add_column(table, column->name, column->kind))
			return out_of_memory(table);
	}
	return table;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	scols_unref_table(table->scols);
	free(table);
}

/* A size in the largest unit that leaves it above one, as ls -h has it. */
void format_size(char *to, size_t room, uint64_t bytes)
{
	static const char units[] = "BKMGTPE";
	double value = bytes;
	size_t unit = 0;

	while (value >= 1024 && unit + 1 < strlen(units)) {
		value /= 1024;
		unit++;
	}
	if (!bytes)
		snprintf(to, room, "0");
	else if (!unit || value == (uint64_t)value)
		snprintf(to, room, "%" PRIu64 "%c", (uint64_t)value, units[unit]);
	else
		snprintf(to, room, "%.1f%c", value, units[unit]);
}

static const char *format_cell(const struct table *table, const struct column *column,
			       struct cell *cell)
{
	bool exact = table->opts->json || table->opts->raw || table->opts->bytes;

	switch (column->kind) {
	case CELL_TEXT:
		return cell->text;
	case CELL_SIZE:
		if (!exact) {
			format_size(cell->buf, sizeof(cell->buf), cell->number);
			return cell->buf;
		}
		/* fall through */
	case CELL_NUMBER:
		snprintf(cell->buf, sizeof(cell->buf), "%" PRIu64, cell->number);
		return cell->buf;
	case CELL_ADDRESS:
		snprintf(cell->buf, sizeof(cell->buf), "0x%" PRIx64, cell->number);
		return cell->buf;
	case CELL_PERCENT:
		snprintf(cell->buf, sizeof(cell->buf), "%.1f", cell->percent);
		return cell->buf;
	case CELL_BOOL:
		/* libsmartcols reads this as a truth value in JSON. */
		if (table->opts->json)
			return cell->number ? "1" : "0";
		return cell->number ? "yes" : "no";
	}
	return NULL;
}

/* In tables libsmartcols escapes bytes that are no valid text; in JSON it does not. */
static bool set_text(struct table *table, struct libscols_line *line, int at, const char *text)
{
	char *escaped;

	if (!table->opts->json || !text)
		return !scols_line_set_data(line, at, text);
	escaped = utf8_escape(text);
	if (!escaped)
		return false;
	/* The line frees it. */
	return !scols_line_refer_data(line, at, escaped);
}

static bool set_cell(struct table *table, struct libscols_line *line, int at,
		     const char *text, enum cell_color color)
{
	struct libscols_cell *target = scols_line_get_cell(line, at);

	if (!set_text(table, line, at, text))
		return false;
	if (color != COLOR_NONE && table->opts->color)
		scols_cell_set_color(target, color_sequence[color]);
	return true;
}

bool table_add(struct table *table, const void *row, bool total)
{
	struct libscols_line *line = scols_table_new_line(table->scols, NULL);
	int i;

	if (!line)
		return false;
	if (total && table->opts->color)
		scols_line_set_color(line, "bold");

	for (i = 0; i < table->opts->ncolumns; i++) {
		const struct column *column = &table->columns->all[table->opts->columns[i]];
		struct cell cell = { .color = COLOR_NONE };

		if (column->fill(row, &cell) &&
		    !set_cell(table, line, i, format_cell(table, column, &cell), cell.color))
			return false;
	}
	return true;
}

bool table_add_fields(struct table *table, const void *row)
{
	int i;

	if (table->opts->json || table->opts->raw)
		return table_add(table, row, false);

	scols_table_remove_columns(table->scols);
	scols_table_enable_noheadings(table->scols, 1);
	if (!add_column(table, "field", CELL_TEXT) || !add_column(table, "value", CELL_TEXT))
		return false;

	for (i = 0; i < table->opts->ncolumns; i++) {
		const struct column *column = &table->columns->all[table->opts->columns[i]];
		struct cell cell = { .color = COLOR_NONE };
		struct libscols_line *line;

		/* What a machine lacks needs no line of its own. */
		if (!column->fill(row, &cell))
			continue;
		line = scols_table_new_line(table->scols, NULL);
		if (!line || scols_line_set_data(line, 0, column->name) ||
		    scols_line_set_data(line, 1, format_cell(table, column, &cell)))
			return false;
	}
	return true;
}

bool table_print(struct table *table)
{
	if (!scols_print_table(table->scols))
		return true;
	complain("cannot print: %s", strerror(errno));
	return false;
}
