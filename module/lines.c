// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMAs in brief: a line of words for each, in which only those counters stand
 * that are not zero, and no attribute around any of them.
 */
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/ptscope.h>
#include "census.h"
#include "counts.h"
#include "lines.h"
#include "vma.h"

/* Start, end, flags and length of the name, mask of what follows. */
#define LINE_HEADER 4
#define LINE_MASK 3
/* Offset, device, inode. */
#define LINE_FILE 3
/* By level: tables, used entries, empty ones. */
#define LINE_TABLE_WORDS 3
#define LINE_WORDS (LINE_HEADER + LINE_FILE + PTSCOPE_A_CENSUS_MAX + \
		    PTSCOPE_LEVELS * LINE_TABLE_WORDS)

/* Bits of the mask; what is counted has the number of its attribute. */
#define LINE_BIT_FILE 0
#define LINE_BIT_TABLE(level) (32 + 4 * (level))

/**
 * struct line - a line being written
 * @at: where its next word goes
 * @mask: which words it has behind its header
 */
struct line {
	u64 *at;
	u64 mask;
};

static __always_inline void add_word(struct line *line, u64 word)
{
	put_unaligned(word, line->at++);
}

static __always_inline void add_counter(void *to, int type, u64 value)
{
	struct line *line = to;

	line->mask |= BIT_ULL(type);
	add_word(line, value);
}

static __always_inline void add_nonzero(struct line *line, int bit, u64 value)
{
	if (value)
		add_counter(line, bit, value);
}

static void add_tables(struct line *line, const struct ptscope_census *census)
{
	enum ptscope_level level;

	for (level = PTSCOPE_LEVEL_PTE; level <= PTSCOPE_LEVEL_PGD; level++) {
		const struct ptscope_tables *tables = &census->table[level];

		add_nonzero(line, LINE_BIT_TABLE(level), tables->pages);
		add_nonzero(line, LINE_BIT_TABLE(level) + 1, tables->used);
		add_nonzero(line, LINE_BIT_TABLE(level) + 2, tables->empty);
	}
}

/**
 * ptscope_put_line() - tell of a VMA in brief
 * @skb: the message; its last attribute is the one that holds the lines
 * @vma: the VMA
 * @census: its census
 *
 * Return: 0, or -EMSGSIZE if there is no room for it.
 */
int ptscope_put_line(struct sk_buff *skb, const struct ptscope_vma *vma,
		     const struct ptscope_census *census)
{
	u64 *const words = (u64 *)skb_tail_pointer(skb);
	const size_t name = vma->name ? strlen(vma->name) + 1 : 0;
	struct line line = { .at = words + LINE_HEADER };
	u8 *end;

	BUILD_BUG_ON(LINE_BIT_TABLE(0) <= PTSCOPE_A_CENSUS_MAX);
	if (skb_tailroom(skb) < (int)(LINE_WORDS * sizeof(u64) + ALIGN(name, sizeof(u64))))
		return -EMSGSIZE;

	if (vma->dev) {
		line.mask = BIT_ULL(LINE_BIT_FILE);
		add_word(&line, vma->offset);
		add_word(&line, (u64)MAJOR(vma->dev) << 32 | MINOR(vma->dev));
		add_word(&line, vma->inode);
	}
	ptscope_each_counter(census, add_counter, &line);
	add_tables(&line, census);

	put_unaligned((u64)vma->start, words);
	put_unaligned((u64)vma->end, words + 1);
	put_unaligned((u64)name << 32 | vma->flags, words + 2);
	put_unaligned(line.mask, words + LINE_MASK);

	end = (u8 *)line.at;
	if (name) {
		memcpy(end, vma->name, name);
		memset(end + name, 0, ALIGN(name, sizeof(u64)) - name);
		end += ALIGN(name, sizeof(u64));
	}
	skb_put(skb, end - (u8 *)words);
	return 0;
}
