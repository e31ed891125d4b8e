/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a verb describes what it prints. One description of a column makes its
 * heading, its cells, its line in --help and its row in ptscope(8).
 */
#ifndef CLI_COLUMN_H
#define CLI_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a cell is shown. */
enum cell_kind {
	CELL_TEXT,
	CELL_LIST,	/* names, separated by commas; an array of strings in JSON */
	CELL_SIZE,	/* bytes; in tables in the largest unit that fits */
	CELL_COUNT,	/* how many */
	CELL_PERCENT,	/* one decimal */
	CELL_NUMBER,	/* which one: a process ID, a frame, an index */
	CELL_ADDRESS,	/* 0x... */
	CELL_BOOL,
};

enum cell_color {
	COLOR_NONE,
	COLOR_HUGE,	/* mapped by a huge leaf */
	COLOR_AWAY,	/* not in memory */
	COLOR_FAINT,	/* nothing there */
};

struct column;

/**
 * struct cell - a cell's value
 * @column: the column that it is of
 * @number: if that is SIZE, COUNT, NUMBER, ADDRESS or BOOL
 * @percent: if that is PERCENT
 * @text: if that is TEXT or LIST; may point to @buf
 * @color: in tables
 * @buf: for whoever sets the cell
 */
struct cell {
	const struct column *column;
	uint64_t number;
	double percent;
	const char *text;
	enum cell_color color;
	char buf[384];
};

/* Properties of a column. */
#define COLUMN_EXTENT	0x1u	/* how large the row is; --nonzero does not count it */
#define COLUMN_SHRINKS	0x2u	/* shortened where a table is wider than the terminal */
#define COLUMN_HIDES	0x4u	/* left out of a table where it is zero in all rows, */
/* unless --output names it */

/**
 * struct column - a column that a verb can print
 * @name: lower case, as typed after --output and as a key in JSON
 * @kind: how its cells are shown
 * @help: one line
 * @fill: sets @cell for @row; false leaves the cell empty
 * @properties: COLUMN_*
 * @offset: where @fill finds what is in many columns of one kind
 */
struct column {
	const char *name;
	enum cell_kind kind;
	const char *help;
	bool (*fill)(const void *row, struct cell *cell);
	unsigned int properties;
	size_t offset;
};

/**
 * struct columns - all that a verb can print
 * @all: the columns; one without a name ends them
 * @defaults: names of those that are printed by default, comma-separated
 * @cache_defaults: the same with --cache; NULL if that makes no difference
 * @group_defaults: the same with --by, by enum group_by; NULL without that option
 * @totals: there are totals, which JSON has in an array of their own
 */
struct columns {
	const struct column *all;
	const char *defaults;
	const char *cache_defaults;
	const char *const *group_defaults;
	bool totals;
};

/* Find a column by name, in either case; -1 if there is none. */
int column_index(const struct columns *columns, const char *name, size_t len);

/* Sizes, counts and percentages: these are ranked from the largest down. */
bool column_is_amount(const struct column *column);

#endif /* CLI_COLUMN_H */
