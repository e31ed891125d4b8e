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
	CLI_FAILED = 1,		/* failure, or permission denied */
	CLI_NO_KERNEL = 2,	/* the module is missing or too old */
};

struct columns;
struct options;

/* Groups of options that only some verbs support. */
#define TAKES_RANGE	0x1u
#define TAKES_FILTER	0x2u
#define TAKES_SUMMARY	0x4u
#define TAKES_CACHE	0x8u
#define TAKES_ROWS	0x10u	/* --sort, --reverse, --top and --nonzero */
#define TAKES_SELECTION	0x20u	/* --name, --cgroup and --user */
#define TAKES_GROUPS	0x40u

/**
 * struct verb - a verb of the command
 * @name: name on the command line
 * @summary: one line for the list of verbs
 * @operands: operands in the usage line
 * @details: description of the operands for --help; may be NULL
 * @columns: columns
 * @summary_columns: columns of --summary; NULL without that option
 * @takes: TAKES_* of the supported options
 * @run: runs the verb; returns an exit status
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

/* The key of --by: VMAs with the same key are one row. */
enum group_by {
	BY_NOTHING,
	BY_NAME,
	BY_TYPE,
	BY_PERM,
};

/**
 * struct options - the parsed command line of a verb
 * @json: JSON instead of a table
 * @raw: one unaligned line per row, sizes in bytes
 * @bytes: sizes in bytes
 * @noheadings: no heading line
 * @color: print colours
 * @columns: the columns to print, as indices into the verb's columns
 * @named: for each of @columns, whether --output names it
 * @ncolumns: number of @columns
 * @sort: index of the column to sort by; negative for none
 * @reverse: reverse the order of the rows
 * @top: maximum number of rows; 0 for all
 * @nonzero: omit rows in which all amounts are 0
 * @start: start address of the range
 * @end: end address of the range (exclusive); 0 for no limit
 * @filter: filter for runs; @filter.detail has only what --detail names
 * @summary: a summary instead of the rows
 * @cache: look up unmapped pages in the page cache
 * @by: print one row per group of VMAs
 * @comm: select processes with this name; NULL for any
 * @cgroup: select processes in this cgroup and its descendants; NULL for any
 * @user: select processes of this user; NULL for any
 * @operands: arguments that are not options
 * @noperands: number of @operands
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
 * Add a verb to the table of verbs. The linker builds the table from the section
 * "verbs", in the order of the object files. Use it at file scope, once per verb.
 */
#define REGISTER_VERB(name)						\
	static const struct verb *const name##_entry			\
		__attribute__((used, section("verbs"))) = &name##_verb

/* Start and end of the table of verbs; the linker defines both symbols. */
extern const struct verb *const __start_verbs[], *const __stop_verbs[];

/* Find a verb by name; NULL if there is none. */
const struct verb *find_verb(const char *name);

/* Find the verb with the most similar name; NULL if none is similar. */
const struct verb *suggest_verb(const char *name);

/* Parse the command line of a verb. If false, the command exits with *@status. */
bool options_parse(struct options *opts, const struct verb *verb, int argc, char **argv,
		   int *status);

/* Print the help of a verb. */
void options_help(const struct verb *verb);

/* True if the column is printed or is the sort key. */
bool options_need(const struct options *opts, int column);

/* Parse "self" or a decimal number; false if it is invalid. */
bool parse_pid(const char *text, pid_t *pid);

/* Parse a hexadecimal address; *@rest is set to the first character after it. */
bool parse_address(const char *text, char **rest, uint64_t *address);

/* Parse START-END, both hexadecimal. */
bool parse_range(const char *text, uint64_t *start, uint64_t *end);

/*
 * Connect to the module. On failure, report the error, set *@status to an exit status
 * and return NULL.
 */
struct ptscope *cli_connect(const struct options *opts, int *status);

/* Size of a base page in bytes. */
uint32_t cli_page_size(void);

/* Check that the range is a multiple of the page size; report an error if not. */
bool cli_check_range(const struct options *opts);

#endif /* CLI_H */
