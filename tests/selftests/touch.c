// SPDX-License-Identifier: GPL-2.0-only
/*
 * Touches pages and compares what happens with what was predicted.
 *
 * Each kind of page is set up in a child process. The child asks for the path to a page of
 * its own, takes the prediction that "ptscope walk --cache" prints, reads or writes the
 * page, and compares: the signal, the faults of the thread, the frame before and after, and
 * whether the page has contents.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <ptscope.h>
#include "../../userspace/cli/fault.h"
#include "../layouts/layout.h"
#include "client.h"
#include "ktap.h"

/* Pages of each kind that are read, and others that are written. */
#define PAGES 8

/**
 * struct kind - a kind of pages
 * @name: what it is
 * @setup: returns PAGES pages, or ends the child by layout_skip()
 * @huge: the pages are of hugetlb
 */
struct kind {
	const char *name;
	char *(*setup)(size_t size);
	bool huge;
};

/**
 * struct touch - what an access did
 * @signal: the signal, or 0
 * @code: its si_code
 * @minor: minor faults of the thread
 * @major: major faults of the thread
 * @before: entry in pagemap before
 * @after: entry in pagemap after
 * @contents: the page contains what the setup wrote
 */
struct touch {
	int signal;
	int code;
	long minor;
	long major;
	uint64_t before;
	uint64_t after;
	bool contents;
};

/* What a child has found, in memory that it shares with the test. */
struct result {
	size_t cells;
	size_t wrong;
	size_t unknown;
};

static struct ptscope *ps;
static uint64_t zero_frame;
static sigjmp_buf out;
static volatile sig_atomic_t signal_number, signal_code;

