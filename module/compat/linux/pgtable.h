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

#endif /* PTSCOPE_COMPAT_LINUX_PGTABLE_H */
