// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parent and child share every page until one of them writes.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "layout.h"

int main(void)
{
	const size_t size = 2 * MIB;
	char *start;
	pid_t child;

	layout_begin();
	start = layout_map(size);
	layout_write(start, size, page_size);
	child = fork();
	if (child < 0)
		layout_fail("fork: %s", strerror(errno));
	if (!child) {
		layout_follow_parent();
		for (;;)
			pause();
	}
	layout_expect(start, size, "res=%zu write=0 dirty=%zu", size, size);
	layout_process(child);
	layout_expect(start, size, "res=%zu write=0 dirty=%zu", size, size);
	layout_wait();
}
