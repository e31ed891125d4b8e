// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files and shared memory.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "layout.h"

/*
 * Maps @size bytes of the C library: a file that every machine has, and not in tmpfs. The
 * address is a multiple of the PMD size, so that fault-around, which is aligned to a
 * power of two, does not cross the boundaries between the parts of a layout.
 */
static char *map_library(size_t size, int prot, int flags)
{
	char *start = layout_map_at_multiple(pmd_size, 0, size);
	struct stat st;
	Dl_info info;
	int fd;

	if (!dladdr((const void *)printf, &info))
		layout_fail("the C library has no file name");
	fd = open(info.dli_fname, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		layout_fail("%s: %s", info.dli_fname, strerror(errno));
	if ((size_t)st.st_size < size)
		layout_skip("%s is smaller than %zu bytes", info.dli_fname, size);
	layout_mmap(start, size, prot, flags | MAP_FIXED, fd);
	close(fd);
	return start;
}

static char *map_shared(size_t size, int fd)
{
	return layout_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
}

static char *map_private(size_t size, int fd)
{
	return layout_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
}

/* Allocates pages in the page cache without mapping them. */
static void write_file(int fd, size_t offset, size_t size, size_t stride)
{
	char byte = 1;
	size_t i;

	for (i = offset; i < offset + size; i += stride)
		if (pwrite(fd, &byte, 1, i) != 1)
			layout_fail("pwrite: %s", strerror(errno));
}

static void file_private(void)
{
	const size_t part = 256 * KIB;
	char *start = map_library(4 * part, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	layout_write(start, part, page_size);
	layout_write(start + part, part, 2 * page_size);
	/* A read faults in neighbours as well, so the whole part is read. */
	layout_read(start + 2 * part, part, page_size);
	layout_expect(start, part, "res dirty write");
	layout_expect(start + part, part, "res=1/2 write=1/2 disk=1/2");
	layout_expect(start + 2 * part, part, "res dirty=0 write=0");
	layout_expect(start + 3 * part, part, "disk");

	start = map_library(part, PROT_READ, MAP_PRIVATE);
	layout_expect(start, part, "disk vmas=1");
}

static void file_private_swapped(void)
{
	const size_t size = 256 * KIB;
	char *start = map_library(size, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	layout_write(start, size, 2 * page_size);
	layout_page_out(start, size, 2 * page_size);
	layout_expect(start, size, "swap=1/2 disk=1/2");
}

static void file_shared(void)
{
	char name[] = "/tmp/ptscope-layout-XXXXXX";
	const size_t part = 256 * KIB;
	char *start = map_library(2 * part, PROT_READ, MAP_SHARED);
	int fd;

	layout_read(start, part, page_size);
	layout_expect(start, part, "res dirty=0 write=0");
	layout_expect(start + part, part, "disk");

	fd = mkstemp(name);
	if (fd < 0 || unlink(name) || ftruncate(fd, part))
		layout_fail("%s: %s", name, strerror(errno));
	start = map_shared(part, fd);
	/* Only writes: a read would fault in neighbours as well. */
	layout_write(start, part, 2 * page_size);
	/* Untouched pages are lazy if /tmp is a tmpfs, and on disk if not. */
	layout_expect(start, part, "res=1/2 lazy<=1/2 disk<=1/2");
}

/* Bytes of a range that are in the page cache, by mincore(). */
static size_t in_core(char *start, size_t size)
{
	unsigned char *vec = malloc(size / page_size);
	size_t bytes = 0, i;

	if (!vec || mincore(start, size, vec))
		layout_fail("mincore: %s", strerror(errno));
	for (i = 0; i < size / page_size; i++)
		bytes += vec[i] & 1 ? page_size : 0;
	free(vec);
	return bytes;
}

static void cached_library(void)
{
	const size_t size = MIB;
	char *start = map_library(size, PROT_READ, MAP_PRIVATE);
	/* Which of its pages are cached depends on all programs. */
	const size_t cached = in_core(start, size);

	layout_expect(start, size, "cache cached=%zu disk=%zu", cached, size - cached);
	layout_expect(start, size, "disk");
}

static void cached_memory(size_t part)
{
	int fd = layout_memfd(4 * part);
	char *start = map_shared(4 * part, fd);

	write_file(fd, 0, part, 2 * page_size);
	layout_write(start + 2 * part, part, page_size);
	layout_advise(start + 2 * part, part, MADV_DONTNEED, "MADV_DONTNEED");
	layout_expect(start, part, "cache cached=1/2 lazy=1/2");
	layout_expect(start + part, part, "cache lazy");
	layout_expect(start + 2 * part, part, "cache cached");
	layout_expect(start, 4 * part, "lazy");
	if (in_core(start, 4 * part) != part + part / 2)
		layout_fail("mincore: %zu bytes in core", in_core(start, 4 * part));
	close(fd);
}

/*
 * Only the page cache has the slot of swapped-out shared memory. smaps counts those slots;
 * mincore() does not, as long as the swap cache has a copy of the page.
 */
static void cached_swap(size_t size)
{
	int fd = layout_memfd(size);
	char *start = map_shared(size, fd);
	size_t swapped = 0;
	int tries;

	layout_write(start, size, page_size);
	for (tries = 0; swapped != size && tries < 50; tries++) {
		layout_advise(start, size, MADV_PAGEOUT, "MADV_PAGEOUT");
		usleep(20000);
		swapped = layout_smaps(start, "Swap");
	}
	/* There may be no swap, or pages in a per-CPU batch of the LRU. */
	if (swapped == size) {
		layout_expect(start, size, "cache swap");
		layout_expect(start, size, "lazy");
	}
	close(fd);
}

static void cached(void)
{
	cached_library();
	cached_memory(16 * page_size);
	cached_swap(16 * page_size);
}

static void memfd(void)
{
	const size_t part = 256 * KIB;
	int fd = layout_memfd(4 * part);
	char *start = map_shared(4 * part, fd);

	/* All touched; half touched; unmapped again; in the page cache only. */
	layout_write(start, part, page_size);
	layout_write(start + part, part, 2 * page_size);
	layout_write(start + 2 * part, part, page_size);
	layout_advise(start + 2 * part, part, MADV_DONTNEED, "MADV_DONTNEED");
	write_file(fd, 3 * part, part, page_size);
	layout_expect(start, part, "res dirty write");
	layout_expect(start + part, part, "res=1/2 lazy=1/2");
	layout_expect(start + 2 * part, 2 * part, "lazy");

	start = map_private(4 * part, fd);
	layout_write(start, part, page_size);
	layout_expect(start, 4 * part, "res=1/4 dirty=1/4 write=1/4 lazy=3/4 vmas=1");
}

/* A private mapping of /dev/zero is anonymous memory, a shared one is shmem. */
static void dev_zero(void)
{
	const size_t part = 256 * KIB;
	int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
	char *start;

	if (fd < 0)
		layout_fail("/dev/zero: %s", strerror(errno));
	start = map_private(3 * part, fd);
	layout_write(start, part, page_size);
	layout_read(start + part, part, page_size);
	layout_expect(start, 3 * part, "res=2/3 zero=1/3 write=1/3 lazy=1/3 vmas=1");

	start = map_shared(2 * part, fd);
	layout_write(start, part, page_size);
	layout_expect(start, 2 * part, "res=1/2 write=1/2 lazy=1/2 vmas=1");
}

static void sysv_shm(void)
{
	const size_t part = 256 * KIB;
	int id = shmget(IPC_PRIVATE, 2 * part, IPC_CREAT | 0600);
	char *start, *again;

	if (id < 0)
		layout_fail("shmget: %s", strerror(errno));
	start = shmat(id, NULL, 0);
	again = shmat(id, NULL, SHM_RDONLY);
	/* The segment exists until the last process detaches. */
	shmctl(id, IPC_RMID, NULL);
	if (start == (void *)-1 || again == (void *)-1)
		layout_fail("shmat: %s", strerror(errno));
	layout_write(start, part, page_size);
	layout_expect(start, 2 * part, "res=1/2 write=1/2 lazy=1/2 vmas=1");
	/* The second mapping of the same pages has no entries. */
	layout_expect(again, 2 * part, "lazy vmas=1");
}

static void secretmem(void)
{
	const size_t size = 64 * KIB;
	int fd = syscall(SYS_memfd_secret, 0);
	char *start;

	if (fd < 0)
		layout_skip("memfd_secret: %s", strerror(errno));
	if (ftruncate(fd, 2 * size))
		layout_fail("ftruncate: %s", strerror(errno));
	start = map_shared(2 * size, fd);
	layout_write(start, size, page_size);
	layout_expect(start, 2 * size, "res=1/2 lazy=1/2");
}

/* The BIOS area of x86: frames that need no struct page and that pagemap hides. */
static void dev_mem(void)
{
	const size_t size = 64 * KIB;
	int fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	char *start;

	if (fd < 0)
		layout_skip("/dev/mem: %s", strerror(errno));
	start = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0xf0000);
	if (start == MAP_FAILED)
		layout_skip("mmap of /dev/mem: %s", strerror(errno));
	layout_expect(start, size, "res pte write=0 zero=0 thp=0");
}

const struct layout file_layouts[] = {
	{ "cached", "not mapped, but in the page cache or in swap", cached },
	{ "dev_mem", "frames without struct page, of /dev/mem", dev_mem },
	{ "dev_zero", "/dev/zero, private and shared", dev_zero },
	{ "file_private", "a private file mapping, written, read and untouched", file_private },
	{ "file_private_swapped", "a private file mapping, half in swap", file_private_swapped },
	{ "file_shared", "shared file mappings, read and written", file_shared },
	{ "memfd", "a memfd, shared and private", memfd },
	{ "secretmem", "memfd_secret()", secretmem },
	{ "sysv_shm", "a System V segment, attached twice", sysv_shm },
	{ }
};
