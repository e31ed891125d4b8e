// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares ptscope with the emulated MMU. For each address QEMU's monitor command gva2gpa
 * returns the physical address that a CPU in this address space translates it to. It must
 * be the frame that ptscope reports: for base, huge and gigantic pages, and no translation
 * for a page that is not resident.
 */
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <ptscope.h>
#include "client.h"
#include "ktap.h"
#include "proc.h"

/* Pages that are compared per VMA; all pages of the test's own mappings. */
#define SAMPLE 64
/* Differences that end the comparison of a range. */
#define MAX_DIFFERENCES 3
/* The CPU may run another task at the moment. */
#define TRIES 20
#define NOWHERE UINT64_MAX
#define PORT "ptscope.monitor"

#ifndef MAP_HUGE_SHIFT
#define MAP_HUGE_SHIFT 26
#endif

static struct ptscope *ps;
static struct ptscope_info info;
static size_t page_size;
static FILE *monitor;
static volatile bool done;
static uint64_t compared, leaves[PTSCOPE_LEVELS], conts, nowhere;

/* Keeps the last CPU in this address space, in user mode. */
static void *spin(void *arg)
{
	volatile uint64_t *counter = arg;

	while (!done)
		++*counter;
	return NULL;
}

static pthread_t start_spinner(void)
{
	static uint64_t counter;
	cpu_set_t here, there;
	pthread_t thread;
	int last = sysconf(_SC_NPROCESSORS_ONLN) - 1;

	CPU_ZERO(&here);
	CPU_SET(0, &here);
	CPU_ZERO(&there);
	CPU_SET(last, &there);
	if (!last || sched_setaffinity(0, sizeof(here), &here) ||
	    pthread_create(&thread, NULL, spin, &counter) ||
	    pthread_setaffinity_np(thread, sizeof(there), &there))
		ktap_bail("cannot pin a thread to the last CPU");
	return thread;
}

/* Sends a QMP command; returns the line of the reply. */
__attribute__((format(printf, 1, 2)))
static const char *qmp_command(const char *format, ...)
{
	static char *line;
	static size_t size;
	va_list args;

	va_start(args, format);
	vfprintf(monitor, format, args);
	va_end(args);
	fputc('\n', monitor);
	fflush(monitor);
	do {
		if (getline(&line, &size, monitor) <= 0)
			ktap_bail("the monitor does not reply");
		/* Skip the greeting and events. */
	} while (strncmp(line, "{\"return\"", 9) && strncmp(line, "{\"error\"", 8));
	return line;
}

/* Finds the device of a virtio port by its name; there is no udev. */
static bool find_port(const char *wanted, char *path, size_t room)
{
	glob_t names;
	size_t i;
	bool found = false;

	if (glob("/sys/class/virtio-ports/*/name", 0, NULL, &names))
		return false;
	for (i = 0; i < names.gl_pathc && !found; i++) {
		FILE *file = fopen(names.gl_pathv[i], "re");
		char name[64] = "";

		if (!file)
			continue;
		found = fgets(name, sizeof(name), file) &&
			!strncmp(name, wanted, strlen(wanted));
		if (found)
			snprintf(path, room, "/dev/%s", basename(dirname(names.gl_pathv[i])));
		fclose(file);
	}
	globfree(&names);
	return found;
}

static bool open_monitor(void)
{
	char path[PATH_MAX];

	if (!find_port(PORT, path, sizeof(path)))
		return false;
	monitor = fopen(path, "r+e");
	if (!monitor)
		ktap_bail("%s: %s", path, strerror(errno));
	setvbuf(monitor, NULL, _IONBF, 0);
	qmp_command("{\"execute\": \"qmp_capabilities\"}");
	return true;
}

/* The physical address by the MMU of the last CPU, or NOWHERE. */
static uint64_t translate(uint64_t addr)
{
	const char *reply, *found;

	reply = qmp_command("{\"execute\": \"human-monitor-command\", \"arguments\": {\"command-line\": \"gva2gpa %#"
		       PRIx64 "\", \"cpu-index\": %ld}}", addr, sysconf(_SC_NPROCESSORS_ONLN) - 1);
	found = strstr(reply, "gpa: ");
	return found ? strtoull(found + 5, NULL, 16) : NOWHERE;
}

