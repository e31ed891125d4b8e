// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two processes that share not only huge pages but the table that maps them,
 * as the kernel arranges for where it can.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "layout.h"

#ifndef MFD_HUGETLB
#define MFD_HUGETLB 4u
#endif

int main(void)
{
	size_t reach, used;
	int fd, ready[2];
	char *start;
	char byte;
	pid_t pid;

	layout_begin();
	/* A table of huge pages translates as much as this. */
	reach = page_size / 8 * pmd_size;
	used = 4 * pmd_size;
	fd = memfd_create("ptscope-layout", MFD_CLOEXEC | MFD_HUGETLB);
	if (fd < 0 || ftruncate(fd, reach))
		layout_skip("no hugetlb file of %zu bytes: %s", reach, strerror(errno));
	start = layout_map_at_multiple(reach, 0, reach);
	start = mmap(start, reach, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_NORESERVE | MAP_FIXED, fd, 0);
	if (start == MAP_FAILED || pipe(ready))
		layout_skip("mmap of %zu bytes: %s", reach, strerror(errno));
	layout_write(start, used, pmd_size);
	pid = fork();
	if (!pid) {
		layout_follow_parent();
		layout_read(start, used, pmd_size);
		if (write(ready[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (pid < 0 || read(ready[0], &byte, 1) != 1)
		layout_fail("the other process does not get ready");
	layout_expect(start, reach, "res=%zu pmd=%zu hugetlb=%zu lazy=%zu",
		     used, used, used, reach - used);
	layout_process(pid);
	layout_expect(start, reach, "res=%zu pmd=%zu hugetlb=%zu lazy=%zu",
		     used, used, used, reach - used);
	layout_wait();
}
