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

	fprintf(out, " size=%" PRIu64 " res=%" PRIu64 " pte=%" PRIu64 " cont=%" PRIu64
		" pmd=%" PRIu64 " pud=%" PRIu64 " lazy=%" PRIu64 " cached=%" PRIu64
		" disk=%" PRIu64 " swap=%" PRIu64 " special=%" PRIu64 " zero=%" PRIu64
		" zero_huge=%" PRIu64 " young=%" PRIu64 " dirty=%" PRIu64 " soft_dirty=%" PRIu64
		" write=%" PRIu64 " protnone=%" PRIu64 " thp=%" PRIu64 " hugetlb=%" PRIu64,
		c->size, c->res, c->pte, c->cont, c->pmd, c->pud, c->lazy, c->cached, c->disk,
		c->swap, c->special, c->zero, c->zero_huge, c->young, c->dirty, c->soft_dirty,
		c->write, c->protnone, c->thp, c->hugetlb);
	for (i = 0; i < PTSCOPE_LEVELS; i++)
		fprintf(out, " table%d=%" PRIu64 "/%" PRIu64 "/%" PRIu64, i, c->table[i].pages,
			c->table[i].used, c->table[i].empty);
	fputc('\n', out);
}

static void print_vma(FILE *out, const struct ptscope_vma *vma)
{
	fprintf(out, "vma %d %" PRIx64 "-%" PRIx64 " flags=%x offset=%" PRIx64
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
		path->address, path->mapped, path->vma.name);
	for (i = 0; i < path->entries; i++)
		fprintf(out, " level=%u table=%" PRIu64 " index=%u value=%" PRIx64 "\n",
			path->entry[i].level, path->entry[i].table, path->entry[i].index,
			path->entry[i].value);
	if (path->mapped)
		print_run(out, &path->run);
}

static void print_message(FILE *out, const struct nlmsghdr *msg)
{
	const struct genlmsghdr *header = nlmsg_data(msg);
	struct ptscope_info info;
	struct ptscope_proc proc;
	struct ptscope_path path;
	struct ptscope_vma vma;
	struct ptscope_series series;
	struct ptscope_run run;
	struct vmas vmas;
	struct runs runs;
	int i;

	switch (header->cmd) {
	case PTSCOPE_CMD_INFO_GET:
		if (decode_info(msg, &info))
			break;
		fprintf(out, "info version=%s page_size=%u va_bits=%u levels=%u access=%u\n",
			info.module_version, info.page_size, info.va_bits, info.levels,
			info.access);
		for (i = 0; i < PTSCOPE_LEVELS; i++)
			fprintf(out, "level %d folded=%d shift=%u entries=%u leaf=%" PRIu64
				" cont=%" PRIu64 "\n", i, info.level[i].folded, info.level[i].shift,
				info.level[i].entries, info.level[i].leaf_size,
				info.level[i].cont_size);
		return;
	case PTSCOPE_CMD_PROC_GET:
		if (decode_proc(msg, &proc))
			break;
		fprintf(out, "proc %d start_time=%" PRIu64 " comm=%s", (int)proc.pid,
			proc.start_time, proc.comm);
		print_census(out, &proc.census);
		return;
	case PTSCOPE_CMD_VMA_GET:
		if (decode_vmas(msg, &vmas))
			break;
		while ((i = vmas_next(&vmas, &vma)) > 0)
			print_vma(out, &vma);
		if (i < 0)
			break;
		return;
	case PTSCOPE_CMD_RUN_GET:
		if (decode_runs(msg, &runs))
			break;
		fprintf(out, "runs %u hidden=%d\n", runs.pid, runs.hidden);
		/* One packed reply as such, and then the runs of the others. */
		if (series_next(&runs, &series)) {
			fprintf(out, " series %" PRIx64 " %" PRIx64 " pages=%u", series.start,
				series.what, series.pages);
			for (i = 0; i < (int)series.count; i++)
				fprintf(out, " +%u %u", ptscope_series_gap(series.run[i]),
					ptscope_series_pages(series.run[i]));
			fputc('\n', out);
		}
		while (runs_next(&runs, PTSCOPE_DETAIL_FRAME, &run))
			print_run(out, &run);
		return;
	case PTSCOPE_CMD_WALK_GET:
		if (decode_path(msg, &path))
			break;
		print_path(out, &path);
		return;
	}
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
			fprintf(out, "error %d %s\n", dec.error, dec.words);
		else if (reply != REPLY_NONE)
			fprintf(out, "%s\n", reply == REPLY_DONE ? "done" :
				reply == REPLY_ACK ? "ack" :
				reply == REPLY_OVERRUN ? "overrun" : "broken");
	}
	if (dec.interrupted)
		fprintf(out, "interrupted\n");
}
