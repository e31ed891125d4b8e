// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bad moments to look at a process.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
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
#include "ktap.h"
#include "proc.h"

/* VMAs of the process that changes under a dump, which takes many replies. */
#define VMAS 8000
/* Dumps of one whose end changes. */
#define ENDS 3000

/* A child of this test, which does what is written to it letter by letter. */
struct target {
	pid_t pid;
	int order;
	int report;
	uint64_t start;
	uint64_t end;
};

/* How a question ended: in the child that asked it, perhaps. */
struct outcome {
	int err;
	char text[256];
};

static size_t page_size;
static struct ptscope *ps;

static struct outcome ask_proc(struct ptscope *asker, pid_t pid)
{
	struct ptscope_proc proc;
	struct outcome outcome = {};

	outcome.err = ptscope_get_proc(asker, pid, &proc);
	if (outcome.err)
		snprintf(outcome.text, sizeof(outcome.text), "%s", ptscope_message(asker));
	else if (!proc.census.size)
		outcome.err = -ENODATA;
	return outcome;
}

static struct outcome ask_vmas(struct ptscope *asker, pid_t pid)
{
	const struct ptscope_vma *vma;
	struct outcome outcome = {};
	size_t count = 0;

	outcome.err = ptscope_dump_vmas(asker, pid, 0, 0);
	if (!outcome.err)
		while ((outcome.err = ptscope_next_vma(asker, &vma)) > 0)
			count++;
	if (outcome.err)
		snprintf(outcome.text, sizeof(outcome.text), "%s", ptscope_message(asker));
	else if (!count)
		outcome.err = -ENODATA;
	return outcome;
}

static struct outcome ask_runs(struct ptscope *asker, pid_t pid)
{
	const struct ptscope_filter filter = { .detail = PTSCOPE_DETAIL_FRAME };
	struct outcome outcome = {};
	struct ptscope_run run;
	size_t count = 0;

	outcome.err = ptscope_dump_runs(asker, pid, 0, 0, &filter);
	if (!outcome.err)
		while ((outcome.err = ptscope_next_run(asker, &run)) > 0)
			count++;
	if (outcome.err)
		snprintf(outcome.text, sizeof(outcome.text), "%s", ptscope_message(asker));
	else if (!count)
		outcome.err = -ENODATA;
	return outcome;
}

static struct outcome ask_path(struct ptscope *asker, pid_t pid)
{
	struct ptscope_path path;
	struct outcome outcome = {};

	outcome.err = ptscope_get_path(asker, pid, 0, &path);
	if (outcome.err)
		snprintf(outcome.text, sizeof(outcome.text), "%s", ptscope_message(asker));
	return outcome;
}

/* A failure comes with words. */
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
	expect(name, ask_proc(ps, pid), err);
	snprintf(name, sizeof(name), "VMA_GET of %s", what);
	expect(name, ask_vmas(ps, pid), err);
	snprintf(name, sizeof(name), "RUN_GET of %s", what);
	expect(name, ask_runs(ps, pid), err);
	snprintf(name, sizeof(name), "WALK_GET of %s", what);
	expect(name, ask_path(ps, pid), err);
}

static void test_who_has_no_memory(void)
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
	expect_all("a pid that is free again", pid, -ESRCH);

	if (proc_read_stat(2, 0, &stat) && stat.flags & PROC_FLAG_KTHREAD)
		expect_all("a kernel thread", 2, -EINVAL);
	else
		ktap_skip("pid 2 is none here", "a kernel thread");
}

static void report(int fd)
{
	if (write(fd, "", 1) != 1)
		_exit(1);
}

/* What the child does. It has VMAS single-page VMAs, every other one touched. */
static void obey(int order, int report_to, char *start)
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
	while (read(order, &letter, 1) == 1) {
		switch (letter) {
		case 'x':
			/* The pipe closes when the new program is there. */
			execlp("sleep", "sleep", "1000", NULL);
			_exit(1);
		case 'u':
			munmap(start, length);
			break;
		case 'm':
			/* All of them become one. */
			if (mprotect(start, length, PROT_READ | PROT_WRITE))
				_exit(1);
			break;
		case 'f':
			/* They stay as they are, and their pages go. */
			if (madvise(start, length, MADV_DONTNEED))
				_exit(1);
			break;
		}
		report(report_to);
	}
	_exit(0);
}

static void wait_for(const struct target *target)
{
	char byte;

	if (read(target->report, &byte, 1) != 1)
		ktap_bail("the target has died");
}

