// SPDX-License-Identifier: GPL-2.0-only
/* Requests for processes that exit, exec or change their address space meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
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
#include "ktap.h"
#include "proc.h"

/* VMAs of the target: a dump takes many replies. */
#define VMAS 8000
/* Dumps of a VMA that changes at its end. */
#define ENDS 3000

/* A child that executes commands, one letter each. */
struct target {
	pid_t pid;
	int command;
	int report;
	uint64_t start;
	uint64_t end;
};

/* Result of a request. */
struct outcome {
	int err;
	char text[256];
};

static size_t page_size;
static struct ptscope *ps;

static struct outcome get_proc(struct ptscope *client, pid_t pid)
{
	const struct ptscope_proc *proc;
	struct outcome outcome = {};

	outcome.err = ptscope_get_proc(client, pid, &proc);
	if (outcome.err)
		snprintf(outcome.text, sizeof(outcome.text), "%s", ptscope_message(client));
	else if (!proc->census.size)
		outcome.err = -ENODATA;
	return outcome;
}

static struct outcome get_vmas(struct ptscope *client, pid_t pid)
{
	const struct ptscope_vma *vma;
	struct outcome outcome = {};
	size_t count = 0;

	outcome.err = ptscope_dump_vmas(client, pid, 0, 0);
	if (!outcome.err)
		while ((outcome.err = ptscope_next_vma(client, &vma)) > 0)
			count++;
	if (outcome.err)
		snprintf(outcome.text, sizeof(outcome.text), "%s", ptscope_message(client));
	else if (!count)
		outcome.err = -ENODATA;
	return outcome;
}

static struct outcome get_runs(struct ptscope *client, pid_t pid)
{
	const struct ptscope_filter filter = {
		.size = sizeof(filter),
		.detail = PTSCOPE_DETAIL_FRAME,
	};
	struct outcome outcome = {};
	const struct ptscope_run *run;
	size_t count = 0;

	outcome.err = ptscope_dump_runs(client, pid, 0, 0, &filter);
	if (!outcome.err)
		while ((outcome.err = ptscope_next_run(client, &run)) > 0)
			count++;
	if (outcome.err)
		snprintf(outcome.text, sizeof(outcome.text), "%s", ptscope_message(client));
	else if (!count)
		outcome.err = -ENODATA;
	return outcome;
}

static struct outcome get_path(struct ptscope *client, pid_t pid)
{
	const struct ptscope_path *path;
	struct outcome outcome = {};

	outcome.err = ptscope_get_path(client, pid, 0, &path);
	if (outcome.err)
		snprintf(outcome.text, sizeof(outcome.text), "%s", ptscope_message(client));
	return outcome;
}

/* An error must have a message. */
static void expect(const char *what, struct outcome outcome, int err)
{
	bool good = outcome.err == err && (!err || outcome.text[0]);

	if (!good)
		ktap_note("expected %s, got %s: \"%s\"", err ? strerror(-err) : "success",
			  outcome.err ? strerror(-outcome.err) : "success", outcome.text);
	ktap_check(good, "%s%s%s%s", what, outcome.err ? " (" : "", outcome.text,
		   outcome.err ? ")" : "");
}

static void expect_all(const char *what, pid_t pid, int err)
{
	char name[128];

	snprintf(name, sizeof(name), "PROC_GET of %s", what);
	expect(name, get_proc(ps, pid), err);
	snprintf(name, sizeof(name), "VMA_GET of %s", what);
	expect(name, get_vmas(ps, pid), err);
	snprintf(name, sizeof(name), "RUN_GET of %s", what);
	expect(name, get_runs(ps, pid), err);
	snprintf(name, sizeof(name), "WALK_GET of %s", what);
	expect(name, get_path(ps, pid), err);
}

static void test_no_mm(void)
{
	struct proc_stat stat;
	siginfo_t info;
	pid_t pid;

	pid = fork();
	if (!pid)
		_exit(0);
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	expect_all("a zombie", pid, -ESRCH);
	waitpid(pid, NULL, 0);
	expect_all("a PID that is free again", pid, -ESRCH);

	if (proc_read_stat(2, 0, &stat) && stat.flags & PROC_FLAG_KTHREAD)
		expect_all("a kernel thread", 2, -EINVAL);
	else
		ktap_skip("PID 2 is not a kernel thread", "a kernel thread");
}

