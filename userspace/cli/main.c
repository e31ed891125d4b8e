// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope - see where a process's memory really is
 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "../../module/version.h"

static void usage(FILE *to)
{
	const struct verb *const *verb;

	fputs("Usage: ptscope VERB [PID...] [options]\n\n"
	      "Show where a process's memory really is, from its page tables.\n\nVerbs:\n", to);
	for (verb = verbs; *verb; verb++)
		fprintf(to, "  %-8s %s\n", (*verb)->name, (*verb)->summary);
	fputs("\nOptions:\n"
	      "  -h, --help           print this and end\n"
	      "  -V, --version        print the version and end\n"
	      "\n'ptscope VERB --help' tells more about a verb, ptscope(8) all.\n", to);
}

/* A full disk or a closed pipe must not look like success. */
static int close_stdout(int status)
{
	if (ferror(stdout) | fclose(stdout)) {
		if (errno != EPIPE)
			fprintf(stderr, "ptscope: cannot write: %s\n", strerror(errno));
		return CLI_FAILED;
	}
	return status;
}

static int run(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct verb *verb;
	struct options opts;
	int status;

	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
		usage(stdout);
		return CLI_OK;
	}
	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		puts("ptscope " PTSCOPE_VERSION);
		return CLI_OK;
	}
	verb = find_verb(name);
	if (verb) {
		if (!options_parse(&opts, verb, argc - 1, argv + 1, &status))
			return status;
		return verb->run(verb, &opts);
	}
	if (*name)
		complain("'%s' is no verb", name);
	usage(stderr);
	return CLI_FAILED;
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	/* JSON has a point in its numbers wherever it is read. */
	setlocale(LC_NUMERIC, "C");
	return close_stdout(run(argc, argv));
}
