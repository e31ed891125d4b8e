/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LAYOUT_FILE_H
#define LAYOUT_FILE_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "layout.h"

/*
 * A file of at least @size bytes that is on every machine and on no file
 * system that lives in memory: the C library's, found by a function of its.
 */
static inline int open_library(size_t size)
{
	struct stat st;
	Dl_info info;
	int fd;

	if (!dladdr((const void *)printf, &info))
		layout_fail("the C library has no name");
	fd = open(info.dli_fname, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		layout_fail("%s: %s", info.dli_fname, strerror(errno));
	if ((size_t)st.st_size < size)
		layout_skip("%s is smaller than %zu bytes", info.dli_fname, size);
	return fd;
}

/*
 * Maps @size bytes of it at a multiple of the size of a PMD leaf, so that what
 * a fault brings in with the page that it is about is known not to reach over
 * a boundary that lies at a large power of two.
 */
static inline char *map_library(size_t size, int prot, int flags)
{
	int fd = open_library(size);
	char *start = layout_map_at_multiple(pmd_size, 0, size);

	start = mmap(start, size, prot, flags | MAP_FIXED, fd, 0);
	if (start == MAP_FAILED)
		layout_fail("mmap: %s", strerror(errno));
	close(fd);
	return start;
}

#endif /* LAYOUT_FILE_H */
