/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a leaf says in the bits of one architecture, for which the kernel has
 * no words that all of them share: who may use the page, and how the processor
 * caches it.
 */
#ifndef PTSCOPE_ARCH_H
#define PTSCOPE_ARCH_H

#include <linux/bitfield.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/ptscope.h>

#ifndef CONFIG_X86
/* Where nobody stands between the kernel and its tables. */
#define native_pte_val(pte) pte_val(pte)
#define native_pmd_val(pmd) pmd_val(pmd)
#define native_pud_val(pud) pud_val(pud)
#define native_p4d_val(p4d) p4d_val(p4d)
#define native_pgd_val(pgd) pgd_val(pgd)
#define native_make_pte(raw) __pte(raw)

static __always_inline unsigned long ptscope_pte_pfn(pte_t pte)
{
	return pte_pfn(pte);
}

static __always_inline bool ptscope_frames_are_raw(void)
{
	return true;
}

static __always_inline bool ptscope_frame_is_inverted(pte_t pte)
{
	return false;
}
#endif

/*
 * The bits that stand in the table. On x86 pte_val() asks the hypervisor's code
 * for them, for the sake of one that numbers frames in its own way: that is a
 * call, or the room for one, for each entry.
 */
static __always_inline u64 ptscope_raw_pte(pte_t pte)
{
	return native_pte_val(pte);
}

static __always_inline u64 ptscope_raw_pmd(pmd_t pmd)
{
	return native_pmd_val(pmd);
}

static __always_inline u64 ptscope_raw_pud(pud_t pud)
{
	return native_pud_val(pud);
}

static __always_inline u64 ptscope_raw_p4d(p4d_t p4d)
{
	return native_p4d_val(p4d);
}

static __always_inline u64 ptscope_raw_pgd(pgd_t pgd)
{
	return native_pgd_val(pgd);
}

static __always_inline pte_t ptscope_to_pte(u64 raw)
{
	return native_make_pte(raw);
}

#if defined(CONFIG_X86)

/* Where the frame's number begins in an entry. */
#define PTSCOPE_FRAME_SHIFT PAGE_SHIFT
/* Bits of an entry that are not its frame's number. */
#define PTSCOPE_FLAG_BITS ((u64)PTE_FLAGS_MASK)
/* Bits that an empty entry may have, left there by a processor. */
#define PTSCOPE_STRAY_BITS ((u64)_PAGE_KNL_ERRATUM_MASK)

/* Are frames in the tables numbered as everywhere else? */
static __always_inline bool ptscope_frames_are_raw(void)
{
	return !cpu_feature_enabled(X86_FEATURE_XENPV);
}

static __always_inline unsigned long ptscope_pte_pfn(pte_t pte)
{
	u64 raw = native_pte_val(pte);

	if (!ptscope_frames_are_raw())
		return pte_pfn(pte);
	return ((raw ^ protnone_mask(raw)) & PTE_PFN_MASK) >> PAGE_SHIFT;
}

/* What the processor must not follow has its frame's bits turned over. */
static __always_inline bool ptscope_frame_is_inverted(pte_t pte)
{
	return __pte_needs_invert(native_pte_val(pte));
}

extern u8 ptscope_pat[8];

void ptscope_arch_init(void);

/* Index of a leaf in the processor's page attribute table. */
static inline unsigned int ptscope_pat_index(pte_t pte, enum ptscope_level level)
{
	pteval_t pat = level == PTSCOPE_LEVEL_PTE ? _PAGE_PAT : _PAGE_PAT_LARGE;
	pteval_t value = pte_val(pte);

	return (value & pat ? 4 : 0) + (value & _PAGE_PCD ? 2 : 0) + (value & _PAGE_PWT ? 1 : 0);
}

