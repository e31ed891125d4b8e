/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A layout is a process whose page tables have a known content. The program "layouts"
 * sets one up, prints what the census of its ranges must be, and then waits until its
 * standard input ends.
 *
 * The output, line by line:
 *
 *	process PID
 *		The lines that follow are about this process. Before the first such
 *		line they are about the program itself.
 *	expect 0xSTART 0xEND [moving] [cache] KEY=BYTES KEY>=BYTES KEY<=BYTES ...
 *		The census of this range. KEY is a field of struct ptscope_census,
 *		"vmas" (number of VMAs) or "pte_tables" (number of PTE tables). "size"
 *		defaults to the length of the range. The fields marked @free in
 *		selftests/fields.h are not checked unless they are named; all others
 *		default to 0. "moving": pages migrate all the time, so that only sums
 *		can be checked. "cache": with a look-up in the page cache.
 *	ready
 *		The layout is complete.
 *	skip REASON, exit status 4
 *		The kernel or the machine does not support it.
 *	fail REASON, exit status 1
 *		The setup failed.
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

/* What newer headers define; older kernels refuse it, or ignore it. */
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif
#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE 0x08
#endif

#define LAYOUT_PRESENT (1ull << 63)
#define LAYOUT_SWAPPED (1ull << 62)
#define LAYOUT_SOFT_DIRTY (1ull << 55)
#define LAYOUT_FRAME ((1ull << 55) - 1)

/**
 * struct layout - a layout of the program "layouts"
 * @name: what selects it
 * @what: what it consists of
 * @setup: maps and touches its memory, and prints the expected census
 */
struct layout {
	const char *name;
	const char *what;
	void (*setup)(void);
};

/* Each ends with an entry without a name. */
extern const struct layout anon_layouts[];
extern const struct layout file_layouts[];
extern const struct layout hugetlb_layouts[];
extern const struct layout marker_layouts[];
extern const struct layout migration_layouts[];
extern const struct layout swap_layouts[];
extern const struct layout thp_layouts[];
extern const struct layout vma_layouts[];

/*
 * Bytes that one entry of a level translates, whether or not it can be a leaf; set by
 * layout_begin().
 */
extern size_t page_size;
extern size_t pmd_size;
extern size_t pud_size;

/* Size of the layout if the command line has one, or 0. */
extern size_t layout_count;

void layout_begin(void);
void layout_follow_parent(void);

void layout_process(pid_t pid);
void layout_expect(const void *start, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
_Noreturn void layout_wait(void);
void layout_skip(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void layout_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

char *layout_mmap(void *addr, size_t size, int prot, int flags, int fd);
char *layout_map(size_t size);
char *layout_map_huge(size_t size);
char *layout_map_at_multiple(size_t align, size_t before, size_t after);
int layout_memfd(size_t size);
int layout_uffd(uint64_t features, const char *name);
void layout_write(char *start, size_t size, size_t stride);
void layout_read(const char *start, size_t size, size_t stride);
void layout_advise(void *start, size_t size, int advice, const char *name);
void layout_protect(void *start, size_t size, int prot);
void layout_page_out(char *start, size_t size, size_t stride);
pid_t layout_fork(void (*child)(char *start, size_t size), char *start, size_t size);

uint64_t layout_pagemap(const void *addr);
size_t layout_smaps(const void *addr, const char *key);
bool layout_setting(const char *path, const char *choice);

size_t hugetlb_size(size_t least, size_t most);
size_t mthp_size(void);
char *mthp_map(size_t block, size_t count);

#endif /* LAYOUT_H */
