// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a VMA and its census.
 */
#include "census.h"
#include "pack.h"
#include "pack_vma.h"
#include "vma.h"

static void write_vma(struct ptscope_writer *to, const struct ptscope_vma *vma, size_t name)
{
	ptscope_write_uint(to, PTSCOPE_A_VMA_START, vma->start);
	ptscope_write_uint(to, PTSCOPE_A_VMA_END, vma->end);
	ptscope_write_uint(to, PTSCOPE_A_VMA_FLAGS, vma->flags);
	/* Inode number 0 is valid: the first SysV segment has it. */
	if (vma->dev) {
		ptscope_write_uint(to, PTSCOPE_A_VMA_OFFSET, vma->offset);
		ptscope_write_u32(to, PTSCOPE_A_VMA_DEV_MAJOR, MAJOR(vma->dev));
		ptscope_write_u32(to, PTSCOPE_A_VMA_DEV_MINOR, MINOR(vma->dev));
		ptscope_write_uint(to, PTSCOPE_A_VMA_INODE, vma->inode);
	}
	if (name)
		ptscope_write_bytes(to, PTSCOPE_A_VMA_NAME, vma->name, name);
}

/**
 * ptscope_put_vma() - put a VMA
 * @skb: the message
 * @type: type of the attribute
 * @vma: the VMA
 * @cs: its census, or NULL for none
 *
 * Return: 0 or -EMSGSIZE.
 */
int ptscope_put_vma(struct sk_buff *skb, int type, const struct ptscope_vma *vma,
		    const struct ptscope_census_scan *cs)
{
	static const struct ptscope_census_types types = {
		PTSCOPE_A_VMA_CENSUS, PTSCOPE_A_VMA_TABLE, PTSCOPE_A_VMA_NODE,
	};
	const size_t name = vma->name ? strlen(vma->name) + 1 : 0;
	size_t size = NLA_HDRLEN + 7 * PTSCOPE_NUMBER_SIZE + nla_total_size(name);
	struct ptscope_writer to;
	struct nlattr *nest;

	if (cs)
		size += ptscope_census_size(cs);
	if (!ptscope_writer_begin(&to, skb, size))
		return -EMSGSIZE;
	nest = ptscope_nest_begin(&to, type);
	write_vma(&to, vma, name);
	if (cs)
		ptscope_write_census(&to, cs, types);
	ptscope_nest_end(&to, nest);
	ptscope_writer_end(&to, skb);
	return 0;
}
