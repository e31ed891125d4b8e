/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by scripts/gen-spec from module/spec/ptscope.yaml; edit that instead. */
/* COUNTER(member of struct ptscope_census, name, meaning) */
COUNTER(size, "size",
	"address space; the sum of res, lazy, cached, disk, swap and special")
COUNTER(res, "res",
	"in RAM and mapped; the sum of pte, cont, pmd and pud")
COUNTER(pte, "pte",
	"of res, mapped by base-page leaves")
COUNTER(cont, "cont",
	"of res, mapped by blocks of entries with the contiguous hint")
COUNTER(pmd, "pmd",
	"of res, mapped by PMD leaves")
COUNTER(pud, "pud",
	"of res, mapped by PUD leaves")
COUNTER(lazy, "lazy",
	"never touched or given back; a touch gets a zero-filled page")
COUNTER(cached, "cached",
	"not mapped but in the page cache; known only if it is looked up")
COUNTER(disk, "disk",
	"not mapped, of a file; a touch reads the file")
COUNTER(swap, "swap",
	"swapped out; the entry names a swap slot")
COUNTER(special, "special",
	"any other entry that is neither empty nor present")
COUNTER(zero, "zero",
	"of res, the shared zero page, base or huge")
COUNTER(zero_huge, "zero-huge",
	"of zero, the huge zero page")
COUNTER(young, "young",
	"of res, accessed since the kernel last cleared the bit")
COUNTER(dirty, "dirty",
	"of res, written since the kernel last cleared the bit")
COUNTER(soft_dirty, "soft-dirty",
	"of size, written or mapped since soft-dirty bits were last cleared")
COUNTER(write, "write",
	"of res, writable without a fault")
COUNTER(protnone, "protnone",
	"of res, not accessible: PROT_NONE or NUMA hinting")
COUNTER(thp, "thp",
	"of res, transparent huge pages mapped by huge leaves")
COUNTER(hugetlb, "hugetlb",
	"of res, hugetlb pages")
COUNTER(migration, "migration",
	"of special, being migrated to another frame")
COUNTER(hwpoison, "hwpoison",
	"of special, lost to a memory error")
COUNTER(device, "device",
	"of special, held by a device")
COUNTER(uffd_wp, "uffd-wp",
	"of special, userfaultfd write-protect markers")
COUNTER(guard, "guard",
	"of special, guard markers")
COUNTER(poison, "poison",
	"of special, poison markers: an access raises SIGBUS")
COUNTER(bad, "bad",
	"of special, entries in a form that the kernel never writes")
COUNTER(anon, "anon",
	"of res, in anonymous folios; with detail folio")
COUNTER(file, "file",
	"of res, in folios of files and of shared memory; with detail folio")
COUNTER(shared, "shared",
	"of res, mapped more than once (estimate); with detail folio")
COUNTER(exclusive, "exclusive",
	"of res, anonymous and mapped by this process alone (estimate); with detail folio")
