// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets up one layout and keeps it until standard input ends. layout.h describes the
 * output.
 *
 *	layouts NAME [COUNT]	COUNT replaces the size of those that can have any
 *	layouts --list		print all names
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "layout.h"

static const struct layout *const subjects[] = {
	anon_layouts, file_layouts, hugetlb_layouts, marker_layouts, migration_layouts,
	swap_layouts, thp_layouts, vma_layouts,
};

#define SUBJECTS (sizeof(subjects) / sizeof(subjects[0]))

static void list(void)
{
	const struct layout *layout;
	size_t i;

	for (i = 0; i < SUBJECTS; i++)
		for (layout = subjects[i]; layout->name; layout++)
			printf("%-22s %s\n", layout->name, layout->what);
}

static const struct layout *find(const char *name)
{
	const struct layout *layout;
	size_t i;

	for (i = 0; i < SUBJECTS; i++)
		for (layout = subjects[i]; layout->name; layout++)
			if (!strcmp(layout->name, name))
				return layout;
	return NULL;
}

int main(int argc, char **argv)
{
	const struct layout *layout;

	if (argc == 2 && !strcmp(argv[1], "--list")) {
		list();
		return 0;
	}
	layout = argc > 1 ? find(argv[1]) : NULL;
	if (!layout) {
		fprintf(stderr, "usage: layouts NAME [COUNT] | --list\n");
		return 2;
	}
	if (argc > 2)
		layout_count = strtoul(argv[2], NULL, 0);
	layout_begin();
	layout->setup();
	layout_wait();
}
