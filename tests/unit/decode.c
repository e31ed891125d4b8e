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
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/msg.h>

#include "format.h"

#define MAX_DATAGRAMS 64

struct recording {
	uint32_t seq;
	struct datagram datagram[MAX_DATAGRAMS];
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

/* What @rec means, in text; from malloc(). */
static char *meaning(const struct recording *rec)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	format_replies(out, rec->seq, rec->datagram, rec->count);
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
