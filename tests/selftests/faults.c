// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is not to be had. Each allocation that a question makes, in the
 * kernel and in the library, fails in its turn: the first, the second, and so on
 * until none is left that could. The answer then is an error in words, or the same
 * as ever; nothing is lost, neither memory nor a descriptor; and the next question
 * is answered.
 *
 * In the kernel it is fault injection that has them fail, in the library this
 * program's own malloc(). What the kernel has lost is for kmemleak to find, which
 * the rig asks.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <ptscope.h>
#include "client.h"
#include "glibc.h"
#include "ktap.h"

/* More than any question makes. */
#define MOST 2000

/* VMAs of the target, so that its dumps take several replies. */
#define VMAS 1000

static pid_t target;
static uintptr_t touched;

/*
 * The allocator is glibc's; here is counted, and refused. The libraries are to find
 * these in place of their own.
 */
#define VISIBLE __attribute__((visibility("default")))

static long live;	/* pieces of memory that are in use */
static unsigned int refuse;	/* the allocation to refuse, counted from here; 0: none */

static bool refused(void)
{
	return refuse && !--refuse;
}

VISIBLE void *malloc(size_t size)
{
	void *new = refused() ? NULL : __libc_malloc(size);

	live += !!new;
	return new;
}

VISIBLE void *calloc(size_t count, size_t size)
{
	void *new = refused() ? NULL : __libc_calloc(count, size);

	live += !!new;
	return new;
}

VISIBLE void *realloc(void *old, size_t size)
{
	void *new = refused() ? NULL : __libc_realloc(old, size);

	live += new && !old;
	return new;
}

VISIBLE void free(void *old)
{
	live -= !!old;
	__libc_free(old);
}

/* What the answers come to, to tell whether two are the same. */
static void digest(uint64_t *sum, uint64_t value)
{
	*sum = (*sum ^ value) * 0x100000001b3;
}

static int ask_info(struct ptscope *ps, uint64_t *sum)
{
	struct ptscope_info info;
	int err = ptscope_get_info(ps, &info);

	if (!err)
		digest(sum, info.page_size);
	return err;
}

static int ask_proc(struct ptscope *ps, uint64_t *sum)
{
	struct ptscope_proc proc;
	int err = ptscope_get_proc(ps, target, &proc);

	if (!err)
		digest(sum, proc.census.size);
	return err;
}

/* Others come and go meanwhile, but the target stays. */
static int ask_procs(struct ptscope *ps, uint64_t *sum)
{
	struct ptscope_proc proc;
	int err = ptscope_dump_procs(ps);

	while (!err && (err = ptscope_next_proc(ps, &proc)) > 0) {
		if (proc.pid == target)
			digest(sum, proc.census.size);
		err = 0;
	}
	return err;
}

static int ask_vmas(struct ptscope *ps, uint64_t *sum)
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

static int ask_runs(struct ptscope *ps, uint64_t *sum)
{
	const struct ptscope_filter filter = {
		.detail = PTSCOPE_DETAIL_FRAME | PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO,
	};
	struct ptscope_run run;
	int err = ptscope_dump_runs(ps, target, 0, 0, &filter);

	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		digest(sum, run.start);
		digest(sum, run.pages);
		err = 0;
	}
	return err;
}

static int ask_series(struct ptscope *ps, uint64_t *sum)
{
	struct ptscope_series series;
	int err = ptscope_dump_series(ps, target, 0, 0, NULL);

	while (!err && (err = ptscope_next_series(ps, &series)) > 0) {
		digest(sum, series.start);
		digest(sum, series.count);
		err = 0;
	}
	return err;
}

static int ask_path(struct ptscope *ps, uint64_t *sum)
{
	struct ptscope_path path;
	int err = ptscope_get_path(ps, target, touched, &path);

	if (!err)
		digest(sum, path.address);
	return err;
}

static const struct question {
	const char *name;
	int (*ask)(struct ptscope *ps, uint64_t *sum);
	bool cache;	/* ask for the page cache as well */
} questions[] = {
	{ .name = "info", .ask = ask_info },
	{ .name = "proc", .ask = ask_proc },
	{ .name = "proc with the cache", .ask = ask_proc, .cache = true },
	{ .name = "procs", .ask = ask_procs },
	{ .name = "vmas", .ask = ask_vmas },
	{ .name = "vmas with the cache", .ask = ask_vmas, .cache = true },
	{ .name = "runs", .ask = ask_runs },
	{ .name = "series", .ask = ask_series },
	{ .name = "path", .ask = ask_path },
};

#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

/* How a question went, or several in a row. */
struct outcome {
	unsigned int refusals;	/* allocations that failed */
	unsigned int errors;	/* of these, the ones that an error was made of */
	unsigned int wrong;	/* neither a clean error nor the right answer */
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

static void judge(const char *where, const struct question *question, unsigned int nth, int err,
		  const char *message, bool same, struct outcome *outcome)
{
	outcome->refusals++;
	if (err && is_clean(err, message)) {
		outcome->errors++;
		return;
	}
	if (!err && same)
		return;
	outcome->wrong++;
	ktap_note("%s: %s, allocation %u: %s (%s)", where, question->name, nth,
		  err ? strerror(-err) : "another answer", message);
}

static int expected(const struct question *question, uint64_t *sum)
{
	struct ptscope *ps = client(NULL);
	int err;

	ptscope_set_cache(ps, question->cache);
	err = question->ask(ps, sum);
	ptscope_free(ps);
	return err;
}

/*
 * In the kernel.
 */

/* Of this thread, which alone is refused anything. */
static int fail_nth = -1;

static void set_nth(unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fail_nth, text, length, 0) != length)
		ktap_bail("cannot set fail-nth: %s", strerror(errno));
}

