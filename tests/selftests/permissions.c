// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may look at whom, and what is hidden from them: every pair of the table in
 * README, with processes that are what it says.
 *
 *	who		try each row
 *	who table	print the rows as README has them
 *
 * It runs itself as a program that changes its identity.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <ptscope.h>
#include "ktap.h"

#define NOBODY 65534
#define SOMEBODY 65533

/* Belongs to root, and makes root of whoever runs it. */
#define SETUID_PROGRAM "/run/ptscope-who"

/* VMAs of one who is asked about while it runs another program: several replies. */
#define VMAS 4000

/* This program. */
static char self[4096];
/* Opened by root, for those who are to ask through it. */
static struct ptscope *roots;

/* What became of a question. */
struct outcome {
	int err;
	bool frames;	/* some frame was told */
	bool hidden;	/* something was said to be hidden */
	bool leaked;	/* something else was told although frames were not */
	bool nodes;	/* the node of some page was reported */
	bool folios;	/* some fact of a folio was reported */
	bool nodes_hidden;
	bool folios_hidden;
};

static void must(bool good, const char *what)
{
	if (!good) {
		fprintf(stderr, "# %s: %s\n", what, strerror(errno));
		_exit(100);
	}
}

/*
 * Identities. Each makes the calling process, which is root, somebody else, and
 * leaves it as after an exec(): with nothing of root's in its memory.
 */

static void forget(void)
{
	must(!prctl(PR_SET_DUMPABLE, 1), "PR_SET_DUMPABLE");
}

static void have_only(uint64_t caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps },
		{ .effective = caps >> 32, .permitted = caps >> 32 },
	};

	must(!syscall(SYS_capset, &header, data), "capset");
}

static void become(uid_t id)
{
	must(!setgroups(0, NULL) && !setresgid(id, id, id) && !setresuid(id, id, id), "setresuid");
}

static void as_root(void)
{
}

static void as_weak_root(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	must(!syscall(SYS_capget, &header, data), "capget");
	have_only(((uint64_t)data[1].permitted << 32 | data[0].permitted) &
		  ~(1ull << CAP_SYS_PTRACE));
	forget();
}

static void as_user_with(uint64_t caps)
{
	must(!prctl(PR_SET_KEEPCAPS, 1), "PR_SET_KEEPCAPS");
	become(NOBODY);
	have_only(caps);
	forget();
}

static void as_tracer(void)
{
	as_user_with(1ull << CAP_SYS_PTRACE);
}

static void as_administrator(void)
{
	as_user_with(1ull << CAP_SYS_ADMIN);
}

static void as_nobody(void)
{
	become(NOBODY);
	forget();
}

static void as_somebody(void)
{
	become(SOMEBODY);
	forget();
}

static void as_nobody_with_secrets(void)
{
	become(NOBODY);
}

static void as_secretive_nobody(void)
{
	become(NOBODY);
	must(!prctl(PR_SET_DUMPABLE, 0), "PR_SET_DUMPABLE");
}

static void as_root_of_namespace(void)
{
	as_nobody();
	must(!unshare(CLONE_NEWUSER), "unshare");
	forget();
}

/* The first process of a container: all that can be its own is. */
static void as_container(void)
{
	int status;
	pid_t pid;

	as_nobody();
	must(!unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC),
	     "unshare");
	forget();
	pid = fork();
	must(pid >= 0, "fork");
	if (pid) {
		waitpid(pid, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 100);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	forget();
}

static void run_program(const char *path)
{
	execl(path, path, "wait", NULL);
	must(false, path);
}

static void as_setuid_program(void)
{
	as_nobody();
	run_program(SETUID_PROGRAM);
}

/*
 * The memory of a program belongs to the user namespace in which it was started;
 * after a mere unshare() it is still what it was.
 */
static void as_program(void)
{
	run_program(self);
}

/*
 * Whom a row is about: a process of its own, the asker, or a child of the asker,
 * which has the same identity.
 */
enum whom { OTHER, ITSELF, OWN_CHILD };

