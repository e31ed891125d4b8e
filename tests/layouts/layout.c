// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all victims share.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "layout.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

size_t page_size;
size_t pmd_size;
size_t pud_size;

/* To be called first. */
void layout_begin(void)
{
	FILE *file;

	page_size = sysconf(_SC_PAGESIZE);
	/* A table of 8-byte entries fills a page. */
	pmd_size = page_size / 8 * page_size;
	file = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "re");
	if (file) {
		if (fscanf(file, "%zu", &pmd_size) != 1)
			layout_fail("hpage_pmd_size is no number");
		fclose(file);
	}
	pud_size = page_size / 8 * pmd_size;
	layout_follow_parent();
}

/* Whatever becomes of the parent: do not stay behind. */
void layout_follow_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void layout_process(pid_t pid)
{
	printf("process %d\n", (int)pid);
}

void layout_expect(const void *start, size_t size, const char *format, ...)
{
	va_list args;

	printf("claim %#lx %#lx ", (unsigned long)start, (unsigned long)start + size);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void layout_wait(void)
{
	char c;

	printf("ready\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0 || errno == EINTR)
		errno = 0;
	exit(0);
}

static void say(const char *word, const char *format, va_list args)
{
	printf("%s ", word);
	vprintf(format, args);
	putchar('\n');
	fflush(stdout);
}

void layout_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("skip", format, args);
	va_end(args);
	exit(4);
}

void layout_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("fail", format, args);
	va_end(args);
	exit(1);
}

/* Anonymous memory in which nothing becomes huge behind the victim's back. */
char *layout_map(size_t size)
{
	char *start = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (start == MAP_FAILED)
		layout_fail("mmap: %s", strerror(errno));
	/* Refused where there are no huge pages, which is as good. */
	madvise(start, size, MADV_NOHUGEPAGE);
	return start;
}

/*
 * Anonymous memory of @before + @after bytes, with a multiple of @align
 * between the two, and nothing else near.
 */
char *layout_map_at_multiple(size_t align, size_t before, size_t after)
{
	size_t room = before + after + 2 * align;
	char *reserved = mmap(NULL, room, PROT_NONE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uintptr_t multiple;
	char *start;

	if (reserved == MAP_FAILED)
		layout_fail("mmap of %zu bytes: %s", room, strerror(errno));
	munmap(reserved, room);
	multiple = ((uintptr_t)reserved + before + align - 1) / align * align;
	start = mmap((char *)multiple - before, before + after, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);
	if (start == MAP_FAILED)
		layout_fail("mmap at a multiple of %zu: %s", align, strerror(errno));
	return start;
}

/* Anonymous memory, aligned and advised so that the first touch gets a THP. */
char *layout_map_huge(size_t size)
{
	char *start;

	if (layout_setting("/sys/kernel/mm/transparent_hugepage/enabled", "never"))
		layout_skip("transparent huge pages are switched off");
	start = layout_map_at_multiple(pmd_size, 0, size);
	if (madvise(start, size, MADV_HUGEPAGE))
		layout_skip("MADV_HUGEPAGE: %s", strerror(errno));
	return start;
}

/*
 * Every word that is written differs from all others, so that no page can be
 * merged with another one, nor be taken for a page of zeroes.
 */
void layout_write(char *start, size_t size, size_t stride)
{
	static uint64_t serial;
	size_t i, j;

	for (i = 0; i < size; i += stride) {
		volatile uint64_t *word = (volatile uint64_t *)(start + i);

		for (j = 0; j < 8; j++)
			word[j] = ++serial * 0x9e3779b97f4a7c15;
	}
}

void layout_read(const char *start, size_t size, size_t stride)
{
	size_t i;

	for (i = 0; i < size; i += stride)
		(void)*(const volatile char *)(start + i);
}

void layout_advise(void *start, size_t size, int advice, const char *name)
{
	if (!madvise(start, size, advice))
		return;
	if (errno == EINVAL)
		layout_skip("this kernel has no %s", name);
	layout_fail("%s: %s", name, strerror(errno));
}

static bool have_swap(void)
{
	unsigned long total = 0, kib;
	char line[256];
	FILE *file = fopen("/proc/meminfo", "re");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "SwapTotal: %lu", &kib) == 1)
			total = kib;
	if (file)
		fclose(file);
	return total;
}

/*
 * Sends the first page of each @stride bytes to swap. The kernel takes this as
 * a wish: it passes over pages that are on some processor's way to its lists,
 * so ask again before giving up.
 */
void layout_page_out(char *start, size_t size, size_t stride)
{
	size_t length = stride == page_size ? size : page_size;
	size_t missing = 0, i;
	int tries;

	if (!have_swap())
		layout_skip("there is no swap");
	for (tries = 0; tries < 50; tries++) {
		for (i = 0; i < size; i += stride == page_size ? size : stride)
			layout_advise(start + i, length, MADV_PAGEOUT, "MADV_PAGEOUT");
		missing = 0;
		for (i = 0; i < size; i += stride)
			missing += !(layout_pagemap(start + i) & LAYOUT_SWAPPED);
		if (!missing)
			return;
		usleep(20000);
	}
	layout_skip("the kernel would not swap out %zu pages", missing);
}

uint64_t layout_pagemap(const void *addr)
{
	static int fd = -1;
	uint64_t entry;

	if (fd < 0)
		fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || pread(fd, &entry, sizeof(entry),
			    (uintptr_t)addr / page_size * sizeof(entry)) != sizeof(entry))
		layout_fail("/proc/self/pagemap: %s", strerror(errno));
	return entry;
}

/* What smaps says of the VMA at @addr under @key, which is in kB, in bytes. */
size_t layout_smaps(const void *addr, const char *key)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	unsigned long start, end, value = 0, kib;
	char line[512], name[64];
	bool here = false;

	if (!file)
		layout_fail("/proc/self/smaps: %s", strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			here = start <= (uintptr_t)addr && (uintptr_t)addr < end;
		else if (here && sscanf(line, "%63[^:]: %lu kB", name, &kib) == 2 &&
			 !strcmp(name, key))
			value = kib * KIB;
	}
	fclose(file);
	return value;
}

/* Is @choice the one in brackets, as "always [madvise] never" has it? */
bool layout_setting(const char *path, const char *choice)
{
	char line[256] = "", bracketed[64];
	FILE *file = fopen(path, "re");

	if (file) {
		if (!fgets(line, sizeof(line), file))
			line[0] = '\0';
		fclose(file);
	}
	snprintf(bracketed, sizeof(bracketed), "[%s]", choice);
	return strstr(line, bracketed);
}
