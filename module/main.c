// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope reports where the memory of a process is, from its page tables.
 *
 * netlink.c receives a request, request.c parses it and access.c permits it; scan.c and
 * pgtable_walk.c read the tables; census.c, runs.c or path.c takes what they find.
 */
#include <linux/module.h>
#include "arch.h"
#include "netlink.h"
#include "version.h"

/* An entry is read by one load, and has 64 bits on the wire. */
#ifndef CONFIG_64BIT
#error "ptscope reads page tables of 64-bit kernels only"
#endif

/* Leaf tables are read through the direct map. */
#ifdef CONFIG_HIGHPTE
#error "ptscope cannot read page tables in high memory (CONFIG_HIGHPTE)"
#endif

/* Keeps tables from being freed while they are read: see pgtable_walk.c. */
#ifndef CONFIG_MMU_GATHER_RCU_TABLE_FREE
#error "ptscope needs CONFIG_MMU_GATHER_RCU_TABLE_FREE, which delays the freeing of page tables"
#endif

static int __init ptscope_init(void)
{
	ptscope_arch_init();
	return ptscope_netlink_init();
}

static void __exit ptscope_exit(void)
{
	ptscope_netlink_exit();
}

module_init(ptscope_init);
module_exit(ptscope_exit);

/* No genetlink alias: an administrator loads the module, not any socket. */
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Page tables of any process, over generic netlink");
MODULE_AUTHOR("The ptscope authors");
MODULE_VERSION(PTSCOPE_VERSION);
