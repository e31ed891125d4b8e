// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope - see where a process's memory really is
 */
#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

void complain(const char *format, ...)
{
	va_list args;

	/* What has been printed so far belongs before the complaint. */
	fflush(stdout);
	fputs("ptscope: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

struct ptscope *cli_connect(const struct options *opts, struct ptscope_info *info, int *status)
{
	struct ptscope *ps = ptscope_new();
	int err;

	*status = CLI_FAILED;
	if (!ps) {
		complain("out of memory");
		return NULL;
	}
	err = ptscope_connect(ps);
	if (!err)
		err = ptscope_get_info(ps, info);
	if (err) {
		*status = cli_failed(ps, err, 0);
		ptscope_free(ps);
		return NULL;
	}
	/* The wire tells versions apart by itself; people may wonder. */
	if (strcmp(info->module_version, PTSCOPE_VERSION))
		complain("note: the module is version %s, this client %s",
			 info->module_version, PTSCOPE_VERSION);
	ptscope_set_cache(ps, opts->cache);
	return ps;
}

void cli_note_hidden(const struct ptscope *ps)
{
	static bool noted;

	if (noted || !ptscope_hidden(ps))
		return;
	noted = true;
	complain("note: frames, swap slots and the page cache are hidden: seeing them needs CAP_SYS_ADMIN");
}

int cli_failed(const struct ptscope *ps, int err, pid_t pid)
{
	if (pid)
		complain("%d: %s", (int)pid, ptscope_message(ps));
	else
		complain("%s", ptscope_message(ps));

	switch (err) {
	case -EPROTONOSUPPORT:
		fputs("An administrator loads it with 'modprobe ptscope', or from a build tree with\n"
		      "'insmod module/ptscope.ko'.\n", stderr);
		return CLI_NO_KERNEL;
	case -EOPNOTSUPP:
		fputs("Install the module of this version, and load it: 'rmmod ptscope; modprobe ptscope'.\n",
		      stderr);
		return CLI_NO_KERNEL;
	}
	return CLI_FAILED;
}

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
