/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the end of a run of entries in a copy of a page table.
 *
 * Entries of neighbouring pages mostly differ in the frame alone. So the raw values
 * are compared: the first one, plus one frame for each entry, under a mask. Only the
 * first entry of a run is decoded.
 *
 * The file uses nothing of the kernel but u64 and __always_inline, so that
 * tests/bench/native.c measures the same code in user space.
 */
#ifndef PTSCOPE_RUN_MATCH_H
#define PTSCOPE_RUN_MATCH_H

/**
 * struct ptscope_pattern - raw values of the entries of a run
 * @value: the first entry
 * @mask: the bits that are compared
 * @step: difference between one entry and the next
 */
struct ptscope_pattern {
	u64 value;
	u64 mask;
	u64 step;
};

/**
 * ptscope_run_end() - find the end of a run
 * @entry: a copy of a table
 * @at: index of the run's first entry
 * @count: number of entries in @entry, greater than @at
 * @pattern: of the entry at @at
 *
 * Four entries are compared at a time, because the comparison then takes one branch
 * for all of them.
 *
 * Return: index of the first entry that does not belong to the run, or @count.
 */
static __always_inline unsigned int
ptscope_run_end(const u64 *entry, unsigned int at, unsigned int count,
		struct ptscope_pattern pattern)
{
	const u64 mask = pattern.mask, step = pattern.step;
	u64 value = pattern.value + step;

	for (at++; at + 4 <= count; at += 4) {
		const u64 *four = entry + at;

		if (((four[0] ^ value) | (four[1] ^ (value + step)) |
		     (four[2] ^ (value + 2 * step)) | (four[3] ^ (value + 3 * step))) & mask)
			break;
		value += 4 * step;
	}
	for (; at < count && !((entry[at] ^ value) & mask); at++)
		value += step;
	return at;
}

#endif /* PTSCOPE_RUN_MATCH_H */
