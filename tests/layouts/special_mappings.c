// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel maps into every process of its own accord.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include "layout.h"

static bool find(const char *name, unsigned long *start, unsigned long *end)
{
	FILE *file = fopen("/proc/self/maps", "re");
	bool found = false;
	char line[512];

	if (!file)
		layout_fail("/proc/self/maps: %s", strerror(errno));
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, name) && sscanf(line, "%lx-%lx", start, end) == 2;
	fclose(file);
	return found;
}

int main(void)
{
	unsigned long vdso = getauxval(AT_SYSINFO_EHDR);
	unsigned long start, end;
	struct timespec now;

	layout_begin();
	if (!vdso || !find("[vdso]", &start, &end))
		layout_skip("there is no vdso");
	clock_gettime(CLOCK_MONOTONIC, &now);
	layout_read((char *)start, end - start, page_size);
	layout_expect((char *)start, end - start, "res=%lu write=0 vmas=1", end - start);
	if (find("[vvar]", &start, &end))
		/* The clock reads the first page; the others are for guests. */
		layout_expect((char *)start, end - start, "res>=%zu lazy<=%lu write=0",
			     page_size, end - start - page_size);
	layout_wait();
}
