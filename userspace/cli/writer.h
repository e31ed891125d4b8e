/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the formats of output have in common.
 */
#ifndef CLI_WRITER_H
#define CLI_WRITER_H

#include "cli.h"
#include "column.h"

/**
 * struct value - a cell, ready to be printed
 * @text: NULL if the cell is empty
 * @color: in tables
 * @zero: it is the number 0, or empty
 * @owned: @text is to be freed
 */
struct value {
	const char *text;
	enum cell_color color;
	bool zero;
	bool owned;
};

/**
 * struct record - a row that is kept
 * @next: for lists
 * @sequence: rows count from 1 in the order in which they were added
 * @total: it adds others up
 * @key_number: what it is sorted by, if that is a number
 * @key_text: or if it is text
 * @key_empty: or if there is neither
 * @value: its cells; their texts follow them
 */
struct record {
	struct record *next;
	uint64_t sequence;
	bool total;
	double key_percent;
	uint64_t key_number;
	const char *key_text;
	bool key_empty;
	struct value value[];
};

/**
 * struct shape - what is printed
 * @name: of the rows
 * @opts: the options
 * @columns: the columns that are shown
 * @count: how many
 * @totals: there are totals
 */
struct shape {
	const char *name;
	const struct options *opts;
	const struct column *columns[OPTIONS_COLUMNS];
	int count;
	bool totals;
};

/**
 * struct writer - a format
 * @open: returns what the other functions are called with; NULL if memory is short
 * @row: prints a row, or keeps it. JSON gets rows first and totals after them
 * @rollback: drops the rows from @sequence on; false if they are printed. NULL if
 *	rows are printed at once
 * @close: completes the output and frees @state
 *
 * False is an error, which errno names.
 */
struct writer {
	void *(*open)(const struct shape *shape);
	bool (*row)(void *state, const struct record *record);
	bool (*rollback)(void *state, uint64_t sequence);
	bool (*close)(void *state);
};

extern const struct writer table_writer;
extern const struct writer raw_writer;
extern const struct writer json_writer;

/* Print a record as a list of fields and values, in a table of two columns. */
bool table_print_fields(const struct shape *shape, const struct record *record);

/* A copy, to be freed; NULL if memory is short. */
struct record *record_copy(const struct record *record, int count);

/* A column's name in capitals, or as a key of JSON. */
void column_heading(char *to, size_t size, const struct column *column);
void column_key(char *to, size_t size, const struct column *column);

#endif /* CLI_WRITER_H */