static inline unsigned int ptscope_arch_flags(pte_t pte, enum ptscope_level level)
{
	unsigned int flags;

	flags = pte_flags_pkey(pte_flags(pte)) << PTSCOPE_FLAG_PKEY_SHIFT |
		ptscope_pat[ptscope_pat_index(pte, level)] << PTSCOPE_FLAG_MEMORY_SHIFT;
	if (pte_flags(pte) & _PAGE_USER)
		flags |= PTSCOPE_FLAG_USER;
	if (pte_exec(pte))
		flags |= PTSCOPE_FLAG_EXEC;
	/* In an entry that the processor does not use, the bit means PROT_NONE. */
	if (pte_global(pte) && (pte_flags(pte) & _PAGE_PRESENT))
		flags |= PTSCOPE_FLAG_GLOBAL;
	return flags;
}

#elif defined(CONFIG_ARM64)

/* Those beyond 48 bits stand elsewhere, so that a run ends before them. */
#define PTSCOPE_FRAME_SHIFT PAGE_SHIFT
#define PTSCOPE_FLAG_BITS ((u64)pgprot_val(pte_pgprot(__pte(~0ULL))))
#define PTSCOPE_STRAY_BITS 0ULL

static inline void ptscope_arch_init(void)
{
}

static inline unsigned int ptscope_memory_type(pte_t pte)
{
	switch (FIELD_GET(PTE_ATTRINDX_MASK, pte_val(pte))) {
	case MT_NORMAL:
		return PTSCOPE_MEMORY_TYPE_NORMAL;
	case MT_NORMAL_TAGGED:
		return PTSCOPE_MEMORY_TYPE_NORMAL_TAGGED;
	case MT_NORMAL_NC:
		return PTSCOPE_MEMORY_TYPE_NORMAL_NC;
	case MT_DEVICE_nGnRnE:
		return PTSCOPE_MEMORY_TYPE_DEVICE_NGNRNE;
	case MT_DEVICE_nGnRE:
		return PTSCOPE_MEMORY_TYPE_DEVICE_NGNRE;
	default:
		return PTSCOPE_MEMORY_TYPE_UNKNOWN;
	}
}

static inline unsigned int ptscope_arch_flags(pte_t pte, enum ptscope_level level)
{
	unsigned int flags = ptscope_memory_type(pte) << PTSCOPE_FLAG_MEMORY_SHIFT;

#ifdef PTE_PO_IDX_MASK
	flags |= FIELD_GET(PTE_PO_IDX_MASK, pte_val(pte)) << PTSCOPE_FLAG_PKEY_SHIFT;
#endif
	if (pte_user(pte))
		flags |= PTSCOPE_FLAG_USER;
	if (pte_user_exec(pte))
		flags |= PTSCOPE_FLAG_EXEC;
	if (!(pte_val(pte) & PTE_NG))
		flags |= PTSCOPE_FLAG_GLOBAL;
	return flags;
}

#elif defined(CONFIG_RISCV)

#define PTSCOPE_FRAME_SHIFT _PAGE_PFN_SHIFT
#define PTSCOPE_FLAG_BITS (~(u64)_PAGE_PFN_MASK)
#define PTSCOPE_STRAY_BITS 0ULL

static inline void ptscope_arch_init(void)
{
}

static inline unsigned int ptscope_arch_flags(pte_t pte, enum ptscope_level level)
{
	static const u8 svpbmt[] = {
		PTSCOPE_MEMORY_TYPE_PMA, PTSCOPE_MEMORY_TYPE_NC,
		PTSCOPE_MEMORY_TYPE_IO, PTSCOPE_MEMORY_TYPE_UNKNOWN,
	};
	unsigned int flags;

	flags = svpbmt[pte_val(pte) >> 61 & 3] << PTSCOPE_FLAG_MEMORY_SHIFT;
	if (pte_user(pte))
		flags |= PTSCOPE_FLAG_USER;
	if (pte_exec(pte))
		flags |= PTSCOPE_FLAG_EXEC;
	if (pte_val(pte) & _PAGE_GLOBAL)
		flags |= PTSCOPE_FLAG_GLOBAL;
	return flags;
}

#else
#error "ptscope does not know this architecture's entries"
#endif

#endif /* PTSCOPE_ARCH_H */
