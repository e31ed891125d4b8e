// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope maps: where the memory of each VMA is.
 */
#include "cli.h"
#include "vma_row.h"

/* SIZE and its summands (CACHED is 0 without --cache), and the PMD leaves in RES. */
#define SUMMANDS "size,res,pmd,swap,lazy,disk,special"

static const char *const group_defaults[] = {
	[BY_NAME] = "name,vmas," SUMMANDS,
	[BY_TYPE] = "type,vmas," SUMMANDS,
	[BY_PERM] = "perm,vmas," SUMMANDS,
};

static const struct columns maps_columns = {
	.all = vma_columns,
	.defaults = "start,end,perm," SUMMANDS ",name",
	.cache_defaults = "start,end,perm,size,res,pmd,swap,lazy,cached,disk,special,name",
	.group_defaults = group_defaults,
	.totals = true,
};

static const struct verb maps_verb = {
	.name = "maps",
	.summary = "Show where the memory of each VMA is",
	.operands = "PID...",
	.details = "PID is a decimal number or 'self'. Each process has a row for its total.\n",
	.columns = &maps_columns,
	.takes = TAKES_RANGE | TAKES_CACHE | TAKES_ROWS | TAKES_SELECTION | TAKES_GROUPS,
	.run = vma_verb_run,
};

REGISTER_VERB(maps);
