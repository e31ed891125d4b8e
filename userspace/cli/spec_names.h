/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by scripts/gen-spec from module/spec/ptscope.yaml; edit that instead. */
#ifndef CLI_SPEC_NAMES_H
#define CLI_SPEC_NAMES_H

struct spec_name {
	const char *name;
	const char *meaning;
};

/* Levels of the page tables. */
static const struct spec_name spec_levels[] = {
	[PTSCOPE_LEVEL_PTE] = {
		"pte",
		"the lowest table; its leaves are base pages",
	},
	[PTSCOPE_LEVEL_PMD] = {
		"pmd",
		"second from below; its leaves are huge pages, 2 MiB on x86",
	},
	[PTSCOPE_LEVEL_PUD] = {
		"pud",
		"third from below; its leaves are gigantic pages, 1 GiB on x86",
	},
	[PTSCOPE_LEVEL_P4D] = {
		"p4d",
		"fourth from below; folded unless there are five levels",
	},
	[PTSCOPE_LEVEL_PGD] = {
		"pgd",
		"the top table",
	},
};

/* States of a page. */
static const struct spec_name spec_states[] = {
	[PTSCOPE_STATE_RES] = {
		"res",
		"translation present",
	},
	[PTSCOPE_STATE_LAZY] = {
		"lazy",
		"never touched or given back; a touch gets a zero-filled page",
	},
	[PTSCOPE_STATE_CACHED] = {
		"cached",
		"not mapped but in the page cache",
	},
	[PTSCOPE_STATE_DISK] = {
		"disk",
		"not mapped, of a file; a touch reads the file",
	},
	[PTSCOPE_STATE_SWAP] = {
		"swap",
		"in a swap slot",
	},
	[PTSCOPE_STATE_MIGRATION] = {
		"migration",
		"being migrated to another frame",
	},
	[PTSCOPE_STATE_HWPOISON] = {
		"hwpoison",
		"lost to a memory error",
	},
	[PTSCOPE_STATE_DEVICE_PRIVATE] = {
		"device-private",
		"in memory that only a device can reach",
	},
	[PTSCOPE_STATE_DEVICE_EXCLUSIVE] = {
		"device-exclusive",
		"in memory that a device uses exclusively for now",
	},
	[PTSCOPE_STATE_UFFD_WP] = {
		"uffd-wp",
		"userfaultfd write-protect marker",
	},
	[PTSCOPE_STATE_GUARD] = {
		"guard",
		"guard marker",
	},
	[PTSCOPE_STATE_POISON] = {
		"poison",
		"poison marker; an access raises SIGBUS",
	},
	[PTSCOPE_STATE_BAD] = {
		"bad",
		"an entry in a form that the kernel never writes",
	},
};

/* Flags of a page, by the numbers of their bits. */
static const struct spec_name spec_flags[] = {
	[0] = {
		"write",
		"writable without a fault",
	},
	[1] = {
		"user",
		"accessible in user mode",
	},
	[2] = {
		"exec",
		"user mode may execute it",
	},
	[3] = {
		"young",
		"accessed since the kernel last cleared the bit",
	},
	[4] = {
		"dirty",
		"written since the kernel last cleared the bit",
	},
	[5] = {
		"soft-dirty",
		"written or mapped since soft-dirty bits were last cleared; reported for pages that are not present, too",
	},
	[6] = {
		"uffd-wp",
		"write-protected by userfaultfd",
	},
	[7] = {
		"global",
		"the TLB keeps the translation when the address space changes",
	},
	[8] = {
		"special",
		"the kernel does not count mappings of the frame",
	},
	[9] = {
		"devmap",
		"the frame is device memory that has struct pages",
	},
	[10] = {
		"protnone",
		"not accessible, because of PROT_NONE or NUMA hinting",
	},
	[11] = {
		"zero",
		"the shared zero page, base or huge",
	},
	[12] = {
		"thp",
		"leaf of a transparent huge page",
	},
	[13] = {
		"hugetlb",
		"page of a hugetlb mapping",
	},
	[14] = {
		"exclusive",
		"of an entry that is not present: no other process shares the page, so that it can be written without a copy when it is present again",
	},
	[15] = {
		"cont",
		"one of a block of entries with the contiguous hint",
	},
};

/* Details of a run, by the numbers of their bits. */
static const struct spec_name spec_details[] = {
	[0] = {
		"frame",
		"frames or swap slots that are not consecutive; they are reported only with this detail",
	},
	[1] = {
		"age",
		"young and dirty, which are reported only with this detail",
	},
	[2] = {
		"soft-dirty",
		"soft-dirty, which is reported only with this detail",
	},
	[3] = {
		"node",
		"NUMA node of the frame",
	},
	[4] = {
		"folio",
		"the folio that the frame belongs to",
	},
};

