/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * glibc's allocator, by the names that it has beside those that a program may take
 * for its own. No header of glibc's declares them.
 */
#ifndef GLIBC_H
#define GLIBC_H

#include <stddef.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

#endif /* GLIBC_H */