/* The physical address by ptscope, or NOWHERE. */
static uint64_t expected(const struct ptscope_run *run, uint64_t index)
{
	bool same = run->flags & PTSCOPE_FLAG_ZERO && run->level == PTSCOPE_LEVEL_PTE;

	if (run->state != PTSCOPE_STATE_RES || run->flags & PTSCOPE_FLAG_PROTNONE)
		return NOWHERE;
	return (run->frame + (same ? 0 : index)) * page_size;
}

static bool page_agrees(uint64_t addr, const struct ptscope_run *run, uint64_t index)
{
	const struct ptscope_filter frames = {
		.size = sizeof(frames),
		.detail = PTSCOPE_DETAIL_FRAME,
	};
	uint64_t want = expected(run, index), got = NOWHERE;
	struct ptscope_run now = *run;
	const struct ptscope_run *again;
	int i;

	for (i = 0; i < TRIES; i++) {
		got = translate(addr);
		if (got == want)
			return true;
		/* The other task may run for a while. */
		usleep(i * 1000);
		/* The kernel may have migrated the page. */
		if (i == TRIES / 2 &&
		    !ptscope_dump_runs(ps, getpid(), addr, addr + page_size, &frames) &&
		    ptscope_next_run(ps, &again) == 1) {
			now = *again;
			want = expected(&now, 0);
		}
	}
	ktap_note("%#" PRIx64 ": MMU %#" PRIx64 ", ptscope %#" PRIx64
		  " (state %u level %u flags %#x)", addr, got, want, now.state, now.level,
		  now.flags);
	return false;
}

/**
 * struct list - runs of a range
 * @run: the runs
 * @count: their number
 */
struct list {
	struct ptscope_run *run;
	size_t count;
};

static struct list list_runs(uint64_t start, uint64_t end)
{
	const struct ptscope_filter frames = {
		.size = sizeof(frames),
		.detail = PTSCOPE_DETAIL_FRAME,
	};
	struct list list = {};
	const struct ptscope_run *run;
	int err;

	err = ptscope_dump_runs(ps, getpid(), start, end, &frames);
	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		list.run = reallocarray(list.run, list.count + 1, sizeof(*run));
		if (!list.run)
			ktap_bail("out of memory");
		list.run[list.count++] = *run;
		err = 0;
	}
	if (err)
		ktap_bail("%s", ptscope_message(ps));
	return list;
}

/* Compares every @stride-th page of a range; returns true if there is no difference. */
static bool range_agrees(uint64_t start, uint64_t end, uint64_t stride)
{
	struct list list = list_runs(start, end);
	uint64_t page = 0, index;
	int faults = !list.count;
	size_t i;

	for (i = 0; i < list.count && faults < MAX_DIFFERENCES; i++) {
		const struct ptscope_run *run = &list.run[i];

		for (index = 0; index < run->pages && faults < MAX_DIFFERENCES; index++, page++) {
			if (page % stride)
				continue;
			faults += !page_agrees(run->start + index * page_size, run, index);
			compared++;
			if (expected(run, index) == NOWHERE)
				nowhere++;
			else if (run->flags & PTSCOPE_FLAG_CONT)
				conts++;
			else
				leaves[run->level]++;
		}
	}
	free(list.run);
	return !faults;
}

static char *map(size_t size, int flags)
{
	char *start = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);

	return start == MAP_FAILED ? NULL : start;
}

static void check_region(const char *name, char *start, size_t size, uint64_t stride)
{
	ktap_check(range_agrees((uintptr_t)start, (uintptr_t)start + size, stride), "%s", name);
	munmap(start, size);
}

