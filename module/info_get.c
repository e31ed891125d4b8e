// SPDX-License-Identifier: GPL-2.0-only
/*
 * INFO_GET, and the info that the first message of each dump holds: geometry of the
 * page tables, version of the module, access rights of the caller.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <net/genetlink.h>
#include <linux/ptscope.h>
#include "access.h"
#include "commands.h"
#include "entry.h"
#include "netlink.h"
#include "pack.h"
#include "version.h"

/*
 * Size of the reply to INFO_GET: its largest contents, rounded so that the skb takes
 * 1 KiB. Netlink would copy a reply that is much smaller than its skb.
 */
#define REPLY_SIZE (SKB_WITH_OVERHEAD(SZ_1K) - NLMSG_HDRLEN - GENL_HDRLEN)

struct geometry {
	enum ptscope_level level;
	bool folded;
	unsigned int shift;
	unsigned int entries;
	unsigned long leaf_size;
	unsigned long cont_size;
};

static int put_geometry(struct sk_buff *skb, const struct geometry *geo)
{
	struct nlattr *nest = nla_nest_start(skb, PTSCOPE_A_INFO_LEVEL);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, PTSCOPE_A_GEOMETRY_LEVEL, geo->level) ||
	    (geo->folded && nla_put_flag(skb, PTSCOPE_A_GEOMETRY_FOLDED)) ||
	    nla_put_u32(skb, PTSCOPE_A_GEOMETRY_SHIFT, geo->shift) ||
	    nla_put_u32(skb, PTSCOPE_A_GEOMETRY_ENTRIES, geo->folded ? 1 : geo->entries) ||
	    (geo->leaf_size &&
	     nla_put_uint(skb, PTSCOPE_A_GEOMETRY_LEAF_SIZE, geo->leaf_size)) ||
	    (geo->cont_size &&
	     nla_put_uint(skb, PTSCOPE_A_GEOMETRY_CONT_SIZE, geo->cont_size))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/* Some kernels are built without leaves above the lowest level. */
static unsigned long pmd_leaf_bytes(void)
{
	if (IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) || IS_ENABLED(CONFIG_HUGETLB_PAGE))
		return PMD_SIZE;
	return 0;
}

/* Bytes that a block with the contiguous hint maps, 0 if there is no such hint. */
static unsigned long cont_bytes(enum ptscope_level level)
{
	unsigned long entries = ptscope_cont_entries(level);

	return entries > 1 ? entries * ptscope_level_pages(level) * PAGE_SIZE : 0;
}

static unsigned long pud_leaf_bytes(void)
{
#if defined(CONFIG_X86)
	/* Some processors have none. */
	if (!boot_cpu_has(X86_FEATURE_GBPAGES))
		return 0;
#elif defined(CONFIG_ARM64)
	/* With larger base pages the architecture has no blocks there. */
	if (!pud_sect_supported())
		return 0;
#endif
	if (IS_ENABLED(CONFIG_HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD) ||
	    IS_ENABLED(CONFIG_ARCH_HAS_GIGANTIC_PAGE))
		return PUD_SIZE;
	return 0;
}

static u32 va_bits(void)
{
#ifdef CONFIG_ARM64
	/* A kernel built for more bits than the processor has uses fewer. */
	return vabits_actual;
#else
	return PGDIR_SHIFT + ilog2(PTRS_PER_PGD);
#endif
}

static int put_levels(struct sk_buff *skb)
{
	/* The caller's own tables have the geometry of all others. */
	struct mm_struct *mm = current->mm;
	const unsigned int root = ptscope_root_shift(mm);
	const struct geometry geo[] = {
		{ PTSCOPE_LEVEL_PTE, false, PAGE_SHIFT, PTRS_PER_PTE, PAGE_SIZE,
		  cont_bytes(PTSCOPE_LEVEL_PTE) },
		{ PTSCOPE_LEVEL_PMD, __is_defined(__PAGETABLE_PMD_FOLDED), PMD_SHIFT,
		  PTRS_PER_PMD, pmd_leaf_bytes(), cont_bytes(PTSCOPE_LEVEL_PMD) },
		{ PTSCOPE_LEVEL_PUD, mm_pud_folded(mm), PUD_SHIFT, PTRS_PER_PUD,
		  pud_leaf_bytes(), 0 },
		{ PTSCOPE_LEVEL_P4D, mm_p4d_folded(mm), P4D_SHIFT, PTRS_PER_P4D, 0, 0 },
		{ PTSCOPE_LEVEL_PGD, false, root, 1u << (va_bits() - root), 0, 0 },
	};
	u32 levels = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(geo); i++)
		levels += !geo[i].folded;
	if (nla_put_u32(skb, PTSCOPE_A_INFO_LEVELS, levels))
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(geo); i++)
		if (put_geometry(skb, &geo[i]))
			return -EMSGSIZE;
	return 0;
}

/**
 * ptscope_put_info() - put geometry, version and access rights
 * @skb: the message
 * @access: access rights of the caller, bits of enum ptscope_access
 *
 * Context: the request's sender.
 *
 * Return: 0 or -EMSGSIZE.
 */
int ptscope_put_info(struct sk_buff *skb, u32 access)
{
	struct nlattr *nest = nla_nest_start(skb, PTSCOPE_A_TARGET_INFO);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_string(skb, PTSCOPE_A_INFO_MODULE_VERSION, PTSCOPE_VERSION) ||
	    nla_put_u32(skb, PTSCOPE_A_INFO_PAGE_SIZE, PAGE_SIZE) ||
	    nla_put_u32(skb, PTSCOPE_A_INFO_VA_BITS, va_bits()) ||
	    put_levels(skb) ||
	    nla_put_u32(skb, PTSCOPE_A_INFO_ACCESS, access)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * ptscope_info_get_doit() - reply to INFO_GET
 * @request: the request
 * @info: what netlink parsed of it
 *
 * Return: 0 or a negative errno.
 */
int ptscope_info_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb;
	void *header;

	/* A client that was killed may have queued thousands of requests. */
	if (fatal_signal_pending(current))
		return -EINTR;

	skb = genlmsg_new(REPLY_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &ptscope_family, 0, PTSCOPE_CMD_INFO_GET);
	if (!header || ptscope_put_info(skb, ptscope_access_rights(request))) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}