static void start_target(struct target *target)
{
	int order[2], to_us[2];
	char *start;

	start = mmap(NULL, VMAS * page_size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED || pipe2(order, O_CLOEXEC) || pipe2(to_us, O_CLOEXEC))
		ktap_bail("cannot set up a target: %s", strerror(errno));
	madvise(start, VMAS * page_size, MADV_NOHUGEPAGE);
	target->start = (uintptr_t)start;
	target->end = target->start + VMAS * page_size;
	target->order = order[1];
	target->report = to_us[0];
	target->pid = fork();
	if (target->pid < 0)
		ktap_bail("fork: %s", strerror(errno));
	if (!target->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(order[1]);
		close(to_us[0]);
		obey(order[0], to_us[1], start);
	}
	munmap(start, VMAS * page_size);
	close(order[0]);
	close(to_us[1]);
	wait_for(target);
}

static void end_target(struct target *target)
{
	close(target->order);
	close(target->report);
	kill(target->pid, SIGKILL);
	waitpid(target->pid, NULL, 0);
}

static void give_order(const struct target *target, char letter)
{
	char byte;

	if (letter == 'k') {
		kill(target->pid, SIGKILL);
		/* It is reaped by end_target(); a zombie has no memory either. */
		waitid(P_PID, target->pid, &(siginfo_t){}, WEXITED | WNOWAIT);
		return;
	}
	if (write(target->order, &letter, 1) != 1)
		ktap_bail("the target has died");
	if (letter == 'x') {
		if (read(target->report, &byte, 1) != 0)
			ktap_bail("the target did not run another program");
		return;
	}
	wait_for(target);
}

/**
 * struct disturbed - a dump during which something happened
 * @err: how it ended
 * @count: VMAs in the target's range
 * @bytes: their size
 * @in_order: none of them overlapped, and each census was of its VMA's size
 */
struct disturbed {
	int err;
	size_t count;
	uint64_t bytes;
	bool in_order;
	bool interrupted;
	char text[256];
};

/* The same of runs, which come by the hundred: after the first of them. */
static struct disturbed disturb_runs(struct target *target, char letter)
{
	const struct ptscope_filter filter = { .detail = PTSCOPE_DETAIL_FRAME };
	struct disturbed result = { .in_order = true };
	struct ptscope_run run;
	uint64_t reached;

	start_target(target);
	reached = target->start;
	result.err = ptscope_dump_runs(ps, target->pid, target->start, target->end, &filter);
	while (!result.err && (result.err = ptscope_next_run(ps, &run)) > 0) {
		if (run.start < reached || run.start + run.pages * page_size > target->end)
			result.in_order = false;
		reached = run.start + run.pages * page_size;
		result.bytes += run.pages * page_size;
		if (!result.count++ && letter)
			give_order(target, letter);
		result.err = 0;
	}
	if (result.err)
		snprintf(result.text, sizeof(result.text), "%s", ptscope_message(ps));
	else
		result.interrupted = ptscope_interrupted(ps);
	end_target(target);
	return result;
}

/* Reads one VMA of the target's range, gives the order, and reads on. */
static struct disturbed disturb(struct target *target, char letter)
{
	struct disturbed result = { .in_order = true };
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
			give_order(target, letter);
		result.err = 0;
	}
	if (result.err)
		snprintf(result.text, sizeof(result.text), "%s", ptscope_message(ps));
	else
		result.interrupted = ptscope_interrupted(ps);
	end_target(target);
	return result;
}

static bool check_disturbed(bool good, const struct disturbed *result, const char *what)
{
	if (!good || !result->in_order)
		ktap_note("error %d \"%s\", %zu VMAs, %" PRIu64 " bytes%s%s", result->err,
			  result->text, result->count, result->bytes,
			  result->interrupted ? ", interrupted" : "",
			  result->in_order ? "" : ", out of order");
	return ktap_check(good && result->in_order, "%s", what);
}

