// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library's decoder on recorded datagrams: complete, truncated at each byte, and with
 * bytes changed. The address and undefined-behaviour sanitizers detect reads out of bounds.
 *
 *	decode RECORDING...
 *
 * RECORDING.txt has the expected fields of RECORDING.bin.
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
		/*
		 * Allocated with the exact size, so that the sanitizer detects one byte too
		 * many.
		 */
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

/* Decodes @rec to text; the caller frees it. */
static char *decode(const struct recording *rec)
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

static char *read_text(const char *path)
{
	char *text = NULL;
	size_t size = 0;
	FILE *in = fopen(path, "r");

	if (!in)
		return NULL;
	if (getdelim(&text, &size, '\0', in) < 0) {
		free(text);
		text = NULL;
	}
	fclose(in);
	return text;
}

static void test_fields(const struct recording *rec, const char *name)
{
	char *got = decode(rec), *expected;
	char path[4096];

	snprintf(path, sizeof(path), "%.*s.txt", (int)(strlen(name) - strlen(".bin")), name);
	expected = read_text(path);
	report(expected && !strcmp(got, expected), name, "fields");
	if (getenv("DECODE_WRITE")) {
		FILE *out = fopen(path, "w");

		if (out) {
			fputs(got, out);
			fclose(out);
		}
	}
	free(expected);
	free(got);
}

/* Decodes the first datagram of @rec, truncated to @len bytes. */
static void try_bytes(const struct recording *rec, const unsigned char *data, uint32_t len)
{
	struct recording cut = { .seq = rec->seq, .count = 1 };

	cut.datagram[0].data = malloc(len ? len : 1);
	if (!cut.datagram[0].data)
		abort();
	memcpy(cut.datagram[0].data, data, len);
	cut.datagram[0].len = len;
	free(decode(&cut));
	unload(&cut);
}

static void test_cut(const struct recording *rec, const char *name)
{
	uint32_t len, step = 1 + rec->datagram[0].len / 1024;

	for (len = 0; len < rec->datagram[0].len; len += step)
		try_bytes(rec, rec->datagram[0].data, len);
	report(true, name, "truncated at each byte");
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
	report(true, name, "each byte changed");
}

/* Replies with another sequence number are ignored. */
static void test_stale(struct recording *rec, const char *name)
{
	char *got;

	rec->seq++;
	got = decode(rec);
	report(!*got, name, "replies to another request");
	free(got);
	rec->seq--;
}

static void test_interrupted(struct recording *rec, const char *name)
{
	struct nlmsghdr *first = (struct nlmsghdr *)rec->datagram[0].data;
	char *got;

	first->nlmsg_flags |= NLM_F_DUMP_INTR;
	got = decode(rec);
	report(strstr(got, "interrupted\n"), name, "interrupted flag");
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
		test_fields(&rec, argv[i]);
		test_cut(&rec, argv[i]);
		test_changed(&rec, argv[i]);
		test_stale(&rec, argv[i]);
		test_interrupted(&rec, argv[i]);
		unload(&rec);
	}
	printf("1..%d\n", number);
	return failed;
}
