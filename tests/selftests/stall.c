// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user's requests must not delay other users of generic netlink. Generic netlink holds a
 * lock while it handles a message, and to register a family takes the lock for writing. A
 * request handler that walks page tables would stall modprobe, and everyone who waits
 * behind it.
 *
 * The user sends batches of requests for itself while a thread changes its address space.
 * Meanwhile the test loads and unloads a module with a family of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/ptscope.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include "ktap.h"

#define NOBODY 65534

/* 4,096 PTE tables with one page each, if a table translates 2 MiB. */
#define SPARSE (8ull << 30)
#define STRIDE (2ull << 20)

/*
 * Addresses per WALK_GET, and bytes of requests per send(): within everyone's limits.
 */
#define ADDRESSES 16
#define BATCH 65536

#define TRIES 3
#define TRY_MS 20000
/* Allowance for a busy machine. */
#define FACTOR 2
#define SLACK_MS 500
#define KILL_MS 1000

/* Modules that register a family when loaded; the first that exists is used. */
static const char *const modules[] = { "macsec", "drop_monitor", "fou", "team", "l2tp_netlink" };

static const char *module;
static int family;
static unsigned int slowdown = 1;

/* What the user's second thread does. */
enum load {
	LOAD_NONE,
	LOAD_BUSY,
	LOAD_PROC,
	LOAD_PROC_DUMP,
	LOAD_WALK_DUMP,
	LOAD_RUN_DUMP,
};

static const char *const load_name[] = {
	[LOAD_NONE] = "nothing",
	[LOAD_BUSY] = "a user that only computes",
	[LOAD_PROC] = "PROC_GETs",
	[LOAD_PROC_DUMP] = "dumps by PROC_GET",
	[LOAD_WALK_DUMP] = "dumps by WALK_GET",
	[LOAD_RUN_DUMP] = "dumps by RUN_GET",
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

static struct nl_sock *open_socket(void)
{
	struct nl_sock *sock = nl_socket_alloc();

	if (!sock || genl_connect(sock) || nl_socket_set_buffer_size(sock, BATCH, 2 * BATCH))
		_exit(1);
	return sock;
}

/* A request for this process, and its length. */
static struct nl_msg *compose(enum load load, const char *sparse)
{
	static const uint8_t commands[] = {
		[LOAD_PROC] = PTSCOPE_CMD_PROC_GET,
		[LOAD_PROC_DUMP] = PTSCOPE_CMD_PROC_GET,
		[LOAD_WALK_DUMP] = PTSCOPE_CMD_WALK_GET,
		[LOAD_RUN_DUMP] = PTSCOPE_CMD_RUN_GET,
	};
	const int flags = load >= LOAD_PROC_DUMP ? NLM_F_DUMP : NLM_F_ACK;
	struct nl_msg *msg = nlmsg_alloc();
	int i;

	if (!msg || !genlmsg_put(msg, 0, 1, family, 0, NLM_F_REQUEST | flags, commands[load],
				 PTSCOPE_FAMILY_VERSION))
		_exit(1);
	nla_put_u32(msg, PTSCOPE_A_TARGET_PID, getpid());
	if (commands[load] == PTSCOPE_CMD_WALK_GET)
		for (i = 0; i < ADDRESSES; i++)
			nla_put_u64(msg, PTSCOPE_A_TARGET_ADDRESS,
				    (uintptr_t)sparse + i * (SPARSE / ADDRESSES));
	/* No page has this state, so that the first reply takes the whole walk. */
	if (commands[load] == PTSCOPE_CMD_RUN_GET)
		nla_put_u32(msg, PTSCOPE_A_TARGET_STATES, 1u << PTSCOPE_STATE_BAD);
	return msg;
}

/* Fills the buffer with copies of a message; returns their size. */
static size_t repeat(struct nl_msg *msg, char *batch)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(msg);
	const size_t size = NLMSG_ALIGN(nlh->nlmsg_len);
	size_t filled;

	for (filled = 0; filled + size <= BATCH; filled += size)
		memcpy(batch + filled, nlh, nlh->nlmsg_len);
	return filled;
}

/*
 * Sends requests in a loop and discards the replies. A socket has one dump at a time, so
 * that each dump needs a new socket.
 */
static _Noreturn void send_requests(enum load load, const char *sparse)
{
	static char batch[BATCH], replies[1 << 16];
	const size_t size = repeat(compose(load, sparse), batch);
	struct nl_sock *sock = open_socket();
	int fd = nl_socket_get_fd(sock);

	for (;;) {
		if (send(fd, batch, size, 0) < 0 && errno != ENOBUFS)
			_exit(1);
		while (recv(fd, replies, sizeof(replies), MSG_DONTWAIT) > 0)
			;
		if (load < LOAD_PROC_DUMP)
			continue;
		nl_socket_free(sock);
		sock = open_socket();
		fd = nl_socket_get_fd(sock);
	}
}

static void *change(void *unused)
{
	const size_t size = sysconf(_SC_PAGESIZE);

	for (;;) {
		void *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED || munmap(p, size))
			_exit(1);
	}
	return unused;
}

