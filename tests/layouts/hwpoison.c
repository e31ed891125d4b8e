// SPDX-License-Identifier: GPL-2.0-only
/*
 * A page lost to a memory error, which root may pretend. It costs the machine
 * a page until the next boot.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include "layout.h"

#ifndef MADV_HWPOISON
#define MADV_HWPOISON 100
#endif

/* Newer kernels send SIGBUS to who pretends; not to catch it would be the end. */
static void told(int signal)
{
	(void)signal;
}

int main(void)
{
	const size_t pages = 16;
	char *start;

	layout_begin();
	signal(SIGBUS, told);
	start = layout_map(pages * page_size);
	layout_write(start, pages * page_size, page_size);
	if (madvise(start + 5 * page_size, page_size, MADV_HWPOISON))
		layout_skip("MADV_HWPOISON: %s", strerror(errno));
	layout_expect(start, pages * page_size, "res=%zu special=%zu hwpoison=%zu",
		     (pages - 1) * page_size, page_size, page_size);
	layout_wait();
}
