// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes attributes that several replies have.
 */
#include <linux/mm.h>
#include <linux/nodemask.h>
#include "census.h"
#include "pack.h"
#include "request.h"

/**
 * ptscope_write_bytes() - write an attribute that holds bytes
 * @to: the writer
 * @type: type of the attribute
 * @bytes: the bytes
 * @size: how many
 */
void ptscope_write_bytes(struct ptscope_writer *to, int type, const void *bytes, size_t size)
{
	struct nlattr *attr = (struct nlattr *)to->at;

	attr->nla_len = NLA_HDRLEN + size;
	attr->nla_type = type;
	memcpy(to->at + NLA_HDRLEN, bytes, size);
	memset(to->at + attr->nla_len, 0, NLA_ALIGN(size) - size);
	to->at += NLA_HDRLEN + NLA_ALIGN(size);
}

/**
 * ptscope_target_size() - get the room that ptscope_write_target() needs
 * @request: the request
 *
 * Return: bytes.
 */
size_t ptscope_target_size(const struct ptscope_request *request)
{
	return 4 * PTSCOPE_NUMBER_SIZE + nla_total_size(sizeof(request->target.comm));
}

/**
 * ptscope_write_target() - write the identity of the target
 * @to: the writer
 * @request: the request; a dump of several processes begins without a target
 */
void ptscope_write_target(struct ptscope_writer *to, const struct ptscope_request *request)
{
	const struct ptscope_target *target = &request->target;

	if (target->pid) {
		ptscope_write_u32(to, PTSCOPE_A_TARGET_PID, target->pid);
		ptscope_write_uint(to, PTSCOPE_A_TARGET_START_TIME, target->start_time);
		ptscope_write_bytes(to, PTSCOPE_A_TARGET_COMM, target->comm,
				    strlen(target->comm) + 1);
	}
	if (request->hidden)
		ptscope_write_bytes(to, PTSCOPE_A_TARGET_HIDDEN, NULL, 0);
	if (request->cache)
		ptscope_write_bytes(to, PTSCOPE_A_TARGET_CACHE, NULL, 0);
}

/**
 * ptscope_put_target() - put the identity of the target
 * @skb: the message
 * @request: the request
 *
 * Return: 0 or -EMSGSIZE.
 */
int ptscope_put_target(struct sk_buff *skb, const struct ptscope_request *request)
{
	struct ptscope_writer to;

	if (!ptscope_writer_begin(&to, skb, ptscope_target_size(request)))
		return -EMSGSIZE;
	ptscope_write_target(&to, request);
	ptscope_writer_end(&to, skb);
	return 0;
}

/**
 * ptscope_census_size() - get the room that ptscope_write_census() needs
 * @cs: the census
 *
 * Return: bytes.
 */
size_t ptscope_census_size(const struct ptscope_census_scan *cs)
{
	const size_t nodes = cs->node ? nr_node_ids : 0;

	return NLA_HDRLEN + PTSCOPE_A_CENSUS_MAX * PTSCOPE_NUMBER_SIZE +
	       PTSCOPE_LEVELS * (NLA_HDRLEN + 4 * PTSCOPE_NUMBER_SIZE) +
	       nodes * (NLA_HDRLEN + 2 * PTSCOPE_NUMBER_SIZE);
}

static void write_table(struct ptscope_writer *to, int type, enum ptscope_level level,
			const struct ptscope_tables *tables)
{
	struct nlattr *nest = ptscope_nest_begin(to, type);

	ptscope_write_u32(to, PTSCOPE_A_TABLE_LEVEL, level);
	ptscope_write_uint(to, PTSCOPE_A_TABLE_PAGES, tables->pages);
	ptscope_write_uint(to, PTSCOPE_A_TABLE_USED, tables->used);
	if (tables->empty)
		ptscope_write_uint(to, PTSCOPE_A_TABLE_EMPTY, tables->empty);
	ptscope_nest_end(to, nest);
}

static void write_node(struct ptscope_writer *to, int type, unsigned int id, u64 pages)
{
	struct nlattr *nest = ptscope_nest_begin(to, type);

	ptscope_write_u32(to, PTSCOPE_A_NODE_ID, id);
	ptscope_write_uint(to, PTSCOPE_A_NODE_SIZE, pages << PAGE_SHIFT);
	ptscope_nest_end(to, nest);
}

/**
 * ptscope_write_census() - write a census
 * @to: the writer
 * @cs: the census; counters of 0 are left out
 * @types: types of the attributes
 */
void ptscope_write_census(struct ptscope_writer *to, const struct ptscope_census_scan *cs,
			  struct ptscope_census_types types)
{
	const struct ptscope_census *census = &cs->census;
	struct nlattr *nest = ptscope_nest_begin(to, types.census);
	enum ptscope_level level;
	unsigned int i;

	for (i = 1; i <= PTSCOPE_A_CENSUS_MAX; i++)
		if (census->counter[i])
			ptscope_write_uint(to, i, census->counter[i] << PAGE_SHIFT);
	ptscope_nest_end(to, nest);

	for (level = PTSCOPE_LEVEL_PTE; level <= PTSCOPE_LEVEL_PGD; level++) {
		const struct ptscope_tables *tables = &census->table[level];

		if (tables->pages || tables->used)
			write_table(to, types.table, level, tables);
	}
	for (i = 0; cs->node && i < nr_node_ids; i++)
		if (cs->node[i])
			write_node(to, types.node, i, cs->node[i]);
}
