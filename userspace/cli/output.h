/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output of rows as a table, raw lines or JSON.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "cli.h"
#include "column.h"

struct output;

/**
 * output_open() - start the output of a verb
 * @name: name of the array of rows in JSON
 * @columns: the columns of the verb; @opts selects those to print
 * @opts: options; must outlive the output
 *
 * Raw lines and JSON are printed row by row. A table is printed in chunks of
 * OUTPUT_CHUNK rows; the first chunk sets the widths of the columns. --sort and
 * --reverse store all rows until the end, or as many as --top needs.
 *
 * Return: the output, or NULL after reporting an error.
 */
struct output *output_open(const char *name, const struct columns *columns,
			   const struct options *opts);

#define OUTPUT_CHUNK 1000

/* Print a row; @row is not used after the call. False after reporting an error. */
bool output_row(struct output *out, const void *row);
/* Print a total. */
bool output_total(struct output *out, const void *row);
/* Print the only row of the output; a table shows it as a list of fields. */
bool output_record(struct output *out, const void *row);

/* True if the limit of --top is reached and further rows have no effect. */
bool output_is_full(const struct output *out);

/*
 * output_rollback() removes the rows that were added since the mark. False if some of
 * them have been printed.
 */
uint64_t output_mark(const struct output *out);
bool output_rollback(struct output *out, uint64_t mark);

/* Print the remaining rows, end the output and free it. False after reporting an error. */
bool output_close(struct output *out);

/* Format a size in the largest unit that keeps the number at 1 or above. */
void format_size(char *to, size_t size, uint64_t bytes);

#endif /* CLI_OUTPUT_H */
