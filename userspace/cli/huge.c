// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope huge: how much of each VMA is mapped by leaves larger than a page.
 */
#include "cli.h"
#include "vma_row.h"

static const struct columns huge_columns = {
	.all = vma_columns,
	.defaults = "start,end,size,res,pmd,pud,cont,pte,thp,hugetlb,coverage,name",
	.totals = true,
};

static const struct verb huge_verb = {
	.name = "huge",
	.summary = "Show how much of each VMA is mapped by huge leaves",
	.operands = "PID...",
	.details = "PID is a decimal number or 'self'. Each process has a row for its total.\n",
	.columns = &huge_columns,
	.takes = TAKES_RANGE | TAKES_ROWS | TAKES_SELECTION,
	.run = vma_verb_run,
};

REGISTER_VERB(huge);
