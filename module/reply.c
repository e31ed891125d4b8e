// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers as attributes. Each function returns 0, or -EMSGSIZE if the message
 * has no room left; then the caller throws the message away and tries again
 * with an empty one.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/unaligned.h>
#include <net/netlink.h>
#include <linux/ptscope.h>
#include "census.h"
#include "counts.h"
#include "question.h"
#include "reply.h"
#include "path.h"
#include "version.h"
#include "vma.h"

/**
 * struct writer - writes attributes where there is known to be room
 * @at: where the next one goes
 *
 * Dumps are made of so many of them that asking for room for each would cost
 * more than all the rest.
 */
struct writer {
	u8 *at;
};

/* What an attribute of a number takes at the most. */
#define NUMBER_SIZE nla_total_size(sizeof(u64))

/* False if there is no room for @size bytes in the message. */
static bool writer_begin(struct writer *to, struct sk_buff *skb, size_t size)
{
	to->at = skb_tail_pointer(skb);
	return skb_tailroom(skb) >= (int)size;
}

static void writer_end(const struct writer *to, struct sk_buff *skb)
{
	skb_put(skb, to->at - skb_tail_pointer(skb));
}

static __always_inline void write_u32(struct writer *to, int type, u32 value)
{
	struct nlattr *attr = (struct nlattr *)to->at;

	attr->nla_len = NLA_HDRLEN + sizeof(value);
	attr->nla_type = type;
	*(u32 *)(to->at + NLA_HDRLEN) = value;
	to->at += NLA_HDRLEN + sizeof(value);
}

static __always_inline void write_uint(struct writer *to, int type, u64 value)
{
	struct nlattr *attr = (struct nlattr *)to->at;

	if (value <= U32_MAX) {
		write_u32(to, type, value);
		return;
	}
	attr->nla_len = NLA_HDRLEN + sizeof(value);
	attr->nla_type = type;
	put_unaligned(value, (u64 *)(to->at + NLA_HDRLEN));
	to->at += NLA_HDRLEN + sizeof(value);
}

static __always_inline void write_flag(struct writer *to, int type)
{
	struct nlattr *attr = (struct nlattr *)to->at;

	attr->nla_len = NLA_HDRLEN;
	attr->nla_type = type;
	to->at += NLA_HDRLEN;
}

static void write_bytes(struct writer *to, int type, const void *bytes, size_t size)
{
	struct nlattr *attr = (struct nlattr *)to->at;

	attr->nla_len = NLA_HDRLEN + size;
	attr->nla_type = type;
	memcpy(to->at + NLA_HDRLEN, bytes, size);
	memset(to->at + attr->nla_len, 0, NLA_ALIGN(size) - size);
	to->at += NLA_HDRLEN + NLA_ALIGN(size);
}

/* An attribute that holds what is written until nest_end(). */
static __always_inline struct nlattr *nest_begin(struct writer *to, int type)
{
	struct nlattr *nest = (struct nlattr *)to->at;

	nest->nla_type = type | NLA_F_NESTED;
	to->at += NLA_HDRLEN;
	return nest;
}

static __always_inline void nest_end(const struct writer *to, struct nlattr *nest)
{
	nest->nla_len = to->at - (u8 *)nest;
}

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

/* Not every kernel is built to map leaves above the lowest level. */
static unsigned long pmd_leaf_bytes(void)
{
	if (IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) || IS_ENABLED(CONFIG_HUGETLB_PAGE))
		return PMD_SIZE;
	return 0;
}

/* What a block with the contiguous hint maps, 0 if there is no such hint. */
static unsigned long cont_bytes(enum ptscope_level level)
{
	unsigned long entries = ptscope_cont_entries(level);

	return entries > 1 ? entries * ptscope_level_pages(level) * PAGE_SIZE : 0;
}

