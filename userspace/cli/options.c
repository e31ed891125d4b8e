// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parsing of options and operands.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "column.h"
#include "error.h"
#include "names.h"

enum {
	OPT_COLOR = 256,
	OPT_LIST_COLUMNS,
	OPT_SORT,
	OPT_REVERSE,
	OPT_TOP,
	OPT_NONZERO,
	OPT_BY,
	OPT_NAME,
	OPT_CGROUP,
	OPT_USER,
	OPT_RANGE,
	OPT_STATE,
	OPT_FLAGS,
	OPT_ANY,
	OPT_DETAIL,
	OPT_CACHE,
	OPT_SUMMARY,
};

/**
 * struct option_help - an option, for getopt_long() and for --help
 * @name: long name, without --
 * @value: short name, or OPT_*
 * @argument: name of its argument; NULL if it has none; in [] if it is optional
 * @takes: TAKES_* of the verbs that support it; 0 for all verbs
 * @help: one line
 */
struct option_help {
	const char *name;
	int value;
	const char *argument;
	unsigned int takes;
	const char *help;
};

/* In the order of --help. */
static const struct option_help options[] = {
	{ "json", 'j', NULL, 0, "print JSON: sizes in bytes, addresses as \"0x...\"" },
	{ "output", 'o', "LIST", 0,
	  "columns to print; with a leading +, add to the default columns" },
	{ "list-columns", OPT_LIST_COLUMNS, NULL, 0, "list the columns and exit" },
	{ "noheadings", 'n', NULL, 0, "print no headings" },
	{ "raw", 'r', NULL, 0, "print one unaligned line per row, sizes in bytes" },
	{ "bytes", 'b', NULL, 0, "print sizes in bytes" },
	{ "color", OPT_COLOR, "[WHEN]", 0, "colour: always, never or auto (the default)" },
	{ "sort", OPT_SORT, "COLUMN", TAKES_ROWS,
	  "sort by a column: sizes, counts and percentages descending, others ascending" },
	{ "reverse", OPT_REVERSE, NULL, TAKES_ROWS, "reverse the order of the rows" },
	{ "top", OPT_TOP, "N", TAKES_ROWS, "print only the first N rows" },
	{ "nonzero", OPT_NONZERO, NULL, TAKES_ROWS,
	  "omit rows in which all amounts except the size are 0" },
	{ "by", OPT_BY, "KEY", TAKES_GROUPS, "print one row for each name, type or perm" },
	{ "name", OPT_NAME, "COMM", TAKES_SELECTION, "select processes with this name" },
	{ "cgroup", OPT_CGROUP, "PATH", TAKES_SELECTION,
	  "select processes in this cgroup and its descendants" },
	{ "user", OPT_USER, "USER", TAKES_SELECTION,
	  "select processes of this user (name or UID)" },
	{ "range", OPT_RANGE, "START-END", TAKES_RANGE, "only these addresses (hexadecimal)" },
	{ "state", OPT_STATE, "LIST", TAKES_FILTER, "only pages in one of these states" },
	{ "flags", OPT_FLAGS, "LIST", TAKES_FILTER,
	  "only pages with all of these flags; ^FLAG: without this flag" },
	{ "any", OPT_ANY, "LIST", TAKES_FILTER, "only pages with at least one of these flags" },
	{ "detail", OPT_DETAIL, "LIST", TAKES_FILTER, "also begin a new run where these change" },
	{ "cache", OPT_CACHE, NULL, TAKES_CACHE, "look up unmapped pages in the page cache" },
	{ "summary", OPT_SUMMARY, NULL, TAKES_SUMMARY, "print the sizes of runs and folios" },
	{ "help", 'h', NULL, 0, "print this help and exit" },
};

#define OPTIONS (sizeof(options) / sizeof(options[0]))

static void make_long_options(struct option *to)
{
	size_t i;

	memset(to, 0, (OPTIONS + 1) * sizeof(*to));
	for (i = 0; i < OPTIONS; i++) {
		to[i].name = options[i].name;
		to[i].val = options[i].value;
		to[i].has_arg = !options[i].argument ? no_argument :
				*options[i].argument == '[' ? optional_argument :
							      required_argument;
	}
}

static const struct option_help *option_of(int value)
{
	size_t i;

	for (i = 0; i < OPTIONS; i++)
		if (options[i].value == value)
			return &options[i];
	return NULL;
}

static void list_columns(const struct columns *columns)
{
	int i;

	for (i = 0; columns->all[i].name; i++)
		printf("  %-12s %s\n", columns->all[i].name, columns->all[i].help);
}