static void report(int fd)
{
	if (write(fd, "", 1) != 1)
		_exit(1);
}

/* The target. It has VMAS single-page VMAs, and every second page is touched. */
static void run_target(int command, int report_to, char *start)
{
	const size_t length = VMAS * page_size;
	char letter;
	size_t i;

	for (i = 1; i < VMAS; i += 2) {
		start[i * page_size] = 1;
		if (mprotect(start + i * page_size, page_size, PROT_READ))
			_exit(1);
	}
	report(report_to);
	while (read(command, &letter, 1) == 1) {
		switch (letter) {
		case 'x':
			/* exec() closes the pipe. */
			execlp("sleep", "sleep", "1000", NULL);
			_exit(1);
		case 'u':
			munmap(start, length);
			break;
		case 'm':
			/* All VMAs merge. */
			if (mprotect(start, length, PROT_READ | PROT_WRITE))
				_exit(1);
			break;
		case 'f':
			/* The VMAs stay, their pages are freed. */
			if (madvise(start, length, MADV_DONTNEED))
				_exit(1);
			break;
		}
		report(report_to);
	}
	_exit(0);
}

static void await_target(const struct target *target)
{
	char byte;

	if (read(target->report, &byte, 1) != 1)
		ktap_bail("the target has died");
}

static void start_target(struct target *target)
{
	int command[2], ready[2];
	char *start;

	start = mmap(NULL, VMAS * page_size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED || pipe2(command, O_CLOEXEC) || pipe2(ready, O_CLOEXEC))
		ktap_bail("cannot set up a target: %s", strerror(errno));
	madvise(start, VMAS * page_size, MADV_NOHUGEPAGE);
	target->start = (uintptr_t)start;
	target->end = target->start + VMAS * page_size;
	target->command = command[1];
	target->report = ready[0];
	target->pid = fork();
	if (target->pid < 0)
		ktap_bail("fork: %s", strerror(errno));
	if (!target->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(command[1]);
		close(ready[0]);
		run_target(command[0], ready[1], start);
	}
	munmap(start, VMAS * page_size);
	close(command[0]);
	close(ready[1]);
	await_target(target);
}

static void end_target(struct target *target)
{
	close(target->command);
	close(target->report);
	kill(target->pid, SIGKILL);
	waitpid(target->pid, NULL, 0);
}

static void send_command(const struct target *target, char letter)
{
	char byte;

	if (letter == 'k') {
		kill(target->pid, SIGKILL);
		/* end_target() reaps it; a zombie has no mm. */
		waitid(P_PID, target->pid, &(siginfo_t){}, WEXITED | WNOWAIT);
		return;
	}
	if (write(target->command, &letter, 1) != 1)
		ktap_bail("the target has died");
	if (letter == 'x') {
		if (read(target->report, &byte, 1) != 0)
			ktap_bail("the target did not call exec()");
		return;
	}
	await_target(target);
}

/**
 * struct result - a dump during which the target changed
 * @err: result
 * @count: number of VMAs or runs
 * @bytes: their size
 * @in_order: they did not overlap, and each census had the size of its VMA
 * @interrupted: the dump is marked as interrupted
 * @text: message of an error
 */
struct result {
	int err;
	size_t count;
	uint64_t bytes;
	bool in_order;
	bool interrupted;
	char text[256];
};

/* The same for runs. */
static struct result dump_runs(struct target *target, char letter)
{
	const struct ptscope_filter filter = {
		.size = sizeof(filter),
		.detail = PTSCOPE_DETAIL_FRAME,
	};
	struct result result = { .in_order = true };
	const struct ptscope_run *run;
	uint64_t reached;

	start_target(target);
	reached = target->start;
	result.err = ptscope_dump_runs(ps, target->pid, target->start, target->end, &filter);
	while (!result.err && (result.err = ptscope_next_run(ps, &run)) > 0) {
		if (run->start < reached || run->start + run->pages * page_size > target->end)
			result.in_order = false;
		reached = run->start + run->pages * page_size;
		result.bytes += run->pages * page_size;
		if (!result.count++ && letter)
			send_command(target, letter);
		result.err = 0;
	}
	if (result.err)
		snprintf(result.text, sizeof(result.text), "%s", ptscope_message(ps));
	else
		result.interrupted = ptscope_interrupted(ps);
	end_target(target);
	return result;
}

