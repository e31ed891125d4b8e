/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies entries of a page table, and finds the end of a run of them in the copy.
 *
 * Entries of neighbouring pages mostly differ in the frame alone. So the raw values
 * are compared: the first one, plus one frame for each entry, under a mask. Only the
 * first entry of a run is decoded.
 *
 * The file uses nothing of the kernel but u64, READ_ONCE() and __always_inline, so that
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
 * ptscope_copy_entries() - copy entries, and compare them with the first one
 * @to: receives the copy
 * @from: the entries; each is read once
 * @count: number of entries, at least 1
 *
 * The comparison costs nothing beside the reading, and often saves another pass. Four
 * entries at a time let a processor have more reads under way.
 *
 * Return: the bits in which some entry differs from the first one.
 */
static __always_inline u64
ptscope_copy_entries(u64 *to, const u64 *from, unsigned int count)
{
	const u64 first = READ_ONCE(*from), *const end = from + count;
	u64 differ = 0;

	for (; end - from >= 4; from += 4, to += 4) {
		const u64 a = READ_ONCE(from[0]), b = READ_ONCE(from[1]);
		const u64 c = READ_ONCE(from[2]), d = READ_ONCE(from[3]);

		to[0] = a;
		to[1] = b;
		to[2] = c;
		to[3] = d;
		differ |= (a ^ first) | (b ^ first) | (c ^ first) | (d ^ first);
	}
	for (; from < end; from++, to++) {
		*to = READ_ONCE(*from);
		differ |= *to ^ first;
	}
	return differ;
}

/**
 * ptscope_run_end() - find the end of a run
 * @entry: a copy of a table
 * @at: index of the run's first entry
 * @count: number of entries in @entry, greater than @at
 * @pattern: of the entry at @at
 *
 * Short runs end at once. In long ones eight entries are compared at a time, which takes
 * one branch for all of them.
 *
 * Return: index of the first entry that does not belong to the run, or @count.
 */
static __always_inline unsigned int
ptscope_run_end(const u64 *entry, unsigned int at, unsigned int count,
		struct ptscope_pattern pattern)
{
	const u64 mask = pattern.mask, step = pattern.step;
	const u64 *e = entry + at + 1, *const end = entry + count;
	u64 value = pattern.value + step;

	if (e == end || (*e ^ value) & mask)
		return e - entry;
	for (; end - e >= 8; e += 8) {
		if (((e[0] ^ value) | (e[1] ^ (value + step)) |
		     (e[2] ^ (value + 2 * step)) | (e[3] ^ (value + 3 * step)) |
		     (e[4] ^ (value + 4 * step)) | (e[5] ^ (value + 5 * step)) |
		     (e[6] ^ (value + 6 * step)) | (e[7] ^ (value + 7 * step))) & mask)
			break;
		value += 8 * step;
	}
	for (; e < end && !((*e ^ value) & mask); e++)
		value += step;
	return e - entry;
}

#endif /* PTSCOPE_RUN_MATCH_H */