static void test_changes(void)
{
	const uint64_t whole = VMAS * page_size;
	struct target target;
	struct disturbed result;

	result = disturb(&target, 0);
	check_disturbed(!result.err && result.count == VMAS && result.bytes == whole &&
			!result.interrupted, &result, "a dump that nothing disturbs");

	result = disturb(&target, 'k');
	check_disturbed(result.err == -ESRCH && result.text[0] && result.count < VMAS, &result,
			"the target is killed in the middle of a dump");

	result = disturb(&target, 'x');
	check_disturbed(result.err == -ESRCH && result.text[0] && result.count < VMAS, &result,
			"the target runs another program in the middle of a dump");

	result = disturb(&target, 'u');
	check_disturbed(!result.err && result.count < VMAS && result.interrupted, &result,
			"the target unmaps everything in the middle of a dump");

	/* What was to come in thousands of VMAs comes in one, and nothing twice. */
	result = disturb(&target, 'm');
	check_disturbed(!result.err && result.count < VMAS && result.bytes == whole &&
			result.interrupted, &result,
			"the target's VMAs become one in the middle of a dump");

	result = disturb(&target, 'f');
	check_disturbed(!result.err && result.count == VMAS && result.bytes == whole, &result,
			"the target gives all its pages back in the middle of a dump");

	result = disturb_runs(&target, 0);
	check_disturbed(!result.err && result.count == VMAS && result.bytes == whole &&
			!result.interrupted, &result, "a dump of runs that nothing disturbs");
	result = disturb_runs(&target, 'k');
	check_disturbed(result.err == -ESRCH && result.text[0] && result.count < VMAS, &result,
			"the target is killed in the middle of a dump of runs");
	result = disturb_runs(&target, 'x');
	check_disturbed(result.err == -ESRCH && result.text[0] && result.count < VMAS, &result,
			"the target runs another program in the middle of a dump of runs");
	result = disturb_runs(&target, 'u');
	check_disturbed(!result.err && result.count < VMAS && result.interrupted, &result,
			"the target unmaps everything in the middle of a dump of runs");
	result = disturb_runs(&target, 'm');
	check_disturbed(!result.err && result.bytes == whole && result.interrupted, &result,
			"the target's VMAs become one in the middle of a dump of runs");
}

/* Something that changes the VMAs of a range, all of which is mapped at all times. */
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
 * While a VMA is being changed there may be none for a moment, to those who hold no
 * lock. A dump that ends there must say that the address space has changed.
 */
static void test_end(const char *what, void (*act)(char *start, size_t size))
{
	const size_t size = 16 * page_size;
	unsigned int dumps, short_dumps = 0, interrupted = 0, silent = 0;
	/* Nothing beside it that it could be merged with. */
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
		/* All of it, or what changes alone: the end is found at once then. */
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
	ktap_note("%u dumps: %u marked as interrupted, %u not of all, %u of them unmarked", dumps,
		  interrupted, short_dumps, silent);
	ktap_check(!silent, "a dump that misses a VMA which %s is marked", what);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	munmap(start - page_size, size + 2 * page_size);
}

static void *live_on(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

static void test_headless(void)
{
	int to_us[2];
	struct proc_stat stat = {};
	pid_t pid, tid = 0;
	int i;

	if (pipe(to_us))
		ktap_bail("pipe: %s", strerror(errno));
	pid = fork();
	if (!pid) {
		pthread_t thread;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (pthread_create(&thread, NULL, live_on, NULL))
			_exit(1);
		report(to_us[1]);
		/* Not exit(): the main thread alone. */
		syscall(SYS_exit, 0);
	}
	if (read(to_us[0], &(char){ 0 }, 1) != 1)
		ktap_bail("the target has died");
	for (i = 0; i < 1000 && stat.state != 'Z'; i++) {
		usleep(1000);
		proc_read_stat(pid, 0, &stat);
	}
	expect_all("a process whose main thread has exited", pid, 0);
	/* Threads are numbered as they are made, unless somebody else forks. */
	for (i = 1; i < 100 && !tid; i++)
		if (proc_read_stat(pid, pid + i, &stat))
			tid = pid + i;
	if (tid)
		expect_all("a thread of such a process", tid, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(to_us[0]);
	close(to_us[1]);
}

/*
 * A process that exits while it is asked about is there, or is not. It is reaped
 * at once, and then has no ID any more that an answer could name.
 */
static void test_exits(void)
{
	static struct outcome (*const ask[])(struct ptscope *asker, pid_t pid) = {
		ask_proc, ask_vmas, ask_runs, ask_path
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
		while (outcome = ask[i % 4](ps, pid), !outcome.err)
			there++;
		close(go[0]);
		close(go[1]);
	}
	sigaction(SIGCHLD, &before, NULL);
	ktap_note("%u answers about %u processes before they were gone", there, i);
	ktap_check(there, "processes are looked at that are about to exit");
	expect("when they have, they are not there any more", outcome, -ESRCH);
}

int main(void)
{
	ktap_begin();
	page_size = sysconf(_SC_PAGESIZE);
	/* A target that dies must be a finding, not the end. */
	signal(SIGPIPE, SIG_IGN);
	ps = client(NULL);
	expect_all("this very process", getpid(), 0);
	test_who_has_no_memory();
	test_changes();
	test_end("is split and joined", split_and_join);
	test_end("is mapped over", map_over);
	test_headless();
	test_exits();
	ptscope_free(ps);
	return ktap_end();
}
