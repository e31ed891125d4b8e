/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names are bytes: those of files and processes may be no valid text.
 *
 * A byte that cannot be printed becomes \xNN, and a backslash before an x becomes
 * \x5c, so that the bytes can be recovered. Copies are to be freed; NULL if memory
 * is short.
 */
#ifndef CLI_UTF8_H
#define CLI_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* A copy of @text that is valid UTF-8. */
char *utf8_escape(const char *text);

/* A copy of @text of characters that the locale has and prints. */
char *text_printable(const char *text);

/* Is it printable ASCII, without a backslash? */
bool text_is_plain(const char *text);

/* Columns that a printable text takes on a terminal. */
size_t text_width(const char *text);

/* A copy of a printable text, cut out in the middle to take no more than @width columns. */
char *text_shorten(const char *text, size_t width);

#endif /* CLI_UTF8_H */
