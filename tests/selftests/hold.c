// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client that uses the module until it is killed.
 *
 *	hold idle	connected, without a request
 *	hold dump	in the middle of a dump of its own VMAs
 *
 * Prints "holding" when it is ready.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <signal.h>
#include <unistd.h>

#include "ptscope.h"

/* More VMAs than fit into two replies. Neighbours differ, so that they do not merge. */
static void many_vmas(void)
{
	const size_t page_size = sysconf(_SC_PAGESIZE);
	int i;

	for (i = 0; i < 4000; i++)
		if (mmap(NULL, page_size, i % 2 ? PROT_READ : PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
			return;
}

int main(int argc, char **argv)
{
	struct ptscope *ps = ptscope_new();
	const struct ptscope_vma *vma;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (argc != 2 || !ps || ptscope_connect(ps)) {
		printf("failed: %s\n", ps ? ptscope_message(ps) : "no memory");
		return 1;
	}
	if (!strcmp(argv[1], "dump")) {
		many_vmas();
		if (ptscope_dump_vmas(ps, getpid(), 0, 0) || ptscope_next_vma(ps, &vma) != 1) {
			printf("failed: %s\n", ptscope_message(ps));
			return 1;
		}
	}
	puts("holding");
	fflush(stdout);
	for (;;)
		pause();
}