static unsigned long pud_leaf_bytes(void)
{
#if defined(CONFIG_X86)
	/* The one architecture on which a processor may lack them. */
	if (!boot_cpu_has(X86_FEATURE_GBPAGES))
		return 0;
#elif defined(CONFIG_ARM64)
	/* With larger base pages the processor knows no blocks there. */
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

/**
 * ptscope_put_info() - answer INFO_GET
 * @skb: the message
 * @access: what the asker may see
 *
 * Return: 0 or -EMSGSIZE.
 */
int ptscope_put_info(struct sk_buff *skb, u32 access)
{
	/* The asker's own tables have the shape of all others. */
	const unsigned int root = ptscope_root_shift(current->mm);
	const struct geometry geo[] = {
		{ PTSCOPE_LEVEL_PTE, false, PAGE_SHIFT, PTRS_PER_PTE, PAGE_SIZE,
		  cont_bytes(PTSCOPE_LEVEL_PTE) },
		{ PTSCOPE_LEVEL_PMD, __is_defined(__PAGETABLE_PMD_FOLDED),
		  PMD_SHIFT, PTRS_PER_PMD, pmd_leaf_bytes(),
		  cont_bytes(PTSCOPE_LEVEL_PMD) },
		{ PTSCOPE_LEVEL_PUD, mm_pud_folded(current->mm), PUD_SHIFT, PTRS_PER_PUD,
		  pud_leaf_bytes(), 0 },
		{ PTSCOPE_LEVEL_P4D, mm_p4d_folded(current->mm), P4D_SHIFT, PTRS_PER_P4D,
		  0, 0 },
		{ PTSCOPE_LEVEL_PGD, false, root, 1u << (va_bits() - root), 0, 0 },
	};
	u32 levels = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(geo); i++)
		levels += !geo[i].folded;

	if (nla_put_string(skb, PTSCOPE_A_INFO_MODULE_VERSION, PTSCOPE_VERSION) ||
	    nla_put_u32(skb, PTSCOPE_A_INFO_PAGE_SIZE, PAGE_SIZE) ||
	    nla_put_u32(skb, PTSCOPE_A_INFO_VA_BITS, va_bits()) ||
	    nla_put_u32(skb, PTSCOPE_A_INFO_LEVELS, levels) ||
	    nla_put_u32(skb, PTSCOPE_A_INFO_ACCESS, access))
		return -EMSGSIZE;

	for (i = 0; i < ARRAY_SIZE(geo); i++)
		if (put_geometry(skb, &geo[i]))
			return -EMSGSIZE;
	return 0;
}

#define TARGET_SIZE (4 * NUMBER_SIZE)

static void write_target(struct writer *to, const struct ptscope_question *question, bool cache)
{
	const struct ptscope_target *target = &question->target;

	/* A dump of all processes begins without one. */
	if (target->pid) {
		write_u32(to, PTSCOPE_A_TARGET_PID, target->pid);
		write_uint(to, PTSCOPE_A_TARGET_START_TIME, target->start_time);
	}
	if (question->hidden)
		write_flag(to, PTSCOPE_A_TARGET_HIDDEN);
	if (cache)
		write_flag(to, PTSCOPE_A_TARGET_CACHE);
}

/**
 * ptscope_put_target() - say which process a message is about
 * @skb: the message
 * @question: which process, and what of the answer is hidden
 * @cache: the page cache was looked into
 *
 * Return: 0 or -EMSGSIZE.
 */
int ptscope_put_target(struct sk_buff *skb, const struct ptscope_question *question,
		       bool cache)
{
	struct writer to;

	if (!writer_begin(&to, skb, TARGET_SIZE))
		return -EMSGSIZE;
	write_target(&to, question, cache);
	writer_end(&to, skb);
	return 0;
}

