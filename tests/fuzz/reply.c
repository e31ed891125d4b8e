// SPDX-License-Identifier: GPL-2.0-only
/* Decodes the input as a datagram that is a whole reply. */
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "fuzz.h"
#include "format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct datagram datagram = { .len = size };
	uint32_t seq = 0;
	size_t length;
	char *text;
	FILE *out;

	/* Expect the sequence number of the first message. */
	if (size >= sizeof(struct nlmsghdr))
		memcpy(&seq, data + offsetof(struct nlmsghdr, nlmsg_seq), sizeof(seq));
	datagram.data = malloc(size ? size : 1);
	out = open_memstream(&text, &length);
	if (!datagram.data || !out)
		abort();
	memcpy(datagram.data, data, size);
	format_replies(out, seq, &datagram, 1);
	fclose(out);
	free(text);
	free(datagram.data);
	return 0;
}
