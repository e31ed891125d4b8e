// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ranges moved by mremap(): page by page, and by whole tables.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "victim.h"

static void move(size_t size)
{
	char *from, *to;

	from = victim_map_at_multiple(pmd_size, 0, size);
	victim_advise(from, size, MADV_NOHUGEPAGE, "MADV_NOHUGEPAGE");
	victim_write(from, size, 2 * page_size);
	to = victim_map_at_multiple(pmd_size, 0, size);
	if (mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		victim_fail("mremap: %s", strerror(errno));
	victim_claim(from, size, "size=0 vmas=0");
	victim_claim(to, size, "res=%zu dirty=%zu write=%zu lazy=%zu vmas=1",
		     size / 2, size / 2, size / 2, size / 2);
}

int main(void)
{
	victim_begin();
	move(256 * KIB);
	move(2 * pmd_size);
	victim_wait();
}
