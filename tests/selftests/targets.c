// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways to name what a request is about: a list of processes, a pidfd, many
 * addresses. And the counters of a census that need struct page, compared with runs.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "ktap.h"
#include "target.h"

#define CHILDREN 300
#define UNUSED_PID 4194304
#define KTHREAD 2
#define SOME_USER 1000
/* More than two requests hold. */
#define ADDRESSES (2 * PTSCOPE_PATHS_PER_REQUEST + 100)

static size_t page_size;

static void no_setup(void *arg)
{
	(void)arg;
}

static pid_t start_child(void)
{
	return target_start(no_setup, NULL);
}

/* Every process of the list is reported, in its order. */
static void test_list(struct ptscope *ps)
{
	const struct ptscope_proc *proc;
	pid_t list[CHILDREN + 2];
	int i, err, ordered = 0, resident = 0, errors = 0;

	list[0] = KTHREAD;
	for (i = 1; i <= CHILDREN; i++)
		list[CHILDREN + 1 - i] = start_child();
	list[CHILDREN + 1] = UNUSED_PID;

	err = ptscope_dump_procs(ps, list, CHILDREN + 2);
	for (i = 0; !err && (err = ptscope_next_proc(ps, &proc)) > 0; i++) {
		err = 0;
		ordered += i < CHILDREN + 2 && proc->pid == list[i];
		resident += !proc->error && proc->census.res;
		errors += (i == 0 && proc->error == -EINVAL) ||
			  (i == CHILDREN + 1 && proc->error == -ESRCH);
	}
	ktap_check(!err, "a list of %d processes: %s", CHILDREN + 2,
		   err ? ptscope_message(ps) : "no error");
	ktap_check(ordered == CHILDREN + 2, "each is reported, in order: %d", ordered);
	ktap_check(resident == CHILDREN, "each child has a census: %d", resident);
	ktap_check(errors == 2, "a kernel thread and an unused PID have errors of their own");
	ktap_check(ptscope_dump_procs(ps, list, 0) == -EINVAL, "an empty list is refused");
	for (i = 1; i <= CHILDREN; i++)
		kill(list[i], SIGKILL);
	while (wait(NULL) > 0)
		;
}

/* An ordinary user gets its own census, and an error for another's process. */
static void test_denied(void)
{
	const pid_t parent = getpid();
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		const struct ptscope_proc *proc;
		struct ptscope *ps;
		pid_t list[2];
		int i;

		if (setgid(SOME_USER) || setuid(SOME_USER))
			_exit(2);
		/* After a change of identity a process is dumpable again by exec only. */
		ps = ptscope_new();
		list[0] = parent;
		list[1] = 1;
		if (!ps || ptscope_dump_procs(ps, list, 2))
			_exit(3);
		for (i = 0; i < 2; i++)
			if (ptscope_next_proc(ps, &proc) != 1 || proc->pid != list[i] ||
			    proc->error != -EPERM || proc->census.size)
				_exit(4);
		_exit(ptscope_next_proc(ps, &proc));
	}
	waitpid(pid, &status, 0);
	ktap_check(WIFEXITED(status) && !WEXITSTATUS(status),
		   "other users' processes have the error EPERM in a list: status %d",
		   WEXITSTATUS(status));
}

static void test_pidfd(struct ptscope *ps)
{
	const struct ptscope_proc *proc;
	pid_t pid = start_child();
	int fd = syscall(SYS_pidfd_open, pid, 0);
	int err;

	if (fd < 0)
		ktap_bail("pidfd_open: %s", strerror(errno));
	ktap_check(ptscope_get_proc(ps, PTSCOPE_PIDFD, &proc) == -ERANGE,
		   "without a pidfd, PTSCOPE_PIDFD is no process: %s", ptscope_message(ps));
	ptscope_set_pidfd(ps, fd);
	err = ptscope_get_proc(ps, PTSCOPE_PIDFD, &proc);
	ktap_check(!err && proc->pid == pid, "a process by its pidfd");
	err = ptscope_dump_vmas(ps, PTSCOPE_PIDFD, 0, 0);
	while (!err) {
		const struct ptscope_vma *vma;

		err = ptscope_next_vma(ps, &vma);
		if (err <= 0 || vma->pid != pid)
			break;
		err = 0;
	}
	ktap_check(!err, "its VMAs");
	target_stop(pid);
	err = ptscope_get_proc(ps, PTSCOPE_PIDFD, &proc);
	ktap_check(err == -ESRCH, "a process that has been reaped: %s", ptscope_message(ps));
	close(fd);

	pid = start_child();
	fd = syscall(SYS_pidfd_open, pid, 0);
	ptscope_set_pidfd(ps, fd);
	kill(pid, SIGKILL);
	while (waitid(P_PID, pid, &(siginfo_t){}, WEXITED | WNOWAIT))
		;
	err = ptscope_get_proc(ps, PTSCOPE_PIDFD, &proc);
	ktap_check(err == -ESRCH, "a zombie: %s", ptscope_message(ps));
	waitpid(pid, NULL, 0);
	ptscope_set_pidfd(ps, -1);
	close(fd);
}

