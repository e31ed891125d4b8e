/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which entries say the same.
 *
 * Entries of neighbouring pages mostly differ in the frame alone, so a run of
 * them is found by comparing raw values: the first one, moved on by one frame
 * for each entry, under a mask. Only where that breaks is an entry put into
 * words.
 */
#ifndef PTSCOPE_PATTERN_H
#define PTSCOPE_PATTERN_H

#include <linux/leafops.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/swap.h>
#include "entry.h"

/**
 * struct ptscope_pattern - what the entries of a run look like
 * @value: of the entry that comes next
 * @mask: bits in which it has to be like that
 * @step: what is added to @value from one entry to the next
 */
struct ptscope_pattern {
	u64 value;
	u64 mask;
	u64 step;
};

/* From one entry to the next, if frames follow each other; and if slots do. */
#define PTSCOPE_FRAME_STEP BIT_ULL(PTSCOPE_FRAME_SHIFT)
#define PTSCOPE_SLOT_STEP ((u64)(__swp_entry(0, 1).val - __swp_entry(0, 0).val))

/* Bits of a leaf at @level that are not its frame's number. */
static __always_inline u64 ptscope_flag_bits(enum ptscope_level level)
{
	/* Above the lowest level, a flag may stand among the frame's bits. */
	return PTSCOPE_FLAG_BITS |
	       ((u64)(ptscope_level_pages(level) - 1) << PTSCOPE_FRAME_SHIFT);
}

/* What an entry that translates grows by if its frame does by @pages. */
static __always_inline u64 ptscope_frame_step(pte_t pte, unsigned long pages)
{
	const u64 step = (u64)pages << PTSCOPE_FRAME_SHIFT;

	/* Where numbers mean something else, each entry stands for itself. */
	if (!ptscope_frames_are_raw())
		return 0;
	return ptscope_frame_is_inverted(pte) ? -step : step;
}

static __always_inline struct ptscope_pattern ptscope_empty_pattern(void)
{
	return (struct ptscope_pattern){ .mask = ~PTSCOPE_STRAY_BITS };
}

/**
 * ptscope_leaf_pattern() - the run that an entry which translates may begin
 * @pte: its value
 * @level: level of the table that it stands in
 * @frames: the frames of the run have to follow each other
 *
 * A special entry stands for itself alone, except that many pages may be
 * mapped to the one zero page.
 *
 * Return: the pattern.
 */
static __always_inline struct ptscope_pattern
ptscope_leaf_pattern(pte_t pte, enum ptscope_level level, bool frames)
{
	struct ptscope_pattern pattern = { .value = ptscope_raw_pte(pte), .mask = ~0ULL };

	if (unlikely(pte_special(pte))) {
		if (frames && !ptscope_pte_is_zero(pte))
			pattern.step = ptscope_frame_step(pte, ptscope_level_pages(level));
	} else if (frames) {
		pattern.step = ptscope_frame_step(pte, ptscope_level_pages(level));
	} else {
		pattern.mask = ptscope_flag_bits(level);
	}
	return pattern;
}

/*
 * The run that an entry with a software value may begin: slots count as frames
 * do. Without them, what an empty entry has may fit as well.
 */
static inline struct ptscope_pattern ptscope_soft_pattern(pte_t pte, bool frames)
{
	struct ptscope_pattern pattern = { .value = ptscope_raw_pte(pte), .mask = ~0ULL };
	softleaf_t leaf = softleaf_from_pte(pte);
	unsigned int type = swp_type(leaf);
	u64 zero = ptscope_raw_pte(softleaf_to_pte(swp_entry(type, 0)));
	u64 most = ptscope_raw_pte(softleaf_to_pte(swp_entry(type, SWP_OFFSET_MASK)));

	if (softleaf_type(leaf) == SOFTLEAF_MARKER)
		return pattern;
	/* However the architecture stores it, the number is in one piece. */
	if (frames)
		pattern.step = ptscope_raw_pte(softleaf_to_pte(swp_entry(type, 1))) - zero;
	else
		pattern.mask = ~(zero ^ most);
	return pattern;
}

/**
 * ptscope_pmd_pattern() - the run that an entry which is no table may begin
 * @place: of the VMA around it
 * @pmd: its value
 * @frames: as for ptscope_leaf_pattern()
 *
 * Return: the pattern.
 */
static __always_inline struct ptscope_pattern
ptscope_pmd_pattern(const struct ptscope_place *place, pmd_t pmd, bool frames)
{
	pte_t pte = ptscope_to_pte(ptscope_raw_pmd(pmd));

	if (pmd_none(pmd))
		return ptscope_empty_pattern();
	/*
	 * The huge zero page is found out by its frame alone, and what is being
	 * split or moved is not worth the trouble: each stands for itself.
	 */
	if (pte_present(pte) && (pte_write(pte) || !(place->anon || place->dax)))
		return ptscope_leaf_pattern(pte, PTSCOPE_LEVEL_PMD, frames);
	return (struct ptscope_pattern){ .value = ptscope_raw_pmd(pmd), .mask = ~0ULL };
}

/* Is @value what the pattern has next? */
static __always_inline bool ptscope_pattern_has(const struct ptscope_pattern *pattern, u64 value)
{
	return !((value ^ pattern->value) & pattern->mask);
}

/*
 * In which bits do four entries differ from @value and what follows it? All are
 * read before anything is made of one, and all is made of them before others are
 * read: an emulator writes back what has changed in its registers before each
 * read, and the compiler would mix both.
 */
