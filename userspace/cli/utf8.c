// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names are bytes: those of files and processes may be no valid UTF-8.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

/* Bytes of the valid sequence that @text begins with; 0 if there is none. */
static size_t sequence(const unsigned char *text)
{
	/* The first code point that takes so many bytes. */
	static const uint32_t first[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len, i;
	uint32_t point;

	if (*text < 0x80)
		return 1;
	if (*text < 0xc0 || *text >= 0xf8)
		return 0;
	len = *text >= 0xf0 ? 4 : *text >= 0xe0 ? 3 : 2;
	point = *text & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (text[i] & 0x3f);
	}
	/* Too long for what it encodes, a half of a surrogate pair, or beyond Unicode. */
	if (point < first[len] || (point >= 0xd800 && point < 0xe000) || point > 0x10ffff)
		return 0;
	return len;
}

char *utf8_escape(const char *text)
{
	/* Each byte becomes four at most. */
	char *escaped = malloc(4 * strlen(text) + 1);
	char *to = escaped;

	if (!escaped)
		return NULL;
	while (*text) {
		size_t len = sequence((const unsigned char *)text);

		if (!len || !strncmp(text, "\\x", 2)) {
			to += sprintf(to, "\\x%02x", (unsigned char)*text++);
			continue;
		}
		memcpy(to, text, len);
		to += len;
		text += len;
	}
	*to = '\0';
	return escaped;
}
