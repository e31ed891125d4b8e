// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which caller may read which process, and what is hidden from it: each row of the table
 * in README.
 *
 *	permissions		test each row
 *	permissions table	print the rows in Markdown, as in README
 *
 * It runs itself as the program that changes the identity of a process.
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

/* A setuid root program. */
#define SETUID_PROGRAM "/run/ptscope-setuid"

/* VMAs of a process whose dump takes several replies. */
#define VMAS 4000

/* Path of this program. */
static char self[4096];
/* Opened by root, used by other users. */
static struct ptscope *root_ps;

/* Result of all kinds of request. */
struct outcome {
	int err;
	bool frames;	/* a frame was reported */
	bool hidden;	/* something was marked as hidden */
	bool leaked;	/* something else was reported although frames are hidden */
	bool nodes;	/* the node of a page was reported */
	bool folios;	/* a property of a folio was reported */
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
 * Identities. Each function changes the identity of the calling process, which is root, and
 * makes it dumpable, as exec() does.
 */

static void make_dumpable(void)
{
	must(!prctl(PR_SET_DUMPABLE, 1), "PR_SET_DUMPABLE");
}

static void set_caps(uint64_t caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps },
		{ .effective = caps >> 32, .permitted = caps >> 32 },
	};

	must(!syscall(SYS_capset, &header, data), "capset");
}

static void set_user(uid_t id)
{
	must(!setgroups(0, NULL) && !setresgid(id, id, id) && !setresuid(id, id, id), "setresuid");
}

static void as_root(void)
{
}

static void as_root_without_ptrace(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	must(!syscall(SYS_capget, &header, data), "capget");
	set_caps(((uint64_t)data[1].permitted << 32 | data[0].permitted) &
		 ~(1ull << CAP_SYS_PTRACE));
	make_dumpable();
}

static void as_user_with(uint64_t caps)
{
	must(!prctl(PR_SET_KEEPCAPS, 1), "PR_SET_KEEPCAPS");
	set_user(NOBODY);
	set_caps(caps);
	make_dumpable();
}

static void as_ptrace_user(void)
{
	as_user_with(1ull << CAP_SYS_PTRACE);
}

static void as_admin_user(void)
{
	as_user_with(1ull << CAP_SYS_ADMIN);
}

static void as_user(void)
{
	set_user(NOBODY);
	make_dumpable();
}

static void as_other_user(void)
{
	set_user(SOMEBODY);
	make_dumpable();
}

static void as_undumpable_former_root(void)
{
	set_user(NOBODY);
}

static void as_undumpable_user(void)
{
	set_user(NOBODY);
	must(!prctl(PR_SET_DUMPABLE, 0), "PR_SET_DUMPABLE");
}

static void as_namespace_root(void)
{
	as_user();
	must(!unshare(CLONE_NEWUSER), "unshare");
	make_dumpable();
}

/* PID 1 of a container, in namespaces of its own. */
static void as_container(void)
{
	int status;
	pid_t pid;

	as_user();
	must(!unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC),
	     "unshare");
	make_dumpable();
	pid = fork();
	must(pid >= 0, "fork");
	if (pid) {
		waitpid(pid, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 100);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	make_dumpable();
}

static void run_program(const char *path)
{
	execl(path, path, "wait", NULL);
	must(false, path);
}

static void as_setuid_program(void)
{
	as_user();
	run_program(SETUID_PROGRAM);
}

/* The user namespace of an mm is that of its exec(); unshare() does not change it. */
static void as_program(void)
{
	run_program(self);
}

/*
 * The target of a row: another process, the caller, or a child of the caller with its
 * identity.
 */
enum whom { OTHER, ITSELF, OWN_CHILD };

/* Who opened the socket. */
enum socket { OWN_SOCKET, ROOT_SOCKET, USER_SOCKET };

/**
 * struct row - a row of the table
 * @who: description of the caller
 * @whom: description of the target
 * @become: gives the caller its identity
 * @kind: which process the target is
 * @target: gives the target its identity, if it is OTHER
 * @socket: who opened the socket of the caller
 * @err: result
 * @frames: frames, slots and the page cache are reported
 */
