// SPDX-License-Identifier: GPL-2.0-only
/*
 * Huge pages of shared memory.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "layout.h"

#define ENABLED "/sys/kernel/mm/transparent_hugepage/shmem_enabled"

int main(void)
{
	size_t size;
	char *start;
	int fd;

	layout_begin();
	size = 2 * pmd_size;
	if (layout_setting(ENABLED, "never") || layout_setting(ENABLED, "deny"))
		layout_skip("shmem_enabled forbids huge pages");
	fd = memfd_create("ptscope-layout", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, size))
		layout_fail("memfd: %s", strerror(errno));
	/* Only to find an address. */
	start = layout_map_at_multiple(pmd_size, 0, size);
	start = mmap(start, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	if (start == MAP_FAILED)
		layout_fail("mmap: %s", strerror(errno));
	layout_advise(start, size, MADV_HUGEPAGE, "MADV_HUGEPAGE");
	start[0] = 1;
	if (layout_smaps(start, "ShmemPmdMapped") != pmd_size)
		layout_skip("the kernel gave no huge page");
	layout_expect(start, size, "res=%zu pte=0 pmd=%zu thp=%zu lazy=%zu",
		     pmd_size, pmd_size, pmd_size, pmd_size);
	layout_wait();
}
