// SPDX-License-Identifier: GPL-2.0-only
/*
 * Non-present entries other than swap: markers and hwpoison.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "layout.h"

#ifndef MADV_HWPOISON
#define MADV_HWPOISON 100
#endif

#ifndef UFFD_FEATURE_WP_HUGETLBFS_SHMEM
#define UFFD_FEATURE_WP_HUGETLBFS_SHMEM (1 << 12)
#endif

#ifndef UFFDIO_POISON
struct uffdio_poison {
	struct uffdio_range range;
	__u64 mode;
	__s64 updated;
};

#define UFFDIO_POISON _IOWR(UFFDIO, 0x08, struct uffdio_poison)
#define UFFD_FEATURE_POISON (1 << 14)
#endif

static void guard(void)
{
	const size_t size = 256 * KIB;
	char *start = layout_map(2 * size);
	size_t i;

	layout_write(start, 2 * size, page_size);
	layout_advise(start, size, MADV_GUARD_INSTALL, "MADV_GUARD_INSTALL");
	for (i = size; i < 2 * size; i += 4 * page_size)
		layout_advise(start + i, page_size, MADV_GUARD_INSTALL, "MADV_GUARD_INSTALL");
	layout_expect(start, size, "special guard");
	layout_expect(start + size, size, "special=1/4 guard=1/4 res=3/4");
}

/* MADV_HWPOISON raises SIGBUS on newer kernels. */
static void ignore(int signal)
{
	(void)signal;
}

/* The machine loses a page until the next boot. */
static void hwpoison(void)
{
	const size_t pages = 16;
	char *start = layout_map(pages * page_size);

	signal(SIGBUS, ignore);
	layout_write(start, pages * page_size, page_size);
	if (madvise(start + 5 * page_size, page_size, MADV_HWPOISON))
		layout_skip("MADV_HWPOISON: %s", strerror(errno));
	layout_expect(start, pages * page_size, "res=15/16 special=1/16 hwpoison=1/16");
}

static void write_protect(int uffd, char *start, size_t registered, size_t protected)
{
	struct uffdio_register reg = {
		.range = { (uintptr_t)start, registered },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)start, protected },
		.mode = UFFDIO_WRITEPROTECT_MODE_WP,
	};

	if (ioctl(uffd, UFFDIO_REGISTER, &reg))
		layout_skip("UFFDIO_REGISTER: %s", strerror(errno));
	if (ioctl(uffd, UFFDIO_WRITEPROTECT, &wp))
		layout_skip("UFFDIO_WRITEPROTECT: %s", strerror(errno));
}

/* Present pages stay resident; untouched shared memory gets markers. */
static void uffd_wp(void)
{
	const size_t part = 256 * KIB;
	int uffd = layout_uffd(UFFD_FEATURE_WP_HUGETLBFS_SHMEM, "WP_HUGETLBFS_SHMEM");
	char *anon = layout_map(2 * part), *shared;

	layout_write(anon, 2 * part, page_size);
	write_protect(uffd, anon, 2 * part, part);
	layout_expect(anon, part, "res write=0 dirty");
	layout_expect(anon + part, part, "res write");

	shared = layout_mmap(NULL, 3 * part, PROT_READ | PROT_WRITE, MAP_SHARED,
			     layout_memfd(3 * part));
	layout_write(shared, part, page_size);
	write_protect(uffd, shared, 3 * part, 2 * part);
	layout_expect(shared, part, "res write=0");
	layout_expect(shared + part, part, "special uffd_wp");
	layout_expect(shared + 2 * part, part, "lazy");
}

static void uffd_poison(void)
{
	const size_t part = 256 * KIB;
	int uffd = layout_uffd(UFFD_FEATURE_POISON, "POISON");
	char *start = layout_map(2 * part);
	struct uffdio_register reg = {
		.range = { (uintptr_t)start, 2 * part },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	struct uffdio_poison poison = { .range = { (uintptr_t)start, part / 2 } };

	layout_write(start + part, part, page_size);
	if (ioctl(uffd, UFFDIO_REGISTER, &reg))
		layout_fail("UFFDIO_REGISTER: %s", strerror(errno));
	if (ioctl(uffd, UFFDIO_POISON, &poison))
		layout_fail("UFFDIO_POISON: %s", strerror(errno));
	layout_expect(start, part, "special=1/2 poison=1/2 lazy=1/2");
	layout_expect(start + part, part, "res");
}

/* The pages are in the page cache, so that userfaultfd reports a touch as a minor fault. */
static void uffd_minor(void)
{
	const size_t size = 256 * KIB;
	int uffd = layout_uffd(UFFD_FEATURE_MINOR_SHMEM, "MINOR_SHMEM"), fd = layout_memfd(size);
	char *other = layout_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	char *start = layout_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	struct uffdio_register reg = {
		.range = { (uintptr_t)start, size },
		.mode = UFFDIO_REGISTER_MODE_MINOR,
	};

	layout_write(other, size, page_size);
	if (ioctl(uffd, UFFDIO_REGISTER, &reg))
		layout_skip("UFFDIO_REGISTER: %s", strerror(errno));
	layout_expect(start, size, "lazy");
	layout_expect(start, size, "cache cached");
}

const struct layout marker_layouts[] = {
	{ "guard", "guard markers", guard },
	{ "hwpoison", "a page that MADV_HWPOISON took away", hwpoison },
	{ "uffd_minor", "userfaultfd in minor mode", uffd_minor },
	{ "uffd_poison", "poison markers of UFFDIO_POISON", uffd_poison },
	{ "uffd_wp", "write protection and markers of userfaultfd", uffd_wp },
	{ }
};
