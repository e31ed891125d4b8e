// SPDX-License-Identifier: GPL-2.0-only
/*
 * The child has written half of what it shared with its parent: it owns that
 * half, and may write it; the parent's pages are as they were.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "layout.h"

int main(void)
{
	const size_t size = 2 * MIB;
	char *start, *unforked, *wiped;
	int done[2];
	pid_t child;
	char byte;

	layout_begin();
	start = layout_map(size);
	unforked = layout_map(size);
	wiped = layout_map(size);
	layout_write(start, size, page_size);
	layout_write(unforked, size, page_size);
	layout_write(wiped, size, page_size);
	layout_advise(unforked, size, MADV_DONTFORK, "MADV_DONTFORK");
	layout_advise(wiped, size, MADV_WIPEONFORK, "MADV_WIPEONFORK");
	if (pipe(done))
		layout_fail("pipe: %s", strerror(errno));
	child = fork();
	if (child < 0)
		layout_fail("fork: %s", strerror(errno));
	if (!child) {
		layout_follow_parent();
		layout_write(start, size, 2 * page_size);
		if (write(done[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(done[0], &byte, 1) != 1)
		layout_fail("the child did not write");
	layout_expect(start, size, "res=%zu write=0", size);
	layout_expect(unforked, size, "res=%zu write=%zu", size, size);
	layout_expect(wiped, size, "res=%zu write=%zu", size, size);
	layout_process(child);
	layout_expect(start, size, "res=%zu write=%zu", size, size / 2);
	layout_expect(unforked, size, "size=0 vmas=0");
	layout_expect(wiped, size, "lazy=%zu vmas=1", size);
	layout_wait();
}
