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

static const struct verb *const verbs[] = {
	&info_verb,
	&maps_verb,
	&huge_verb,
	&pages_verb,
	&walk_verb,
};

#define NVERBS (sizeof(verbs) / sizeof(verbs[0]))

static void usage(FILE *to)
{
	size_t i;

	fputs("Usage: ptscope VERB [PID...] [options]\n\n"
	      "Show where a process's memory really is, from its page tables.\n\nVerbs:\n", to);
	for (i = 0; i < NVERBS; i++)
		fprintf(to, "  %-8s %s\n", verbs[i]->name, verbs[i]->summary);
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
	struct options opts;
	int status;
	size_t i;

	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
		usage(stdout);
		return CLI_OK;
	}
	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		puts("ptscope " PTSCOPE_VERSION);
		return CLI_OK;
	}
	for (i = 0; i < NVERBS; i++) {
		if (strcmp(name, verbs[i]->name))
			continue;
		if (!options_parse(&opts, verbs[i], argc - 1, argv + 1, &status))
			return status;
		return verbs[i]->run(verbs[i], &opts);
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
