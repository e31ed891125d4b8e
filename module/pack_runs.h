/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_PACK_RUNS_H
#define PTSCOPE_PACK_RUNS_H

#include <linux/ptscope.h>
#include <linux/types.h>
#include <linux/unaligned.h>

struct sk_buff;

/* The number of pages has 32 bits, and a run ends at the end of any leaf. */
#define PTSCOPE_MAX_RUN_PAGES BIT(31)

#define PTSCOPE_RUN_SIZE (PTSCOPE_RUN_WORDS * sizeof(u64))

/**
 * struct ptscope_run - a run
 * @addr: first address
 * @pages: number of base pages; 0 if there is no run
 * @value: number of the first frame, or swap type and offset; 0 if not reported
 * @what: state, level and flags, at their place in the third word
 * @extra: the fourth word
 */
struct ptscope_run {
	unsigned long addr;
	unsigned long pages;
	u64 value;
	u64 what;
	u64 extra;
};

/**
 * struct ptscope_run_buffer - runs in a message
 * @at: next free byte; aligned to 4 bytes only, as all netlink attributes
 * @end: end of the buffer
 * @attr: the attribute that holds the runs
 */
struct ptscope_run_buffer {
	u8 *at;
	u8 *end;
	struct nlattr *attr;
};

/**
 * ptscope_run_pack() - write the words of a run
 * @to: PTSCOPE_RUN_SIZE bytes; need not be aligned
 * @run: the run
 * @pages: number of its pages that are written, at most PTSCOPE_MAX_RUN_PAGES
 */
static inline void ptscope_run_pack(void *to, const struct ptscope_run *run,
				    unsigned long pages)
{
	u64 *word = to;

	put_unaligned((u64)run->addr, word);
	put_unaligned(run->value, word + 1);
	put_unaligned(run->what | pages, word + 2);
	put_unaligned(run->extra, word + 3);
}

/**
 * ptscope_runs_add() - add a run
 * @buffer: the buffer
 * @run: the run
 * @pages: number of its pages that are added, at most PTSCOPE_MAX_RUN_PAGES
 *
 * Return: false if there is no room.
 */
static inline bool ptscope_runs_add(struct ptscope_run_buffer *buffer,
				    const struct ptscope_run *run, unsigned long pages)
{
	if (buffer->at == buffer->end)
		return false;
	ptscope_run_pack(buffer->at, run, pages);
	buffer->at += PTSCOPE_RUN_SIZE;
	return true;
}

int ptscope_runs_open(struct ptscope_run_buffer *buffer, struct sk_buff *skb);
void ptscope_runs_close(struct ptscope_run_buffer *buffer, struct sk_buff *skb);

#endif /* PTSCOPE_PACK_RUNS_H */
