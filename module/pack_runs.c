// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packs runs into a message: an array of 64-bit words.
 */
#include <net/netlink.h>
#include "pack_runs.h"

/**
 * ptscope_runs_open() - begin an attribute of runs
 * @buffer: filled in
 * @skb: the message
 *
 * Return: 0, or -EMSGSIZE if there is no room for a run.
 */
int ptscope_runs_open(struct ptscope_run_buffer *buffer, struct sk_buff *skb)
{
	int room = skb_tailroom(skb) - NLA_HDRLEN;

	/* The length of an attribute has 16 bits. */
	room = min_t(int, room, U16_MAX - NLA_HDRLEN);
	if (room < (int)PTSCOPE_RUN_SIZE)
		return -EMSGSIZE;
	buffer->attr = nla_reserve(skb, PTSCOPE_A_TARGET_RUNS, 0);
	if (!buffer->attr)
		return -EMSGSIZE;
	buffer->at = nla_data(buffer->attr);
	buffer->end = buffer->at + rounddown(room, PTSCOPE_RUN_SIZE);
	return 0;
}

/**
 * ptscope_runs_close() - end an attribute of runs
 * @buffer: the buffer
 * @skb: the message
 */
void ptscope_runs_close(struct ptscope_run_buffer *buffer, struct sk_buff *skb)
{
	skb_put(skb, buffer->at - skb_tail_pointer(skb));
	buffer->attr->nla_len = buffer->at - (u8 *)buffer->attr;
}
