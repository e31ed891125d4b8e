// SPDX-License-Identifier: GPL-2.0-only
/*
 * Soft-dirty bits, cleared and then set again for some pages, in memory and
 * in swap.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "victim.h"

int main(void)
{
	const size_t size = MIB;
	char *present, *swapped;
	int fd;

	victim_begin();
	present = victim_map(size);
	swapped = victim_map(size);
	victim_write(present, size, page_size);
	victim_write(swapped, size, page_size);
	if (!(victim_pagemap(present) & 1ull << 55))
		victim_skip("this kernel keeps no soft-dirty bits");
	fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "4", 1) != 1)
		victim_skip("clear_refs: %s", strerror(errno));
	victim_claim(present + size / 2, size / 2, "res=%zu soft_dirty=0", size / 2);
	victim_write(present, size / 2, page_size);
	victim_write(swapped, size / 2, page_size);
	victim_page_out(swapped, size, page_size);
	victim_claim(present, size, "res=%zu soft_dirty=%zu", size, size / 2);
	victim_claim(swapped, size, "swap=%zu soft_dirty=%zu", size, size / 2);
	victim_wait();
}
