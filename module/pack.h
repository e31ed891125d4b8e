/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes attributes. A function that returns int returns 0, or -EMSGSIZE if the message
 * has no room; then the caller cancels the message and tries an empty one.
 */
#ifndef PTSCOPE_PACK_H
#define PTSCOPE_PACK_H

#include <linux/skbuff.h>
#include <linux/unaligned.h>
#include <net/netlink.h>
#include <linux/ptscope.h>

struct ptscope_census_scan;
struct ptscope_request;

/**
 * struct ptscope_writer - writes attributes into a message that has room for them
 * @at: address of the next attribute
 *
 * A dump of VMAs consists of so many small attributes that checking the room for each
 * would take longer than all the rest.
 */
struct ptscope_writer {
	u8 *at;
};

/* Largest size of an attribute that holds a number. */
#define PTSCOPE_NUMBER_SIZE nla_total_size(sizeof(u64))

/* False if the message has no room for @size bytes. */
static inline bool ptscope_writer_begin(struct ptscope_writer *to, struct sk_buff *skb,
					size_t size)
{
	to->at = skb_tail_pointer(skb);
	return skb_tailroom(skb) >= (int)size;
}

static inline void ptscope_writer_end(const struct ptscope_writer *to, struct sk_buff *skb)
{
	skb_put(skb, to->at - skb_tail_pointer(skb));
}

static inline void ptscope_write_u32(struct ptscope_writer *to, int type, u32 value)
{
	struct nlattr *attr = (struct nlattr *)to->at;

	attr->nla_len = NLA_HDRLEN + sizeof(value);
	attr->nla_type = type;
	*(u32 *)(to->at + NLA_HDRLEN) = value;
	to->at += NLA_HDRLEN + sizeof(value);
}

static inline void ptscope_write_uint(struct ptscope_writer *to, int type, u64 value)
{
	struct nlattr *attr = (struct nlattr *)to->at;

	if (value <= U32_MAX) {
		ptscope_write_u32(to, type, value);
		return;
	}
	attr->nla_len = NLA_HDRLEN + sizeof(value);
	attr->nla_type = type;
	put_unaligned(value, (u64 *)(to->at + NLA_HDRLEN));
	to->at += NLA_HDRLEN + sizeof(value);
}

/* An attribute that contains what is written until ptscope_nest_end(). */
static inline struct nlattr *ptscope_nest_begin(struct ptscope_writer *to, int type)
{
	struct nlattr *nest = (struct nlattr *)to->at;

	nest->nla_type = type | NLA_F_NESTED;
	to->at += NLA_HDRLEN;
	return nest;
}

static inline void ptscope_nest_end(const struct ptscope_writer *to, struct nlattr *nest)
{
	nest->nla_len = to->at - (u8 *)nest;
}

void ptscope_write_bytes(struct ptscope_writer *to, int type, const void *bytes, size_t size);

/* Attribute types of a census, its tables and its nodes, in the set that contains them. */
struct ptscope_census_types {
	u8 census;
	u8 table;
	u8 node;
};

size_t ptscope_census_size(const struct ptscope_census_scan *cs);
void ptscope_write_census(struct ptscope_writer *to, const struct ptscope_census_scan *cs,
			  struct ptscope_census_types types);
size_t ptscope_target_size(const struct ptscope_request *request);
void ptscope_write_target(struct ptscope_writer *to, const struct ptscope_request *request);

int ptscope_put_info(struct sk_buff *skb, u32 access);
int ptscope_put_target(struct sk_buff *skb, const struct ptscope_request *request);

#endif /* PTSCOPE_PACK_H */