/* Paths to every second page of a mapping, of which every fourth is resident. */
static void test_paths(struct ptscope *ps)
{
	const size_t size = 2 * ADDRESSES * page_size;
	char *start = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	static uint64_t address[ADDRESSES];
	const struct ptscope_path *path;
	size_t i, right = 0;
	int err;

	if (start == MAP_FAILED)
		ktap_bail("mmap: %s", strerror(errno));
	madvise(start, size, MADV_NOHUGEPAGE);
	for (i = 0; i < ADDRESSES; i++) {
		address[i] = (uintptr_t)start + 2 * i * page_size + i % page_size;
		if (i % 4 == 0)
			start[2 * i * page_size] = 1;
	}
	err = ptscope_dump_paths(ps, getpid(), address, ADDRESSES);
	for (i = 0; !err && (err = ptscope_next_path(ps, &path)) > 0; i++) {
		err = 0;
		right += i < ADDRESSES && path->address == address[i] && path->vma &&
			 path->run->state == (i % 4 ? PTSCOPE_STATE_LAZY : PTSCOPE_STATE_RES);
	}
	ktap_check(!err && i == ADDRESSES, "paths to %d addresses: %zu", ADDRESSES, i);
	ktap_check(right == ADDRESSES, "each in order, and with its state: %zu", right);
	munmap(start, size);
}

/* Sums over the resident pages of a process. */
struct sums {
	uint64_t anon;
	uint64_t file;
	uint64_t shared;
	uint64_t exclusive;
	uint64_t node;
};

static struct sums sums_of_runs(struct ptscope *ps, pid_t pid)
{
	const struct ptscope_filter filter = {
		.size = sizeof(filter),
		.states = 1u << PTSCOPE_STATE_RES,
		.detail = PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO,
	};
	const struct ptscope_run *run;
	struct sums sums = {};
	int err = ptscope_dump_runs(ps, pid, 0, 0, &filter);

	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		const uint64_t bytes = run->pages * page_size;

		err = 0;
		if (!run->has_extra || run->flags & PTSCOPE_FLAG_ZERO)
			continue;
		sums.node += bytes;
		sums.anon += run->folio & PTSCOPE_FOLIO_ANON ? bytes : 0;
		sums.file += run->folio & PTSCOPE_FOLIO_ANON ? 0 : bytes;
		sums.shared += run->folio & PTSCOPE_FOLIO_SHARED ? bytes : 0;
		sums.exclusive += run->folio & PTSCOPE_FOLIO_EXCLUSIVE ? bytes : 0;
	}
	if (err)
		ktap_bail("%s", ptscope_message(ps));
	return sums;
}

static struct sums sums_of_census(struct ptscope *ps, pid_t pid)
{
	const struct ptscope_proc *proc;
	struct sums sums;
	uint32_t i;

	if (ptscope_get_proc(ps, pid, &proc))
		ktap_bail("%s", ptscope_message(ps));
	sums = (struct sums){
		.anon = proc->census.anon,
		.file = proc->census.file,
		.shared = proc->census.shared,
		.exclusive = proc->census.exclusive,
	};
	for (i = 0; i < proc->census.nodes; i++)
		sums.node += proc->census.node[i];
	return sums;
}

/*
 * The census counts what runs report. Other processes, which share pages with this one,
 * may exit between the two.
 */
static void test_details(struct ptscope *ps)
{
	pid_t pid = start_child();
	struct sums runs, census;
	bool same_exclusive;
	int tries = 10;

	ptscope_set_detail(ps, PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO);
	do {
		runs = sums_of_runs(ps, pid);
		census = sums_of_census(ps, pid);
	} while (memcmp(&runs, &census, sizeof(runs)) && --tries && !usleep(100000));
	ktap_check(runs.anon && census.anon == runs.anon && census.file == runs.file,
		   "anonymous %" PRIu64 " and file %" PRIu64 " as in runs", census.anon,
		   census.file);
	same_exclusive = census.exclusive == runs.exclusive;
	ktap_note("in runs: anonymous %" PRIu64 ", file %" PRIu64 ", shared %" PRIu64
		  ", exclusive %" PRIu64, runs.anon, runs.file, runs.shared, runs.exclusive);
	ktap_check(runs.shared && census.shared == runs.shared && same_exclusive,
		   "shared %" PRIu64 " and exclusive %" PRIu64 " as in runs", census.shared,
		   census.exclusive);
	ktap_check(census.node == runs.node, "the nodes add up to the same");
	ptscope_set_detail(ps, 0);
	census = sums_of_census(ps, pid);
	ktap_check(!census.anon && !census.node, "none of that without details");
	target_stop(pid);
}

int main(void)
{
	struct ptscope_info info;
	struct ptscope *ps;

	ktap_begin();
	ps = client(&info);
	page_size = info.page_size;
	test_list(ps);
	test_denied();
	test_pidfd(ps);
	test_paths(ps);
	test_details(ps);
	ptscope_free(ps);
	return ktap_end();
}
