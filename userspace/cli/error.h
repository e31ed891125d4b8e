/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages on standard error: "ptscope: OBJECT: WHAT IS WRONG", the format of
 * util-linux.
 */
#ifndef CLI_ERROR_H
#define CLI_ERROR_H

#include "cli.h"

__attribute__((format(printf, 1, 2)))
void print_error(const char *format, ...);

/* Print information that is not an error. */
__attribute__((format(printf, 1, 2)))
void print_note(const char *format, ...);

/* Report a write error on standard output, once; EPIPE is not reported. */
void print_write_error(int err);

/* Refer to "ptscope VERB --help". Returns an exit status. */
int print_usage_hint(const struct verb *verb);

/* Report the last error of the library; @pid may be 0. Returns an exit status. */
int report_failure(const struct ptscope *ps, int err, pid_t pid);

/* Report an invalid PID operand. */
void report_bad_pid(const struct verb *verb, const char *text);

/* Print a note, once, if fields of the last reply were hidden. */
void note_hidden(const struct ptscope *ps);

/* Print a note that @pid has no VMA in the range. */
void note_unmapped(const struct options *opts, pid_t pid);

/* Print a note if the address space changed during the last dump. */
void note_interrupted(const struct ptscope *ps, pid_t pid);

#endif /* CLI_ERROR_H */
