// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private pages of a file's mapping in swap: swap entries among file pages.
 */
#include <sys/mman.h>
#include "file.h"
#include "layout.h"

int main(void)
{
	const size_t size = 256 * KIB;
	char *start;

	layout_begin();
	start = map_library(size, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	layout_write(start, size, 2 * page_size);
	layout_page_out(start, size, 2 * page_size);
	layout_expect(start, size, "swap=%zu disk=%zu", size / 2, size / 2);
	layout_wait();
}
