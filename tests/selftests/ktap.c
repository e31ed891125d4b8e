// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "ktap.h"

static unsigned int passed, failed, skipped;

void ktap_begin(void)
{
	/* Line buffered, so that no result is lost if the guest crashes. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1");
}

static unsigned int next(unsigned int *kind)
{
	++*kind;
	return passed + failed + skipped;
}

/* Prints one result; returns @good. */
bool ktap_check(bool good, const char *format, ...)
{
	va_list args;

	if (good)
		printf("ok %u - ", next(&passed));
	else
		printf("not ok %u - ", next(&failed));
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	return good;
}

void ktap_skip(const char *reason, const char *format, ...)
{
	va_list args;

	printf("ok %u - ", next(&skipped));
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(" # SKIP %s\n", reason);
}

/* Prints details of the next result. */
void ktap_note(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* Prints that the test cannot continue, and exits. */
void ktap_bail(const char *format, ...)
{
	va_list args;

	printf("Bail out! ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(KTAP_FAIL);
}

/* Prints the plan; returns the exit status. A test without any result fails. */
int ktap_end(void)
{
	printf("1..%u\n", passed + failed + skipped);
	printf("# pass:%u fail:%u skip:%u\n", passed, failed, skipped);
	if (failed || !(passed + skipped))
		return KTAP_FAIL;
	return passed ? KTAP_PASS : KTAP_SKIP;
}
