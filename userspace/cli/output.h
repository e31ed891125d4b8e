/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows in, a table, raw lines or JSON out.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "cli.h"
#include "column.h"

struct output;

/**
 * output_open() - begin to print
 * @name: of the array of rows in JSON
 * @columns: what can be printed; @opts has what is
 * @opts: must outlive the output
 *
 * Raw lines and JSON are printed row by row. A table is as wide as its first
 * OUTPUT_CHUNK rows take, and is printed in chunks of so many. --sort keeps all
 * rows until the end, or as many as --top wants.
 *
 * Return: NULL, with a message, on failure.
 */
struct output *output_open(const char *name, const struct columns *columns,
			   const struct options *opts);

#define OUTPUT_CHUNK 1000

/* Print a row, which is only looked at during the call. False, with a message, on failure. */
bool output_row(struct output *out, const void *row);
/* The same for a row that adds others up. */
bool output_total(struct output *out, const void *row);
/* The only row; a table shows it as a list of fields. */
bool output_record(struct output *out, const void *row);

/* All rows that --top wants are there, and further ones make no difference. */
bool output_is_full(const struct output *out);

/*
 * What has been added since the mark is dropped again, for as long as it has not
 * been printed. False if it has been.
 */
uint64_t output_mark(const struct output *out);
bool output_rollback(struct output *out, uint64_t mark);

/* Print what is left, complete it and free it. False, with a message, on failure. */
bool output_close(struct output *out);

/* A size as tables have it: exact, or in the largest unit that leaves it above one. */
void format_size(char *to, size_t size, uint64_t bytes);

#endif /* CLI_OUTPUT_H */
