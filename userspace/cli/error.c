// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages on standard error.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "../../module/version.h"

static void print_message(const char *prefix, const char *format, va_list args)
{
	/* Keep the order of rows and messages if both streams are one file. */
	fflush(stdout);
	fputs(prefix, stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void print_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_message("ptscope: ", format, args);
	va_end(args);
}

void print_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_message("ptscope: note: ", format, args);
	va_end(args);
}

void print_write_error(int err)
{
	static bool reported;

	if (!reported && err != EPIPE)
		fprintf(stderr, "ptscope: cannot write: %s\n", strerror(err));
	reported = true;
}

int print_usage_hint(const struct verb *verb)
{
	fprintf(stderr, "Try 'ptscope %s --help'.\n", verb->name);
	return CLI_FAILED;
}

/* Advice that follows the kernel's error text; may be empty. */
static const char *hint(int err)
{
	if (err == -EPERM && geteuid())
		return "; try sudo";
	return "";
}

int report_failure(const struct ptscope *ps, int err, pid_t pid)
{
	if (pid)
		print_error("%d: %s%s", (int)pid, ptscope_message(ps), hint(err));
	else
		print_error("%s%s", ptscope_message(ps), hint(err));

	switch (err) {
	case -EPROTONOSUPPORT:
		fputs("Load it with 'sudo modprobe ptscope', or from a build tree with\n"
		      "'sudo insmod module/ptscope.ko'.\n", stderr);
		return CLI_NO_KERNEL;
	case -EOPNOTSUPP:
		fputs("Install the module of this version, and load it with\n"
		      "'sudo rmmod ptscope; sudo modprobe ptscope'.\n", stderr);
		return CLI_NO_KERNEL;
	}
	return CLI_FAILED;
}

void report_bad_pid(const struct verb *verb, const char *text)
{
	const bool is_name = verb->takes & TAKES_SELECTION && *text &&
			     !strchr("+-0123456789", *text);

	print_error("invalid PID: '%s'%s", text,
		    is_name ? "; select processes by name with --name" : "");
}

/* Different versions work together. The note helps if they behave differently. */
static void note_version(const struct ptscope *ps)
{
	const struct ptscope_info *info = ptscope_info(ps);
	static bool noted;

	if (noted || !info || !strcmp(info->module_version, PTSCOPE_VERSION))
		return;
	noted = true;
	print_note("the module is version %s, this client %s", info->module_version,
		   PTSCOPE_VERSION);
}

void note_hidden(const struct ptscope *ps)
{
	static bool noted;

	note_version(ps);
	if (noted || !ptscope_hidden(ps))
		return;
	noted = true;
	print_note("frames, folios, swap slots and the page cache are hidden: seeing them needs CAP_SYS_ADMIN");
}

void note_unmapped(const struct options *opts, pid_t pid)
{
	if (opts->end)
		print_error("%d: note: nothing is mapped in 0x%" PRIx64 "-0x%" PRIx64, (int)pid,
			    opts->start, opts->end);
	else
		print_error("%d: note: nothing is mapped", (int)pid);
}

void note_interrupted(const struct ptscope *ps, pid_t pid)
{
	if (ptscope_interrupted(ps))
		print_error("%d: note: the address space changed during the read; rows may be inconsistent",
			    (int)pid);
}
