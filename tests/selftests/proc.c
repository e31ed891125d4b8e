// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "ktap.h"
#include "proc.h"
#include "scan.h"

/* An empty VMA of this size or more is vast. */
#define VAST		(1ull << 30)
/* Pages per sample, and distance of samples. */
#define SAMPLE		512
#define SAMPLE_EVERY	(1ull << 30)

int proc_open(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static FILE *proc_fopen(pid_t pid, const char *name)
{
	int fd = proc_open(pid, name);
	FILE *file;

	if (fd < 0)
		return NULL;
	file = fdopen(fd, "r");
	if (!file)
		close(fd);
	return file;
}

/* Of the thread @tid, or of the process if @tid is 0. */
bool proc_read_stat(pid_t pid, pid_t tid, struct proc_stat *stat)
{
	char name[64] = "stat", line[1024] = "";
	const char *open, *close;
	FILE *file;
	int fields;

	if (tid)
		snprintf(name, sizeof(name), "task/%d/stat", (int)tid);
	file = proc_fopen(pid, name);
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);

	/* The name may contain parentheses. */
	open = strchr(line, '(');
	close = strrchr(line, ')');
	if (!open || !close)
		return false;
	snprintf(stat->comm, sizeof(stat->comm), "%.*s", (int)(close - open - 1), open + 1);
	fields = sscanf(close + 1, " %c %*d %*d %*d %*d %*d %lu %lu %*u %lu",
			&stat->state, &stat->flags, &stat->minor_faults, &stat->major_faults);
	return fields == 4;
}

static bool parse_head(const char *line, struct proc_vma *vma)
{
	unsigned long start, end, offset, inode;
	int name = 0;

	memset(vma, 0, sizeof(*vma));
	if (sscanf(line, "%lx-%lx %4s %lx %x:%x %lu%n", &start, &end, vma->perm, &offset,
		   &vma->dev_major, &vma->dev_minor, &inode, &name) != 7)
		return false;
	vma->start = start;
	vma->end = end;
	vma->offset = offset;
	vma->inode = inode;
	line += name;
	line += strspn(line, " ");
	vma->name = strndup(line, strcspn(line, "\n"));
	if (!vma->name)
		ktap_bail("out of memory");
	return true;
}

static void parse_value(const char *line, struct proc_vma *vma)
{
	const struct {
		const char *key;
		uint64_t *bytes;
	} keys[] = {
		{ "Rss", &vma->rss },
		{ "Swap", &vma->swap },
		{ "AnonHugePages", &vma->anon_huge },
		{ "ShmemPmdMapped", &vma->shmem_huge },
		{ "FilePmdMapped", &vma->file_huge },
		{ "Shared_Hugetlb", &vma->hugetlb },
		{ "Private_Hugetlb", &vma->hugetlb },
	};
	const size_t length = strcspn(line, ":");
	size_t i;

	if (!strncmp(line, "VmFlags:", 8)) {
		vma->pfn_map = strstr(line, " pf");
		vma->mixed_map = strstr(line, " mm");
		return;
	}
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strncmp(line, keys[i].key, length) && !keys[i].key[length])
			*keys[i].bytes += strtoull(line + length + 1, NULL, 10) * 1024;
}

/* Browsers reserve terabytes, and pagemap is slow for each empty page. */
static bool is_vast(const struct proc_vma *vma)
{
	return vma->end - vma->start >= VAST && !vma->rss && !vma->swap && !vma->hugetlb;
}

bool proc_read_vmas(pid_t pid, struct proc_vmas *vmas)
{
	FILE *file = proc_fopen(pid, "smaps");
	size_t room = 0, length = 0, i;
	struct proc_vma vma;
	char *line = NULL;
	bool good;

	vmas->vma = NULL;
	vmas->count = 0;
	if (!file)
		return false;
	while (getline(&line, &length, file) > 0) {
		/* A VMA starts with an address in lower case; its fields start with a capital. */
		if (isupper(*line) && vmas->count) {
			parse_value(line, &vmas->vma[vmas->count - 1]);
			continue;
		}
		if (!parse_head(line, &vma))
			continue;
		/* It is above TASK_SIZE and belongs to no mm. */
		if (!strcmp(vma.name, "[vsyscall]")) {
			free(vma.name);
			break;
		}
		if (vmas->count == room) {
			room = room ? 2 * room : 64;
			vmas->vma = realloc(vmas->vma, room * sizeof(vma));
			if (!vmas->vma)
				ktap_bail("out of memory");
		}
		vmas->vma[vmas->count++] = vma;
	}
	good = !ferror(file);
	for (i = 0; i < vmas->count; i++)
		vmas->vma[i].vast = is_vast(&vmas->vma[i]);
	free(line);
	fclose(file);
	return good;
}