static void caught(int number, siginfo_t *info, void *unused)
{
	(void)unused;
	signal_number = number;
	signal_code = info->si_code;
	siglongjmp(out, 1);
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_sigaction = caught, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

/* The first bytes of a page are written; this one is not. */
#define WITNESS 64
#define CONTENTS 0x5a

static struct touch touch(char *addr, bool write)
{
	static struct rusage before, after;
	struct touch touch = { .before = layout_pagemap(addr) };

	signal_number = 0;
	signal_code = 0;
	getrusage(RUSAGE_THREAD, &before);
	if (!sigsetjmp(out, 1)) {
		if (write)
			*(volatile char *)addr = 1;
		else
			(void)*(volatile char *)addr;
	}
	getrusage(RUSAGE_THREAD, &after);
	touch.signal = signal_number;
	touch.code = signal_code;
	touch.minor = after.ru_minflt - before.ru_minflt;
	touch.major = after.ru_majflt - before.ru_majflt;
	touch.after = layout_pagemap(addr);
	/* A page that can be written need not be readable. */
	if (!touch.signal && !sigsetjmp(out, 1))
		touch.contents = *(volatile char *)(addr + WITNESS) == CONTENTS;
	return touch;
}

/* Name what the access did. */
static const char *outcome(const struct touch *touch)
{
	const bool was = touch->before & LAYOUT_PRESENT;
	const uint64_t before = touch->before & LAYOUT_FRAME;
	const uint64_t after = touch->after & LAYOUT_FRAME;

	if (touch->signal == SIGSEGV)
		return touch->code == SEGV_MAPERR ? "SIGSEGV, SEGV_MAPERR" :
		       touch->code == SEGV_ACCERR ? "SIGSEGV, SEGV_ACCERR" :
						    "SIGSEGV, SEGV_PKUERR";
	if (touch->signal)
		return "SIGBUS";
	if (touch->major)
		return touch->before & LAYOUT_SWAPPED ? "swap-in" : "read from a file";
	if (!touch->minor)
		return "nothing";
	if (touch->minor > 1)
		return "more than one fault";
	if (after == zero_frame)
		return "zero page";
	if (was && after == before)
		return "same frame";
	if (was && before != zero_frame)
		return "copy";
	return touch->contents ? "mapped" : "zero-filled";
}

/* What each prediction means. One with two outcomes is not known. */
static const struct meaning {
	const char *prediction;
	const char *outcome;
	const char *or;
} meanings[] = {
	{ "nothing", "nothing", NULL },
	{ "zero page", "zero page", NULL },
	{ "zero-fill", "zero-filled", NULL },
	{ "zero-filled hugetlb page", "zero-filled", NULL },
	{ "minor fault (reuse)", "same frame", NULL },
	{ "minor fault (write-notify)", "same frame", NULL },
	{ "minor fault", "mapped", NULL },
	{ "minor fault and copy", "mapped", NULL },
	{ "copy on write", "copy", NULL },
	{ "file read", "read from a file", NULL },
	{ "file read and copy", "read from a file", NULL },
	{ "swap-in or minor fault", "swap-in", "mapped" },
	{ "copy on write or minor fault (reuse)", "copy", "same frame" },
	/* UFFD_FEATURE_SIGBUS: a signal instead of an event. */
	{ "userfaultfd", "SIGBUS", NULL },
	{ "SIGBUS (poison)", "SIGBUS", NULL },
	{ "SIGSEGV (nothing mapped)", "SIGSEGV, SEGV_MAPERR", NULL },
	{ "SIGSEGV (no permission)", "SIGSEGV, SEGV_ACCERR", NULL },
	{ "SIGSEGV (guard)", "SIGSEGV, SEGV_MAPERR", NULL },
};

static const struct meaning *meaning(const char *prediction)
{
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (!strcmp(meanings[i].prediction, prediction))
			return &meanings[i];
	return NULL;
}

static void compare(const struct kind *kind, char *addr, bool write, struct result *result)
{
	const struct ptscope_path *path;
	const char *predicted, *real;
	const struct meaning *expected;
	struct touch done;

	if (ptscope_get_path(ps, getpid(), (uintptr_t)addr, &path))
		layout_fail("%s", ptscope_message(ps));
	predicted = write ? touch_write(path, true) : touch_read(path, true);
	done = touch(addr, write);
	real = outcome(&done);
	result->cells++;
	expected = meaning(predicted);
	if (expected && expected->or)
		result->unknown++;
	if (expected && (!strcmp(expected->outcome, real) ||
			 (expected->or && !strcmp(expected->or, real))))
		return;
	if (result->wrong++)
		return;
	printf("# %s: %s: predicted \"%s\", but: %s\n", kind->name, write ? "write" : "read",
	       predicted, real);
	printf("# signal %d, code %d, minor faults %ld, major %ld, pagemap %#llx, then %#llx\n",
	       done.signal, done.code, done.minor, done.major, (unsigned long long)done.before,
	       (unsigned long long)done.after);
}

/* The kinds. */

static void fill(char *start, size_t size)
{
	size_t i;

	for (i = 0; i < size; i += page_size)
		memset(start + i, CONTENTS, 2 * WITNESS);
}

static char *filled(size_t size)
{
	char *start = layout_map(size);

	fill(start, size);
	return start;
}

static char *anon_read(size_t size)
{
	char *start = layout_map(size);

	layout_read(start, size, page_size);
	return start;
}

static char *unmapped(size_t size)
{
	char *start = layout_map(3 * size);

	munmap(start + size, size);
	return start + size;
}

static char *with_access(char *start, size_t size, int prot)
{
	layout_protect(start, size, prot);
	return start;
}

static char *read_only(size_t size)
{
	return with_access(filled(size), size, PROT_READ);
}

static char *read_only_untouched(size_t size)
{
	return with_access(layout_map(size), size, PROT_READ);
}

static char *no_access(size_t size)
{
	return with_access(filled(size), size, PROT_NONE);
}

static char *no_access_untouched(size_t size)
{
	return with_access(layout_map(size), size, PROT_NONE);
}

static char *writable_again(size_t size)
{
	return with_access(read_only(size), size, PROT_READ | PROT_WRITE);
}

static char *with_advice(char *start, size_t size, int advice, const char *name)
{
	layout_advise(start, size, advice, name);
	return start;
}

static char *freed_lazily(size_t size)
{
	return with_advice(filled(size), size, MADV_FREE, "MADV_FREE");
}

static char *dropped(size_t size)
{
	return with_advice(filled(size), size, MADV_DONTNEED, "MADV_DONTNEED");
}

static char *locked(size_t size)
{
	char *start = layout_map(size);

	if (mlock(start, size))
		layout_skip("mlock: %s", strerror(errno));
	fill(start, size);
	return start;
}

static char *droppable(size_t size)
{
	char *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_DROPPABLE | MAP_ANONYMOUS, -1,
			   0);

	if (start == MAP_FAILED)
		layout_skip("this kernel has no MAP_DROPPABLE");
	return start;
}

