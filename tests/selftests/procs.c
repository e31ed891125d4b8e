// SPDX-License-Identifier: GPL-2.0-only
/*
 * PROC_GET of all processes: each that the caller may read once, with the same result as a
 * request for one PID.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <ptscope.h>
#include "client.h"
#include "ktap.h"
#include "target.h"

/* More than fit into one reply. */
#define CHILDREN 400
#define MAX_PROCS 4096

static struct ptscope_proc procs[MAX_PROCS];
static pid_t child[CHILDREN];

static size_t pages_of(int i)
{
	return i % 64 + 1;
}

/* Number of processes, or a negative errno. */
static int read_procs(struct ptscope *ps)
{
	const struct ptscope_proc *proc;
	int count = 0;
	int err = ptscope_dump_procs(ps, NULL, 0);

	while (!err && count < MAX_PROCS && (err = ptscope_next_proc(ps, &proc)) > 0) {
		err = 0;
		procs[count++] = *proc;
	}
	if (err)
		printf("# %s\n", ptscope_message(ps));
	return err ? err : count;
}

static const struct ptscope_proc *find(int count, pid_t pid)
{
	int i;

	for (i = 0; i < count; i++)
		if (procs[i].pid == pid)
			return &procs[i];
	return NULL;
}

static void touch_pages(void *pages)
{
	const size_t size = *(size_t *)pages * sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			    0);

	if (memory == MAP_FAILED)
		_exit(1);
	memset(memory, 1, size);
}

static void check_whole(struct ptscope *ps)
{
	int count = read_procs(ps);
	int i, missing = 0, differ = 0, idle = 0;
	bool ascending = count > 0;

	ktap_check(count > CHILDREN, "a dump has more than 400 processes: %d", count);
	for (i = 1; i < count; i++)
		ascending &= procs[i - 1].pid < procs[i].pid;
	ktap_check(ascending, "sorted by PID, each once");
	for (i = 0; i < CHILDREN; i++) {
		const struct ptscope_proc *found = find(count, child[i]);
		const struct ptscope_proc *alone;
		struct ptscope_census census;

		if (!found) {
			missing++;
			continue;
		}
		census = found->census;
		if (ptscope_get_proc(ps, child[i], &alone)) {
			missing++;
			continue;
		}
		/* The kernel may age pages in between. */
		census.young = alone->census.young;
		if (found->changed || found->start_time != alone->start_time ||
		    strcmp(found->comm, alone->comm) ||
		    memcmp(&census, &alone->census, sizeof(census)))
			differ++;
		if (census.res < pages_of(i) * sysconf(_SC_PAGESIZE))
			idle++;
	}
	ktap_check(!missing, "none of %d children is missing: %d", CHILDREN, missing);
	ktap_check(!differ, "same as PROC_GET of one PID: %d differ", differ);
	ktap_check(!idle, "resident pages of each child: %d have too few", idle);
	ktap_check(!find(count, 2), "no kernel thread");
	ktap_check(find(count, getpid()), "the caller is included");
}

/* Kills half of the children while a dump is in progress. */
static void check_leaving(struct ptscope *ps)
{
	int i, err, count = 0, found = 0;
	const struct ptscope_proc *proc;

	err = ptscope_dump_procs(ps, NULL, 0);
	while (!err && (err = ptscope_next_proc(ps, &proc)) > 0) {
		err = 0;
		if (count++)
			for (i = 0; i < CHILDREN; i++)
				found += proc->pid == child[i];
		if (count != 1)
			continue;
		for (i = CHILDREN / 2; i < CHILDREN; i++)
			target_stop(child[i]);
	}
	ktap_check(!err, "processes exit during a dump");
	ktap_check(found >= CHILDREN / 2 && found < CHILDREN,
		   "exited processes are left out: %d of %d", found, CHILDREN);
}

/* Number of processes that a child reads after @prepare; -1 if that failed. */
static int count_as(bool (*prepare)(void), int *others)
{
	int to[2], result[2] = { -1, -1 };
	pid_t pid;

	if (pipe(to))
		ktap_bail("pipe: %s", strerror(errno));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (prepare()) {
			struct ptscope *ps = client(NULL);

			result[0] = read_procs(ps);
			result[1] = result[0] - !!find(result[0], getpid());
		}
		fflush(stdout);
		if (write(to[1], result, sizeof(result)) != sizeof(result))
			_exit(1);
		_exit(0);
	}
	close(to[1]);
	if (read(to[0], result, sizeof(result)) != sizeof(result))
		result[0] = -1;
	close(to[0]);
	waitpid(pid, NULL, 0);
	*others = result[1];
	return result[0];
}

static bool become_user(void)
{
	return !setgid(65534) && !setuid(65534) && !prctl(PR_SET_DUMPABLE, 1);
}

static bool become_undumpable_user(void)
{
	return !setgid(65534) && !setuid(65534) && !prctl(PR_SET_DUMPABLE, 0);
}

/* Root of a new user namespace. */
static bool enter_namespace(void)
{
	return !unshare(CLONE_NEWUSER) && !prctl(PR_SET_DUMPABLE, 1);
}

static void check_access(void)
{
	int seen, others;

	seen = count_as(become_user, &others);
	ktap_check(seen == 1 && !others, "a user without capabilities gets only itself: %d", seen);
	seen = count_as(become_undumpable_user, &others);
	ktap_check(seen == 0, "a user that is not dumpable gets nothing: %d", seen);
	seen = count_as(enter_namespace, &others);
	if (seen < 0)
		ktap_skip("this kernel has no user namespaces",
			  "root of a user namespace gets no process outside");
	else
		ktap_check(seen <= 1 && !others,
			   "root of a user namespace gets no process outside: %d", seen);
}

int main(void)
{
	struct ptscope *ps;
	int i;

	ktap_begin();
	ps = client(NULL);
	for (i = 0; i < CHILDREN; i++)
		child[i] = target_start(touch_pages, &(size_t){ pages_of(i) });
	check_whole(ps);
	check_leaving(ps);
	check_access();
	ptscope_free(ps);
	return ktap_end();
}