/* Properties of a folio, by the numbers of their bits. */
static const struct spec_name spec_folios[] = {
	[0] = {
		"anon",
		"anonymous memory; without it, of a file",
	},
	[1] = {
		"ksm",
		"merged with equal pages",
	},
	[2] = {
		"shared",
		"mapped more than once, as far as the kernel counts mappings",
	},
	[3] = {
		"exclusive",
		"anonymous, and mapped by this process alone",
	},
	[4] = {
		"swap-backed",
		"reclaim writes it to swap, not to a file",
	},
	[5] = {
		"mlocked",
		"locked into memory",
	},
	[6] = {
		"unevictable",
		"reclaim skips it",
	},
	[7] = {
		"writeback",
		"being written to storage",
	},
	[8] = {
		"aligned",
		"mapped at a multiple of the folio's size",
	},
};

/* Memory types. */
static const struct spec_name spec_memory_types[] = {
	[PTSCOPE_MEMORY_TYPE_UNKNOWN] = {
		"unknown",
		"not known",
	},
	[PTSCOPE_MEMORY_TYPE_WB] = {
		"wb",
		"x86: write-back, the usual type, which is not shown",
	},
	[PTSCOPE_MEMORY_TYPE_WC] = {
		"wc",
		"x86: write-combining",
	},
	[PTSCOPE_MEMORY_TYPE_UC_MINUS] = {
		"uc-minus",
		"x86: uncached, unless an MTRR says write-combining",
	},
	[PTSCOPE_MEMORY_TYPE_UC] = {
		"uc",
		"x86: uncached",
	},
	[PTSCOPE_MEMORY_TYPE_WT] = {
		"wt",
		"x86: write-through",
	},
	[PTSCOPE_MEMORY_TYPE_WP] = {
		"wp",
		"x86: write-protected",
	},
	[PTSCOPE_MEMORY_TYPE_NORMAL] = {
		"normal",
		"arm64: Normal, the usual type, which is not shown",
	},
	[PTSCOPE_MEMORY_TYPE_NORMAL_TAGGED] = {
		"normal-tagged",
		"arm64: Normal with memory tags",
	},
	[PTSCOPE_MEMORY_TYPE_NORMAL_NC] = {
		"normal-nc",
		"arm64: Normal Non-cacheable",
	},
	[PTSCOPE_MEMORY_TYPE_DEVICE_NGNRNE] = {
		"device-ngnrne",
		"arm64: Device-nGnRnE",
	},
	[PTSCOPE_MEMORY_TYPE_DEVICE_NGNRE] = {
		"device-ngnre",
		"arm64: Device-nGnRE",
	},
	[PTSCOPE_MEMORY_TYPE_PMA] = {
		"pma",
		"RISC-V: as the physical memory attributes say, the usual type, not shown",
	},
	[PTSCOPE_MEMORY_TYPE_NC] = {
		"nc",
		"RISC-V: non-cacheable",
	},
	[PTSCOPE_MEMORY_TYPE_IO] = {
		"io",
		"RISC-V: I/O",
	},
};

/* Flags of a VMA, by the letters of smaps. */
static const struct spec_name spec_vma_flags[] = {
	[0] = {
		"rd",
		"read",
	},
	[1] = {
		"wr",
		"write",
	},
	[2] = {
		"ex",
		"exec",
	},
	[3] = {
		"sh",
		"shared",
	},
	[4] = {
		"mr",
		"may read",
	},
	[5] = {
		"mw",
		"may write",
	},
	[6] = {
		"me",
		"may exec",
	},
	[7] = {
		"ms",
		"may share",
	},
	[8] = {
		"gd",
		"grows down",
	},
	[9] = {
		"um",
		"uffd missing",
	},
	[10] = {
		"pf",
		"pfn map",
	},
	[11] = {
		"gu",
		"maybe guard",
	},
	[12] = {
		"uw",
		"uffd wp",
	},
	[13] = {
		"lo",
		"locked",
	},
	[14] = {
		"io",
		"io",
	},
	[15] = {
		"sr",
		"seq read",
	},
	[16] = {
		"rr",
		"rand read",
	},
	[17] = {
		"dc",
		"dont copy",
	},
	[18] = {
		"de",
		"dont expand",
	},
	[19] = {
		"lf",
		"lock on fault",
	},
	[20] = {
		"ac",
		"account",
	},
	[21] = {
		"nr",
		"no reserve",
	},
	[22] = {
		"ht",
		"hugetlb",
	},
	[23] = {
		"sf",
		"sync",
	},
	[24] = {
		"ar",
		"arch",
	},
	[25] = {
		"bt",
		"bti",
	},
	[26] = {
		"wf",
		"wipe on fork",
	},
	[27] = {
		"dd",
		"dont dump",
	},
	[28] = {
		"sd",
		"soft dirty",
	},
	[29] = {
		"mm",
		"mixed map",
	},
	[30] = {
		"hg",
		"huge page",
	},
	[31] = {
		"nh",
		"no huge page",
	},
	[32] = {
		"mg",
		"mergeable",
	},
	[33] = {
		"mt",
		"mte",
	},
	[34] = {
		"ss",
		"shadow stack",
	},
	[35] = {
		"dp",
		"droppable",
	},
	[36] = {
		"ui",
		"uffd minor",
	},
	[37] = {
		"sl",
		"sealed",
	},
	[38] = {
		"ur",
		"uffd rwp",
	},
	[39] = {
		"??",
		"unnamed",
	},
};

#endif /* CLI_SPEC_NAMES_H */