struct row {
	const char *who;
	const char *whom;
	void (*become)(void);
	enum whom kind;
	void (*target)(void);
	enum socket socket;
	int err;
	bool frames;
};

static const struct row rows[] = {
	{ "root", "any process", as_root, OTHER, as_other_user, OWN_SOCKET, 0, true },
	{ "root", "a setuid root program", as_root, OTHER, as_setuid_program,
	  OWN_SOCKET, 0, true },
	{ "root", "one that is not dumpable", as_root, OTHER, as_undumpable_user,
	  OWN_SOCKET, 0, true },
	{ "root", "a process in a container", as_root, OTHER, as_container, OWN_SOCKET, 0, true },
	{ "root without CAP_SYS_PTRACE", "another process of root", as_root_without_ptrace, OTHER,
	  as_root, OWN_SOCKET, -EPERM, false },
	{ "root without CAP_SYS_PTRACE", "itself", as_root_without_ptrace, ITSELF, NULL,
	  OWN_SOCKET, 0, true },
	{ "a user with CAP_SYS_PTRACE alone", "a process of root", as_ptrace_user, OTHER, as_root,
	  OWN_SOCKET, 0, false },
	{ "a user with CAP_SYS_PTRACE alone", "a setuid root program", as_ptrace_user, OTHER,
	  as_setuid_program, OWN_SOCKET, 0, false },
	{ "a user with CAP_SYS_ADMIN alone", "another process of the same user", as_admin_user,
	  OTHER, as_user, OWN_SOCKET, -EPERM, false },
	{ "a user with CAP_SYS_ADMIN alone", "itself", as_admin_user, ITSELF, NULL,
	  OWN_SOCKET, 0, true },
	{ "a user", "itself", as_user, ITSELF, NULL, OWN_SOCKET, 0, false },
	{ "a user", "another process of the same user", as_user, OTHER, as_user, OWN_SOCKET,
	  -EPERM, false },
	{ "a user", "a process of another user", as_user, OTHER, as_other_user, OWN_SOCKET,
	  -EPERM, false },
	{ "a user", "a process of root", as_user, OTHER, as_root, OWN_SOCKET, -EPERM, false },
	{ "a user", "its own setuid root program", as_user, OTHER,
	  as_setuid_program, OWN_SOCKET, -EPERM, false },
	{ "a process that gave up root, not dumpable", "itself", as_undumpable_former_root,
	  ITSELF, NULL, OWN_SOCKET, -EPERM, false },
	{ "a user, not dumpable", "itself", as_undumpable_user, ITSELF, NULL, OWN_SOCKET,
	  -EPERM, false },
	{ "root of a user namespace", "a process of its user outside", as_namespace_root, OTHER,
	  as_user, OWN_SOCKET, -EPERM, false },
	{ "root of a user namespace", "a process inside", as_namespace_root, OWN_CHILD, NULL,
	  OWN_SOCKET, 0, false },
	{ "root of a container", "a process inside, by its PID there", as_container,
	  OWN_CHILD, NULL, OWN_SOCKET, 0, false },
	{ "root of a container", "a process outside", as_container, OTHER, as_user, OWN_SOCKET,
	  -ESRCH, false },
	{ "a user, by a socket that root opened", "a process of root", as_user, OTHER,
	  as_root, ROOT_SOCKET, -EPERM, false },
	{ "a user, by a socket that root opened", "itself", as_user, ITSELF, NULL,
	  ROOT_SOCKET, -EPERM, false },
	{ "root, by a socket that a user opened", "another process of root", as_root,
	  OTHER, as_root, USER_SOCKET, -EPERM, false },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static struct ptscope *connect_client(void)
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

/* Root opens it with the effective UID of a user. */
static struct ptscope *user_connection(void)
{
	struct ptscope *ps;

	must(!seteuid(NOBODY), "seteuid");
	ps = connect_client();
	must(!seteuid(0), "seteuid");
	return ps;
}

static int get_vmas(struct ptscope *ps, pid_t pid, struct outcome *outcome, uint64_t *address)
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

static int get_runs(struct ptscope *ps, pid_t pid, struct outcome *outcome)
{
	const struct ptscope_filter filter = {
		.size = sizeof(filter),
		.detail = PTSCOPE_DETAIL_FRAME,
	};
	const struct ptscope_run *run;
	int err = ptscope_dump_runs(ps, pid, 0, 0, &filter);

	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		outcome->frames |= run->has_frame && run->frame;
		outcome->leaked |= run->state == PTSCOPE_STATE_CACHED && !outcome->frames;
		err = 0;
	}
	outcome->hidden |= ptscope_hidden(ps);
	return err;
}

