/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * glibc's own names of its allocator, for programs that override malloc(). No header
 * declares them.
 */
#ifndef GLIBC_H
#define GLIBC_H

#include <stddef.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

#endif /* GLIBC_H */
