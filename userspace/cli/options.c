// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options that all verbs have.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "table.h"
#include "names.h"

enum {
	OPT_COLOR = 256,
	OPT_LIST_COLUMNS,
	OPT_RANGE,
	OPT_STATE,
	OPT_FLAGS,
	OPT_ANY,
	OPT_DETAIL,
	OPT_SUMMARY,
	OPT_CACHE,
};

static const struct option long_options[] = {
	{ "any",		required_argument,	NULL, OPT_ANY },
	{ "bytes",		no_argument,		NULL, 'b' },
	{ "cache",		no_argument,		NULL, OPT_CACHE },
	{ "color",		optional_argument,	NULL, OPT_COLOR },
	{ "detail",		required_argument,	NULL, OPT_DETAIL },
	{ "flags",		required_argument,	NULL, OPT_FLAGS },
	{ "help",		no_argument,		NULL, 'h' },
	{ "json",		no_argument,		NULL, 'j' },
	{ "list-columns",	no_argument,		NULL, OPT_LIST_COLUMNS },
	{ "noheadings",		no_argument,		NULL, 'n' },
	{ "output",		required_argument,	NULL, 'o' },
	{ "range",		required_argument,	NULL, OPT_RANGE },
	{ "raw",		no_argument,		NULL, 'r' },
	{ "state",		required_argument,	NULL, OPT_STATE },
	{ "summary",		no_argument,		NULL, OPT_SUMMARY },
	{ NULL, 0, NULL, 0 },
};

static void list_columns(const struct verb *verb)
{
	int i;

	for (i = 0; i < verb->columns->count; i++)
		printf("  %-12s %s\n", verb->columns->all[i].name, verb->columns->all[i].help);
}

static void help(const struct verb *verb)
{
	printf("Usage: ptscope %s [options]%s%s\n\n%s.\n", verb->name,
	       *verb->operands ? " " : "", verb->operands, verb->summary);
	if (verb->details)
		printf("\n%s", verb->details);
	printf("\nOptions:\n"
	       "  -j, --json           print JSON: sizes in bytes, addresses as \"0x...\"\n"
	       "  -o, --output LIST    print these columns; with a leading +, add them\n"
	       "      --list-columns   list the columns and end\n"
	       "  -n, --noheadings     print no headings\n"
	       "  -r, --raw            print one row a line, unaligned, sizes in bytes\n"
	       "  -b, --bytes          print sizes in bytes\n"
	       "      --color[=WHEN]   colour: always, never or auto (the default)\n");
	if (verb->takes & TAKES_RANGE)
		printf("      --range START-END\n"
		       "                       only these addresses\n");
	if (verb->takes & TAKES_FILTER)
		printf("      --state LIST     only pages in one of these states\n"
		       "      --flags LIST     only pages with all of these flags; ^ before a flag: without it\n"
		       "      --any LIST       only pages with one of these flags at least\n"
		       "      --detail LIST    begin a new run also where these change:\n"
		       "                       frame, age, soft-dirty, node, folio\n");
	if (verb->takes & TAKES_CACHE)
		printf("      --cache          look into the page cache for what is not mapped\n");
	if (verb->takes & TAKES_SUMMARY)
		printf("      --summary        print how large runs and folios are\n");
	printf("  -h, --help           print this and end\n"
	       "\nColumns (by default %s):\n", verb->columns->defaults);
	list_columns(verb);
	printf("\nExit status: 0 done; 1 failed or denied; 2 the kernel side is missing or too old.\n"
	       "See ptscope(8).\n");
}

static bool add_columns(struct options *opts, const struct columns *columns, const char *list)
{
	const size_t room = sizeof(opts->columns) / sizeof(opts->columns[0]);

	while (*list) {
		size_t len = strcspn(list, ",");
		int index = column_index(columns, list, len);

		if (index < 0) {
			complain("no column is called '%.*s'; --list-columns lists them",
				 (int)len, list);
			return false;
		}
		if ((size_t)opts->ncolumns == room) {
			complain("too many columns");
			return false;
		}
		opts->columns[opts->ncolumns++] = index;
		list += len;
		if (*list == ',')
			list++;
	}
	return true;
}

