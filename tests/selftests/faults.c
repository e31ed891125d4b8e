// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocation failures. Each allocation of each kind of request fails once, in the kernel
 * and in the library. The request then returns an error with a message, or the correct
 * result; no memory and no descriptor leaks; and the next request succeeds.
 *
 * Kernel allocations fail by fault injection, those of the library by this program's own
 * malloc(). The rig checks kmemleak for leaks in the kernel.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <ptscope.h>
#include "client.h"
#include "glibc.h"
#include "ktap.h"
#include "target.h"

/* More allocations than any request makes. */
#define MOST 2000

/* VMAs of the target: its dumps take several replies. */
#define VMAS 1000

static pid_t target;
static uintptr_t touched;

/* Overrides the allocator of the libraries to count and to fail allocations. */
#define VISIBLE __attribute__((visibility("default")))

static long live;	/* objects in use */
static unsigned int countdown;	/* countdown to the allocation that fails; 0: none */

static bool must_fail(void)
{
	return countdown && !--countdown;
}

VISIBLE void *malloc(size_t size)
{
	void *new = must_fail() ? NULL : __libc_malloc(size);

	live += !!new;
	return new;
}

VISIBLE void *calloc(size_t count, size_t size)
{
	void *new = must_fail() ? NULL : __libc_calloc(count, size);

	live += !!new;
	return new;
}

VISIBLE void *realloc(void *old, size_t size)
{
	void *new = must_fail() ? NULL : __libc_realloc(old, size);

	live += new && !old;
	return new;
}

VISIBLE void free(void *old)
{
	live -= !!old;
	__libc_free(old);
}

/* Digest of a result. */
static void digest(uint64_t *sum, uint64_t value)
{
	*sum = (*sum ^ value) * 0x100000001b3;
}

static int get_info(struct ptscope *ps, uint64_t *sum)
{
	const struct ptscope_info *info;
	int err = ptscope_get_info(ps, &info);

	if (!err)
		digest(sum, info->page_size);
	return err;
}

static int get_proc(struct ptscope *ps, uint64_t *sum)
{
	const struct ptscope_proc *proc;
	int err = ptscope_get_proc(ps, target, &proc);

	if (!err)
		digest(sum, proc->census.size);
	return err;
}

/* Only the target: other processes come and go. */
static int get_procs(struct ptscope *ps, uint64_t *sum)
{
	const struct ptscope_proc *proc;
	int err = ptscope_dump_procs(ps, NULL, 0);

	while (!err && (err = ptscope_next_proc(ps, &proc)) > 0) {
		if (proc->pid == target)
			digest(sum, proc->census.size);
		err = 0;
	}
	return err;
}

static int get_vmas(struct ptscope *ps, uint64_t *sum)
{
	const struct ptscope_vma *vma;
	int err = ptscope_dump_vmas(ps, target, 0, 0);

	while (!err && (err = ptscope_next_vma(ps, &vma)) > 0) {
		digest(sum, vma->start);
		digest(sum, vma->census.size);
		err = 0;
	}
	return err;
}

static int get_runs(struct ptscope *ps, uint64_t *sum)
{
	const struct ptscope_filter filter = {
		.size = sizeof(filter),
		.detail = PTSCOPE_DETAIL_FRAME | PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO,
	};
	const struct ptscope_run *run;
	int err = ptscope_dump_runs(ps, target, 0, 0, &filter);

	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		digest(sum, run->start);
		digest(sum, run->pages);
		err = 0;
	}
	return err;
}

static int get_paths(struct ptscope *ps, uint64_t *sum)
{
	const uint64_t addresses[] = { touched, 0, touched + 1 };
	const struct ptscope_path *path;
	int err = ptscope_dump_paths(ps, target, addresses, 3);

	while (!err && (err = ptscope_next_path(ps, &path)) > 0) {
		digest(sum, path->address);
		err = 0;
	}
	return err;
}

static int get_path(struct ptscope *ps, uint64_t *sum)
{
	const struct ptscope_path *path;
	int err = ptscope_get_path(ps, target, touched, &path);

	if (!err)
		digest(sum, path->address);
	return err;
}