/* Bytes of a text with its end, as an attribute has it. */
static size_t text_bytes(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

/* What a VMA takes at the most, where its name takes @name bytes. */
static size_t vma_size(size_t name)
{
	return NLA_HDRLEN + 7 * NUMBER_SIZE + nla_total_size(name);
}

static void write_vma(struct writer *to, int type, const struct ptscope_vma *vma, size_t name)
{
	struct nlattr *nest = nest_begin(to, type);

	write_uint(to, PTSCOPE_A_VMA_START, vma->start);
	write_uint(to, PTSCOPE_A_VMA_END, vma->end);
	write_u32(to, PTSCOPE_A_VMA_FLAGS, vma->flags);
	/* Inode number 0 is a real one: that of the first SysV segment. */
	if (vma->dev) {
		write_uint(to, PTSCOPE_A_VMA_OFFSET, vma->offset);
		write_u32(to, PTSCOPE_A_VMA_DEV_MAJOR, MAJOR(vma->dev));
		write_u32(to, PTSCOPE_A_VMA_DEV_MINOR, MINOR(vma->dev));
		write_uint(to, PTSCOPE_A_VMA_INODE, vma->inode);
	}
	if (name)
		write_bytes(to, PTSCOPE_A_VMA_NAME, vma->name, name);
	nest_end(to, nest);
}

/**
 * ptscope_put_vma() - say which VMA a message is about
 * @skb: the message
 * @type: of the attribute
 * @vma: the VMA
 *
 * Return: 0 or -EMSGSIZE.
 */
int ptscope_put_vma(struct sk_buff *skb, int type, const struct ptscope_vma *vma)
{
	const size_t name = text_bytes(vma->name);
	struct writer to;

	if (!writer_begin(&to, skb, vma_size(name)))
		return -EMSGSIZE;
	write_vma(&to, type, vma, name);
	writer_end(&to, skb);
	return 0;
}

/* A counter of zero says nothing that its absence does not say. */
static __always_inline void write_counter(void *to, int type, u64 bytes)
{
	write_uint(to, type, bytes);
}

static void write_census(struct writer *to, const struct ptscope_census *census)
{
	struct nlattr *nest = nest_begin(to, PTSCOPE_A_TARGET_CENSUS);

	ptscope_each_counter(census, write_counter, to);
	nest_end(to, nest);
}

static void write_table(struct writer *to, enum ptscope_level level,
			const struct ptscope_tables *tables)
{
	struct nlattr *nest = nest_begin(to, PTSCOPE_A_TARGET_TABLE);

	write_u32(to, PTSCOPE_A_TABLE_LEVEL, level);
	write_uint(to, PTSCOPE_A_TABLE_PAGES, tables->pages);
	write_uint(to, PTSCOPE_A_TABLE_USED, tables->used);
	if (tables->empty)
		write_uint(to, PTSCOPE_A_TABLE_EMPTY, tables->empty);
	nest_end(to, nest);
}

/* What a census and its tables take at the most. */
#define CENSUS_SIZE (NLA_HDRLEN + PTSCOPE_A_CENSUS_MAX * NUMBER_SIZE + \
		     PTSCOPE_LEVELS * (NLA_HDRLEN + 4 * NUMBER_SIZE))

static void write_counts(struct writer *to, const struct ptscope_census *census)
{
	enum ptscope_level level;

	write_census(to, census);
	for (level = PTSCOPE_LEVEL_PTE; level <= PTSCOPE_LEVEL_PGD; level++) {
		const struct ptscope_tables *tables = &census->table[level];

		if (tables->pages || tables->used)
			write_table(to, level, tables);
	}
}

/**
 * ptscope_put_proc() - put the census of a process into a message
 * @skb: the message
 * @question: which process
 * @cw: its census
 *
 * Return: 0 or -EMSGSIZE.
 */
