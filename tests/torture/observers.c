// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients that send random requests for processes that change all the time.
 *
 *	observers SECONDS PROCESSES SEED COMM
 *
 * Each client sends random requests for the processes with the name COMM, exits in the
 * middle of a dump, stops reading for a while, or lets a child read the rest. A request
 * may succeed, or fail because the process or the module is gone; any other error is a
 * fault. Prints totals.
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

/* Totals of all clients. */
struct counts {
	unsigned long dumps;	/* complete */
	unsigned long left;	/* abandoned in the middle */
	unsigned long gone;	/* failed because the target or the module was gone */
	unsigned long pages;
	unsigned long faults;
};

static struct counts *counts;
static uint64_t state;
static pid_t targets[TARGETS];
static unsigned int ntargets;
static const char *comm;
static uint64_t page_size;
/* A resident page, so that not all walks end early. */
static uint64_t seen;

static void add(unsigned long *count, unsigned long more)
{
	__atomic_add_fetch(count, more, __ATOMIC_RELAXED);
}

static uint64_t below(uint64_t limit)
{
	return random_below(&state, limit);
}

/* Counts the result of a request: 0 or a negative errno. */
static void count_result(const struct ptscope *ps, const char *what, int err)
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

/* Returns true to abandon the dump. May also sleep, exit, or continue in a child. */
static bool abandon(void)
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
	const struct ptscope_proc *proc;
	int err = ptscope_dump_procs(ps, NULL, 0);

	ntargets = 0;
	while (!err && (err = ptscope_next_proc(ps, &proc)) > 0) {
		add(&counts->pages, proc->census.size / page_size);
		if (ntargets < TARGETS && !strcmp(proc->comm, comm))
			targets[ntargets++] = proc->pid;
		err = 0;
	}
	count_result(ps, "all processes", err);
}

static pid_t target(void)
{
	/* Rarely a PID that may not exist. */
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

static void get_proc(struct ptscope *ps)
{
	const struct ptscope_proc *proc;
	int err = ptscope_get_proc(ps, target(), &proc);

	if (!err)
		add(&counts->pages, proc->census.size / page_size);
	count_result(ps, "a process", err == -EINVAL || err == -EPERM ? -ESRCH : err);
}

static void get_vmas(struct ptscope *ps)
{
	const struct ptscope_vma *vma;
	uint64_t start, end;
	int err;

	range(&start, &end);
	err = ptscope_dump_vmas(ps, target(), start, end);
	while (!err && (err = ptscope_next_vma(ps, &vma)) > 0) {
		add(&counts->pages, vma->census.size / page_size);
		if (abandon())
			return;
		err = 0;
	}
	count_result(ps, "VMAs", err == -EINVAL ? -ESRCH : err);
}

static void get_runs(struct ptscope *ps)
{
	struct ptscope_filter filter = { .size = sizeof(filter) };
	const struct ptscope_run *run;
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
	/* Node and folio of all resident pages, which are freed meanwhile. */
	if (!below(4))
		filter = (struct ptscope_filter){
			.size = sizeof(filter),
			.states = 1u << PTSCOPE_STATE_RES,
			.detail = PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO,
		};
	err = ptscope_dump_runs(ps, pid, start, end, &filter);
	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		add(&counts->pages, run->pages);
		if (run->state == PTSCOPE_STATE_RES && !below(8))
			seen = run->start + below(run->pages) * page_size;
		if (abandon())
			return;
		err = 0;
	}
	count_result(ps, "runs", err == -EINVAL ? -ESRCH : err);
}

static void get_path(struct ptscope *ps)
{
	const struct ptscope_path *path;
	int err = ptscope_get_path(ps, target(), below(4) ? seen : below(1ull << 47), &path);

	add(&counts->pages, 1);
	count_result(ps, "a walk", err == -EINVAL ? -ESRCH : err);
}

/* A client. */
static void run_client(void)
{
	struct ptscope *ps = ptscope_new();
	int rounds = 1 + below(60), err;

	/* torture.sh kills all clients by this name, to unload the module. */
	prctl(PR_SET_NAME, "ptscope-client");
	if (!ps)
		_exit(0);
	err = ptscope_connect(ps);
	if (err) {
		count_result(ps, "a connection", err);
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
			get_proc(ps);
			break;
		case 2:
		case 3:
			get_vmas(ps);
			break;
		case 4:
			get_path(ps);
			break;
		default:
			get_runs(ps);
			break;
		}
	}
	ptscope_free(ps);
	_exit(0);
}

static void run_clients(time_t deadline)
{
	int status;
	pid_t pid;

	while (time(NULL) < deadline) {
		random_next(&state);
		pid = fork();
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			run_client();
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
			run_clients(deadline);
		}
		if (pid < 0)
			return 1;
	}
	while (wait(NULL) > 0 || errno == EINTR)
		;
	printf("# observers: %lu dumps, %lu abandoned, %lu ended early, %lu pages, %lu faults\n",
	       counts->dumps, counts->left, counts->gone, counts->pages, counts->faults);
	return counts->faults || !counts->dumps || !counts->pages;
}
