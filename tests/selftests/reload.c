// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads the module, sends a request and unloads it again, in one process, because
 * starting one for each round would take longer than the round.
 *
 *	reload FILE TIMES
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <ptscope.h>

static int failed(const char *what, long round, const char *why)
{
	printf("%s, round %ld: %s\n", what, round, why);
	return 1;
}

int main(int argc, char **argv)
{
	long i, times = argc == 3 ? atol(argv[2]) : 0;
	int file = times > 0 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;

	if (file < 0) {
		fprintf(stderr, "usage: reload FILE TIMES\n");
		return 2;
	}
	for (i = 1; i <= times; i++) {
		struct ptscope *ps = ptscope_new();
		const struct ptscope_info *info;

		if (syscall(SYS_finit_module, file, "", 0))
			return failed("insmod", i, strerror(errno));
		if (!ps)
			return failed("ptscope_new", i, "no memory");
		if (ptscope_connect(ps) || ptscope_get_info(ps, &info))
			return failed("a request", i, ptscope_message(ps));
		/* A connection may outlive the module. */
		if (i % 2)
			ptscope_free(ps);
		if (syscall(SYS_delete_module, "ptscope", O_NONBLOCK))
			return failed("rmmod", i, strerror(errno));
		if (i % 2 == 0)
			ptscope_free(ps);
	}
	return 0;
}
