/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CLI_UTF8_H
#define CLI_UTF8_H

/*
 * A copy of @text that is valid UTF-8, to be freed; NULL if memory is short. A byte
 * that is not part of a valid sequence becomes \xNN, and a backslash before an x
 * becomes \x5c, so that the bytes can be recovered.
 */
char *utf8_escape(const char *text);

#endif /* CLI_UTF8_H */
