/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bits of a leaf for which the kernel has no name that all architectures share:
 * user and execute permission, global, protection key and memory type.
 */
#ifndef PTSCOPE_ARCH_H
#define PTSCOPE_ARCH_H

#include <linux/bitfield.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/ptscope.h>

#ifndef CONFIG_X86
/* Without paravirtualisation the value in the table is the value. */
#define native_pte_val(pte) pte_val(pte)
#define native_pmd_val(pmd) pmd_val(pmd)
#define native_pud_val(pud) pud_val(pud)
#define native_p4d_val(p4d) p4d_val(p4d)
#define native_pgd_val(pgd) pgd_val(pgd)
#define native_make_pte(raw) __pte(raw)
#define native_make_pmd(raw) __pmd(raw)
#define native_make_pud(raw) __pud(raw)

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
 * The raw bits in the table. On x86 pte_val() is a paravirtual call, because Xen PV
 * numbers frames in its own way; the call would cost more than the rest of the work
 * on an entry.
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

static __always_inline pmd_t ptscope_to_pmd(u64 raw)
{
	return native_make_pmd(raw);
}

static __always_inline pud_t ptscope_to_pud(u64 raw)
{
	return native_make_pud(raw);
}

#if defined(CONFIG_X86)

/* The lowest bit of the frame number in an entry. */
#define PTSCOPE_FRAME_SHIFT PAGE_SHIFT
/* Bits of an entry that are not part of the frame number. */
#define PTSCOPE_FLAG_BITS ((u64)PTE_FLAGS_MASK)
/* Accessed and dirty: a processor with an erratum may set them in an empty entry. */
#define PTSCOPE_STRAY_BITS ((u64)_PAGE_KNL_ERRATUM_MASK)

/* False under Xen PV, where the tables hold machine frame numbers. */
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

/* The mitigation of L1TF inverts the frame number where the present bit is clear. */
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

static inline unsigned int ptscope_pkey(pte_t pte)
{
	return pte_flags_pkey(pte_flags(pte));
}

static inline unsigned int ptscope_memory_type(pte_t pte, enum ptscope_level level)
{
	return ptscope_pat[ptscope_pat_index(pte, level)];
}

static inline unsigned int ptscope_arch_flags(pte_t pte)
{
	unsigned int flags = 0;

	if (pte_flags(pte) & _PAGE_USER)
		flags |= PTSCOPE_FLAG_USER;
	if (pte_exec(pte))
		flags |= PTSCOPE_FLAG_EXEC;
	/* Where the present bit is clear, this bit means PROT_NONE. */
	if (pte_global(pte) && (pte_flags(pte) & _PAGE_PRESENT))
		flags |= PTSCOPE_FLAG_GLOBAL;
	return flags;
}

#elif defined(CONFIG_ARM64)

/* Frame bits above 48 are elsewhere in the entry, so a run ends where they change. */
#define PTSCOPE_FRAME_SHIFT PAGE_SHIFT
#define PTSCOPE_FLAG_BITS ((u64)pgprot_val(pte_pgprot(__pte(~0ULL))))
#define PTSCOPE_STRAY_BITS 0ULL

static inline void ptscope_arch_init(void)
{
}

static inline unsigned int ptscope_pkey(pte_t pte)
{
#ifdef PTE_PO_IDX_MASK
	return FIELD_GET(PTE_PO_IDX_MASK, pte_val(pte));
#else
	return 0;
#endif
}

static inline unsigned int ptscope_memory_type(pte_t pte, enum ptscope_level level)
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

static inline unsigned int ptscope_arch_flags(pte_t pte)
{
	unsigned int flags = 0;

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

static inline unsigned int ptscope_pkey(pte_t pte)
{
	return 0;
}

static inline unsigned int ptscope_memory_type(pte_t pte, enum ptscope_level level)
{
	static const u8 svpbmt[] = {
		PTSCOPE_MEMORY_TYPE_PMA, PTSCOPE_MEMORY_TYPE_NC,
		PTSCOPE_MEMORY_TYPE_IO, PTSCOPE_MEMORY_TYPE_UNKNOWN,
	};

	return svpbmt[pte_val(pte) >> 61 & 3];
}

static inline unsigned int ptscope_arch_flags(pte_t pte)
{
	unsigned int flags = 0;

	if (pte_user(pte))
		flags |= PTSCOPE_FLAG_USER;
	if (pte_exec(pte))
		flags |= PTSCOPE_FLAG_EXEC;
	if (pte_val(pte) & _PAGE_GLOBAL)
		flags |= PTSCOPE_FLAG_GLOBAL;
	return flags;
}

#else
#error "ptscope does not support this architecture"
#endif

#endif /* PTSCOPE_ARCH_H */