/* Reads one VMA, sends the command, and reads the rest. */
static struct result dump_vmas(struct target *target, char letter)
{
	struct result result = { .in_order = true };
	uint64_t reached = target->start;
	const struct ptscope_vma *vma;

	start_target(target);
	reached = target->start;
	result.err = ptscope_dump_vmas(ps, target->pid, target->start, target->end);
	while (!result.err && (result.err = ptscope_next_vma(ps, &vma)) > 0) {
		if (vma->start < reached || vma->end > target->end ||
		    vma->census.size != vma->end - vma->start)
			result.in_order = false;
		reached = vma->end;
		result.bytes += vma->census.size;
		if (!result.count++ && letter)
			send_command(target, letter);
		result.err = 0;
	}
	if (result.err)
		snprintf(result.text, sizeof(result.text), "%s", ptscope_message(ps));
	else
		result.interrupted = ptscope_interrupted(ps);
	end_target(target);
	return result;
}

static __attribute__((format(printf, 3, 4)))
bool check_result(bool good, const struct result *result, const char *format, ...)
{
	char what[128];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if (!good || !result->in_order)
		ktap_note("error %d \"%s\", %zu VMAs, %" PRIu64 " bytes%s%s", result->err,
			  result->text, result->count, result->bytes,
			  result->interrupted ? ", interrupted" : "",
			  result->in_order ? "" : ", out of order");
	return ktap_check(good && result->in_order, "%s", what);
}

/* What VMAs and runs have in common. */
static void test_changes_of(struct result (*dump)(struct target *target, char letter),
			    const char *what)
{
	const uint64_t whole = VMAS * page_size;
	struct target target;
	struct result result;

	result = dump(&target, 0);
	check_result(!result.err && result.count == VMAS && result.bytes == whole &&
		     !result.interrupted, &result, "dump of %s: no change", what);

	result = dump(&target, 'k');
	check_result(result.err == -ESRCH && result.text[0] && result.count < VMAS, &result,
		     "dump of %s: the target is killed", what);

	result = dump(&target, 'x');
	check_result(result.err == -ESRCH && result.text[0] && result.count < VMAS, &result,
		     "dump of %s: the target calls exec()", what);

	result = dump(&target, 'u');
	check_result(!result.err && result.count < VMAS && result.interrupted, &result,
		     "dump of %s: the target unmaps all VMAs", what);

	/*
	 * One VMA replaces thousands; no page may be reported twice. There are as many
	 * runs as before if no two frames are consecutive.
	 */
	result = dump(&target, 'm');
	check_result(!result.err && (dump == dump_runs || result.count < VMAS) &&
		     result.bytes == whole && result.interrupted, &result,
		     "dump of %s: all VMAs merge", what);
}

static void test_changes(void)
{
	struct target target;
	struct result result;

	test_changes_of(dump_vmas, "VMAs");
	test_changes_of(dump_runs, "runs");

	result = dump_vmas(&target, 'f');
	check_result(!result.err && result.count == VMAS && result.bytes == VMAS * page_size,
		     &result, "dump of VMAs: the target frees all pages");
}

/* Changes of the VMAs of a range that is mapped at all times. */
static void split_and_join(char *start, size_t size)
{
	char *last = start + size - page_size;

	if (mprotect(last, page_size, PROT_READ) ||
	    mprotect(last, page_size, PROT_READ | PROT_WRITE))
		_exit(1);
}

