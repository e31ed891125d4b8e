// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parent and child share every page until one of them writes.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "victim.h"

int main(void)
{
	const size_t size = 2 * MIB;
	char *start;
	pid_t child;

	victim_begin();
	start = victim_map(size);
	victim_write(start, size, page_size);
	child = fork();
	if (child < 0)
		victim_fail("fork: %s", strerror(errno));
	if (!child) {
		victim_follow_parent();
		for (;;)
			pause();
	}
	victim_claim(start, size, "res=%zu write=0 dirty=%zu", size, size);
	victim_process(child);
	victim_claim(start, size, "res=%zu write=0 dirty=%zu", size, size);
	victim_wait();
}
