// SPDX-License-Identifier: GPL-2.0-only
/*
 * The child has written half of what it shared with its parent: it owns that
 * half, and may write it; the parent's pages are as they were.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "victim.h"

int main(void)
{
	const size_t size = 2 * MIB;
	char *start, *unforked, *wiped;
	int done[2];
	pid_t child;
	char byte;

	victim_begin();
	start = victim_map(size);
	unforked = victim_map(size);
	wiped = victim_map(size);
	victim_write(start, size, page_size);
	victim_write(unforked, size, page_size);
	victim_write(wiped, size, page_size);
	victim_advise(unforked, size, MADV_DONTFORK, "MADV_DONTFORK");
	victim_advise(wiped, size, MADV_WIPEONFORK, "MADV_WIPEONFORK");
	if (pipe(done))
		victim_fail("pipe: %s", strerror(errno));
	child = fork();
	if (child < 0)
		victim_fail("fork: %s", strerror(errno));
	if (!child) {
		victim_follow_parent();
		victim_write(start, size, 2 * page_size);
		if (write(done[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(done[0], &byte, 1) != 1)
		victim_fail("the child did not write");
	victim_claim(start, size, "res=%zu write=0", size);
	victim_claim(unforked, size, "res=%zu write=%zu", size, size);
	victim_claim(wiped, size, "res=%zu write=%zu", size, size);
	victim_process(child);
	victim_claim(start, size, "res=%zu write=%zu", size, size / 2);
	victim_claim(unforked, size, "size=0 vmas=0");
	victim_claim(wiped, size, "lazy=%zu vmas=1", size);
	victim_wait();
}
