/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages on standard error: "ptscope: OBJECT: WHAT IS WRONG", as util-linux
 * has them.
 */
#ifndef CLI_ERROR_H
#define CLI_ERROR_H

#include "cli.h"

__attribute__((format(printf, 1, 2)))
void print_error(const char *format, ...);

/* Something worth knowing that is no failure. */
__attribute__((format(printf, 1, 2)))
void print_note(const char *format, ...);

/* Standard output cannot be written; reported once, and not for a closed pipe. */
void print_write_error(int err);

/* "ptscope VERB --help" has more. Returns an exit status. */
int print_usage_hint(const struct verb *verb);

/* The library's last call failed, for @pid unless that is 0. Returns an exit status. */
int report_failure(const struct ptscope *ps, int err, pid_t pid);

/* A PID operand that is none. */
void report_bad_pid(const struct verb *verb, const char *text);

/* If something of the last reply was hidden, note that once. */
void note_hidden(const struct ptscope *ps);

/* Note that there is no VMA of @pid in the range. */
void note_unmapped(const struct options *opts, pid_t pid);

/* Note that the address space changed, if it did. */
void note_interrupted(const struct ptscope *ps, pid_t pid);

#endif /* CLI_ERROR_H */
