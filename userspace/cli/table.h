/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli.h"

/* How a cell is shown; JSON has numbers where there are numbers. */
enum cell_kind {
	CELL_TEXT,
	CELL_SIZE,	/* bytes; human-readable in tables unless asked not to */
	CELL_ADDRESS,	/* 0x... */
	CELL_NUMBER,
	CELL_PERCENT,	/* one decimal */
	CELL_BOOL,
};

enum cell_color {
	COLOR_NONE,
	COLOR_HUGE,	/* mapped by a huge leaf */
	COLOR_AWAY,	/* not in memory */
	COLOR_FAINT,	/* nothing there */
};

/* A cell's value, by the kind of its column. */
struct cell {
	uint64_t number;	/* SIZE, ADDRESS, NUMBER, BOOL */
	double percent;
	const char *text;	/* may point to @buf */
	char buf[256];
	enum cell_color color;
};

/**
 * struct column - a column that a verb can print
 * @name: lower case, as typed after --output and as a key in JSON
 * @kind: how its cells are shown
 * @help: one line
 * @fill: sets @cell for @row; false leaves the cell empty
 */
struct column {
	const char *name;
	enum cell_kind kind;
	const char *help;
	bool (*fill)(const void *row, struct cell *cell);
};

/**
 * struct columns - all that a verb can print
 * @all: the columns
 * @count: how many
 * @defaults: names of those that are printed by default, comma-separated
 * @cache_defaults: the same with --cache; NULL if that makes no difference
 * @frames: names of those that need to know of frames, which costs a second
 *	question; NULL if none does
 */
struct columns {
	const struct column *all;
	int count;
	const char *defaults;
	const char *cache_defaults;
	const char *frames;
};

struct table;

struct table *table_new(const struct verb *verb, const struct options *opts);
/* @row is only looked at during the call. @total rows stand out in colour. */
bool table_add(struct table *table, const void *row, bool total);
/* One row, shown as a list of fields unless the output is JSON or raw. */
bool table_add_fields(struct table *table, const void *row);
bool table_print(struct table *table);
/* A size as tables have it: exact, or in the largest unit that fits. */
void format_size(char *to, size_t room, uint64_t bytes);
void table_free(struct table *table);

/* Find a column by name, in either case; -1 if there is none. */
int column_index(const struct columns *columns, const char *name, size_t len);

#endif /* CLI_TABLE_H */
