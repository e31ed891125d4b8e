// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anonymous memory that nobody has touched.
 */
#include "victim.h"

int main(void)
{
	const size_t size = 4 * MIB;

	victim_begin();
	victim_claim(victim_map(size), size, "lazy=%zu vmas=1", size);
	victim_wait();
}
