/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of files and processes are bytes; they may be invalid text.
 *
 * A byte that cannot be printed becomes \xNN, and a backslash before an x becomes
 * \x5c, so that the bytes can be recovered. The caller frees the copies; NULL means out
 * of memory.
 */
#ifndef CLI_UTF8_H
#define CLI_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Return a copy of @text that is valid UTF-8. */
char *utf8_escape(const char *text);

/* Return a copy of @text in which all characters are printable in the locale. */
char *text_printable(const char *text);

/* True if @text is printable ASCII without a backslash. */
bool text_is_plain(const char *text);

/* Width of a printable text on a terminal. */
size_t text_width(const char *text);

/* Return a copy of a printable text, shortened in the middle to at most @width columns. */
char *text_shorten(const char *text, size_t width);

#endif /* CLI_UTF8_H */
