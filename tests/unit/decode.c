// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library's decoder on recorded datagrams: whole, cut short at every
 * byte, and with bytes changed. Built with the address and undefined-behaviour
 * sanitizers, which turn a read out of bounds into a failure.
 *
 *	decode RECORDING...
 *
 * Beside RECORDING.bin stands RECORDING.txt, which says what it means.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/msg.h>

#include "internal.h"

#define MAX_DATAGRAMS 64

struct recording {
	uint32_t seq;
	struct {
		unsigned char *data;
		uint32_t len;
	} datagram[MAX_DATAGRAMS];
	int count;
};

static int number;
static bool failed;

static void report(bool ok, const char *name, const char *what)
{
	printf("%sok %d - %s: %s\n", ok ? "" : "not ", ++number, name, what);
	failed |= !ok;
}

static bool load(const char *path, struct recording *rec)
{
	FILE *in = fopen(path, "rb");
	uint32_t len;

	memset(rec, 0, sizeof(*rec));
	if (!in)
		return false;
	if (fread(&rec->seq, sizeof(rec->seq), 1, in) != 1)
		goto fail;
	while (fread(&len, sizeof(len), 1, in) == 1) {
		/* Of the exact size, so that one byte too far is out of bounds. */
		unsigned char *data = malloc(len);

		if (!data || rec->count == MAX_DATAGRAMS || fread(data, 1, len, in) != len)
			goto fail;
		rec->datagram[rec->count].data = data;
		rec->datagram[rec->count++].len = len;
	}
	fclose(in);
	return rec->count;
fail:
	fclose(in);
	return false;
}

static void unload(struct recording *rec)
{
	while (rec->count)
		free(rec->datagram[--rec->count].data);
}

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

static void print_trail(FILE *out, const struct ptscope_trail *trail)
{
	uint32_t i;

	fprintf(out, "trail %d %" PRIx64 " mapped=%d name=%s\n", (int)trail->pid,
		trail->address, trail->mapped, trail->vma.name);
	for (i = 0; i < trail->steps; i++)
		fprintf(out, " level=%u table=%" PRIu64 " index=%u value=%" PRIx64 "\n",
			trail->step[i].level, trail->step[i].table, trail->step[i].index,
			trail->step[i].value);
	if (trail->mapped)
		print_run(out, &trail->run);
}

static void print_message(FILE *out, const struct nlmsghdr *msg)
{
	const struct genlmsghdr *header = nlmsg_data(msg);
	struct ptscope_info info;
	struct ptscope_proc proc;
	struct ptscope_trail trail;
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
		fprintf(out, "info version=%s page_size=%u va_bits=%u levels=%u sight=%u\n",
			info.module_version, info.page_size, info.va_bits, info.levels, info.sight);
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
		/* A series as such, and then runs of others. */
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
		if (decode_trail(msg, &trail))
			break;
		print_trail(out, &trail);
		return;
	}
	fprintf(out, "bad message, command %u\n", header->cmd);
}

static void decode(FILE *out, const struct recording *rec)
{
	const struct nlmsghdr *msg;
	struct decoder dec;
	int i;

	decoder_start(&dec, rec->seq);
	for (i = 0; i < rec->count; i++) {
		enum reply reply;

		decoder_feed(&dec, rec->datagram[i].data, rec->datagram[i].len);
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

/* What @rec means, in text; from malloc(). */
static char *meaning(const struct recording *rec)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	decode(out, rec);
	fclose(out);
	return text;
}

static char *slurp(const char *path)
{
	char *text = NULL;
	size_t room = 0;
	FILE *in = fopen(path, "r");

	if (!in)
		return NULL;
	if (getdelim(&text, &room, '\0', in) < 0) {
		free(text);
		text = NULL;
	}
	fclose(in);
	return text;
}

static void test_meaning(const struct recording *rec, const char *name)
{
	char *got = meaning(rec), *want;
	char path[4096];

	snprintf(path, sizeof(path), "%.*s.txt", (int)(strlen(name) - strlen(".bin")), name);
	want = slurp(path);
	report(want && !strcmp(got, want), name, "means what its text says");
	if (getenv("DECODE_WRITE")) {
		FILE *out = fopen(path, "w");

		if (out) {
			fputs(got, out);
			fclose(out);
		}
	}
	free(want);
	free(got);
}

/* The first datagram of @rec alone, cut to @len bytes, in memory of that size. */
static void try_bytes(const struct recording *rec, const unsigned char *data, uint32_t len)
{
	struct recording cut = { .seq = rec->seq, .count = 1 };

	cut.datagram[0].data = malloc(len ? len : 1);
	if (!cut.datagram[0].data)
		abort();
	memcpy(cut.datagram[0].data, data, len);
	cut.datagram[0].len = len;
	free(meaning(&cut));
	unload(&cut);
}

static void test_cut(const struct recording *rec, const char *name)
{
	uint32_t len, step = 1 + rec->datagram[0].len / 1024;

	for (len = 0; len < rec->datagram[0].len; len += step)
		try_bytes(rec, rec->datagram[0].data, len);
	report(true, name, "cut short anywhere");
}

static void test_changed(const struct recording *rec, const char *name)
{
	static const unsigned char values[] = { 0x00, 0x01, 0x03, 0x7f, 0x80, 0xff };
	uint32_t at, step = 1 + rec->datagram[0].len / 512;
	unsigned char *data = rec->datagram[0].data;
	size_t i;

	for (at = 0; at < rec->datagram[0].len; at += step) {
		unsigned char byte = data[at];

		for (i = 0; i < sizeof(values); i++) {
			data[at] = values[i];
			try_bytes(rec, data, rec->datagram[0].len);
		}
		data[at] = byte;
	}
	report(true, name, "with any byte changed");
}

/* Answers to an earlier question are not answers to this one. */
static void test_stale(struct recording *rec, const char *name)
{
	char *got;

	rec->seq++;
	got = meaning(rec);
	report(!*got, name, "says nothing to another question");
	free(got);
	rec->seq--;
}

static void test_interrupted(struct recording *rec, const char *name)
{
	struct nlmsghdr *first = (struct nlmsghdr *)rec->datagram[0].data;
	char *got;

	first->nlmsg_flags |= NLM_F_DUMP_INTR;
	got = meaning(rec);
	report(strstr(got, "interrupted\n"), name, "tells that it was interrupted");
	first->nlmsg_flags &= ~NLM_F_DUMP_INTR;
	free(got);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 2) {
		fprintf(stderr, "usage: decode RECORDING.bin...\n");
		return 2;
	}
	printf("TAP version 13\n");
	for (i = 1; i < argc; i++) {
		struct recording rec;

		if (!load(argv[i], &rec)) {
			report(false, argv[i], "can be read");
			continue;
		}
		test_meaning(&rec, argv[i]);
		test_cut(&rec, argv[i]);
		test_changed(&rec, argv[i]);
		test_stale(&rec, argv[i]);
		test_interrupted(&rec, argv[i]);
		unload(&rec);
	}
	printf("1..%d\n", number);
	return failed;
}