/* Through whose socket. */
enum through { OWN_SOCKET, ROOTS_SOCKET, NOBODYS_SOCKET };

/**
 * struct row - a row of the table
 * @who: the asker, in words
 * @whom: the one asked about, in words
 * @ask: makes the asker who it is
 * @target: makes the target what it is, if it is OTHER
 * @err: what the answer is
 * @frames: frames, slots and the page cache are told
 */
struct row {
	const char *who;
	const char *whom;
	void (*ask)(void);
	enum whom kind;
	void (*target)(void);
	enum through through;
	int err;
	bool frames;
};

static const struct row rows[] = {
	{ "root", "anybody's process", as_root, OTHER, as_somebody, OWN_SOCKET, 0, true },
	{ "root", "one that changed its identity", as_root, OTHER, as_setuid_program,
	  OWN_SOCKET, 0, true },
	{ "root", "one that is not dumpable", as_root, OTHER, as_secretive_nobody,
	  OWN_SOCKET, 0, true },
	{ "root", "a process in a container", as_root, OTHER, as_container, OWN_SOCKET, 0, true },
	{ "root without CAP_SYS_PTRACE", "another process of root's", as_weak_root, OTHER,
	  as_root, OWN_SOCKET, -EPERM, false },
	{ "root without CAP_SYS_PTRACE", "itself", as_weak_root, ITSELF, NULL, OWN_SOCKET, 0,
	  true },
	{ "a user with CAP_SYS_PTRACE alone", "root's process", as_tracer, OTHER, as_root,
	  OWN_SOCKET, 0, false },
	{ "a user with CAP_SYS_PTRACE alone", "one that changed its identity", as_tracer, OTHER,
	  as_setuid_program, OWN_SOCKET, 0, false },
	{ "a user with CAP_SYS_ADMIN alone", "another process of its own", as_administrator,
	  OTHER, as_nobody, OWN_SOCKET, -EPERM, false },
	{ "a user with CAP_SYS_ADMIN alone", "itself", as_administrator, ITSELF, NULL,
	  OWN_SOCKET, 0, true },
	{ "a user", "itself", as_nobody, ITSELF, NULL, OWN_SOCKET, 0, false },
	{ "a user", "another process of its own", as_nobody, OTHER, as_nobody, OWN_SOCKET,
	  -EPERM, false },
	{ "a user", "another user's process", as_nobody, OTHER, as_somebody, OWN_SOCKET,
	  -EPERM, false },
	{ "a user", "root's process", as_nobody, OTHER, as_root, OWN_SOCKET, -EPERM, false },
	{ "a user", "a program it started that became root", as_nobody, OTHER,
	  as_setuid_program, OWN_SOCKET, -EPERM, false },
	{ "one that was root, with what it had in memory", "itself", as_nobody_with_secrets,
	  ITSELF, NULL, OWN_SOCKET, -EPERM, false },
	{ "one that is not dumpable", "itself", as_secretive_nobody, ITSELF, NULL, OWN_SOCKET,
	  -EPERM, false },
	{ "root of a user namespace", "its user's process outside", as_root_of_namespace, OTHER,
	  as_nobody, OWN_SOCKET, -EPERM, false },
	{ "root of a user namespace", "a process inside", as_root_of_namespace, OWN_CHILD, NULL,
	  OWN_SOCKET, 0, false },
	{ "root of a container", "a process inside, by its number there", as_container,
	  OWN_CHILD, NULL, OWN_SOCKET, 0, false },
	{ "root of a container", "a process outside", as_container, OTHER, as_nobody, OWN_SOCKET,
	  -ESRCH, false },
	{ "a user, through a socket that root opened", "root's process", as_nobody, OTHER,
	  as_root, ROOTS_SOCKET, -EPERM, false },
	{ "a user, through a socket that root opened", "itself", as_nobody, ITSELF, NULL,
	  ROOTS_SOCKET, -EPERM, false },
	{ "root, through a socket that a user opened", "another process of root's", as_root,
	  OTHER, as_root, NOBODYS_SOCKET, -EPERM, false },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static struct ptscope *connection(void)
{
	struct ptscope *ps = ptscope_new();

	must(ps, "memory");
	if (ptscope_connect(ps)) {
		fprintf(stderr, "# %s\n", ptscope_message(ps));
		_exit(100);
	}
	ptscope_set_cache(ps, true);
	return ps;
}

/* Root opens it while it is somebody else. */
static struct ptscope *nobodys_connection(void)
{
	struct ptscope *ps;

	must(!seteuid(NOBODY), "seteuid");
	ps = connection();
	must(!seteuid(0), "seteuid");
	return ps;
}

static int ask_vmas(struct ptscope *ps, pid_t pid, struct outcome *outcome, uint64_t *address)
{
	const struct ptscope_vma *vma;
	int err = ptscope_dump_vmas(ps, pid, 0, 0);

	while (!err && (err = ptscope_next_vma(ps, &vma)) > 0) {
		*address = vma->start;
		outcome->leaked |= vma->census.cached && !outcome->frames;
		err = 0;
	}
	outcome->hidden |= ptscope_hidden(ps);
	return err;
}

static int ask_runs(struct ptscope *ps, pid_t pid, struct outcome *outcome)
{
	const struct ptscope_filter filter = { .detail = PTSCOPE_DETAIL_FRAME };
	struct ptscope_run run;
	int err = ptscope_dump_runs(ps, pid, 0, 0, &filter);

	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		outcome->frames |= run.has_frame && run.frame;
		outcome->leaked |= run.state == PTSCOPE_STATE_CACHED && !outcome->frames;
		err = 0;
	}
	outcome->hidden |= ptscope_hidden(ps);
	return err;
}