static void help_option(const struct option_help *option)
{
	char text[40] = "    ";
	size_t used = 4;

	if (option->value < OPT_COLOR)
		snprintf(text, sizeof(text), "-%c, ", option->value);
	used += snprintf(text + used, sizeof(text) - used, "--%s", option->name);
	if (option->argument && *option->argument == '[')
		snprintf(text + used, sizeof(text) - used, "[=%s", option->argument + 1);
	else if (option->argument)
		snprintf(text + used, sizeof(text) - used, " %s", option->argument);
	printf("  %-22s %s\n", text, option->help);
}

void options_help(const struct verb *verb)
{
	size_t i;

	printf("Usage: ptscope %s [options]%s%s\n\n%s.\n", verb->name,
	       *verb->operands ? " " : "", verb->operands, verb->summary);
	if (verb->details)
		printf("\n%s", verb->details);
	printf("\nOptions:\n");
	for (i = 0; i < OPTIONS; i++)
		if (!options[i].takes || verb->takes & options[i].takes)
			help_option(&options[i]);
	if (verb->takes & TAKES_FILTER) {
		printf("\nStates:  ");
		list_states(stdout);
		printf("Flags:   ");
		list_flags(stdout);
		printf("Details: ");
		list_details(stdout);
	}
	printf("\nColumns (by default %s):\n", verb->columns->defaults);
	list_columns(verb->columns);
	if (verb->summary_columns) {
		printf("\nColumns of --summary:\n");
		list_columns(verb->summary_columns);
	}
	printf("\nExit status: 0 success; 1 failure or permission denied; 2 module missing or too old.\n"
	       "See ptscope(8).\n");
}

static int find_column(const struct columns *columns, const char *name, size_t len)
{
	int index = column_index(columns, name, len);

	if (index < 0)
		print_error("unknown column: '%.*s'; --list-columns lists them", (int)len, name);
	return index;
}

static bool add_columns(struct options *opts, const struct columns *columns, const char *list,
			bool named)
{
	while (*list) {
		size_t len = strcspn(list, ",");
		int index = find_column(columns, list, len);

		if (index < 0)
			return false;
		if (opts->ncolumns == OPTIONS_COLUMNS) {
			print_error("too many columns");
			return false;
		}
		opts->named[opts->ncolumns] = named;
		opts->columns[opts->ncolumns++] = index;
		list += len;
		if (*list == ',')
			list++;
	}
	return true;
}

static const char *default_columns(const struct options *opts, const struct columns *columns)
{
	if (opts->by != BY_NOTHING)
		return columns->group_defaults[opts->by];
	if (opts->cache && columns->cache_defaults)
		return columns->cache_defaults;
	return columns->defaults;
}

static bool set_columns(struct options *opts, const struct columns *columns, const char *list)
{
	opts->ncolumns = 0;
	if (!list || *list == '+') {
		if (!add_columns(opts, columns, default_columns(opts, columns), false))
			return false;
		list = list ? list + 1 : "";
	}
	if (!add_columns(opts, columns, list, true))
		return false;
	if (!opts->ncolumns)
		print_error("--output: no column given");
	return opts->ncolumns;
}

static bool set_sort(struct options *opts, const struct columns *columns, const char *name)
{
	opts->sort = -1;
	if (!name)
		return true;
	opts->sort = find_column(columns, name, strlen(name));
	return opts->sort >= 0;
}

bool options_need(const struct options *opts, int column)
{
	int i;

	for (i = 0; i < opts->ncolumns; i++)
		if (opts->columns[i] == column)
			return true;
	return opts->sort == column;
}

/* On a terminal with colours, unless NO_COLOR is set; see no-color.org. */
static bool color_by_default(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       term && *term && strcmp(term, "dumb");
}

static bool set_color(struct options *opts, const char *when)
{
	if (!when || !strcmp(when, "always")) {
		opts->color = true;
	} else if (!strcmp(when, "never")) {
		opts->color = false;
	} else if (!strcmp(when, "auto")) {
		opts->color = color_by_default();
	} else {
		print_error("--color: invalid argument: '%s' (always, never or auto)", when);
		return false;
	}
	return true;
}

static bool set_by(struct options *opts, const char *key)
{
	if (!strcmp(key, "name")) {
		opts->by = BY_NAME;
	} else if (!strcmp(key, "type")) {
		opts->by = BY_TYPE;
	} else if (!strcmp(key, "perm")) {
		opts->by = BY_PERM;
	} else {
		print_error("--by: invalid argument: '%s' (name, type or perm)", key);
		return false;
	}
	return true;
}

static bool set_top(struct options *opts, const char *number)
{
	char *rest;

	errno = 0;
	opts->top = strtoul(number, &rest, 10);
	if (*number >= '0' && *number <= '9' && !*rest && !errno && opts->top &&
	    opts->top <= SIZE_MAX / 4)
		return true;
	print_error("--top: invalid number: '%s'", number);
	return false;
}

bool parse_address(const char *text, char **rest, uint64_t *address)
{
	errno = 0;
	*address = strtoull(text, rest, 16);
	return *rest != text && !errno && *text != '-' && *text != '+';
}

