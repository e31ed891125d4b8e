// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory under a protection key. It is as resident as any other.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "victim.h"

int main(void)
{
	const size_t size = 256 * KIB;
	char *start;
	int key;

	victim_begin();
	key = pkey_alloc(0, PKEY_DISABLE_WRITE);
	if (key < 0)
		victim_skip("there are no protection keys: %s", strerror(errno));
	start = victim_map(2 * size);
	victim_write(start, 2 * size, page_size);
	if (pkey_mprotect(start, size, PROT_READ | PROT_WRITE, key))
		victim_fail("pkey_mprotect: %s", strerror(errno));
	victim_claim(start, size, "res=%zu dirty=%zu write=%zu", size, size, size);
	victim_claim(start + size, size, "res=%zu dirty=%zu write=%zu", size, size, size);
	victim_wait();
}