/* The user: all requests are for itself. */
static _Noreturn void live(enum load load, int ready)
{
	pthread_t thread;
	char *sparse;
	uint64_t at;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (setgid(NOBODY) || setuid(NOBODY) || prctl(PR_SET_DUMPABLE, 1))
		_exit(1);
	sparse = mmap(NULL, SPARSE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (sparse == MAP_FAILED)
		_exit(1);
	madvise(sparse, SPARSE, MADV_NOHUGEPAGE);
	for (at = 0; at < SPARSE; at += STRIDE)
		sparse[at] = 1;
	if (pthread_create(&thread, NULL, change, NULL) || write(ready, "", 1) != 1)
		_exit(1);
	if (load == LOAD_BUSY)
		for (;;)
			__asm__ volatile("" : : : "memory");
	send_requests(load, sparse);
}

static pid_t start_user(enum load load)
{
	int ready[2];
	pid_t pid;
	char byte;

	if (load == LOAD_NONE)
		return 0;
	if (pipe2(ready, O_CLOEXEC))
		ktap_bail("pipe: %s", strerror(errno));
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		ktap_bail("fork: %s", strerror(errno));
	if (!pid) {
		close(ready[0]);
		live(load, ready[1]);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		ktap_bail("the user has died");
	close(ready[0]);
	/* Wait for the first requests. */
	usleep(300000);
	return pid;
}

/* Returns the milliseconds until the process ends. */
static uint64_t kill_user(pid_t pid)
{
	const uint64_t begun = now_ms();
	int status;

	if (!pid)
		return 0;
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status))
		ktap_bail("the user could not send its requests");
	return now_ms() - begun;
}

/* Runs a program for up to @limit milliseconds; then kills @beside and waits for it. */
static bool run(char *const argv[], uint64_t limit, pid_t *beside)
{
	const uint64_t begun = now_ms();
	int status;
	pid_t pid = fork();

	if (pid < 0)
		ktap_bail("fork: %s", strerror(errno));
	if (!pid) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	while (!waitpid(pid, &status, WNOHANG)) {
		if (*beside && now_ms() - begun > limit) {
			/* modprobe sleeps uninterruptibly until the user ends. */
			kill_user(*beside);
			*beside = 0;
		}
		usleep(2000);
	}
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static bool load_module(const char *name, pid_t *beside)
{
	return run((char *[]){ "modprobe", (char *)name, NULL }, TRY_MS, beside);
}

static bool unload_module(const char *name, pid_t *beside)
{
	return run((char *[]){ "modprobe", "-r", (char *)name, NULL }, TRY_MS, beside);
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/*
 * Returns the median time in milliseconds of loading and unloading the module beside a
 * user, and in *@death the time that the user takes to end. After a round that takes too
 * long, the user is killed and no more rounds follow.
 */
static uint64_t measure(enum load load, uint64_t *death)
{
	uint64_t took[TRIES] = { 0 };
	pid_t user = start_user(load);
	const bool beside = user;
	int i;

	for (i = 0; i < TRIES; i++) {
		const uint64_t begun = now_ms();

		if (!load_module(module, &user) || !unload_module(module, &user))
			ktap_bail("%s cannot be loaded and unloaded", module);
		took[i] = now_ms() - begun;
		if (beside && !user) {
			ktap_note("beside %s, a try took %llu ms, until the user was killed",
				  load_name[load], (unsigned long long)took[i]);
			*death = 0;
			return took[i];
		}
	}
	*death = kill_user(user);
	qsort(took, TRIES, sizeof(*took), compare);
	return took[TRIES / 2];
}

/* Kills the user in the middle of a send(). */
static void check_death(enum load load)
{
	const uint64_t limit = (uint64_t)KILL_MS * slowdown;
	uint64_t took = kill_user(start_user(load));

	ktap_note("%s queued: ended %llu ms after SIGKILL", load_name[load],
		  (unsigned long long)took);
	ktap_check(took <= limit, "a client with its %s queued is killable",
		   load_name[load]);
}

static bool find_module(void)
{
	pid_t nobody = 0;
	size_t i;

	for (i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		module = modules[i];
		/* The first time also loads dependencies. */
		if (load_module(module, &nobody) && unload_module(module, &nobody))
			return true;
	}
	return false;
}

int main(void)
{
	const char *given = getenv("PTSCOPE_PATIENCE");
	struct nl_sock *resolver;
	uint64_t death, limit, alone, busy;
	int load;

	ktap_begin();
	if (given && atoi(given) > 0)
		slowdown = atoi(given);
	resolver = open_socket();
	family = genl_ctrl_resolve(resolver, PTSCOPE_FAMILY_NAME);
	nl_socket_free(resolver);
	if (family < 0)
		ktap_bail("the module is not loaded");
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		ktap_skip("there is only one CPU", "modprobe is not delayed");
		return ktap_end();
	}
	check_death(LOAD_PROC);
	check_death(LOAD_RUN_DUMP);
	if (!find_module()) {
		ktap_skip("no module with a genetlink family can be loaded",
			  "modprobe is not delayed");
		return ktap_end();
	}
	alone = measure(LOAD_NONE, &death);
	busy = measure(LOAD_BUSY, &death);
	limit = FACTOR * (busy > alone ? busy : alone) + (uint64_t)SLACK_MS * slowdown;
	ktap_note("%s: loaded and unloaded in %llu ms, beside %s in %llu ms", module,
		  (unsigned long long)alone, load_name[LOAD_BUSY], (unsigned long long)busy);
	for (load = LOAD_PROC; load <= LOAD_RUN_DUMP; load++) {
		const uint64_t took = measure(load, &death);

		ktap_note("beside %s: %llu ms; limit %llu ms",
			  load_name[load], (unsigned long long)took, (unsigned long long)limit);
		ktap_check(took <= limit, "modprobe is not delayed by %s",
			   load_name[load]);
	}
	return ktap_end();
}
