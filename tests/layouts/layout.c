// SPDX-License-Identifier: GPL-2.0-only
/*
 * Helpers for layouts, and for other tests that lay out memory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "layout.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

size_t page_size;
size_t pmd_size;
size_t pud_size;
size_t layout_count;

/* Call it before all others. */
void layout_begin(void)
{
	FILE *file;

	page_size = sysconf(_SC_PAGESIZE);
	/* A table of 8-byte entries fills a page. */
	pmd_size = page_size / 8 * page_size;
	file = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "re");
	if (file) {
		if (fscanf(file, "%zu", &pmd_size) != 1)
			layout_fail("hpage_pmd_size: not a number");
		fclose(file);
	}
	pud_size = page_size / 8 * pmd_size;
	layout_follow_parent();
}

/* Ends this process when its parent ends. */
void layout_follow_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void layout_process(pid_t pid)
{
	printf("process %d\n", (int)pid);
}

static size_t term_bytes(const char *value, size_t size)
{
	size_t number, divisor;
	char *end;

	if (!strcmp(value, "all"))
		return size;
	number = strtoul(value, &end, 10);
	if (end != value && !*end)
		return number;
	if (sscanf(value, "%zu/%zu", &number, &divisor) != 2)
		layout_fail("invalid value: %s", value);
	return size / divisor * number;
}

/*
 * Prints what the census of a range must be. @format gives terms: "KEY" or "KEY=all" is
 * the whole range, "KEY=1/2" a fraction of it, "KEY=4096" a number of bytes; "<=" and
 * ">=" do as well as "=".
 */
void layout_expect(const void *start, size_t size, const char *format, ...)
{
	char terms[512], *at = terms, *term, *value;
	va_list args;

	va_start(args, format);
	vsnprintf(terms, sizeof(terms), format, args);
	va_end(args);
	printf("expect %#lx %#lx", (unsigned long)start, (unsigned long)start + size);
	while ((term = strsep(&at, " "))) {
		value = strchr(term, '=');
		if (!strcmp(term, "moving") || !strcmp(term, "cache"))
			printf(" %s", term);
		else if (!value)
			printf(" %s=%zu", term, size);
		else
			printf(" %.*s=%zu", (int)(value - term), term, term_bytes(value + 1, size));
	}
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

static void print_reason(const char *keyword, const char *format, va_list args)
{
	printf("%s ", keyword);
	vprintf(format, args);
	putchar('\n');
	fflush(stdout);
}

void layout_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_reason("skip", format, args);
	va_end(args);
	exit(4);
}

void layout_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_reason("fail", format, args);
	va_end(args);
	exit(1);
}

char *layout_mmap(void *addr, size_t size, int prot, int flags, int fd)
{
	char *start = mmap(addr, size, prot, flags, fd, 0);

	if (start == MAP_FAILED)
		layout_fail("mmap: %s", strerror(errno));
	return start;
}

/* Anonymous memory that khugepaged leaves alone. */
char *layout_map(size_t size)
{
	char *start = layout_mmap(NULL, size, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1);

	/* It fails on kernels without THP, where it is not needed. */
	madvise(start, size, MADV_NOHUGEPAGE);
	return start;
}

/*
 * Anonymous memory of @before + @after bytes, with a multiple of @align between the two,
 * and no neighbour within @align on at least one side.
 */
char *layout_map_at_multiple(size_t align, size_t before, size_t after)
{
	size_t size = before + after + 2 * align;
	char *reserved = layout_mmap(NULL, size, PROT_NONE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	uintptr_t multiple;
	char *start;

	munmap(reserved, size);
	multiple = ((uintptr_t)reserved + before + align - 1) / align * align;
	start = mmap((char *)multiple - before, before + after, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);
	if (start == MAP_FAILED)
		layout_fail("mmap at a multiple of %zu: %s", align, strerror(errno));
	return start;
}

/* Anonymous memory, aligned and advised so that the first touch allocates a THP. */
char *layout_map_huge(size_t size)
{
	char *start;

	if (layout_setting("/sys/kernel/mm/transparent_hugepage/enabled", "never"))
		layout_skip("transparent_hugepage/enabled is never");
	start = layout_map_at_multiple(pmd_size, 0, size);
	if (madvise(start, size, MADV_HUGEPAGE))
		layout_skip("MADV_HUGEPAGE: %s", strerror(errno));
	return start;
}

int layout_memfd(size_t size)
{
	int fd = memfd_create("ptscope-layout", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, size))
		layout_fail("memfd: %s", strerror(errno));
	return fd;
}

/*
 * Writes to one page per @stride bytes. Each word differs from all others, so that KSM
 * cannot merge a page and no page is all zero.
 */
/* A userfaultfd with these features, of which @name is one that a kernel may lack. */
int layout_uffd(uint64_t features, const char *name)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int uffd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (uffd < 0)
		layout_skip("userfaultfd: %s", strerror(errno));
	if (ioctl(uffd, UFFDIO_API, &api))
		layout_skip("userfaultfd has no %s: %s", name, strerror(errno));
	return uffd;
}

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

void layout_protect(void *start, size_t size, int prot)
{
	if (mprotect(start, size, prot))
		layout_fail("mprotect: %s", strerror(errno));
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
 * Swaps out one page per @stride bytes. MADV_PAGEOUT passes over pages that are in a
 * per-CPU batch of the LRU, so it is repeated.
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
	layout_skip("MADV_PAGEOUT left %zu pages in RAM", missing);
}

/* Forks a process that calls @child, unless NULL, before this returns; it then sleeps. */
pid_t layout_fork(void (*child)(char *start, size_t size), char *start, size_t size)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		layout_fail("pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		layout_fail("fork: %s", strerror(errno));
	if (!pid) {
		layout_follow_parent();
		if (child)
			child(start, size);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		layout_fail("the child process ended");
	close(ready[0]);
	return pid;
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

/* A field of smaps that is in kB, of the VMA at @addr, in bytes. */
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

/* True if @choice is the one in brackets, as in "always [madvise] never". */
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

/*
 * The hugetlb page size of this kernel between @least and @most, or 0. No kernel has two
 * between the leaf sizes of neighbouring levels.
 */
size_t hugetlb_size(size_t least, size_t most)
{
	DIR *dir = opendir("/sys/kernel/mm/hugepages");
	struct dirent *entry;
	size_t found = 0, kib;

	while (dir && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "hugepages-%zukB", &kib) == 1 &&
		    kib * KIB >= least && kib * KIB <= most)
			found = kib * KIB;
	if (dir)
		closedir(dir);
	return found;
}

/* The size of an mTHP: that of a contiguous-hint block where the kernel has them. */
size_t mthp_size(void)
{
	return hugetlb_size(2 * page_size, pmd_size / 2) ?: 16 * page_size;
}

/*
 * Anonymous memory for @count mTHPs of @block bytes; the first touch of each allocates
 * it. The size is only enabled for MADV_HUGEPAGE, so that other processes do not use it.
 */
char *mthp_map(size_t block, size_t count)
{
	char path[96], *start;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/mm/transparent_hugepage/hugepages-%zukB/enabled",
		 block / KIB);
	if (access(path, F_OK))
		layout_skip("this kernel has no mTHP of %zu bytes", block);
	if (!layout_setting(path, "always") && !layout_setting(path, "madvise")) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "madvise", 7) != 7)
			layout_skip("%s: %s", path, strerror(errno));
		close(fd);
	}
	start = layout_map_at_multiple(block, 0, count * block);
	layout_advise(start, count * block, MADV_HUGEPAGE, "MADV_HUGEPAGE");
	return start;
}
