/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ptscope.h"

/* Exit statuses of every verb. */
enum {
	CLI_OK = 0,
	CLI_FAILED = 1,		/* failed, or denied */
	CLI_NO_KERNEL = 2,	/* the kernel side is missing or too old */
};

struct columns;

/* Options that not all verbs have. */
#define TAKES_RANGE	0x1u
#define TAKES_FILTER	0x2u
#define TAKES_SUMMARY	0x4u
#define TAKES_CACHE	0x8u

/**
 * struct verb - a verb of the command
 * @name: as it is typed
 * @summary: one line for the list of verbs
 * @operands: what follows the options, for the usage line
 * @details: lines for --help that no option's line says; may be NULL
 * @columns: what it can print
 * @takes: TAKES_* options
 * @run: does it; returns an exit status
 */
struct options;
struct verb {
	const char *name;
	const char *summary;
	const char *operands;
	const char *details;
	const struct columns *columns;
	unsigned int takes;
	int (*run)(const struct verb *verb, const struct options *opts);
};

/**
 * struct options - what was typed, taken apart
 * @json: JSON instead of a table
 * @raw: one line per row without alignment, sizes in bytes
 * @bytes: sizes in bytes
 * @noheadings: no heading line
 * @color: colours are wanted
 * @columns: which columns, as indices into the verb's
 * @ncolumns: how many
 * @start: first address of interest
 * @end: first address no longer of interest; 0 for no limit
 * @filter: which runs; its detail is what was asked for by --detail alone
 * @summary: a summary instead of the rows
 * @cache: have the page cache looked into
 * @operands: what is left
 * @noperands: how many
 */
struct options {
	bool json;
	bool raw;
	bool bytes;
	bool noheadings;
	bool color;
	int columns[64];
	int ncolumns;
	uint64_t start;
	uint64_t end;
	struct ptscope_filter filter;
	bool summary;
	bool cache;
	char **operands;
	int noperands;
};

extern const struct verb info_verb;
extern const struct verb maps_verb;
extern const struct verb huge_verb;
extern const struct verb pages_verb;
extern const struct verb walk_verb;

/* All of them, in the order of the usage; the last is followed by NULL. */
extern const struct verb *const verbs[];

/* The verb of that name, or NULL. */
const struct verb *find_verb(const char *name);

/* Parse a verb's command line; false, with *status set, if it ends here. */
bool options_parse(struct options *opts, const struct verb *verb, int argc, char **argv,
		   int *status);

/* "self" or a decimal number; false, with a message, if @text is neither. */
bool parse_pid(const char *text, pid_t *pid);

/* An address in hexadecimal; *@rest is set to what follows it. */
bool parse_address(const char *text, char **rest, uint64_t *address);

__attribute__((format(printf, 1, 2)))
void complain(const char *format, ...);

/*
 * Connect, and learn what the kernel side is. Says what is wrong if that fails,
 * and returns NULL then, with *status set to an exit status.
 */
struct ptscope *cli_connect(const struct options *opts, struct ptscope_info *info, int *status);

/* If something of the last answer was hidden, say so once. */
void cli_note_hidden(const struct ptscope *ps);

/* Is the range of whole pages? If not, says so. */
bool cli_check_range(const struct options *opts, uint32_t page_size);

/* Say that there is no VMA of @pid in the range. */
void cli_note_unmapped(const struct options *opts, pid_t pid);

/* Say what went wrong in the library's last call, and about which process. */
int cli_failed(const struct ptscope *ps, int err, pid_t pid);

#endif /* CLI_H */
