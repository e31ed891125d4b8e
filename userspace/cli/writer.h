/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interface between the output and the writers of its formats.
 */
#ifndef CLI_WRITER_H
#define CLI_WRITER_H

#include "cli.h"
#include "column.h"

/**
 * struct value - a formatted cell
 * @text: text; NULL if the cell is empty
 * @color: colour in tables
 * @zero: the cell is 0 or empty
 * @owned: @text is freed with the record
 */
struct value {
	const char *text;
	enum cell_color color;
	bool zero;
	bool owned;
};

/**
 * struct record - a formatted row
 * @next: next record in a list
 * @sequence: sequence number in the order of addition, from 1
 * @total: the row is a total
 * @key_percent: sort key, if it is a percentage
 * @key_number: sort key, if it is another number
 * @key_text: sort key, if it is text
 * @key_empty: the sort key is empty
 * @value: cells; record_copy() stores their texts after them
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
 * struct shape - columns and options of an output
 * @name: name of the array of rows in JSON
 * @opts: the options
 * @columns: the columns to print
 * @count: number of @columns
 * @totals: the verb prints totals
 */
struct shape {
	const char *name;
	const struct options *opts;
	const struct column *columns[OPTIONS_COLUMNS];
	int count;
	bool totals;
};

/**
 * struct writer - an output format
 * @open: returns the private data of the writer; NULL if out of memory
 * @row: prints or stores a row; JSON gets all rows before the totals
 * @rollback: removes the rows from @sequence on; false if they have been printed.
 *	NULL if @row prints at once
 * @close: ends the output and frees @state
 *
 * @row and @close return false and set errno on failure.
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

/* Return a copy, which the caller frees; NULL if out of memory. */
struct record *record_copy(const struct record *record, int count);

/* The name of a column in capitals, or as a key in JSON. */
void column_heading(char *to, size_t size, const struct column *column);
void column_key(char *to, size_t size, const struct column *column);

#endif /* CLI_WRITER_H */