/* Bits of an entry that are a frame's on each of our architectures, if not all of them. */
#define FRAME_BITS 0x0000fffffffff000ull

/* What only /proc/kpageflags reports: not what pagemap and smaps have as well. */
#define ROOTS_FOLIO (~(uint32_t)(PTSCOPE_FOLIO_ANON | PTSCOPE_FOLIO_SHARED | \
				 PTSCOPE_FOLIO_EXCLUSIVE | PTSCOPE_FOLIO_MLOCKED))

static bool shows_folio(const struct ptscope_run *run)
{
	return run->has_extra && (run->has_order || run->order || run->folio & ROOTS_FOLIO);
}

/*
 * Nodes are reported to whoever may look at the process, as in numa_maps; most of
 * what else there is to folios only to those who may read /proc/kpageflags.
 */
static int ask_extras(struct ptscope *ps, pid_t pid, struct outcome *outcome)
{
	struct ptscope_filter filter = { .states = 1u << PTSCOPE_STATE_RES };
	struct ptscope_run run;
	int err;

	/* The page cache is hidden as well, which would mark each reply. */
	ptscope_set_cache(ps, false);
	filter.detail = PTSCOPE_DETAIL_NODE;
	err = ptscope_dump_runs(ps, pid, 0, 0, &filter);
	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		outcome->nodes |= run.has_extra;
		err = 0;
	}
	outcome->nodes_hidden = ptscope_hidden(ps);
	filter.detail |= PTSCOPE_DETAIL_FOLIO;
	if (!err)
		err = ptscope_dump_runs(ps, pid, 0, 0, &filter);
	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		outcome->folios |= shows_folio(&run);
		err = 0;
	}
	outcome->folios_hidden = ptscope_hidden(ps);
	ptscope_set_cache(ps, true);
	return err;
}

static int ask_path(struct ptscope *ps, pid_t pid, uint64_t address, struct outcome *outcome)
{
	struct ptscope_path path;
	int err = ptscope_get_path(ps, pid, address, &path);
	uint32_t i;

	if (err)
		return err;
	for (i = 0; i < path.entries; i++)
		outcome->leaked |= (path.entry[i].table || path.entry[i].value & FRAME_BITS) &&
				   !outcome->frames;
	outcome->leaked |= path.run.has_frame && path.run.frame && !outcome->frames;
	outcome->leaked |= shows_folio(&path.run) && !outcome->frames;
	return 0;
}

