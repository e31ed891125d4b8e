/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A victim sets up a layout in its own memory, says on stdout what it is, and
 * then holds still until its stdin ends or it is killed.
 *
 * What it says, line by line:
 *
 *	process PID
 *		the claims that follow are about this process; before the
 *		first such line they are about the victim itself
 *	claim 0xSTART 0xEND [moving] [cache] KEY=BYTES KEY>=BYTES KEY<=BYTES ...
 *		what the census of this range must be; KEY is a field of struct
 *		ptscope_census, or "vmas" for the number of VMAs, or
 *		"pte_tables" for that of tables of PTEs. SIZE is the length of
 *		the range unless it is named. The rest that is not
 *		named must be zero, but for the fields which follow from others
 *		(pte, cont) or are nobody's promise (young, dirty, soft_dirty,
 *		write). "moving": the pages change places all the time, so that
 *		only the sums can be told. "cache": with a look into the page
 *		cache.
 *	ready
 *		that was all
 *	skip REASON, and exit status 4
 *		this kernel or machine cannot do it
 *	fail REASON, and exit status 1
 *		the victim itself went wrong
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define KIB 1024ul
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

#define LAYOUT_PRESENT (1ull << 63)
#define LAYOUT_SWAPPED (1ull << 62)

/*
 * What an entry of each of the lower levels covers, whether or not it can be
 * a leaf; set by layout_begin().
 */
extern size_t page_size;
extern size_t pmd_size;
extern size_t pud_size;

void layout_begin(void);
void layout_follow_parent(void);

void layout_process(pid_t pid);
void layout_expect(const void *start, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
_Noreturn void layout_wait(void);
void layout_skip(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void layout_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

char *layout_map(size_t size);
char *layout_map_huge(size_t size);
char *layout_map_at_multiple(size_t align, size_t before, size_t after);
void layout_write(char *start, size_t size, size_t stride);
void layout_read(const char *start, size_t size, size_t stride);
void layout_advise(void *start, size_t size, int advice, const char *name);
void layout_page_out(char *start, size_t size, size_t stride);

uint64_t layout_pagemap(const void *addr);
size_t layout_smaps(const void *addr, const char *key);
bool layout_setting(const char *path, const char *choice);

#endif /* LAYOUT_H */
