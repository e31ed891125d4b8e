// SPDX-License-Identifier: GPL-2.0-only
/*
 * Architecture data that is looked up once, when the module is loaded.
 */
#include "arch.h"

#ifdef CONFIG_X86
/* Memory types by index into the page attribute table. */
u8 ptscope_pat[8] __ro_after_init;

/*
 * The kernel chooses the contents of the page attribute table, and exports only the
 * bits that it sets for each type.
 */
void __init ptscope_arch_init(void)
{
	static const u8 types[_PAGE_CACHE_MODE_NUM] __initconst = {
		[_PAGE_CACHE_MODE_WB] = PTSCOPE_MEMORY_TYPE_WB,
		[_PAGE_CACHE_MODE_WC] = PTSCOPE_MEMORY_TYPE_WC,
		[_PAGE_CACHE_MODE_UC_MINUS] = PTSCOPE_MEMORY_TYPE_UC_MINUS,
		[_PAGE_CACHE_MODE_UC] = PTSCOPE_MEMORY_TYPE_UC,
		[_PAGE_CACHE_MODE_WT] = PTSCOPE_MEMORY_TYPE_WT,
		[_PAGE_CACHE_MODE_WP] = PTSCOPE_MEMORY_TYPE_WP,
	};
	unsigned int mode;

	/* A type without an entry of its own has the bits of another type. */
	for (mode = 0; mode < ARRAY_SIZE(types); mode++) {
		pte_t pte = __pte(cachemode2protval(mode));
		u8 *type = &ptscope_pat[ptscope_pat_index(pte, PTSCOPE_LEVEL_PTE)];

		if (!*type)
			*type = types[mode];
	}
}
#endif