static const struct request {
	const char *name;
	int (*run)(struct ptscope *ps, uint64_t *sum);
	bool cache;	/* with PTSCOPE_A_TARGET_CACHE */
} requests[] = {
	{ .name = "info", .run = get_info },
	{ .name = "proc", .run = get_proc },
	{ .name = "proc with the page cache", .run = get_proc, .cache = true },
	{ .name = "procs", .run = get_procs },
	{ .name = "vmas", .run = get_vmas },
	{ .name = "vmas with the page cache", .run = get_vmas, .cache = true },
	{ .name = "runs", .run = get_runs },
	{ .name = "paths", .run = get_paths },
	{ .name = "path", .run = get_path },
};

#define REQUESTS (sizeof(requests) / sizeof(requests[0]))

/* Result of a request, or the sum of several. */
struct outcome {
	unsigned int failed;	/* allocations that failed */
	unsigned int errors;	/* of these, requests that returned an error */
	unsigned int wrong;	/* neither a valid error nor the right result */
};

static unsigned int open_files(void)
{
	unsigned int count = 0;
	DIR *dir = opendir("/proc/self/fd");

	if (!dir)
		ktap_bail("cannot read /proc/self/fd");
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static bool is_clean(int err, const char *message)
{
	return (err == -ENOMEM || err == -ENOBUFS) && *message;
}

static void check_result(const char *where, const struct request *request, unsigned int nth,
			 int err, const char *message, bool same, struct outcome *outcome)
{
	outcome->failed++;
	if (err && is_clean(err, message)) {
		outcome->errors++;
		return;
	}
	if (!err && same)
		return;
	outcome->wrong++;
	ktap_note("%s: %s, allocation %u: %s (%s)", where, request->name, nth,
		  err ? strerror(-err) : "wrong result", message);
}

static int get_expected(const struct request *request, uint64_t *sum)
{
	struct ptscope *ps = client(NULL);
	int err;

	ptscope_set_cache(ps, request->cache);
	err = request->run(ps, sum);
	ptscope_free(ps);
	return err;
}

/* Kernel. */

/* /proc/self/task/TID/fail-nth: affects this thread only. */
static int fail_nth = -1;

static void set_nth(unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fail_nth, text, length, 0) != length)
		ktap_bail("cannot set fail-nth: %s", strerror(errno));
}

/* 0 once the fault was injected. */
static unsigned int get_nth(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		ktap_bail("cannot read fail-nth: %s", strerror(errno));
	return atoi(text);
}

static void set_debugfs(const char *file, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s", file);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		ktap_note("cannot set %s to %s: %s", path, value, strerror(errno));
	close(fd);
}

/* Allocations that may sleep or are small do not fail by default. */
static void allow_faults(void)
{
	set_debugfs("failslab/ignore-gfp-wait", "N");
	set_debugfs("failslab/verbose", "0");
	set_debugfs("fail_page_alloc/ignore-gfp-wait", "N");
	set_debugfs("fail_page_alloc/ignore-gfp-highmem", "N");
	set_debugfs("fail_page_alloc/min-order", "0");
	set_debugfs("fail_page_alloc/verbose", "0");
}

static void try_kernel(const struct request *request, uint64_t expected)
{
	struct outcome outcome = {};
	struct ptscope *ps;
	unsigned int nth;
	uint64_t sum;
	int err;

	for (nth = 1; nth < MOST; nth++) {
		ps = client(NULL);
		ptscope_set_cache(ps, request->cache);
		sum = 0;
		set_nth(nth);
		err = request->run(ps, &sum);
		if (get_nth())
			break;
		check_result("kernel", request, nth, err, ptscope_message(ps), sum == expected,
			     &outcome);
		sum = 0;
		err = request->run(ps, &sum);
		if (err || sum != expected) {
			outcome.wrong++;
			ktap_note("kernel: %s after allocation %u failed: %s (%s)", request->name,
				  nth, strerror(-err), ptscope_message(ps));
		}
		ptscope_free(ps);
	}
	set_nth(0);
	ptscope_free(ps);
	ktap_note("kernel: %s: %u allocations, %u of them not essential", request->name,
		  outcome.failed, outcome.failed - outcome.errors);
	ktap_check(nth < MOST && outcome.errors && !outcome.wrong,
		   "each allocation in the kernel can fail: %s", request->name);
}