static bool set_columns(struct options *opts, const struct columns *columns, const char *list)
{
	const char *defaults = columns->defaults;

	opts->ncolumns = 0;
	if (opts->cache && columns->cache_defaults)
		defaults = columns->cache_defaults;
	if (!list || *list == '+') {
		if (!add_columns(opts, columns, defaults))
			return false;
		list = list ? list + 1 : "";
	}
	if (!add_columns(opts, columns, list))
		return false;
	if (!opts->ncolumns)
		complain("--output names no column");
	return opts->ncolumns;
}

/* On a terminal that has them, unless the user has said otherwise; see no-color.org. */
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
		complain("--color takes always, never or auto, not '%s'", when);
		return false;
	}
	return true;
}

bool parse_address(const char *text, char **rest, uint64_t *address)
{
	errno = 0;
	*address = strtoull(text, rest, 16);
	return *rest != text && !errno && *text != '-' && *text != '+';
}

static bool set_range(struct options *opts, const char *range)
{
	char *rest;

	if (parse_address(range, &rest, &opts->start) && *rest == '-' &&
	    parse_address(rest + 1, &rest, &opts->end) && !*rest && opts->start < opts->end)
		return true;
	complain("--range takes START-END in hexadecimal, not '%s'", range);
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
	if (*text < '0' || *text > '9' || *rest || errno || !value || value > INT32_MAX) {
		complain("'%s' is no pid: a decimal number or self is wanted", text);
		return false;
	}
	*pid = value;
	return true;
}

/* Does the verb have this option? */
static bool takes(const struct verb *verb, unsigned int what, const char *option)
{
	if (verb->takes & what)
		return true;
	complain("%s takes no %s", verb->name, option);
	return false;
}

static bool set_filter(struct options *opts, const struct verb *verb, int option,
		       const char *list)
{
	struct ptscope_filter *filter = &opts->filter;

	if (!takes(verb, TAKES_FILTER, "filter"))
		return false;
	switch (option) {
	case OPT_STATE:
		return parse_states(list, &filter->states);
	case OPT_FLAGS:
		return parse_flags(list, &filter->mask, &filter->inverted);
	case OPT_ANY:
		return parse_flags(list, &filter->anyof, &filter->inverted);
	default:
		return parse_detail(list, &filter->detail);
	}
}

static bool refuse(const struct verb *verb)
{
	fprintf(stderr, "Try 'ptscope %s --help'.\n", verb->name);
	return false;
}

bool options_parse(struct options *opts, const struct verb *verb, int argc, char **argv,
		   int *status)
{
	const char *output = NULL;
	int c;

	memset(opts, 0, sizeof(*opts));
	opts->color = color_by_default();
	/* getopt_long() begins its errors with this. */
	argv[0] = (char *)"ptscope";

	*status = CLI_FAILED;
	while ((c = getopt_long(argc, argv, "bhjno:r", long_options, NULL)) != -1) {
		switch (c) {
		case 'b':
			opts->bytes = true;
			break;
		case 'h':
			help(verb);
			*status = CLI_OK;
			return false;
		case 'j':
			opts->json = true;
			break;
		case 'n':
			opts->noheadings = true;
			break;
		case 'o':
			output = optarg;
			break;
		case 'r':
			opts->raw = true;
			break;
		case OPT_COLOR:
			if (!set_color(opts, optarg))
				return refuse(verb);
			break;
		case OPT_LIST_COLUMNS:
			list_columns(verb);
			*status = CLI_OK;
			return false;
		case OPT_RANGE:
			if (!takes(verb, TAKES_RANGE, "range") || !set_range(opts, optarg))
				return refuse(verb);
			break;
		case OPT_STATE:
		case OPT_FLAGS:
		case OPT_ANY:
		case OPT_DETAIL:
			if (!set_filter(opts, verb, c, optarg))
				return refuse(verb);
			break;
		case OPT_CACHE:
			if (!takes(verb, TAKES_CACHE, "look into the page cache"))
				return refuse(verb);
			opts->cache = true;
			break;
		case OPT_SUMMARY:
			if (!takes(verb, TAKES_SUMMARY, "summary"))
				return refuse(verb);
			opts->summary = true;
			break;
		default:
			return refuse(verb);
		}
	}
	if (opts->json && opts->raw) {
		complain("--json and --raw exclude each other");
		return refuse(verb);
	}
	if (!set_columns(opts, verb->columns, output))
		return refuse(verb);

	/* Escape sequences have no place in what programs read. */
	opts->color = opts->color && !opts->json && !opts->raw;
	opts->operands = argv + optind;
	opts->noperands = argc - optind;
	return true;
}
