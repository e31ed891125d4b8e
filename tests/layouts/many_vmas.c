// SPDX-License-Identifier: GPL-2.0-only
/*
 * As many VMAs as the kernel allows, or as many as the argument says: single
 * pages whose protections alternate, so that no two become one. Every fourth
 * page is touched.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "layout.h"

static size_t lines(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t count = 0;
	int c;

	if (!file)
		layout_fail("%s: %s", path, strerror(errno));
	while ((c = getc(file)) != EOF)
		count += c == '\n';
	fclose(file);
	return count;
}

static size_t allowed(void)
{
	FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
	size_t count;

	if (!file || fscanf(file, "%zu", &count) != 1)
		layout_fail("max_map_count: %s", strerror(errno));
	fclose(file);
	return count;
}

int main(int argc, char **argv)
{
	/* Some are there already, and the C library may want a few more. */
	size_t count, i, before, touched = 0;
	char *start;

	layout_begin();
	before = lines("/proc/self/maps");
	count = argc > 1 ? strtoul(argv[1], NULL, 0) : allowed() - before - 8;
	start = layout_map(count * page_size);
	for (i = 0; i < count; i += 4) {
		layout_write(start + i * page_size, page_size, page_size);
		touched += page_size;
	}
	for (i = 1; i < count; i += 2)
		if (mprotect(start + i * page_size, page_size, PROT_READ))
			layout_fail("mprotect of page %zu: %s", i, strerror(errno));
	layout_expect(start, count * page_size, "res=%zu dirty=%zu lazy=%zu vmas=%zu",
		     touched, touched, count * page_size - touched, count);
	layout_wait();
}
