/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdint.h>
#include <stdio.h>

struct datagram {
	unsigned char *data;
	uint32_t len;
};

/* Prints the reply to request @seq, which consists of @count datagrams. */
void format_replies(FILE *out, uint32_t seq, const struct datagram *datagram, int count);

#endif /* FORMAT_H */
