// SPDX-License-Identifier: GPL-2.0-only
/*
 * Huge pages of shared memory.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "victim.h"

#define ENABLED "/sys/kernel/mm/transparent_hugepage/shmem_enabled"

int main(void)
{
	size_t size;
	char *start;
	int fd;

	victim_begin();
	size = 2 * pmd_size;
	if (victim_setting(ENABLED, "never") || victim_setting(ENABLED, "deny"))
		victim_skip("shmem_enabled forbids huge pages");
	fd = memfd_create("ptscope-victim", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, size))
		victim_fail("memfd: %s", strerror(errno));
	/* Only to find an address. */
	start = victim_map_at_multiple(pmd_size, 0, size);
	start = mmap(start, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	if (start == MAP_FAILED)
		victim_fail("mmap: %s", strerror(errno));
	victim_advise(start, size, MADV_HUGEPAGE, "MADV_HUGEPAGE");
	start[0] = 1;
	if (victim_smaps(start, "ShmemPmdMapped") != pmd_size)
		victim_skip("the kernel gave no huge page");
	victim_claim(start, size, "res=%zu pte=0 pmd=%zu thp=%zu lazy=%zu",
		     pmd_size, pmd_size, pmd_size, pmd_size);
	victim_wait();
}
