// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients that look at those who never rest, and that are no better.
 *
 *	observers SECONDS PROCESSES SEED COMM
 *
 * Each asks anything of any process called COMM, goes away in the middle, stops
 * reading for a while, or has a child read on. What a request may come to is an
 * answer, or that the process, or the module, is gone; anything else is a fault.
 * Prints how much was asked and answered.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <ptscope.h>
#include "../random.h"

#define TARGETS 64

/* What all of them have seen together. */
struct counts {
	unsigned long dumps;	/* to their end */
	unsigned long left;	/* left in the middle */
	unsigned long gone;	/* ended since the target, or the module, was gone */
	unsigned long pages;
	unsigned long faults;
};

static struct counts *counts;
static uint64_t state;
static pid_t targets[TARGETS];
static unsigned int ntargets;
static const char *comm;
static uint64_t page_size;
/* Where a page was seen, so that walks do not always end at nothing. */
static uint64_t seen;

static void add(unsigned long *count, unsigned long more)
{
	__atomic_add_fetch(count, more, __ATOMIC_RELAXED);
}

static uint64_t below(uint64_t limit)
{
	return random_below(&state, limit);
}

/* How a question ended: 0, or a negative errno. */
static void conclude(const struct ptscope *ps, const char *what, int err)
{
	switch (err) {
	case 0:
		add(&counts->dumps, 1);
		break;
	case -ESRCH:
	case -ENOENT:
	case -EPROTONOSUPPORT:
	case -EOPNOTSUPP:
		add(&counts->gone, 1);
		break;
	default:
		add(&counts->faults, 1);
		printf("# %s: %s (%s)\n", what, strerror(-err), ptscope_message(ps));
		fflush(stdout);
	}
}

/* Now and then the rest is left, or waits, or is somebody else's. */
static bool tired(void)
{
	pid_t pid;
	int status;

	switch (below(2000)) {
	case 0:
		add(&counts->left, 1);
		_exit(0);
	case 1:
		add(&counts->left, 1);
		return true;
	case 2:
		usleep(below(200000));
		return false;
	case 3:
		pid = fork();
		if (pid > 0) {
			waitpid(pid, &status, 0);
			_exit(0);
		}
		return false;
	default:
		return false;
	}
}

static void find_targets(struct ptscope *ps)
{
	struct ptscope_proc proc;
	int err = ptscope_dump_procs(ps);

	ntargets = 0;
	while (!err && (err = ptscope_next_proc(ps, &proc)) > 0) {
		add(&counts->pages, proc.census.size / page_size);
		if (ntargets < TARGETS && !strcmp(proc.comm, comm))
			targets[ntargets++] = proc.pid;
		err = 0;
	}
	conclude(ps, "all processes", err);
}

static pid_t target(void)
{
	/* One that is gone by now, or never was, will do as well. */
	return ntargets && below(50) ? targets[below(ntargets)] : (pid_t)(1 + below(4000));
}

static void range(uint64_t *start, uint64_t *end)
{
	*start = 0;
	*end = 0;
	if (below(2))
		return;
	*start = below(1ull << 35) * page_size;
	*end = *start + (1 + below(1ull << (1 + below(34)))) * page_size;
}

static void ask_proc(struct ptscope *ps)
{
	struct ptscope_proc proc = {};
	int err = ptscope_get_proc(ps, target(), &proc);

	add(&counts->pages, proc.census.size / page_size);
	conclude(ps, "a process", err == -EINVAL || err == -EPERM ? -ESRCH : err);
}

static void ask_vmas(struct ptscope *ps)
{
	const struct ptscope_vma *vma;
	uint64_t start, end;
	int err;

	range(&start, &end);
	err = ptscope_dump_vmas(ps, target(), start, end);
	while (!err && (err = ptscope_next_vma(ps, &vma)) > 0) {
		add(&counts->pages, vma->census.size / page_size);
		if (tired())
			return;
		err = 0;
	}
	conclude(ps, "VMAs", err == -EINVAL ? -ESRCH : err);
}

