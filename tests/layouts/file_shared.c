// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shared mappings of files: of the C library's, to be read; and of a file of
 * its own, to be written. Where that one comes to lie is not known, so
 * nothing is said about what its untouched pages are.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "file.h"
#include "layout.h"

int main(void)
{
	char name[] = "/tmp/ptscope-layout-XXXXXX";
	const size_t part = 256 * KIB;
	char *start;
	int fd;

	layout_begin();
	start = map_library(2 * part, PROT_READ, MAP_SHARED);
	layout_read(start, part, page_size);
	layout_expect(start, part, "res=%zu dirty=0 write=0", part);
	layout_expect(start + part, part, "disk=%zu", part);

	fd = mkstemp(name);
	if (fd < 0 || unlink(name) || ftruncate(fd, part))
		layout_fail("%s: %s", name, strerror(errno));
	start = mmap(NULL, part, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (start == MAP_FAILED)
		layout_fail("mmap: %s", strerror(errno));
	/* Fault in by writing alone: a read might bring neighbours with it. */
	layout_write(start, part, 2 * page_size);
	layout_expect(start, part, "res=%zu lazy<=%zu disk<=%zu",
		     part / 2, part / 2, part / 2);
	layout_wait();
}
