/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_COMPAT_LINUX_PGTABLE_H
#define PTSCOPE_COMPAT_LINUX_PGTABLE_H

#include_next <linux/pgtable.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define pmdp_get_lockless(pmdp) pmd_read_atomic(pmdp)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define pudp_get(pudp) READ_ONCE(*(pudp))
#define p4dp_get(p4dp) READ_ONCE(*(p4dp))
#define pgdp_get(pgdp) READ_ONCE(*(pgdp))
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 3, 0)
/* When the bit stood for write-protection alone. */
#define pte_uffd(pte) pte_uffd_wp(pte)
#define pte_swp_uffd(pte) pte_swp_uffd_wp(pte)
#endif

#if defined(CONFIG_RISCV) && defined(CONFIG_64BIT) && LINUX_VERSION_CODE < KERNEL_VERSION(7, 3, 0)
/*
 * p4d_offset() and pud_offset() are functions there that modules may not call,
 * unlike all that they are made of. An entry of a level that is folded is its
 * own table, so that the caller's copy of it will do.
 */
static inline p4d_t *ptscope_p4d(pgd_t *pgd, unsigned long addr)
{
	return pgtable_l5_enabled ? pgd_pgtable(*pgd) + p4d_index(addr) : (p4d_t *)pgd;
}

static inline pud_t *ptscope_pud(p4d_t *p4d, unsigned long addr)
{
	return pgtable_l4_enabled ? p4d_pgtable(*p4d) + pud_index(addr) : (pud_t *)p4d;
}

#undef p4d_offset_lockless
#define p4d_offset_lockless(pgdp, pgd, addr) ((void)(pgdp), ptscope_p4d(&(pgd), addr))
#undef pud_offset_lockless
#define pud_offset_lockless(p4dp, p4d, addr) ((void)(p4dp), ptscope_pud(&(p4d), addr))

/* Nobody had a use for it, so it came out as 0 whatever the entry. */
#undef pte_pgprot
#define pte_pgprot(pte) __pgprot(pte_val(pte) & ~_PAGE_PFN_MASK)
#endif

#endif /* PTSCOPE_COMPAT_LINUX_PGTABLE_H */
