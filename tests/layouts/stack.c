// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stack that has grown.
 */
#include <alloca.h>
#include "layout.h"

static void __attribute__((noinline)) grow(size_t size)
{
	char *low = alloca(size);
	char *start = (char *)(((uintptr_t)low + page_size - 1) / page_size * page_size);
	size_t i;

	/* From above, as a stack grows. */
	for (i = size - page_size; i; i -= page_size)
		*(volatile char *)(start + i - page_size) = 1;
	layout_expect(start, size - page_size, "res=%zu dirty=%zu write=%zu vmas=1",
		     size - page_size, size - page_size, size - page_size);
}

int main(void)
{
	layout_begin();
	/* Not so far that a huge page could take its place. */
	grow(MIB);
	layout_wait();
}