/* Bits of an entry that are part of a frame number on all architectures. */
#define FRAME_BITS 0x0000fffffffff000ull

/* Only /proc/kpageflags reports these; pagemap and smaps do not. */
#define PRIVILEGED_FOLIO (~(uint32_t)(PTSCOPE_FOLIO_ANON | PTSCOPE_FOLIO_SHARED | \
				      PTSCOPE_FOLIO_EXCLUSIVE | PTSCOPE_FOLIO_MLOCKED))

static bool shows_folio(const struct ptscope_run *run)
{
	return run->has_extra && (run->has_order || run->order || run->folio & PRIVILEGED_FOLIO);
}

/*
 * Nodes are reported to each caller with access, as in numa_maps. Most properties of folios
 * are reported only to callers who may read /proc/kpageflags.
 */
static int get_extras(struct ptscope *ps, pid_t pid, struct outcome *outcome)
{
	struct ptscope_filter filter = {
		.size = sizeof(filter),
		.states = 1u << PTSCOPE_STATE_RES,
	};
	const struct ptscope_run *run;
	int err;

	/* The page cache is hidden as well, which would mark each reply as hidden. */
	ptscope_set_cache(ps, false);
	filter.detail = PTSCOPE_DETAIL_NODE;
	err = ptscope_dump_runs(ps, pid, 0, 0, &filter);
	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		outcome->nodes |= run->has_extra;
		err = 0;
	}
	outcome->nodes_hidden = ptscope_hidden(ps);
	filter.detail |= PTSCOPE_DETAIL_FOLIO;
	if (!err)
		err = ptscope_dump_runs(ps, pid, 0, 0, &filter);
	while (!err && (err = ptscope_next_run(ps, &run)) > 0) {
		outcome->folios |= shows_folio(run);
		err = 0;
	}
	outcome->folios_hidden = ptscope_hidden(ps);
	ptscope_set_cache(ps, true);
	return err;
}

static int get_path(struct ptscope *ps, pid_t pid, uint64_t address, struct outcome *outcome)
{
	const struct ptscope_path *path;
	int err = ptscope_get_path(ps, pid, address, &path);
	uint32_t i;

	if (err || !path->run)
		return err;
	for (i = 0; i < path->entries; i++)
		outcome->leaked |= (path->entry[i].table || path->entry[i].value & FRAME_BITS) &&
				   !outcome->frames;
	outcome->leaked |= path->run->has_frame && path->run->frame && !outcome->frames;
	outcome->leaked |= shows_folio(path->run) && !outcome->frames;
	return 0;
}

/* All kinds of request must have the same result. */
static struct outcome request_all(struct ptscope *ps, pid_t pid)
{
	struct outcome outcome = {};
	const struct ptscope_proc *proc;
	bool cached;
	uint64_t address = 0;
	int vmas, runs, extras, path;

