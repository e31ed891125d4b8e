// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope - see where a process's memory really is
 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "../../module/version.h"

static void usage(FILE *to)
{
	const struct verb *const *verb;

	fputs("Usage: ptscope VERB [PID...] [options]\n\n"
	      "Show where a process's memory really is, from its page tables.\n\nVerbs:\n", to);
	for (verb = __start_verbs; verb < __stop_verbs; verb++)
		fprintf(to, "  %-8s %s\n", (*verb)->name, (*verb)->summary);
	fputs("\nOptions:\n"
	      "  -h, --help           print this help and exit\n"
	      "  -V, --version        print the version and exit\n"
	      "\n'ptscope help VERB' prints the help of a verb. See ptscope(8).\n", to);
}

/* A write error, on a full disk or a closed pipe, must set the exit status. */
static int close_stdout(int status)
{
	if (ferror(stdout) | fclose(stdout)) {
		print_write_error(errno);
		return CLI_FAILED;
	}
	return status;
}

static int unknown_verb(const char *name)
{
	const struct verb *verb = suggest_verb(name);

	if (verb)
		print_error("unknown verb: '%s'; did you mean %s?", name, verb->name);
	else
		print_error("unknown verb: '%s'", name);
	fputs("Try 'ptscope --help'.\n", stderr);
	return CLI_FAILED;
}

static int help(const char *name)
{
	const struct verb *verb = name ? find_verb(name) : NULL;

	if (name && !verb)
		return unknown_verb(name);
	if (verb)
		options_help(verb);
	else
		usage(stdout);
	return CLI_OK;
}

static int run(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct verb *verb;
	struct options opts;
	int status;

	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help"))
		return help(argc > 2 ? argv[2] : NULL);
	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		puts("ptscope " PTSCOPE_VERSION);
		return CLI_OK;
	}
	if (!*name) {
		usage(stderr);
		return CLI_FAILED;
	}
	verb = find_verb(name);
	if (!verb)
		return unknown_verb(name);
	if (!options_parse(&opts, verb, argc - 1, argv + 1, &status))
		return status;
	return verb->run(verb, &opts);
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	/* JSON requires a decimal point in all locales. */
	setlocale(LC_NUMERIC, "C");
	return close_stdout(run(argc, argv));
}
