/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptions of columns. The heading of a column, its cells, its line in --help
 * and its row in ptscope(8) come from one description.
 */
#ifndef CLI_COLUMN_H
#define CLI_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Format of a cell. */
enum cell_kind {
	CELL_TEXT,
	CELL_LIST,	/* comma-separated names; an array of strings in JSON */
	CELL_SIZE,	/* bytes; tables use the largest unit that fits */
	CELL_COUNT,	/* number of objects */
	CELL_PERCENT,	/* printed with one decimal */
	CELL_NUMBER,	/* number that identifies an object: PID, frame, index */
	CELL_ADDRESS,	/* 0x... */
	CELL_BOOL,
};

enum cell_color {
	COLOR_NONE,
	COLOR_HUGE,	/* mapped by a huge leaf */
	COLOR_AWAY,	/* not in memory */
	COLOR_FAINT,	/* zero, or nothing mapped */
};

struct column;

/**
 * struct cell - a cell's value
 * @column: the column of the cell
 * @number: value of CELL_SIZE, _COUNT, _NUMBER, _ADDRESS and _BOOL
 * @percent: value of CELL_PERCENT
 * @text: value of CELL_TEXT and CELL_LIST; may point to @buf
 * @color: colour in tables
 * @buf: storage for @fill of the column
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
#define COLUMN_EXTENT	0x1u	/* size of the row itself; --nonzero ignores it */
#define COLUMN_SHRINKS	0x2u	/* shortened if the table is wider than the terminal */
/* Omitted from a table if it is zero in all rows and --output does not name it. */
#define COLUMN_HIDES	0x4u

/**
 * struct column - a column that a verb can print
 * @name: lower-case name for --output and JSON
 * @kind: format of its cells
 * @help: one line
 * @fill: sets @cell for @row; returns false if the cell is empty
 * @properties: COLUMN_*
 * @offset: offset of the value in the row, if several columns share one @fill
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
 * struct columns - the columns of a verb
 * @all: the columns; a column without a name ends the array
 * @defaults: comma-separated names of the default columns
 * @cache_defaults: the same for --cache; NULL if they are @defaults
 * @group_defaults: the same for --by, indexed by enum group_by; NULL without --by
 * @totals: the verb prints totals; JSON has a separate array for them
 */
struct columns {
	const struct column *all;
	const char *defaults;
	const char *cache_defaults;
	const char *const *group_defaults;
	bool totals;
};

/* Find a column by its name, ignoring case; -1 if there is none. */
int column_index(const struct columns *columns, const char *name, size_t len);

/* True for sizes, counts and percentages; --sort orders these in descending order. */
bool column_is_amount(const struct column *column);

#endif /* CLI_COLUMN_H */
