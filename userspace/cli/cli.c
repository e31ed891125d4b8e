// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of verbs, and functions that several verbs use.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "error.h"

const struct verb *find_verb(const char *name)
{
	const struct verb *const *verb;

	for (verb = __start_verbs; verb < __stop_verbs; verb++)
		if (!strcmp((*verb)->name, name))
			return *verb;
	return NULL;
}

#define NAME_MAX_LENGTH 15

/* Levenshtein distance: insertions, deletions and replacements from @a to @b. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[NAME_MAX_LENGTH + 1];
	const size_t len = strlen(b);
	size_t i, j;

	for (j = 0; j <= len; j++)
		row[j] = j;
	for (i = 0; a[i]; i++) {
		unsigned int diagonal = row[0];

		row[0] = i + 1;
		for (j = 0; j < len; j++) {
			unsigned int replaced = diagonal + (a[i] != b[j]);
			unsigned int least = row[j] < row[j + 1] ? row[j] + 1 : row[j + 1] + 1;

			diagonal = row[j + 1];
			row[j + 1] = replaced < least ? replaced : least;
		}
	}
	return row[len];
}

const struct verb *suggest_verb(const char *name)
{
	const struct verb *best = NULL;
	unsigned int least = 3;
	const struct verb *const *verb;

	if (!*name || strlen(name) > NAME_MAX_LENGTH)
		return NULL;
	for (verb = __start_verbs; verb < __stop_verbs; verb++) {
		unsigned int edits = distance(name, (*verb)->name);

		/* A prefix of a verb counts as one edit. */
		if (edits > 1 && !strncmp((*verb)->name, name, strlen(name)))
			edits = 1;
		if (edits < least && edits < strlen(name)) {
			least = edits;
			best = *verb;
		}
	}
	return best;
}

struct ptscope *cli_connect(const struct options *opts, int *status)
{
	struct ptscope *ps = ptscope_new();
	int err;

	*status = CLI_FAILED;
	if (!ps) {
		print_error("out of memory");
		return NULL;
	}
	err = ptscope_connect(ps);
	if (err) {
		*status = report_failure(ps, err, 0);
		ptscope_free(ps);
		return NULL;
	}
	ptscope_set_cache(ps, opts->cache);
	return ps;
}

uint32_t cli_page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

bool cli_check_range(const struct options *opts)
{
	const uint32_t page_size = cli_page_size();

	if (opts->start % page_size == 0 && opts->end % page_size == 0)
		return true;
	print_error("0x%" PRIx64 "-0x%" PRIx64 ": not a multiple of the page size, 0x%x",
		    opts->start, opts->end, page_size);
	return false;
}