static char *after_fork(size_t size)
{
	char *start = filled(size);
	pid_t child = fork();

	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
	return start;
}

static char *beside_child(size_t size)
{
	char *start = filled(size);

	layout_fork(NULL, NULL, 0);
	return start;
}

static char *in_swap(size_t size)
{
	char *start = filled(size);

	layout_page_out(start, size, page_size);
	return start;
}

static char *shared_anon(size_t size)
{
	return layout_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
}

static char *shared_anon_filled(size_t size)
{
	char *start = shared_anon(size);

	fill(start, size);
	return start;
}

static char *dev_zero(size_t size, int flags)
{
	return layout_mmap(NULL, size, PROT_READ | PROT_WRITE, flags,
			   open("/dev/zero", O_RDWR | O_CLOEXEC));
}

static char *dev_zero_private(size_t size)
{
	return dev_zero(size, MAP_PRIVATE);
}

static char *dev_zero_shared(size_t size)
{
	return dev_zero(size, MAP_SHARED);
}

/* With @written, another mapping of the file has put its pages into the page cache. */
static char *memfd(size_t size, int flags, bool written)
{
	int fd = layout_memfd(size);
	char *other = layout_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);

	if (written)
		fill(other, size);
	return layout_mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd);
}

static char *memfd_shared(size_t size)
{
	return memfd(size, MAP_SHARED, false);
}

static char *memfd_private(size_t size)
{
	return memfd(size, MAP_PRIVATE, false);
}

/* Without fault-around: a touch of one page then maps no other. */
static char *memfd_shared_cached(size_t size)
{
	return with_advice(memfd(size, MAP_SHARED, true), size, MADV_RANDOM, "MADV_RANDOM");
}

static char *memfd_private_cached(size_t size)
{
	return with_advice(memfd(size, MAP_PRIVATE, true), size, MADV_RANDOM, "MADV_RANDOM");
}

static char *memfd_private_written(size_t size)
{
	char *start = memfd(size, MAP_PRIVATE, true);

	fill(start, size);
	return start;
}

static char *memfd_private_read(size_t size)
{
	char *start = memfd(size, MAP_PRIVATE, true);

	layout_read(start, size, page_size);
	return start;
}

static char *hugetlb(size_t size, int flags)
{
	void *start = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   flags | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);

	if (start == MAP_FAILED)
		layout_skip("no %zu bytes of hugetlb pages", size);
	return start;
}

static char *hugetlb_private(size_t size)
{
	return hugetlb(size, MAP_PRIVATE);
}

static char *hugetlb_shared(size_t size)
{
	return hugetlb(size, MAP_SHARED);
}

static void use_uffd(char *start, size_t size, uint64_t features, int mode)
{
	int uffd = layout_uffd(UFFD_FEATURE_SIGBUS | features, "this feature");
	struct uffdio_register reg = { .range = { (uintptr_t)start, size }, .mode = mode };

	if (ioctl(uffd, UFFDIO_REGISTER, &reg))
		layout_skip("UFFDIO_REGISTER: %s", strerror(errno));
	if (mode == UFFDIO_REGISTER_MODE_WP) {
		struct uffdio_writeprotect wp = {
			.range = reg.range, .mode = UFFDIO_WRITEPROTECT_MODE_WP,
		};

		if (ioctl(uffd, UFFDIO_WRITEPROTECT, &wp))
			layout_skip("UFFDIO_WRITEPROTECT: %s", strerror(errno));
	}
}

static char *uffd_missing(size_t size)
{
	char *start = layout_map(size);

	use_uffd(start, size, 0, UFFDIO_REGISTER_MODE_MISSING);
	return start;
}

static char *uffd_wp(size_t size)
{
	char *start = filled(size);

	use_uffd(start, size, UFFD_FEATURE_PAGEFAULT_FLAG_WP, UFFDIO_REGISTER_MODE_WP);
	return start;
}

static char *uffd_minor(size_t size)
{
	char *start = memfd(size, MAP_SHARED, true);

	use_uffd(start, size, UFFD_FEATURE_MINOR_SHMEM, UFFDIO_REGISTER_MODE_MINOR);
	return start;
}

static char *uffd_minor_untouched(size_t size)
{
	char *start = memfd(size, MAP_SHARED, false);

	use_uffd(start, size, UFFD_FEATURE_MINOR_SHMEM, UFFDIO_REGISTER_MODE_MINOR);
	return start;
}