void proc_free_vmas(struct proc_vmas *vmas)
{
	size_t i;

	for (i = 0; i < vmas->count; i++)
		free(vmas->vma[i].name);
	free(vmas->vma);
	vmas->vma = NULL;
	vmas->count = 0;
}

/*
 * Pages of pagemap to read between @addr and @end, both in @vma: from @addr on *@pages, at
 * most as many as before. Returns the next address. In a vast VMA only samples are read,
 * the first and the last page included.
 */
uint64_t proc_stretch(const struct proc_vma *vma, uint64_t addr, uint64_t end, size_t *pages)
{
	const size_t page_size = sysconf(_SC_PAGESIZE);
	const uint64_t rest = (end - addr) / page_size;

	if (vma->vast && *pages > SAMPLE)
		*pages = SAMPLE;
	if (*pages >= rest) {
		*pages = rest;
		return end;
	}
	if (!vma->vast)
		return addr + *pages * page_size;
	if (end - addr > SAMPLE_EVERY + *pages * page_size)
		return addr + SAMPLE_EVERY;
	return end - *pages * page_size;
}

/* @fd is /proc/PID/pagemap. */
bool proc_read_pagemap(int fd, uint64_t start, size_t pages, uint64_t *entries)
{
	off_t offset = start / sysconf(_SC_PAGESIZE) * sizeof(*entries);
	size_t rest = pages * sizeof(*entries);
	char *to = (char *)entries;

	while (rest) {
		ssize_t got = pread(fd, to, rest, offset);

		if (got <= 0)
			return false;
		to += got;
		offset += got;
		rest -= got;
	}
	return true;
}

static void add_region(struct proc_scan *scan, const struct page_region *region)
{
	const uint64_t size = region->end - region->start, is = region->categories;

	scan->present += is & SCAN_PRESENT ? size : 0;
	scan->swapped += is & SCAN_SWAPPED ? size : 0;
	scan->zero += is & SCAN_ZERO ? size : 0;
	/* PAGE_IS_HUGE is also set for an empty PMD entry. */
	scan->huge += is & SCAN_PRESENT && is & SCAN_HUGE ? size : 0;
	scan->soft_dirty += is & SCAN_SOFT_DIRTY ? size : 0;
	scan->guard += is & SCAN_GUARD ? size : 0;
}

/*
 * @fd is /proc/PID/pagemap. Returns 0 or a negative errno; -ENOTTY if the kernel has no
 * PAGEMAP_SCAN.
 */
int proc_scan_pagemap(int fd, uint64_t start, uint64_t end, struct proc_scan *scan)
{
	struct page_region region[512];
	struct pm_scan_arg arg = {
		.size = sizeof(arg),
		.start = start,
		.end = end,
		.vec = (uintptr_t)region,
		.vec_len = sizeof(region) / sizeof(region[0]),
		.category_anyof_mask = SCAN_ALL | SCAN_GUARD,
		.return_mask = SCAN_ALL | SCAN_GUARD,
	};
	int got, i;

	memset(scan, 0, sizeof(*scan));
	scan->knows_guard = true;
	while (arg.start < end) {
		got = ioctl(fd, PAGEMAP_SCAN, &arg);
		if (got < 0 && errno == EINVAL && scan->knows_guard) {
			scan->knows_guard = false;
			arg.category_anyof_mask = SCAN_ALL;
			arg.return_mask = SCAN_ALL;
			continue;
		}
		if (got < 0)
			return -errno;
		for (i = 0; i < got; i++)
			add_region(scan, &region[i]);
		if (arg.walk_end <= arg.start)
			return -EIO;
		arg.start = arg.walk_end;
	}
	return 0;
}

/* A field of /proc/PID/@name that is in kB, in bytes. */
bool proc_read_value(pid_t pid, const char *name, const char *key, uint64_t *bytes)
{
	FILE *file = proc_fopen(pid, name);
	char line[256], word[64];
	unsigned long kib;
	bool found = false;

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		found = sscanf(line, "%63[^:]: %lu kB", word, &kib) == 2 && !strcmp(word, key);
		if (found)
			*bytes = (uint64_t)kib * 1024;
	}
	fclose(file);
	return found;
}

/* Number of swap devices. Higher swap types are special entries. */
unsigned int proc_swaps(void)
{
	FILE *file = fopen("/proc/swaps", "re");
	unsigned int count = 0;
	int c;

	while (file && (c = getc(file)) != EOF)
		count += c == '\n';
	if (file)
		fclose(file);
	/* The first line is a heading. */
	return count ? count - 1 : 0;
}
