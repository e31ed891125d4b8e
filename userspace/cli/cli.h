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
struct options;

/* Options that not all verbs have. */
#define TAKES_RANGE	0x1u
#define TAKES_FILTER	0x2u
#define TAKES_SUMMARY	0x4u
#define TAKES_CACHE	0x8u
#define TAKES_ROWS	0x10u	/* --sort, --reverse, --top and --nonzero */
#define TAKES_SELECTION	0x20u	/* --name, --cgroup and --user */
#define TAKES_GROUPS	0x40u

/**
 * struct verb - a verb of the command
 * @name: as it is typed
 * @summary: one line for the list of verbs
 * @operands: what follows the options, for the usage line
 * @details: lines for --help beside those of options; may be NULL
 * @columns: what it can print
 * @summary_columns: what it can print with --summary; NULL if it has no such option
 * @takes: TAKES_* options
 * @run: does it; returns an exit status
 */
struct verb {
	const char *name;
	const char *summary;
	const char *operands;
	const char *details;
	const struct columns *columns;
	const struct columns *summary_columns;
	unsigned int takes;
	int (*run)(const struct verb *verb, const struct options *opts);
};

#define OPTIONS_COLUMNS 64

/* What --by makes one row of. */
enum group_by {
	BY_NOTHING,
	BY_NAME,
	BY_TYPE,
	BY_PERM,
};

/**
 * struct options - the command line of a verb, parsed
 * @json: JSON instead of a table
 * @raw: one line per row without alignment, sizes in bytes
 * @bytes: sizes in bytes
 * @noheadings: no heading line
 * @color: colours are wanted
 * @columns: which columns, as indices into the verb's
 * @named: of each of these, whether --output names it
 * @ncolumns: how many
 * @sort: index of the column to sort by; negative for none
 * @reverse: in reverse order
 * @top: print so many rows; 0 for all
 * @nonzero: leave out rows of zeroes
 * @start: first address of interest
 * @end: first address no longer of interest; 0 for no limit
 * @filter: which runs; its detail is that of --detail alone
 * @summary: a summary instead of the rows
 * @cache: have the page cache looked into
 * @by: groups instead of rows
 * @comm: select processes of this name; NULL for any
 * @cgroup: select processes in this cgroup and in those below it
 * @user: select processes of this user
 * @operands: what is left
 * @noperands: how many
 */
struct options {
	bool json;
	bool raw;
	bool bytes;
	bool noheadings;
	bool color;
	int columns[OPTIONS_COLUMNS];
	bool named[OPTIONS_COLUMNS];
	int ncolumns;
	int sort;
	bool reverse;
	size_t top;
	bool nonzero;
	uint64_t start;
	uint64_t end;
	struct ptscope_filter filter;
	bool summary;
	bool cache;
	enum group_by by;
	const char *comm;
	const char *cgroup;
	const char *user;
	char **operands;
	int noperands;
};

/*
 * Add a verb to the list of them, which the linker makes of this section, in the
 * order of the files. Outside of all functions, once for each verb.
 */
#define REGISTER_VERB(name)						\
	static const struct verb *const name##_entry			\
		__attribute__((used, section("verbs"))) = &name##_verb

/* The list. */
extern const struct verb *const __start_verbs[], *const __stop_verbs[];

/* The verb of that name, or NULL. */
const struct verb *find_verb(const char *name);

/* The verb whose name is most like a mistyped one, or NULL. */
const struct verb *suggest_verb(const char *name);

/* Parse a verb's command line; false, with *status set, if it ends here. */
bool options_parse(struct options *opts, const struct verb *verb, int argc, char **argv,
		   int *status);

/* Print what --help prints. */
void options_help(const struct verb *verb);

/* Is the column one of those that are shown or sorted by? */
bool options_need(const struct options *opts, int column);

/* "self" or a decimal number. */
bool parse_pid(const char *text, pid_t *pid);

/* An address in hexadecimal; *@rest is set to what follows it. */
bool parse_address(const char *text, char **rest, uint64_t *address);

/* START-END, both in hexadecimal. */
bool parse_range(const char *text, uint64_t *start, uint64_t *end);

/*
 * Connect to the module. If that fails, reports the error and returns NULL, with *status
 * set to an exit status.
 */
struct ptscope *cli_connect(const struct options *opts, int *status);

/* Size of a base page of this machine, in bytes. */
uint32_t cli_page_size(void);

/* Is the range of whole pages? If not, reports that. */
bool cli_check_range(const struct options *opts);

#endif /* CLI_H */
