// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anonymous memory that nobody has touched.
 */
#include "layout.h"

int main(void)
{
	const size_t size = 4 * MIB;

	layout_begin();
	layout_expect(layout_map(size), size, "lazy=%zu vmas=1", size);
	layout_wait();
}
