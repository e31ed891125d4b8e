/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interfaces between the parts of the library. Nothing of this is exported.
 */
#ifndef PTSCOPE_INTERNAL_H
#define PTSCOPE_INTERNAL_H

#include <linux/netlink.h>
#include <netlink/netlink.h>

#include "ptscope.h"

/* Largest datagram of a dump. */
#define REPLY_SIZE (32 * 1024)

/* NUMA nodes that a census has room for. */
#define MAX_NODES 1024

#define PUBLIC __attribute__((visibility("default")))

/* The next thing in a datagram. */
enum reply {
	REPLY_NONE,	/* the datagram has ended */
	REPLY_MESSAGE,	/* a reply, or a part of one */
	REPLY_DONE,	/* the end of a dump */
	REPLY_ACK,	/* a request succeeded */
	REPLY_ERROR,	/* a request failed, or a dump ended early */
	REPLY_OVERRUN,	/* the kernel could not deliver everything */
	REPLY_BROKEN,	/* not a netlink message */
};

/**
 * struct decoder - the messages of a datagram
 * @next: the next message
 * @left: bytes from @next on
 * @seq: sequence number of the request; other messages are skipped
 * @interrupted: a message had NLM_F_DUMP_INTR
 * @error: negative errno of the last REPLY_ERROR
 * @text: the kernel's text about @error; empty if there is none
 */
struct decoder {
	const struct nlmsghdr *next;
	int left;
	uint32_t seq;
	bool interrupted;
	int error;
	char text[256];
};

void decoder_start(struct decoder *dec, uint32_t seq);
void decoder_feed(struct decoder *dec, const void *data, size_t len);
enum reply decoder_next(struct decoder *dec, const struct nlmsghdr **msg);

/**
 * struct bytes - an attribute that is decoded later
 * @data: its first byte, within the message
 * @len: its length
 */
struct bytes {
	const unsigned char *data;
	size_t len;
};

/**
 * struct message - a message of a reply
 * @pid: as in struct ptscope_proc; 0 in a message about no process
 * @start_time: as in struct ptscope_proc
 * @comm: as in struct ptscope_proc
 * @hidden: something is left out
 * @has_info: @info is valid
 * @info: geometry, version and access rights
 * @rest: the elements that have not been returned: attributes, or the words of runs
 */
struct message {
	uint32_t pid;
	uint64_t start_time;
	char comm[32];
	bool hidden;
	bool has_info;
	struct ptscope_info info;
	struct bytes rest;
};

/**
 * struct nodes - the nodes of a census
 * @size: bytes, by number of the node
 */
struct nodes {
	uint64_t size[MAX_NODES];
};

/**
 * struct path_parts - what a path points to
 * @path: the path
 * @vma: its VMA
 * @entry: its entries
 * @run: its page
 */
struct path_parts {
	struct ptscope_path path;
	struct ptscope_vma vma;
	struct ptscope_path_entry entry[PTSCOPE_LEVELS];
	struct ptscope_run run;
};

/*
 * Functions that return int return 0, or -EBADMSG for a message that violates the
 * protocol. Strings point into the message.
 */
int decode_message(const struct nlmsghdr *msg, struct message *message);
int decode_proc(const struct nlmsghdr *msg, struct ptscope_proc *proc, struct nodes *nodes);

/* Decode the next element of a message: 1, 0 if there is none, or -EBADMSG. */
int next_vma(struct message *message, struct ptscope_vma *vma, struct nodes *nodes);
int next_path(struct message *message, struct path_parts *parts);
int next_run(struct message *message, uint32_t detail, struct ptscope_run *run);

/* Keep only the words of the runs in @message->rest. */
int decode_runs(struct message *message);

#endif /* PTSCOPE_INTERNAL_H */
