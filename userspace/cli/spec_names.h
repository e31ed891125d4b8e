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
		"on the way to another frame",
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
		"in memory that a device has for itself at present",
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
		"poison marker, which raises SIGBUS",
	},
	[PTSCOPE_STATE_BAD] = {
		"bad",
		"an entry that fits no pattern the kernel writes",
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
		"open to user mode",
	},
	[2] = {
		"exec",
		"user mode may execute it",
	},
	[3] = {
		"young",
		"accessed since the kernel last looked",
	},
	[4] = {
		"dirty",
		"written since the kernel last cleaned it",
	},
	[5] = {
		"soft-dirty",
		"written, or mapped at all, since soft-dirty bits were last cleared; of pages that are not present as well",
	},
	[6] = {
		"uffd-wp",
		"write-protected by userfaultfd",
	},
	[7] = {
		"global",
		"the translation outlives a change of address space in the TLB",
	},
	[8] = {
		"special",
		"the frame has no struct page that counts mappings",
	},
	[9] = {
		"devmap",
		"the frame is of a device's memory with struct pages",
	},
	[10] = {
		"protnone",
		"closed to the process by PROT_NONE or NUMA hinting",
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
		"not present, and no other process shares the page: it may be written where it comes back, without a copy",
	},
	[15] = {
		"cont",
		"one of a block of entries joined by the contiguous hint",
	},
};

/* Details of a run, by the numbers of their bits. */
static const struct spec_name spec_details[] = {
	[0] = {
		"frame",
		"frames or swap slots do not follow each other; they are reported only with this detail",
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
		"anonymous memory; a file's otherwise",
	},
	[1] = {
		"ksm",
		"merged with equal pages",
	},
	[2] = {
		"shared",
		"mapped more than once, as far as the kernel still counts",
	},
	[3] = {
		"exclusive",
		"anonymous, and of this process alone",
	},
	[4] = {
		"swap-backed",
		"would go to swap, not to a file",
	},
	[5] = {
		"mlocked",
		"locked into memory",
	},
	[6] = {
		"unevictable",
		"not to be reclaimed",
	},
	[7] = {
		"writeback",
		"on its way to the disk",
	},
	[8] = {
		"aligned",
		"the folio lies in the address space as it does in memory",
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
		"pf",
		"pfn map",
	},
	[10] = {
		"lo",
		"locked",
	},
	[11] = {
		"io",
		"io",
	},
	[12] = {
		"sr",
		"seq read",
	},
	[13] = {
		"rr",
		"rand read",
	},
	[14] = {
		"dc",
		"dont copy",
	},
	[15] = {
		"de",
		"dont expand",
	},
	[16] = {
		"ac",
		"account",
	},
	[17] = {
		"nr",
		"no reserve",
	},
	[18] = {
		"ht",
		"hugetlb",
	},
	[19] = {
		"sf",
		"sync",
	},
	[20] = {
		"wf",
		"wipe on fork",
	},
	[21] = {
		"dd",
		"dont dump",
	},
	[22] = {
		"sd",
		"soft dirty",
	},
	[23] = {
		"mm",
		"mixed map",
	},
	[24] = {
		"hg",
		"huge page",
	},
	[25] = {
		"nh",
		"no huge page",
	},
	[26] = {
		"mg",
		"mergeable",
	},
	[27] = {
		"um",
		"uffd missing",
	},
	[28] = {
		"uw",
		"uffd wp",
	},
};

#endif /* CLI_SPEC_NAMES_H */
