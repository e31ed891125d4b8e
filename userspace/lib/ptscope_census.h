/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Made by scripts/gen-spec from module/spec/ptscope.yaml; edit that instead. */
#ifndef PTSCOPE_CENSUS_H
#define PTSCOPE_CENSUS_H

#include <stdint.h>

/** Counters that a struct ptscope_census has room for. */
#define PTSCOPE_COUNTERS 64

/*
 * Counters, in bytes:
 *
 * size: address space; the sum of res, lazy, cached, disk, swap and special
 * res: in RAM and mapped; the sum of pte, cont, pmd and pud
 * pte: of res, mapped by base-page leaves
 * cont: of res, mapped by blocks of entries with the contiguous hint
 * pmd: of res, mapped by PMD leaves
 * pud: of res, mapped by PUD leaves
 * lazy: never touched or given back; a touch gets a zero-filled page
 * cached: not mapped but in the page cache; known only if it is looked up
 * disk: not mapped, of a file; a touch reads the file
 * swap: swapped out; the entry names a swap slot
 * special: any other entry that is neither empty nor present
 * zero: of res, the shared zero page, base or huge
 * zero_huge: of zero, the huge zero page
 * young: of res, accessed since the kernel last cleared the bit
 * dirty: of res, written since the kernel last cleared the bit
 * soft_dirty: of size, written or mapped since soft-dirty bits were last cleared
 * write: of res, writable without a fault
 * protnone: of res, not accessible: PROT_NONE or NUMA hinting
 * thp: of res, transparent huge pages mapped by huge leaves
 * hugetlb: of res, hugetlb pages
 * migration: of special, being migrated to another frame
 * hwpoison: of special, lost to a memory error
 * device: of special, held by a device
 * uffd_wp: of special, userfaultfd write-protect markers
 * guard: of special, guard markers
 * poison: of special, poison markers: an access raises SIGBUS
 * bad: of special, entries in a form that the kernel never writes
 * anon: of res, in anonymous folios; with detail folio
 * file: of res, in folios of files and of shared memory; with detail folio
 * shared: of res, mapped more than once (estimate); with detail folio
 * exclusive: of res, anonymous and mapped by this process alone (estimate); with detail
 *	folio
 */
#define PTSCOPE_CENSUS_FIELDS \
	uint64_t reserved_0; \
	uint64_t size; \
	uint64_t res; \
	uint64_t pte; \
	uint64_t cont; \
	uint64_t pmd; \
	uint64_t pud; \
	uint64_t lazy; \
	uint64_t cached; \
	uint64_t disk; \
	uint64_t swap; \
	uint64_t special; \
	uint64_t zero; \
	uint64_t zero_huge; \
	uint64_t young; \
	uint64_t dirty; \
	uint64_t soft_dirty; \
	uint64_t write; \
	uint64_t protnone; \
	uint64_t thp; \
	uint64_t hugetlb; \
	uint64_t migration; \
	uint64_t hwpoison; \
	uint64_t device; \
	uint64_t uffd_wp; \
	uint64_t guard; \
	uint64_t poison; \
	uint64_t bad; \
	uint64_t anon; \
	uint64_t file; \
	uint64_t shared; \
	uint64_t exclusive; \
	uint64_t reserved[PTSCOPE_COUNTERS - 32]

#endif /* PTSCOPE_CENSUS_H */
