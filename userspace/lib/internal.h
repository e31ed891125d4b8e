/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the library's parts know of each other. Nothing of this is exported.
 */
#ifndef PTSCOPE_INTERNAL_H
#define PTSCOPE_INTERNAL_H

#include <linux/netlink.h>
#include <netlink/netlink.h>

#include "ptscope.h"

/* Largest datagram that the kernel makes of a dump. */
#define REPLY_SIZE (32 * 1024)

#define PUBLIC __attribute__((visibility("default")))

/* What stands next in a datagram. */
enum reply {
	REPLY_NONE,	/* nothing: the datagram is used up */
	REPLY_MESSAGE,	/* an answer, or a part of one */
	REPLY_DONE,	/* the end of a dump */
	REPLY_ACK,	/* a request was carried out */
	REPLY_ERROR,	/* a request failed, or a dump ended early */
	REPLY_OVERRUN,	/* the kernel could not deliver everything */
	REPLY_BROKEN,	/* bytes that are no netlink message */
};

/**
 * struct decoder - goes through the messages of a datagram
 * @next: message to look at next
 * @left: bytes from @next on
 * @seq: sequence number of the request; other messages are skipped
 * @interrupted: some message was marked NLM_F_DUMP_INTR
 * @error: negative errno of the last REPLY_ERROR
 * @words: what the kernel said about @error; empty if it said nothing
 */
struct decoder {
	const struct nlmsghdr *next;
	int left;
	uint32_t seq;
	bool interrupted;
	int error;
	char words[256];
};

void decoder_start(struct decoder *dec, uint32_t seq);
void decoder_feed(struct decoder *dec, const void *data, size_t len);
enum reply decoder_next(struct decoder *dec, const struct nlmsghdr **msg);

/*
 * Each fills in what a message says, and returns 0, or -EBADMSG for a message
 * that breaks the rules of the wire. Strings point into the message.
 */
int decode_info(const struct nlmsghdr *msg, struct ptscope_info *info);
int decode_proc(const struct nlmsghdr *msg, struct ptscope_proc *proc);
int decode_path(const struct nlmsghdr *msg, struct ptscope_path *path);

/* Was something left out of an answer about a process? */
bool is_hidden(const struct nlmsghdr *msg);

/**
 * struct bytes - an attribute that is an array
 * @data: its first byte, within the message
 * @len: its length
 */
struct bytes {
	const unsigned char *data;
	size_t len;
};

/**
 * struct vmas - the VMAs of a message
 * @pid: as in struct ptscope_proc
 * @start_time: as in struct ptscope_proc
 * @lines: of all of them
 * @at: where in there the next one begins
 */
struct vmas {
	uint32_t pid;
	uint64_t start_time;
	struct bytes lines;
	size_t at;
};

int decode_vmas(const struct nlmsghdr *msg, struct vmas *vmas);
/* 1, 0 when there is no VMA left, or -EBADMSG as above. */
int vmas_next(struct vmas *vmas, struct ptscope_vma *vma);

/**
 * struct runs - the runs of a message
 * @pid: as in struct ptscope_proc
 * @start_time: as in struct ptscope_proc
 * @hidden: frames and slots are left out
 * @words: of all runs
 * @extras: of all runs; empty if they were not asked for
 * @next: the run that comes next
 * @page_size: what the pages in a series stand for
 * @brief: of all series, if runs are told in brief
 * @at: where in there the next series begins
 * @open: runs have been taken from a series that has others
 * @series: these
 */
struct runs {
	uint32_t pid;
	uint64_t start_time;
	bool hidden;
	struct bytes words;
	struct bytes extras;
	size_t next;
	uint64_t page_size;
	struct bytes brief;
	size_t at;
	bool open;
	struct ptscope_series series;
};

int decode_runs(const struct nlmsghdr *msg, struct runs *runs);
/* False when there is no run left. */
bool runs_next(struct runs *runs, uint32_t detail, struct ptscope_run *run);
/* All that are left, as they stand in the message; how many they are. */
size_t runs_rest(struct runs *runs, const struct ptscope_packed_run **packed);
/* What is left of the series that is open, or the next one; false if there is none. */
bool series_next(struct runs *runs, struct ptscope_series *series);

#endif /* PTSCOPE_INTERNAL_H */
