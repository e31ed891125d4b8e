// SPDX-License-Identifier: GPL-2.0-only
/* Prints all fields that the library's decoder finds in a reply. */
#include <inttypes.h>

#include <linux/genetlink.h>
#include <netlink/msg.h>

#include "internal.h"
#include "format.h"

static void print_census(FILE *out, const struct ptscope_census *c)
{
	int i;

	for (i = 1; i < PTSCOPE_COUNTERS; i++)
		if (c->counter[i])
			fprintf(out, " %d=%" PRIu64, i, c->counter[i]);
	for (i = 0; i < PTSCOPE_LEVELS; i++)
		fprintf(out, " table%d=%" PRIu64 "/%" PRIu64 "/%" PRIu64, i, c->table[i].pages,
			c->table[i].used, c->table[i].empty);
	for (i = 0; i < (int)c->nodes; i++)
		fprintf(out, " node%d=%" PRIu64, i, c->node[i]);
	fputc('\n', out);
}

static void print_vma(FILE *out, const struct ptscope_vma *vma)
{
	fprintf(out, "vma %d %" PRIx64 "-%" PRIx64 " flags=%" PRIx64 " offset=%" PRIx64
		" dev=%u:%u inode=%" PRIu64 " name=%s", (int)vma->pid, vma->start, vma->end,
		vma->flags, vma->offset, vma->dev_major, vma->dev_minor, vma->inode, vma->name);
	print_census(out, &vma->census);
}

static void print_run(FILE *out, const struct ptscope_run *run)
{
	fprintf(out, " %" PRIx64 " pages=%u state=%u level=%u flags=%x pkey=%u memory=%u",
		run->start, run->pages, run->state, run->level, run->flags, run->pkey,
		run->memory_type);
	if (run->has_frame)
		fprintf(out, " frame=%" PRIu64, run->frame);
	if (run->has_slot)
		fprintf(out, " slot=%u:%" PRIu64, run->swap_type, run->swap_offset);
	if (run->has_extra)
		fprintf(out, " node=%u order=%u folio=%x", run->node, run->order, run->folio);
	fputc('\n', out);
}

static void print_path(FILE *out, const struct ptscope_path *path)
{
	uint32_t i;

	fprintf(out, "path %d %" PRIx64 " mapped=%d name=%s\n", (int)path->pid,
		path->address, !!path->vma, path->vma ? path->vma->name : "");
	for (i = 0; i < path->entries; i++)
		fprintf(out, " level=%u table=%" PRIu64 " index=%u value=%" PRIx64 "\n",
			path->entry[i].level, path->entry[i].table, path->entry[i].index,
			path->entry[i].value);
	if (path->run)
		print_run(out, path->run);
}

static void print_info(FILE *out, const struct ptscope_info *info)
{
	int i;

	fprintf(out, "info version=%s page_size=%u va_bits=%u levels=%u access=%u\n",
		info->module_version, info->page_size, info->va_bits, info->levels, info->access);
	for (i = 0; i < PTSCOPE_LEVELS; i++)
		fprintf(out, "level %d folded=%d shift=%u entries=%u leaf=%" PRIu64
			" cont=%" PRIu64 "\n", i, info->level[i].folded, info->level[i].shift,
			info->level[i].entries, info->level[i].leaf_size,
			info->level[i].cont_size);
}

static bool print_proc(FILE *out, const struct nlmsghdr *msg)
{
	static struct nodes nodes;
	struct ptscope_proc proc;

	if (decode_proc(msg, &proc, &nodes))
		return false;
	fprintf(out, "proc %d start_time=%" PRIu64 " comm=%s error=%d", (int)proc.pid,
		proc.start_time, proc.comm, proc.error);
	print_census(out, &proc.census);
	return true;
}

static bool print_vmas(FILE *out, struct message *message)
{
	static struct nodes nodes;
	struct ptscope_vma vma;
	int err;

	while ((err = next_vma(message, &vma, &nodes)) > 0)
		print_vma(out, &vma);
	return !err;
}

static bool print_runs(FILE *out, struct message *message)
{
	struct ptscope_run run;

	if (decode_runs(message))
		return false;
	fprintf(out, "runs %u hidden=%d\n", message->pid, message->hidden);
	while (next_run(message, PTSCOPE_DETAIL_FRAME, &run))
		print_run(out, &run);
	return true;
}

static bool print_paths(FILE *out, struct message *message)
{
	struct path_parts parts;
	int err;

	while ((err = next_path(message, &parts)) > 0)
		print_path(out, &parts.path);
	return !err;
}

static bool print_elements(FILE *out, const struct nlmsghdr *msg, struct message *message)
{
	const struct genlmsghdr *header = nlmsg_data(msg);

	if (decode_message(msg, message))
		return false;
	if (message->has_info) {
		print_info(out, &message->info);
		return true;
	}
	switch (header->cmd) {
	case PTSCOPE_CMD_PROC_GET:
		return print_proc(out, msg);
	case PTSCOPE_CMD_VMA_GET:
		return print_vmas(out, message);
	case PTSCOPE_CMD_RUN_GET:
		return print_runs(out, message);
	case PTSCOPE_CMD_WALK_GET:
		return print_paths(out, message);
	default:
		return false;
	}
}

static void print_message(FILE *out, const struct nlmsghdr *msg)
{
	const struct genlmsghdr *header = nlmsg_data(msg);
	struct message message;

	if (!print_elements(out, msg, &message))
		fprintf(out, "bad message, command %u\n", header->cmd);
}

void format_replies(FILE *out, uint32_t seq, const struct datagram *datagram, int count)
{
	const struct nlmsghdr *msg;
	struct decoder dec;
	int i;

	decoder_start(&dec, seq);
	for (i = 0; i < count; i++) {
		enum reply reply;

		decoder_feed(&dec, datagram[i].data, datagram[i].len);
		while ((reply = decoder_next(&dec, &msg)) == REPLY_MESSAGE)
			print_message(out, msg);
		if (reply == REPLY_ERROR)
			fprintf(out, "error %d %s\n", dec.error, dec.text);
		else if (reply != REPLY_NONE)
			fprintf(out, "%s\n", reply == REPLY_DONE ? "done" :
				reply == REPLY_ACK ? "ack" :
				reply == REPLY_OVERRUN ? "overrun" : "broken");
	}
	if (dec.interrupted)
		fprintf(out, "interrupted\n");
}