/* Loads the module of the rig again. */
static void try_load(void)
{
	const char *path = getenv("PTSCOPE_KO");
	unsigned int nth, failed = 0, wrong = 0;
	int fd = path ? open(path, O_RDONLY) : -1;
	long err;

	if (fd < 0) {
		ktap_skip("PTSCOPE_KO names no module",
			  "each allocation in the kernel can fail: loading");
		return;
	}
	for (nth = 1; nth < MOST; nth++) {
		if (syscall(SYS_delete_module, "ptscope", O_NONBLOCK)) {
			ktap_note("cannot unload the module: %s", strerror(errno));
			wrong++;
			break;
		}
		set_nth(nth);
		err = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
		if (get_nth())
			break;
		failed++;
		if (!err)
			continue;
		if (err != ENOMEM && err != ENOBUFS) {
			ktap_note("loading, allocation %u: %s", nth, strerror(err));
			wrong++;
		}
		set_nth(0);
		if (syscall(SYS_finit_module, fd, "", 0))
			ktap_bail("cannot load the module again: %s", strerror(errno));
	}
	set_nth(0);
	close(fd);
	ktap_note("kernel: loading: %u allocations", failed);
	ktap_check(nth < MOST && failed && !wrong,
		   "each allocation in the kernel can fail: loading");
}

/* The library and libnl. */

static int connect_and_run(const struct request *request, uint64_t *sum, char *message,
			   size_t size)
{
	struct ptscope *ps = ptscope_new();
	int err;

	if (!ps) {
		snprintf(message, size, "out of memory");
		return -ENOMEM;
	}
	err = ptscope_connect(ps);
	ptscope_set_cache(ps, request->cache);
	if (!err)
		err = request->run(ps, sum);
	snprintf(message, size, "%s", ptscope_message(ps));
	ptscope_free(ps);
	return err;
}

static void try_library(const struct request *request, uint64_t expected)
{
	const unsigned int files = open_files();
	struct outcome outcome = {};
	char message[256];
	unsigned int nth;
	uint64_t sum;
	long before;
	bool over;
	int err;

	for (nth = 1; nth < MOST; nth++) {
		sum = 0;
		before = live;
		countdown = nth;
		err = connect_and_run(request, &sum, message, sizeof(message));
		over = countdown;
		countdown = 0;
		if (live != before) {
			outcome.wrong++;
			ktap_note("library: %s, allocation %u: %ld objects leaked", request->name,
				  nth, live - before);
		}
		if (over)
			break;
		check_result("library", request, nth, err, message, sum == expected, &outcome);
	}
	if (open_files() != files) {
		outcome.wrong++;
		ktap_note("library: %s: a descriptor leaked", request->name);
	}
	ktap_note("library: %s: %u allocations, %u of them not essential", request->name,
		  outcome.failed, outcome.failed - outcome.errors);
	ktap_check(nth < MOST && outcome.errors && !outcome.wrong,
		   "each allocation in the library can fail: %s", request->name);
}

static void set_up_target(void *area)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	char *start = area;
	int i;

	for (i = 0; i < VMAS; i++) {
		if (mprotect(start + 2 * i * page, page, PROT_READ | PROT_WRITE))
			_exit(1);
		start[2 * i * page] = 1;
	}
}

static void start_target(void)
{
	char *area = mmap(NULL, 2 * VMAS * sysconf(_SC_PAGESIZE), PROT_READ,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		ktap_bail("mmap: %s", strerror(errno));
	target = target_start(set_up_target, area);
	touched = (uintptr_t)area;
}

int main(void)
{
	uint64_t expected[REQUESTS] = {};
	char path[64];
	size_t i;

	/* A stream buffer would count as a leak. */
	setvbuf(stdout, NULL, _IONBF, 0);
	ktap_begin();
	start_target();
	for (i = 0; i < REQUESTS; i++)
		if (get_expected(&requests[i], &expected[i]) || !expected[i])
			ktap_bail("%s fails without a fault", requests[i].name);

	for (i = 0; i < REQUESTS; i++)
		try_library(&requests[i], expected[i]);

	snprintf(path, sizeof(path), "/proc/self/task/%ld/fail-nth", syscall(SYS_gettid));
	fail_nth = open(path, O_RDWR);
	if (fail_nth < 0) {
		ktap_skip("this kernel has no fault injection",
			  "each allocation in the kernel can fail");
	} else {
		allow_faults();
		for (i = 0; i < REQUESTS; i++)
			try_kernel(&requests[i], expected[i]);
		try_load();
	}
	target_stop(target);
	return ktap_end();
}
