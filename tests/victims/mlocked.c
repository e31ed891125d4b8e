// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locked memory is resident without having been touched.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "victim.h"

int main(void)
{
	const size_t size = 2 * MIB;
	char *start;

	victim_begin();
	start = victim_map(2 * size);
	if (mlock(start, size))
		victim_skip("mlock: %s", strerror(errno));
	victim_claim(start, size, "res=%zu dirty=%zu write=%zu vmas=1", size, size, size);
	victim_claim(start + size, size, "lazy=%zu vmas=1", size);

	/* Locked as it is touched. */
	start = victim_map(size);
	if (mlock2(start, size, MLOCK_ONFAULT))
		victim_skip("mlock2: %s", strerror(errno));
	victim_write(start, size / 2, page_size);
	victim_claim(start, size, "res=%zu lazy=%zu", size / 2, size / 2);
	victim_wait();
}
