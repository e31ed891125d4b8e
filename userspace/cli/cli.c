// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which verbs there are, and what all of them do alike: connect, and say what is
 * wrong.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "../../module/version.h"

const struct verb *const verbs[] = {
	&info_verb,
	&maps_verb,
	&huge_verb,
	&pages_verb,
	&walk_verb,
	NULL,
};

const struct verb *find_verb(const char *name)
{
	const struct verb *const *verb = verbs;

	while (*verb && strcmp((*verb)->name, name))
		verb++;
	return *verb;
}

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
	complain("note: frames, folios, swap slots and the page cache are hidden: seeing them needs CAP_SYS_ADMIN");
}

bool cli_check_range(const struct options *opts, uint32_t page_size)
{
	if (opts->start % page_size == 0 && opts->end % page_size == 0)
		return true;
	complain("0x%" PRIx64 "-0x%" PRIx64 ": not a multiple of the page size, 0x%x",
		 opts->start, opts->end, page_size);
	return false;
}

void cli_note_unmapped(const struct options *opts, pid_t pid)
{
	if (opts->end)
		complain("%d: note: nothing is mapped in 0x%" PRIx64 "-0x%" PRIx64, (int)pid,
			 opts->start, opts->end);
	else
		complain("%d: note: nothing is mapped", (int)pid);
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