/* Each kind of question must have the same answer. */
static struct outcome ask(struct ptscope *ps, pid_t pid)
{
	struct outcome outcome = {};
	struct ptscope_proc proc;
	uint64_t address = 0;
	int vmas, runs, extras, path;

	outcome.err = ptscope_get_proc(ps, pid, &proc);
	runs = ask_runs(ps, pid, &outcome);
	extras = ask_extras(ps, pid, &outcome);
	vmas = ask_vmas(ps, pid, &outcome, &address);
	path = ask_path(ps, pid, address, &outcome);
	if (!outcome.err)
		outcome.leaked |= proc.census.cached && !outcome.frames;
	if (vmas != outcome.err || runs != outcome.err || extras != outcome.err ||
	    path != outcome.err) {
		fprintf(stderr, "# proc %d, vmas %d, runs %d, folios %d, walk %d\n", outcome.err,
			vmas, runs, extras, path);
		outcome.err = -EBADE;
	}
	return outcome;
}

static void say_ready(int fd)
{
	must(write(fd, "", 1) == 1, "write");
	for (;;)
		pause();
}

/* A process that is what @become makes it, ready to be looked at. */
static pid_t start(void (*become)(void))
{
	int ready[2];
	pid_t pid;
	char byte;

	must(!pipe(ready), "pipe");
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		/* A program that is run in its place finds it there. */
		must(dup2(ready[1], STDIN_FILENO) >= 0, "dup2");
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		become();
		say_ready(STDIN_FILENO);
	}
	close(ready[1]);
	must(read(ready[0], &byte, 1) == 1, "the target");
	close(ready[0]);
	return pid;
}

/* Of a container, the process that counts is the first one inside. */
static pid_t inmost(pid_t pid)
{
	char path[64];
	FILE *file;
	int child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	file = fopen(path, "re");
	if (file && fscanf(file, "%d", &child) == 1)
		pid = child;
	if (file)
		fclose(file);
	return pid;
}

static struct outcome outcome_of(const struct row *row, pid_t target)
{
	struct outcome outcome = { .err = -ECHILD };
	int result[2];
	pid_t asker;

	must(!pipe(result), "pipe");
	asker = fork();
	must(asker >= 0, "fork");
	if (!asker) {
		struct ptscope *ps = roots;

		close(result[0]);
		if (row->through == NOBODYS_SOCKET)
			ps = nobodys_connection();
		row->ask();
		if (row->through == OWN_SOCKET)
			ps = connection();
		if (row->kind == ITSELF)
			target = getpid();
		else if (row->kind == OWN_CHILD)
			target = start(as_program);
		outcome = ask(ps, target);
		must(write(result[1], &outcome, sizeof(outcome)) == sizeof(outcome), "write");
		_exit(0);
	}
	close(result[1]);
	if (read(result[0], &outcome, sizeof(outcome)) != sizeof(outcome))
		outcome.err = -ECHILD;
	close(result[0]);
	waitpid(asker, NULL, 0);
	return outcome;
}

static void try(const struct row *row)
{
	pid_t target = row->kind == OTHER ? start(row->target) : 0;
	const struct outcome outcome = outcome_of(row, target ? inmost(target) : 0);
	const bool told = outcome.err == row->err && outcome.frames == row->frames &&
			  !outcome.leaked && (row->err || outcome.hidden == !row->frames);
	const bool folios = outcome.nodes && !outcome.nodes_hidden &&
			    outcome.folios == row->frames &&
			    outcome.folios_hidden == !row->frames;

	if (!told)
		ktap_note("%s%s%s%s", strerror(-outcome.err), outcome.frames ? ", frames" : "",
			  outcome.hidden ? ", hidden" : "", outcome.leaked ? ", leaked" : "");
	ktap_check(told, "%s, about %s", row->who, row->whom);
	if (!row->err) {
		if (!folios)
			ktap_note("nodes are%s reported%s, folios are%s%s",
				  outcome.nodes ? "" : " not",
				  outcome.nodes_hidden ? " and marked as hidden" : "",
				  outcome.folios ? "" : " not",
				  outcome.folios_hidden ? ", and marked as hidden" : "");
		ktap_check(folios, "%s, about %s: nodes are reported, and folios are%s", row->who,
			   row->whom, row->frames ? " too" : " not");
	}
	if (target) {
		kill(target, SIGKILL);
		waitpid(target, NULL, 0);
	}
}

