/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results in the kernel's Test Anything Protocol. The plan comes last, because the number
 * of checks is not known before.
 */
#ifndef KTAP_H
#define KTAP_H

#include <stdbool.h>

enum {
	KTAP_PASS = 0,
	KTAP_FAIL = 1,
	KTAP_SKIP = 4,
};

void ktap_begin(void);
bool ktap_check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ktap_skip(const char *reason, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void ktap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ktap_bail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
int ktap_end(void);

#endif /* KTAP_H */