	outcome.err = ptscope_get_proc(ps, pid, &proc);
	cached = !outcome.err && proc->census.cached;
	runs = get_runs(ps, pid, &outcome);
	extras = get_extras(ps, pid, &outcome);
	vmas = get_vmas(ps, pid, &outcome, &address);
	path = get_path(ps, pid, address, &outcome);
	outcome.leaked |= cached && !outcome.frames;
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

/* Starts a process with the identity that @become gives it. */
static pid_t start(void (*become)(void))
{
	int ready[2];
	pid_t pid;
	char byte;

	must(!pipe(ready), "pipe");
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		/* It survives exec(). */
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

/* The target in a container is its PID 1, a child. */
static pid_t container_init(pid_t pid)
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
	pid_t caller;

	must(!pipe(result), "pipe");
	caller = fork();
	must(caller >= 0, "fork");
	if (!caller) {
		struct ptscope *ps = root_ps;

		close(result[0]);
		if (row->socket == USER_SOCKET)
			ps = user_connection();
		row->become();
		if (row->socket == OWN_SOCKET)
			ps = connect_client();
		if (row->kind == ITSELF)
			target = getpid();
		else if (row->kind == OWN_CHILD)
			target = start(as_program);
		outcome = request_all(ps, target);
		must(write(result[1], &outcome, sizeof(outcome)) == sizeof(outcome), "write");
		_exit(0);
	}
	close(result[1]);
	if (read(result[0], &outcome, sizeof(outcome)) != sizeof(outcome))
		outcome.err = -ECHILD;
	close(result[0]);
	waitpid(caller, NULL, 0);
	return outcome;
}

static void test_row(const struct row *row)
{
	pid_t target = row->kind == OTHER ? start(row->target) : 0;
	const struct outcome outcome = outcome_of(row, target ? container_init(target) : 0);
	const bool good = outcome.err == row->err && outcome.frames == row->frames &&
			  !outcome.leaked && (row->err || outcome.hidden == !row->frames);
	const bool folios = outcome.nodes && !outcome.nodes_hidden &&
			    outcome.folios == row->frames &&
			    outcome.folios_hidden == !row->frames;

	if (!good)
		ktap_note("%s%s%s%s", strerror(-outcome.err), outcome.frames ? ", frames" : "",
			  outcome.hidden ? ", hidden" : "", outcome.leaked ? ", leaked" : "");
	ktap_check(good, "%s reads %s", row->who, row->whom);
	if (!row->err) {
		if (!folios)
			ktap_note("nodes are%s reported%s, folios are%s%s",
				  outcome.nodes ? "" : " not",
				  outcome.nodes_hidden ? " and marked as hidden" : "",
				  outcome.folios ? "" : " not",
				  outcome.folios_hidden ? ", and marked as hidden" : "");
		ktap_check(folios, "%s reads %s: nodes are reported, folios are%s", row->who,
			   row->whom, row->frames ? " too" : " not");
	}
	if (target) {
		kill(target, SIGKILL);
		waitpid(target, NULL, 0);
	}
}

/* Makes a dump take several replies. */
static void map_many(void)
{
	const long page = sysconf(_SC_PAGESIZE);
	int i;

	for (i = 0; i < VMAS; i++)
		must(mmap(NULL, page, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0) != MAP_FAILED, "mmap");
}

/*
 * A process starts a dump of itself, and a child reads the socket while the process runs a
 * setuid root program.
 */
static void test_exec(void)
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
		as_user();
		map_many();
		ps = connect_client();
		must(!ptscope_dump_vmas(ps, getpid(), 0, 0) && ptscope_next_vma(ps, &vma) == 1,
		     "a dump");
		pid = fork();
		must(pid >= 0, "fork");
		if (pid) {
			/* say_ready() of the program writes to its standard input. */
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
	ktap_check(err == -ESRCH, "a dump ends when its target runs a setuid root program");
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

	puts("| caller | target | access | frames, slots, page cache |");
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
		ktap_skip("not run by root", "permissions");
		return ktap_end();
	}
	copy_program();
	root_ps = connect_client();
	fflush(stdout);
	for (i = 0; i < ROWS; i++) {
		test_row(&rows[i]);
		fflush(stdout);
	}
	test_exec();
	unlink(SETUID_PROGRAM);
	ptscope_free(root_ps);
	return ktap_end();
}