bool parse_range(const char *text, uint64_t *start, uint64_t *end)
{
	char *rest;

	return parse_address(text, &rest, start) && *rest == '-' &&
	       parse_address(rest + 1, &rest, end) && !*rest && *start < *end;
}

static bool set_range(struct options *opts, const char *range)
{
	if (parse_range(range, &opts->start, &opts->end))
		return true;
	print_error("--range: invalid range: '%s' (START-END, in hexadecimal)", range);
	return false;
}

bool parse_pid(const char *text, pid_t *pid)
{
	unsigned long value;
	char *rest;

	if (!strcmp(text, "self")) {
		*pid = getpid();
		return true;
	}
	errno = 0;
	value = strtoul(text, &rest, 10);
	if (*text < '0' || *text > '9' || *rest || errno || !value || value > INT32_MAX)
		return false;
	*pid = value;
	return true;
}

/* Arguments that are parsed after all options, because they depend on others. */
struct deferred {
	const char *output;
	const char *sort;
	bool list_columns;
};

static bool set_option(struct options *opts, struct deferred *deferred, int option,
		       const char *argument)
{
	struct ptscope_filter *filter = &opts->filter;

	switch (option) {
	case 'b':
		opts->bytes = true;
		return true;
	case 'j':
		opts->json = true;
		return true;
	case 'n':
		opts->noheadings = true;
		return true;
	case 'o':
		deferred->output = argument;
		return true;
	case 'r':
		opts->raw = true;
		return true;
	case OPT_COLOR:
		return set_color(opts, argument);
	case OPT_LIST_COLUMNS:
		deferred->list_columns = true;
		return true;
	case OPT_SORT:
		deferred->sort = argument;
		return true;
	case OPT_REVERSE:
		opts->reverse = true;
		return true;
	case OPT_TOP:
		return set_top(opts, argument);
	case OPT_NONZERO:
		opts->nonzero = true;
		return true;
	case OPT_BY:
		return set_by(opts, argument);
	case OPT_NAME:
		opts->comm = argument;
		return true;
	case OPT_CGROUP:
		opts->cgroup = argument;
		return true;
	case OPT_USER:
		opts->user = argument;
		return true;
	case OPT_RANGE:
		return set_range(opts, argument);
	case OPT_STATE:
		return parse_states(argument, &filter->states);
	case OPT_FLAGS:
		return parse_flags(argument, &filter->mask, &filter->inverted);
	case OPT_ANY:
		return parse_flags(argument, &filter->anyof, &filter->inverted);
	case OPT_DETAIL:
		return parse_detail(argument, &filter->detail);
	case OPT_CACHE:
		opts->cache = true;
		return true;
	case OPT_SUMMARY:
		opts->summary = true;
		return true;
	}
	return false;
}

/* Check combinations of options and parse the deferred arguments. */
static bool complete(struct options *opts, const struct deferred *deferred,
		     const struct columns *columns)
{
	if (opts->json && opts->raw) {
		print_error("--json and --raw are mutually exclusive");
		return false;
	}
	return set_columns(opts, columns, deferred->output) &&
	       set_sort(opts, columns, deferred->sort);
}

static bool refuse(const struct verb *verb)
{
	print_usage_hint(verb);
	return false;
}

bool options_parse(struct options *opts, const struct verb *verb, int argc, char **argv,
		   int *status)
{
	struct option long_options[OPTIONS + 1];
	const struct columns *columns;
	struct deferred deferred = { 0 };
	int c;

	memset(opts, 0, sizeof(*opts));
	opts->color = color_by_default();
	make_long_options(long_options);
	/* getopt_long() prints argv[0] before its errors. */
	argv[0] = (char *)"ptscope";

	*status = CLI_FAILED;
	while ((c = getopt_long(argc, argv, "bhjno:r", long_options, NULL)) != -1) {
		const struct option_help *option = option_of(c);

		/* getopt_long() has reported the error. */
		if (!option)
			return refuse(verb);
		if (c == 'h') {
			options_help(verb);
			*status = CLI_OK;
			return false;
		}
		if (option->takes && !(verb->takes & option->takes)) {
			print_error("--%s is not supported by %s", option->name, verb->name);
			return refuse(verb);
		}
		if (!set_option(opts, &deferred, c, optarg))
			return refuse(verb);
	}
	columns = opts->summary ? verb->summary_columns : verb->columns;
	if (deferred.list_columns) {
		list_columns(columns);
		*status = CLI_OK;
		return false;
	}
	if (!complete(opts, &deferred, columns))
		return refuse(verb);

	/* Programs read JSON and raw output; escape sequences would be part of the data. */
	opts->color = opts->color && !opts->json && !opts->raw;
	opts->operands = argv + optind;
	opts->noperands = argc - optind;
	return true;
}