static __always_inline u64
ptscope_four_differ(const u64 *entry, const u64 value, const u64 step)
{
	u64 a = READ_ONCE(entry[0]), b = READ_ONCE(entry[1]);
	u64 c = READ_ONCE(entry[2]), d = READ_ONCE(entry[3]);
	u64 differ;

	asm volatile ("" : "+r" (a), "+r" (b), "+r" (c), "+r" (d));
	differ = (a ^ value) | (b ^ (value + step)) | (c ^ (value + 2 * step)) |
		 (d ^ (value + 3 * step));
	asm volatile ("" : "+r" (differ));
	return differ;
}

static __always_inline u64
ptscope_eight_differ(const u64 *entry, const u64 value, const u64 step)
{
	return ptscope_four_differ(entry, value, step) |
	       ptscope_four_differ(entry + 4, value + 4 * step, step);
}

/**
 * ptscope_run_end() - find the end of a run
 * @entry: its first entry, which has been read
 * @end: behind the last entry of interest in its table
 * @pattern: of its first entry
 * @step: the pattern's; a constant where that can be, so that the loop has no
 *	need to add it up
 *
 * Return: the first entry that does not belong to the run, or @end.
 */
static __always_inline const u64 *
ptscope_run_end(const u64 *entry, const u64 *end, struct ptscope_pattern pattern, const u64 step)
{
	const u64 *const whole = end - 15;
	const u64 *block = entry;
	u64 value = pattern.value;

	/* Where runs are short, most end here. */
	pattern.value += step;
	if (++entry == end || !ptscope_pattern_has(&pattern, READ_ONCE(*entry)))
		return entry;
	entry++;

	/*
	 * Where they are long, most is passed here. The first two are looked at
	 * again, as a table is so many blocks and nothing else.
	 */
	while (block < whole) {
		if (ptscope_eight_differ(block, value, step) & pattern.mask)
			break;
		value += 8 * step;
		block += 8;
		if (ptscope_eight_differ(block, value, step) & pattern.mask)
			break;
		value += 8 * step;
		block += 8;
	}
	/* What was read once, and found to belong to the run, does belong to it. */
	if (block > entry) {
		entry = block;
		pattern.value = value;
	} else {
		pattern.value += step;
	}
	while (entry != end && ptscope_pattern_has(&pattern, READ_ONCE(*entry))) {
		pattern.value += step;
		entry++;
	}
	return entry;
}

/* Not inlined, and so told of the pattern in registers. */
static noinline const u64 *
ptscope_far_run_end(const u64 *entry, const u64 *end, u64 value, u64 mask, u64 step)
{
	const struct ptscope_pattern pattern = { .value = value, .mask = mask };

	if (!step)
		return ptscope_run_end(entry, end, pattern, 0);
	if (step == PTSCOPE_SLOT_STEP)
		return ptscope_run_end(entry, end, pattern, PTSCOPE_SLOT_STEP);
	return ptscope_run_end(entry, end, pattern, step);
}

/* The same for the steps that are frequent, and for others. */
static __always_inline const u64 *
ptscope_any_run_end(const u64 *entry, const u64 *end, struct ptscope_pattern pattern)
{
	return ptscope_far_run_end(entry, end, pattern.value, pattern.mask, pattern.step);
}

/* The same for entries with software values. */
static inline const u64 *
ptscope_soft_run_end(const u64 *entry, const u64 *end, pte_t pte, bool frames)
{
	struct ptscope_pattern pattern = ptscope_soft_pattern(pte, frames);
	u64 value;

	/* An empty entry looks alike if all that is not the slot's number is 0. */
	if (frames || pattern.value & pattern.mask & ~PTSCOPE_STRAY_BITS)
		return ptscope_any_run_end(entry, end, pattern);
	do {
		if (++entry == end)
			break;
		value = READ_ONCE(*entry);
	} while (ptscope_pattern_has(&pattern, value) && !pte_none(ptscope_to_pte(value)));
	return entry;
}

/**
 * ptscope_pte_run_end() - find the end of a run in a table of the lowest level
 * @ptep: its first entry, which is not empty
 * @pte: what was read there
 * @last: behind the last entry of interest in its table
 * @frames: frames, or slots, have to follow each other
 *
 * Return: the first entry that does not belong to the run, or @last.
 */
static inline const u64 *
ptscope_pte_run_end(const pte_t *ptep, pte_t pte, const u64 *last, bool frames)
{
	const u64 *entry = (const u64 *)ptep;

	if (!pte_present(pte))
		return ptscope_soft_run_end(entry, last, pte, frames);
	return ptscope_any_run_end(entry, last,
				   ptscope_leaf_pattern(pte, PTSCOPE_LEVEL_PTE, frames));
}

/**
 * ptscope_again_end() - the same for one like what was told before
 * @ptep: its first entry
 * @pte: what was read there; neither special nor part of a block
 * @last: behind the last entry of interest in its table
 * @frames: a constant: frames have to follow each other
 *
 * Return: the first entry that does not belong to the run, or @last.
 */
static __always_inline const u64 *
ptscope_again_end(const pte_t *ptep, pte_t pte, const u64 *last, bool frames)
{
	const u64 *entry = (const u64 *)ptep;
	struct ptscope_pattern pattern = {
		.value = ptscope_raw_pte(pte),
		.mask = frames ? ~0ULL : PTSCOPE_FLAG_BITS,
	};

	if (!frames)
		return ptscope_run_end(entry, last, pattern, 0);
	pattern.step = ptscope_frame_step(pte, 1);
	if (likely(pattern.step == PTSCOPE_FRAME_STEP))
		return ptscope_run_end(entry, last, pattern, PTSCOPE_FRAME_STEP);
	return ptscope_any_run_end(entry, last, pattern);
}

#endif /* PTSCOPE_PATTERN_H */
