// SPDX-License-Identifier: GPL-2.0-only
/*
 * Equal pages that the kernel has merged into one.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "layout.h"

#define KSM "/sys/kernel/mm/ksm/"
/* Tenths of a second that the kernel gets to find them. */
#define PATIENCE 300

static void set(const char *path, const char *value)
{
	FILE *file = fopen(path, "we");

	if (!file)
		layout_skip("this kernel merges no pages");
	fputs(value, file);
	if (fclose(file))
		layout_skip("%s cannot be set", path);
}

/* A write would separate a page again; one that is merged is read-only. */
static bool merged(const char *start, size_t size)
{
	return layout_smaps(start, "Shared_Dirty") + layout_smaps(start, "Shared_Clean") >= size;
}

int main(void)
{
	size_t size;
	char *start;
	int i;

	layout_begin();
	size = 64 * page_size;
	start = layout_map(size);
	memset(start, 'k', size);
	layout_advise(start, size, MADV_MERGEABLE, "MADV_MERGEABLE");
	set(KSM "sleep_millisecs", "10");
	set(KSM "pages_to_scan", "5000");
	set(KSM "run", "1");
	for (i = 0; i < PATIENCE && !merged(start, size); i++)
		usleep(100000);
	if (!merged(start, size))
		layout_skip("the kernel did not merge them");
	layout_expect(start, size, "res=%zu write=0", size);
	layout_wait();
}