int ptscope_put_proc(struct sk_buff *skb, const struct ptscope_question *question,
		     const struct ptscope_census_walk *cw)
{
	const size_t comm = text_bytes(question->target.comm);
	struct writer to;

	if (!writer_begin(&to, skb, TARGET_SIZE + nla_total_size(comm) + CENSUS_SIZE))
		return -EMSGSIZE;
	write_target(&to, question, cw->walk.cache);
	write_bytes(&to, PTSCOPE_A_TARGET_COMM, question->target.comm, comm);
	write_counts(&to, &cw->census);
	writer_end(&to, skb);
	return 0;
}

/**
 * ptscope_put_vma_census() - put a VMA and its census into a message
 * @skb: the message
 * @question: of which process
 * @vma: the VMA
 * @cw: its census
 *
 * Return: 0 or -EMSGSIZE.
 */
int ptscope_put_vma_census(struct sk_buff *skb, const struct ptscope_question *question,
			   const struct ptscope_vma *vma, const struct ptscope_census_walk *cw)
{
	const size_t name = text_bytes(vma->name);
	struct writer to;

	if (!writer_begin(&to, skb, TARGET_SIZE + vma_size(name) + CENSUS_SIZE))
		return -EMSGSIZE;
	write_target(&to, question, cw->walk.cache);
	write_vma(&to, PTSCOPE_A_TARGET_VMA, vma, name);
	write_counts(&to, &cw->census);
	writer_end(&to, skb);
	return 0;
}

/* An entry with the frame taken out; of a software value nothing is left. */
static u64 without_frame(u64 value)
{
	pte_t pte = __pte(value);

	return pte_present(pte) ? pgprot_val(pte_pgprot(pte)) : 0;
}

static int put_step(struct sk_buff *skb, const struct ptscope_path_entry *step, bool table,
		    bool frame)
{
	struct nlattr *nest = nla_nest_start(skb, PTSCOPE_A_PATH_ENTRY);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, PTSCOPE_A_PATH_ENTRY_LEVEL, step->level) ||
	    (table && nla_put_uint(skb, PTSCOPE_A_PATH_ENTRY_TABLE, step->table)) ||
	    nla_put_u32(skb, PTSCOPE_A_PATH_ENTRY_INDEX, step->index) ||
	    nla_put_u64_64bit(skb, PTSCOPE_A_PATH_ENTRY_VALUE,
			      frame ? step->value : without_frame(step->value), 0)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_way(struct sk_buff *skb, const struct ptscope_path *path, u32 access)
{
	const bool frames = access & PTSCOPE_ACCESS_FRAMES;
	const bool tables = access & PTSCOPE_ACCESS_TABLES;
	struct ptscope_run run = path->run;
	u64 words[PTSCOPE_RUN_WORDS];
	unsigned int i;

	if (ptscope_put_vma(skb, PTSCOPE_A_PATH_VMA, &path->vma))
		return -EMSGSIZE;
	/* What all entries but the last point to are tables. */
	for (i = 0; i < path->entries; i++)
		if (put_step(skb, &path->entry[i], tables,
			     i + 1 < path->entries ? tables : frames))
			return -EMSGSIZE;
	if (!frames)
		run.value = 0;
	ptscope_run_pack(words, run.addr, run.value, run.what | run.pages);
	if (nla_put(skb, PTSCOPE_A_PATH_RUN, sizeof(words), words) ||
	    (run.extra && nla_put_uint(skb, PTSCOPE_A_PATH_EXTRA, run.extra)))
		return -EMSGSIZE;
	return 0;
}

/**
 * ptscope_put_path() - say how an address is translated
 * @skb: the message
 * @path: the way to the address
 * @access: what the asker may see, bits of enum ptscope_access
 *
 * Return: 0 or -EMSGSIZE.
 */
int ptscope_put_path(struct sk_buff *skb, const struct ptscope_path *path, u32 access)
{
	struct nlattr *nest = nla_nest_start(skb, PTSCOPE_A_TARGET_PATH);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_uint(skb, PTSCOPE_A_PATH_ADDRESS, path->address) ||
	    (path->mapped && put_way(skb, path, access))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}