static void test_base_pages(void)
{
	const size_t size = 512 * page_size;
	size_t i;
	char *start;

	start = map(size, 0);
	madvise(start, size, MADV_NOHUGEPAGE);
	memset(start, 1, size);
	check_region("base pages, written", start, size, 1);

	start = map(size, 0);
	madvise(start, size, MADV_NOHUGEPAGE);
	for (i = 0; i < size; i += 2 * page_size)
		start[i] = 1;
	for (i = 3 * page_size; i < size; i += 4 * page_size)
		(void)*(volatile char *)(start + i);
	check_region("base pages: written, read and untouched", start, size, 1);

	start = map(size, 0);
	madvise(start, size, MADV_NOHUGEPAGE);
	memset(start, 1, size);
	if (mprotect(start, size / 2, PROT_NONE))
		ktap_bail("mprotect: %s", strerror(errno));
	check_region("base pages: half of them PROT_NONE", start, size, 1);
}

static void test_huge_pages(void)
{
	const size_t huge = info.level[PTSCOPE_LEVEL_PMD].leaf_size;
	char *start = huge ? map(4 * huge, 0) : NULL;
	char *aligned;

	if (!start || madvise(start, 4 * huge, MADV_HUGEPAGE)) {
		ktap_skip("this kernel has no THP", "THP");
		return;
	}
	aligned = (char *)(((uintptr_t)start + huge - 1) / huge * huge);
	memset(aligned, 1, 2 * huge);
	check_region("THP", start, 4 * huge, 3);
}

/* One hugetlb page of each size that has a free one. */
static void test_hugetlb(void)
{
	int shift;

	for (shift = 12; shift < 40; shift++) {
		const size_t size = 1ul << shift;
		struct stat st;
		char path[128], name[64];
		char *start;

		snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/hugepages-%zukB",
			 size / 1024);
		snprintf(name, sizeof(name), "hugetlb page of %zu KiB", size / 1024);
		if (stat(path, &st))
			continue;
		start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS |
			     MAP_HUGETLB | shift << MAP_HUGE_SHIFT, -1, 0);
		if (start == MAP_FAILED) {
			ktap_skip("none is free", "%s", name);
			continue;
		}
		*start = 1;
		check_region(name, start, size, size / page_size > 512 ? 509 : 1);
	}
}

/* Only five levels reach these. */
static void test_high_addresses(void)
{
	char *wish = (char *)(1ul << 52);
	const size_t size = 64 * page_size;
	char *start;

	if (info.va_bits <= 48) {
		ktap_skip("there are only four levels", "addresses above 47 bits");
		return;
	}
	start = mmap(wish, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED || (uintptr_t)start < 1ul << 47)
		ktap_bail("cannot map at %p", wish);
	memset(start, 1, size);
	check_region("addresses above 47 bits", start, size, 1);
}

/* All other VMAs of this process. */
static void test_everything(void)
{
	struct proc_vmas vmas;
	bool good = true;
	size_t i;

	if (!proc_read_vmas(getpid(), &vmas))
		ktap_bail("cannot read smaps");
	for (i = 0; i < vmas.count; i++) {
		const struct proc_vma *vma = &vmas.vma[i];
		uint64_t pages = (vma->end - vma->start) / page_size;

		/* The vvar page depends on the clock source, and may be a device's. */
		if (strcmp(vma->name, "[vsyscall]") && strncmp(vma->name, "[vvar", 5))
			good &= range_agrees(vma->start, vma->end, pages / SAMPLE + 1);
	}
	ktap_check(good, "all %zu VMAs of this process", vmas.count);
	proc_free_vmas(&vmas);
}

int main(void)
{
	pthread_t spinner;

	ktap_begin();
	ps = client(&info);
	page_size = info.page_size;
	if (!open_monitor()) {
		ktap_skip("this guest has no QEMU monitor", "MMU");
		return ktap_end();
	}
	spinner = start_spinner();
	test_base_pages();
	test_huge_pages();
	test_hugetlb();
	test_high_addresses();
	test_everything();
	done = true;
	pthread_join(spinner, NULL);
	ptscope_free(ps);
	ktap_note("compared with the MMU: %" PRIu64 " pages: pte %" PRIu64 " cont %" PRIu64
		  " pmd %" PRIu64 " pud %" PRIu64 " nowhere %" PRIu64, compared,
		  leaves[PTSCOPE_LEVEL_PTE], conts, leaves[PTSCOPE_LEVEL_PMD],
		  leaves[PTSCOPE_LEVEL_PUD], nowhere);
	return ktap_end();
}