static void ask_runs(struct ptscope *ps, bool brief)
{
	struct ptscope_filter filter = {};
	struct ptscope_run run;
	uint64_t start, end;
	pid_t pid = target();
	int err;

	range(&start, &end);
	if (below(2))
		filter.states = 1 + below(0x1fff);
	if (!below(4))
		filter.mask = below(0x10000);
	if (!below(4))
		filter.inverted = below(0x10000);
	if (!below(4))
		filter.anyof = below(0x10000);
	filter.detail = below(0x20);
	/* Of all that is in RAM, the facts of folios: they come and go meanwhile. */
	if (!below(4))
		filter = (struct ptscope_filter){
			.states = 1u << PTSCOPE_STATE_RES,
			.detail = PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO,
		};
	if (brief)
		filter.detail &= ~(PTSCOPE_DETAIL_FRAME | PTSCOPE_DETAIL_NODE |
				   PTSCOPE_DETAIL_FOLIO);
	err = brief ? ptscope_dump_series(ps, pid, start, end, &filter) :
		      ptscope_dump_runs(ps, pid, start, end, &filter);
	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		add(&counts->pages, run.pages);
		if (run.state == PTSCOPE_STATE_RES && !below(8))
			seen = run.start + below(run.pages) * page_size;
		if (tired())
			return;
		err = 0;
	}
	conclude(ps, brief ? "series" : "runs", err == -EINVAL ? -ESRCH : err);
}

static void ask_path(struct ptscope *ps)
{
	struct ptscope_path path;
	int err = ptscope_get_path(ps, target(), below(4) ? seen : below(1ull << 47), &path);

	add(&counts->pages, 1);
	conclude(ps, "a walk", err == -EINVAL ? -ESRCH : err);
}

/* One client's life. */
static void session(void)
{
	struct ptscope *ps = ptscope_new();
	int rounds = 1 + below(60), err;

	/* By this name they are killed, all at once, for the module to be unloaded. */
	prctl(PR_SET_NAME, "ptscope-client");
	if (!ps)
		_exit(0);
	err = ptscope_connect(ps);
	if (err) {
		conclude(ps, "a connection", err);
		_exit(0);
	}
	ptscope_set_cache(ps, below(4) == 0);
	find_targets(ps);
	while (rounds--) {
		switch (below(8)) {
		case 0:
			find_targets(ps);
			break;
		case 1:
			ask_proc(ps);
			break;
		case 2:
		case 3:
			ask_vmas(ps);
			break;
		case 4:
			ask_path(ps);
			break;
		default:
			ask_runs(ps, below(2));
			break;
		}
	}
	ptscope_free(ps);
	_exit(0);
}

static void live(time_t deadline)
{
	int status;
	pid_t pid;

	while (time(NULL) < deadline) {
		random_next(&state);
		pid = fork();
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			session();
		}
		if (pid > 0)
			waitpid(pid, &status, 0);
		if (pid > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
			add(&counts->left, 1);
		} else if (pid > 0 && !WIFEXITED(status)) {
			add(&counts->faults, 1);
			printf("# a client was killed by signal %d\n", WTERMSIG(status));
			fflush(stdout);
		}
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	time_t deadline;
	int i, processes;

	if (argc != 5)
		return 2;
	deadline = time(NULL) + atoi(argv[1]);
	processes = atoi(argv[2]);
	comm = argv[4];
	page_size = sysconf(_SC_PAGESIZE);
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (counts == MAP_FAILED)
		return 1;
	for (i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			state = strtoull(argv[3], NULL, 10) * 1000003 + i + 1;
			live(deadline);
		}
		if (pid < 0)
			return 1;
	}
	while (wait(NULL) > 0 || errno == EINTR)
		;
	printf("# observers: %lu dumps, %lu left in the middle, %lu ended early, %lu pages, %lu faults\n",
	       counts->dumps, counts->left, counts->gone, counts->pages, counts->faults);
	return counts->faults || !counts->dumps || !counts->pages;
}
