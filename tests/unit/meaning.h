/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MEANING_H
#define MEANING_H

#include <stdint.h>
#include <stdio.h>

struct datagram {
	unsigned char *data;
	uint32_t len;
};

/* Writes what the answer to request number @seq means, in @count datagrams. */
void meaning_write(FILE *out, uint32_t seq, const struct datagram *datagram, int count);

#endif /* MEANING_H */