static void map_over(char *start, size_t size)
{
	char *last = start + size - page_size;

	if (mmap(last, page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
		    last ||
	    mmap(last, page_size, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != last)
		_exit(1);
}

/*
 * Without mmap_lock a reader may find no VMA while one is changed. A dump that ends there
 * must be marked as interrupted.
 */
static void test_end(const char *what, void (*act)(char *start, size_t size))
{
	const size_t size = 16 * page_size;
	unsigned int dumps, short_dumps = 0, interrupted = 0, silent = 0;
	/* PROT_NONE pages on both sides, so that it does not merge with other VMAs. */
	char *start = mmap(NULL, size + 2 * page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0) + page_size;
	pid_t pid;

	if (mprotect(start, size, PROT_READ | PROT_WRITE))
		ktap_bail("mprotect: %s", strerror(errno));
	memset(start, 1, size);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			act(start, size);
	}
	for (dumps = 0; dumps < ENDS; dumps++) {
		/* The whole range, or only the page that changes: there the dump ends at once. */
		const uint64_t wanted = dumps % 2 ? page_size : size;
		const uint64_t end = (uintptr_t)start + size;
		const struct ptscope_vma *vma;
		uint64_t bytes = 0;
		int err = ptscope_dump_vmas(ps, pid, end - wanted, end);

		while (!err && (err = ptscope_next_vma(ps, &vma)) > 0) {
			bytes += vma->census.size;
			err = 0;
		}
		if (err)
			ktap_bail("%s", ptscope_message(ps));
		interrupted += ptscope_interrupted(ps);
		short_dumps += bytes < wanted;
		silent += bytes < wanted && !ptscope_interrupted(ps);
	}
	ktap_note("%u dumps: %u marked as interrupted, %u incomplete, %u of them not marked", dumps,
		  interrupted, short_dumps, silent);
	ktap_check(!silent, "a dump that misses a VMA is marked: %s", what);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	munmap(start - page_size, size + 2 * page_size);
}

static void *sleep_thread(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

static void test_headless(void)
{
	int ready[2];
	struct proc_stat stat = {};
	pid_t pid, tid = 0;
	int i;

	if (pipe(ready))
		ktap_bail("pipe: %s", strerror(errno));
	pid = fork();
	if (!pid) {
		pthread_t thread;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (pthread_create(&thread, NULL, sleep_thread, NULL))
			_exit(1);
		report(ready[1]);
		/* Ends the main thread only. */
		syscall(SYS_exit, 0);
	}
	if (read(ready[0], &(char){ 0 }, 1) != 1)
		ktap_bail("the target has died");
	for (i = 0; i < 1000 && stat.state != 'Z'; i++) {
		usleep(1000);
		proc_read_stat(pid, 0, &stat);
	}
	expect_all("a process whose main thread has exited", pid, 0);
	/* Thread IDs follow the PID, unless another process forks. */
	for (i = 1; i < 100 && !tid; i++)
		if (proc_read_stat(pid, pid + i, &stat))
			tid = pid + i;
	if (tid)
		expect_all("a thread of such a process", tid, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ready[0]);
	close(ready[1]);
}

/*
 * Processes that exit during a request. They are reaped at once, so that the PID becomes
 * invalid.
 */
static void test_exits(void)
{
	static struct outcome (*const get[])(struct ptscope *client, pid_t pid) = {
		get_proc, get_vmas, get_runs, get_path
	};
	const struct sigaction reaped = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
	struct outcome outcome = {};
	unsigned int i, there = 0;
	struct sigaction before;
	int go[2];
	pid_t pid;

	sigaction(SIGCHLD, &reaped, &before);
	for (i = 0; i < 400 && (!outcome.err || outcome.err == -ESRCH); i++) {
		if (pipe(go))
			ktap_bail("pipe: %s", strerror(errno));
		pid = fork();
		if (!pid)
			_exit(read(go[0], &(char){ 0 }, 1) != 1);
		if (write(go[1], "", 1) != 1)
			ktap_bail("pipe: %s", strerror(errno));
		while (outcome = get[i % 4](ps, pid), !outcome.err)
			there++;
		close(go[0]);
		close(go[1]);
	}
	sigaction(SIGCHLD, &before, NULL);
	ktap_note("%u replies for %u processes before they exited", there, i);
	ktap_check(there, "requests succeed before the process exits");
	expect("requests fail after the process has exited", outcome, -ESRCH);
}

int main(void)
{
	ktap_begin();
	page_size = sysconf(_SC_PAGESIZE);
	/* A target that died is a failed check. */
	signal(SIGPIPE, SIG_IGN);
	ps = client(NULL);
	expect_all("this process", getpid(), 0);
	test_no_mm();
	test_changes();
	test_end("split and merged", split_and_join);
	test_end("replaced by mmap()", map_over);
	test_headless();
	test_exits();
	ptscope_free(ps);
	return ktap_end();
}
