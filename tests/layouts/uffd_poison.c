// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that userfaultfd has poisoned, as after a memory error on the machine
 * that they came from: a touch would raise SIGBUS.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "layout.h"

#ifndef UFFDIO_POISON
struct uffdio_poison {
	struct uffdio_range range;
	__u64 mode;
	__s64 updated;
};

#define UFFDIO_POISON _IOWR(UFFDIO, 0x08, struct uffdio_poison)
#define UFFD_FEATURE_POISON (1 << 14)
#endif

int main(void)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_POISON };
	const size_t part = 256 * KIB;
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_poison poison = { 0 };
	char *start;
	int uffd;

	layout_begin();
	uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (uffd < 0)
		layout_skip("userfaultfd: %s", strerror(errno));
	if (ioctl(uffd, UFFDIO_API, &api))
		layout_skip("userfaultfd cannot poison: %s", strerror(errno));
	start = layout_map(2 * part);
	layout_write(start + part, part, page_size);
	reg.range = (struct uffdio_range){ (uintptr_t)start, 2 * part };
	if (ioctl(uffd, UFFDIO_REGISTER, &reg))
		layout_fail("UFFDIO_REGISTER: %s", strerror(errno));
	poison.range = (struct uffdio_range){ (uintptr_t)start, part / 2 };
	if (ioctl(uffd, UFFDIO_POISON, &poison))
		layout_fail("UFFDIO_POISON: %s", strerror(errno));
	layout_expect(start, part, "special=%zu poison=%zu lazy=%zu", part / 2, part / 2,
		     part / 2);
	layout_expect(start + part, part, "res=%zu", part);
	layout_wait();
}