/* So many VMAs that a dump of them is not over with its first replies. */
static void grow(void)
{
	const long page = sysconf(_SC_PAGESIZE);
	int i;

	for (i = 0; i < VMAS; i++)
		must(mmap(NULL, page, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0) != MAP_FAILED, "mmap");
}

/*
 * One that begins to look at itself, and has its socket read by a child while it
 * runs a program that becomes root.
 */
static void try_exec(void)
{
	int result[2], go[2], err = -ECHILD;
	pid_t pid;

	must(!pipe(result) && !pipe(go), "pipe");
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		const struct ptscope_vma *vma;
		struct ptscope *ps;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		as_nobody();
		grow();
		ps = connection();
		must(!ptscope_dump_vmas(ps, getpid(), 0, 0) && ptscope_next_vma(ps, &vma) == 1,
		     "a dump");
		pid = fork();
		must(pid >= 0, "fork");
		if (pid) {
			/* What says that the program runs is where its input comes from. */
			must(dup2(go[1], STDIN_FILENO) >= 0, "dup2");
			run_program(SETUID_PROGRAM);
		}
		close(go[1]);
		must(read(go[0], &(char){ 0 }, 1) == 1, "the program");
		while ((err = ptscope_next_vma(ps, &vma)) > 0)
			;
		must(write(result[1], &err, sizeof(err)) == sizeof(err), "write");
		_exit(0);
	}
	close(result[1]);
	close(go[1]);
	if (read(result[0], &err, sizeof(err)) != sizeof(err))
		err = -ECHILD;
	if (err != -ESRCH)
		ktap_note("%s", strerror(-err));
	ktap_check(err == -ESRCH, "a dump ends when its target runs a program that becomes root");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(result[0]);
	close(go[0]);
}

static void copy_program(void)
{
	char bytes[65536];
	ssize_t len;
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int out = open(SETUID_PROGRAM, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	must(in >= 0 && out >= 0, SETUID_PROGRAM);
	while ((len = read(in, bytes, sizeof(bytes))) > 0)
		must(write(out, bytes, len) == len, SETUID_PROGRAM);
	must(!len && !fchmod(out, 04755), SETUID_PROGRAM);
	close(in);
	close(out);
}

static void print_table(void)
{
	size_t i;

	puts("| who asks | about whom | gets an answer | frames, slots, page cache |");
	puts("|---|---|---|---|");
	for (i = 0; i < ROWS; i++)
		printf("| %s | %s | %s | %s |\n", rows[i].who, rows[i].whom,
		       !rows[i].err ? "yes" : rows[i].err == -ESRCH ? "no such process" : "no",
		       rows[i].err ? "" : rows[i].frames ? "yes" : "hidden");
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc > 1 && !strcmp(argv[1], "wait"))
		say_ready(STDIN_FILENO);
	if (argc > 1 && !strcmp(argv[1], "table")) {
		print_table();
		return 0;
	}
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return 1;
	ktap_begin();
	if (geteuid()) {
		ktap_skip("not run by root", "who may look");
		return ktap_end();
	}
	copy_program();
	roots = connection();
	fflush(stdout);
	for (i = 0; i < ROWS; i++) {
		try(&rows[i]);
		fflush(stdout);
	}
	try_exec();
	unlink(SETUID_PROGRAM);
	ptscope_free(roots);
	return ktap_end();
}
