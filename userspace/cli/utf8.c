// SPDX-License-Identifier: GPL-2.0-only
/*
 * Escaping and measuring of names, which are bytes and may be invalid UTF-8.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "utf8.h"

/* Length of the valid UTF-8 sequence at the start of @text; 0 if it is invalid. */
static size_t sequence(const char *bytes)
{
	const unsigned char *text = (const unsigned char *)bytes;
	/* The first code point that is encoded in this number of bytes. */
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
	/* Invalid: overlong encodings, surrogates and code points beyond U+10FFFF. */
	if (point < first[len] || (point >= 0xd800 && point < 0xe000) || point > 0x10ffff)
		return 0;
	return len;
}

/* Length of the printable character at the start of @text; 0 if there is none. */
static size_t printable(const char *text)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t len = mbrtowc(&wide, text, strlen(text), &state);

	return len <= strlen(text) && iswprint(wide) ? len : 0;
}

/* Replace each byte that does not begin a @valid sequence, and a backslash before x. */
static char *escape(const char *text, size_t (*valid)(const char *text))
{
	/* Each byte becomes four at most. */
	char *escaped = malloc(4 * strlen(text) + 1);
	char *to = escaped;

	if (!escaped)
		return NULL;
	while (*text) {
		size_t len = valid(text);

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

char *utf8_escape(const char *text)
{
	return escape(text, sequence);
}

char *text_printable(const char *text)
{
	return escape(text, printable);
}

bool text_is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~' || *text == '\\')
			return false;
	return true;
}

/* Length of the first character in bytes; *@columns is set to its width. */
static size_t character(const char *text, size_t *columns)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t len = mbrtowc(&wide, text, strlen(text), &state);
	int width;

	*columns = 1;
	if (len == 0 || len > strlen(text))
		return 1;
	width = wcwidth(wide);
	if (width >= 0)
		*columns = width;
	return len;
}

size_t text_width(const char *text)
{
	size_t width = 0, columns;

	while (*text) {
		text += character(text, &columns);
		width += columns;
	}
	return width;
}

char *text_shorten(const char *text, size_t width)
{
	const char *mark = "\u2026";
	size_t all = text_width(text), left, right, columns, marked = 1;
	const char *head = text, *tail = text;
	char *cut;

	if (all <= width)
		return strdup(text);
	/* The locale does not have the ellipsis character. */
	if (character(mark, &columns) != strlen(mark)) {
		mark = "...";
		marked = 3;
	}
	if (width < marked)
		width = marked;
	left = (width - marked) / 2;
	right = width - marked - left;
	for (;;) {
		size_t len = character(head, &columns);

		if (columns > left)
			break;
		left -= columns;
		head += len;
	}
	while (all > right) {
		tail += character(tail, &columns);
		all -= columns;
	}
	if (asprintf(&cut, "%.*s%s%s", (int)(head - text), text, mark, tail) < 0)
		return NULL;
	return cut;
}
