// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raw output: one line per row, one blank between cells.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"
#include "writer.h"

static void end_cell(const struct shape *shape, int i)
{
	putc_unlocked(i + 1 < shape->count ? ' ' : '\n', stdout);
}

static void *raw_open(const struct shape *shape)
{
	char heading[32];
	int i;

	for (i = 0; i < shape->count && !shape->opts->noheadings; i++) {
		column_heading(heading, sizeof(heading), shape->columns[i]);
		fputs_unlocked(heading, stdout);
		end_cell(shape, i);
	}
	return (void *)shape;
}

/* Escape blanks, which separate cells, and the text "-", which is an empty cell. */
static void put_text(const char *text)
{
	if (!strcmp(text, "-")) {
		fputs_unlocked("\\x2d", stdout);
		return;
	}
	for (; *text; text++) {
		unsigned char c = *text;

		if (c > ' ' && c < 0x7f && c != '\\')
			putc_unlocked(c, stdout);
		else
			fprintf(stdout, "\\x%02x", c);
	}
}

static bool raw_row(void *state, const struct record *record)
{
	const struct shape *shape = state;
	int i;

	for (i = 0; i < shape->count; i++) {
		const char *text = record->value[i].text;

		if (!text || !*text)
			putc_unlocked('-', stdout);
		else
			put_text(text);
		end_cell(shape, i);
	}
	return !ferror_unlocked(stdout);
}

static bool raw_close(void *state)
{
	(void)state;
	return !ferror(stdout);
}

const struct writer raw_writer = {
	.open = raw_open,
	.row = raw_row,
	.close = raw_close,
};