static char *guarded(size_t size)
{
	return with_advice(layout_map(size), size, MADV_GUARD_INSTALL, "MADV_GUARD_INSTALL");
}

static const struct kind kinds[] = {
	{ "anonymous", layout_map, false },
	{ "anonymous, read", anon_read, false },
	{ "anonymous, written", filled, false },
	{ "anonymous, MADV_DONTNEED", dropped, false },
	{ "anonymous, MADV_FREE", freed_lazily, false },
	{ "anonymous, locked", locked, false },
	{ "anonymous, droppable", droppable, false },
	{ "anonymous, after fork, the child has exited", after_fork, false },
	{ "anonymous, after fork, the child lives", beside_child, false },
	{ "anonymous, in swap", in_swap, false },
	{ "read-only", read_only_untouched, false },
	{ "read-only, written before", read_only, false },
	{ "writable again after PROT_READ", writable_again, false },
	{ "PROT_NONE", no_access_untouched, false },
	{ "PROT_NONE, written before", no_access, false },
	{ "not mapped", unmapped, false },
	{ "shared anonymous", shared_anon, false },
	{ "shared anonymous, written", shared_anon_filled, false },
	{ "/dev/zero, private", dev_zero_private, false },
	{ "/dev/zero, shared", dev_zero_shared, false },
	{ "memfd, shared, hole", memfd_shared, false },
	{ "memfd, shared, in the page cache", memfd_shared_cached, false },
	{ "memfd, private, hole", memfd_private, false },
	{ "memfd, private, in the page cache", memfd_private_cached, false },
	{ "memfd, private, read", memfd_private_read, false },
	{ "memfd, private, written", memfd_private_written, false },
	{ "hugetlb, private", hugetlb_private, true },
	{ "hugetlb, shared", hugetlb_shared, true },
	{ "userfaultfd, missing", uffd_missing, false },
	{ "userfaultfd, write-protected", uffd_wp, false },
	{ "userfaultfd, minor, in the page cache", uffd_minor, false },
	{ "userfaultfd, minor, hole", uffd_minor_untouched, false },
	{ "guard", guarded, false },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/*
 * A page that was filled a moment ago waits in a batch of its processor to be put on an LRU
 * list, and the batch holds a reference. On another processor a write would copy the page.
 */
static void stay_on_this_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		layout_fail("sched_setaffinity: %s", strerror(errno));
}

static void run_kind(const struct kind *kind, struct result *result)
{
	const size_t size = kind->huge ? pmd_size : page_size;
	const size_t count = kind->huge ? 1 : PAGES;
	int write;
	char *start;
	size_t i;

	layout_follow_parent();
	stay_on_this_cpu();
	ps = client(NULL);
	ptscope_set_cache(ps, true);
	catch_signals();
	start = layout_map(page_size);
	layout_read(start, page_size, page_size);
	zero_frame = layout_pagemap(start) & LAYOUT_FRAME;
	/* What touch() itself needs is in memory afterwards. */
	touch(start, true);

	for (write = 0; write < 2; write++) {
		start = kind->setup(count * size);
		for (i = 0; i < count; i++)
			compare(kind, start + i * size, write, result);
	}
	fflush(stdout);
	_exit(0);
}

int main(void)
{
	struct result *result, all = { 0 };
	size_t i;

	ktap_begin();
	layout_begin();
	result = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result == MAP_FAILED)
		ktap_bail("mmap: %s", strerror(errno));

	for (i = 0; i < KINDS; i++) {
		int status;
		pid_t child;

		memset(result, 0, sizeof(*result));
		fflush(stdout);
		child = fork();
		if (!child)
			run_kind(&kinds[i], result);
		if (child < 0 || waitpid(child, &status, 0) != child)
			ktap_bail("fork: %s", strerror(errno));
		if (WIFEXITED(status) && WEXITSTATUS(status) == KTAP_SKIP) {
			ktap_skip("this kernel cannot set it up", "touch: %s", kinds[i].name);
			continue;
		}
		ktap_check(!status && !result->wrong && result->cells, "touch: %s", kinds[i].name);
		all.cells += result->cells;
		all.wrong += result->wrong;
		all.unknown += result->unknown;
	}
	ktap_note("%zu cells, %zu wrong, %zu unknown", all.cells, all.wrong, all.unknown);
	return ktap_end();
}
