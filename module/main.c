// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptscope shows where a process's memory really is.
 *
 * A question comes in through netlink.c, target.c decides whether the asker
 * may have the answer, walk.c reads the tables and census.c counts what it
 * meets; reply.c puts the outcome on the wire.
 */
#include <linux/module.h>
#include "arch.h"
#include "netlink.h"
#include "version.h"

/* An entry is read at one go, and is as wide as on the wire. */
#ifndef CONFIG_64BIT
#error "ptscope reads page tables of 64-bit kernels only"
#endif

/* Leaf tables are read through the kernel's own mapping of memory. */
#ifdef CONFIG_HIGHPTE
#error "ptscope cannot read page tables in high memory (CONFIG_HIGHPTE)"
#endif

/* What keeps a table from being freed under its reader: see levels.h. */
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

/* No genetlink alias: an administrator loads the module, not a stranger's socket. */
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Page tables of any process, over generic netlink");
MODULE_AUTHOR("The ptscope authors");
MODULE_VERSION(PTSCOPE_VERSION);
