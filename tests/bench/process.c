// SPDX-License-Identifier: GPL-2.0-only
/* Starts and stops targets. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../selftests/proc.h"
#include "bench.h"

extern char **environ;

void bench_fail(const char *format, ...)
{
	char text[512];
	va_list args;

	fflush(stdout);
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "bench: %s\n", text);
	exit(1);
}

uint64_t bench_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

/* The program is in the directory of this one. */
static const char *program(void)
{
	static char path[4096 + sizeof("/target")];
	char own[4096];
	ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);

	if (length < 0)
		bench_fail("/proc/self/exe: %s", strerror(errno));
	own[length] = '\0';
	snprintf(path, sizeof(path), "%s/target", dirname(own));
	return path;
}

/* Starts a target and waits until it is ready. */
void target_start(struct target *target, char *const arguments[])
{
	char *argv[8] = { "target" }, line[256];
	posix_spawn_file_actions_t actions;
	int to[2], from[2], i, err;

	for (i = 0; arguments[i] && i < 6; i++)
		argv[i + 1] = arguments[i];
	memset(target, 0, sizeof(*target));
	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		bench_fail("pipe: %s", strerror(errno));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
	err = posix_spawn(&target->pid, program(), &actions, NULL, argv, environ);
	if (err)
		bench_fail("%s: %s", program(), strerror(err));
	posix_spawn_file_actions_destroy(&actions);
	close(to[0]);
	close(from[1]);
	target->questions = fdopen(to[1], "w");
	target->answers = fdopen(from[0], "r");
	if (!target->questions || !target->answers)
		bench_fail("out of memory");

	if (!fgets(line, sizeof(line), target->answers) ||
	    sscanf(line, "target %" SCNx64 " %" SCNx64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
		   &target->start, &target->end, &target->pages, &target->vmas,
		   &target->processes) != 5)
		bench_fail("invalid line of target '%s': %s", arguments[0], line);
	if (!fgets(line, sizeof(line), target->answers) || strcmp(line, "ready\n"))
		bench_fail("target '%s': %s", arguments[0], line);
	target->pagemap = proc_open(target->pid, "pagemap");
	if (target->pagemap < 0)
		bench_fail("pagemap of the target: %s", strerror(errno));
}

void target_stop(struct target *target)
{
	close(target->pagemap);
	fclose(target->questions);
	fclose(target->answers);
	kill(target->pid, SIGKILL);
	waitpid(target->pid, NULL, 0);
}

/* Sends a request to the target; reads the reply. */
bool target_ask(struct target *target, const char *question, char *answer, size_t size)
{
	fprintf(target->questions, "%s\n", question);
	fflush(target->questions);
	return fgets(answer, size, target->answers);
}