/* What is left to come; 0 once the fault has been. */
static unsigned int left_nth(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		ktap_bail("cannot read fail-nth: %s", strerror(errno));
	return atoi(text);
}

static void say(const char *file, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s", file);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		ktap_note("cannot set %s to %s: %s", path, value, strerror(errno));
	close(fd);
}

/* All that waits for memory may fail too, whatever its size, and without a word. */
static void allow_faults(void)
{
	say("failslab/ignore-gfp-wait", "N");
	say("failslab/verbose", "0");
	say("fail_page_alloc/ignore-gfp-wait", "N");
	say("fail_page_alloc/ignore-gfp-highmem", "N");
	say("fail_page_alloc/min-order", "0");
	say("fail_page_alloc/verbose", "0");
}

static void try_kernel(const struct question *question, uint64_t want)
{
	struct outcome outcome = {};
	struct ptscope *ps;
	unsigned int nth;
	uint64_t sum;
	int err;

	for (nth = 1; nth < MOST; nth++) {
		ps = client(NULL);
		ptscope_set_cache(ps, question->cache);
		sum = 0;
		set_nth(nth);
		err = question->ask(ps, &sum);
		if (left_nth())
			break;
		judge("kernel", question, nth, err, ptscope_message(ps), sum == want, &outcome);
		sum = 0;
		err = question->ask(ps, &sum);
		if (err || sum != want) {
			outcome.wrong++;
			ktap_note("kernel: %s after allocation %u failed: %s (%s)", question->name,
				  nth, strerror(-err), ptscope_message(ps));
		}
		ptscope_free(ps);
	}
	set_nth(0);
	ptscope_free(ps);
	ktap_note("kernel: %s makes %u allocations; %u are done without", question->name,
		  outcome.refusals, outcome.refusals - outcome.errors);
	ktap_check(nth < MOST && outcome.errors && !outcome.wrong,
		   "each allocation in the kernel may fail: %s", question->name);
}

/* What is loaded again is whatever the rig has loaded. */
static void try_load(void)
{
	const char *path = getenv("PTSCOPE_KO");
	unsigned int nth, refusals = 0, wrong = 0;
	int fd = path ? open(path, O_RDONLY) : -1;
	long err;

	if (fd < 0) {
		ktap_skip("this guest has no module to load", "each allocation may fail: loading");
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
		if (left_nth())
			break;
		refusals++;
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
	ktap_note("kernel: loading makes %u allocations", refusals);
	ktap_check(nth < MOST && refusals && !wrong, "each allocation may fail: loading");
}

/*
 * In the library, and what it is built on.
 */

static int connect_and_ask(const struct question *question, uint64_t *sum, char *message,
			   size_t size)
{
	struct ptscope *ps = ptscope_new();
	int err;

	if (!ps) {
		snprintf(message, size, "out of memory");
		return -ENOMEM;
	}
	err = ptscope_connect(ps);
	ptscope_set_cache(ps, question->cache);
	if (!err)
		err = question->ask(ps, sum);
	snprintf(message, size, "%s", ptscope_message(ps));
	ptscope_free(ps);
	return err;
}

static void try_library(const struct question *question, uint64_t want)
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
		refuse = nth;
		err = connect_and_ask(question, &sum, message, sizeof(message));
		over = refuse;
		refuse = 0;
		if (live != before) {
			outcome.wrong++;
			ktap_note("library: %s, allocation %u: %ld pieces lost", question->name,
				  nth, live - before);
		}
		if (over)
			break;
		judge("library", question, nth, err, message, sum == want, &outcome);
	}
	if (open_files() != files) {
		outcome.wrong++;
		ktap_note("library: %s: a descriptor stayed open", question->name);
	}
	ktap_note("library: %s makes %u allocations; %u are done without", question->name,
		  outcome.refusals, outcome.refusals - outcome.errors);
	ktap_check(nth < MOST && outcome.errors && !outcome.wrong,
		   "each allocation in the library may fail: %s", question->name);
}

/* A process that holds still. */
static void begin_target(void)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	char *area = mmap(NULL, 2 * VMAS * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ready[2], i;
	char byte;

	if (area == MAP_FAILED || pipe(ready))
		ktap_bail("cannot set up a target: %s", strerror(errno));
	target = fork();
	if (target < 0)
		ktap_bail("cannot fork: %s", strerror(errno));
	if (!target) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (i = 0; i < VMAS; i++) {
			if (mprotect(area + 2 * i * page, page, PROT_READ | PROT_WRITE))
				_exit(1);
			area[2 * i * page] = 1;
		}
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		ktap_bail("the target did not come up");
	close(ready[0]);
	touched = (uintptr_t)area;
}

int main(void)
{
	uint64_t want[QUESTIONS] = {};
	char path[64];
	size_t i;

	/* The stream's buffer is nothing that anyone loses. */
	setvbuf(stdout, NULL, _IONBF, 0);
	ktap_begin();
	begin_target();
	for (i = 0; i < QUESTIONS; i++)
		if (expected(&questions[i], &want[i]) || !want[i])
			ktap_bail("%s has no answer", questions[i].name);

	for (i = 0; i < QUESTIONS; i++)
		try_library(&questions[i], want[i]);

	snprintf(path, sizeof(path), "/proc/self/task/%ld/fail-nth", syscall(SYS_gettid));
	fail_nth = open(path, O_RDWR);
	if (fail_nth < 0) {
		ktap_skip("this kernel injects no faults", "each allocation in the kernel may fail");
	} else {
		allow_faults();
		for (i = 0; i < QUESTIONS; i++)
			try_kernel(&questions[i], want[i]);
		try_load();
	}
	kill(target, SIGKILL);
	waitpid(target, NULL, 0);
	return ktap_end();
}
