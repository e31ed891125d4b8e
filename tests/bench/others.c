// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers that use neither ptscope nor /proc: mincore(), which only the target itself can
 * call; "floor", a lower bound for each reader of page tables; and whole commands.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"

extern char **environ;

/* Only the time of the calls, without the request to the target. */
bool peer_mincore(struct bench *bench, struct answer *answer)
{
	char line[128] = "";

	answer->exact = true;
	answer->items = 1;
	return target_ask(bench->target, "mincore", line, sizeof(line)) &&
	       sscanf(line, "mincore %" SCNu64 " %" SCNu64, &answer->ns, &answer->pages) == 2;
}

/*
 * Reads as many words as the page tables of the target have. It finds nothing, so the
 * result is what the target reported.
 */
bool peer_floor(struct bench *bench, struct answer *answer)
{
	static uint64_t *words;
	static uint64_t tables;
	const uint64_t count = bench->target->tables * bench->page_size / sizeof(*words);
	uint64_t all = 0, before, i;

	if (tables != bench->target->tables) {
		free(words);
		words = malloc(count * sizeof(*words));
		if (!words)
			return false;
		for (i = 0; i < count; i++)
			words[i] = i & 1;
		tables = bench->target->tables;
	}

	before = bench_now();
	for (i = 0; i < count; i++)
		all += words[i];
	answer->ns = bench_now() - before;

	answer->exact = true;
	answer->pages = all == count / 2 ? bench->target->pages : 0;
	answer->items = count;
	return count;
}

/* Runs a command; the items are its output lines. */
static bool run_command(struct bench *bench, char *const argv[], struct answer *answer)
{
	posix_spawn_file_actions_t actions;
	static char text[1 << 16];
	int out[2], status;
	ssize_t got, i;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC))
		return false;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
	status = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	while (!status && (got = read(out[0], text, sizeof(text))) > 0) {
		answer->bytes += got;
		for (i = 0; i < got; i++)
			answer->items += text[i] == '\n';
	}
	close(out[0]);
	if (status || waitpid(pid, &status, 0) != pid || status) {
		fprintf(stderr, "bench: %s: status %#x\n", argv[0], status);
		return false;
	}
	/* One line or more per VMA. */
	answer->exact = true;
	answer->pages = answer->items > 10 ? bench->target->pages : 0;
	return true;
}

static char *target_pid(const struct bench *bench)
{
	static char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)bench->target->pid);
	return pid;
}

bool ours_command(struct bench *bench, struct answer *answer)
{
	return run_command(bench, (char *[]){ "ptscope", "maps", target_pid(bench), NULL },
			   answer);
}

bool peer_cat_smaps(struct bench *bench, struct answer *answer)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/smaps", target_pid(bench));
	return run_command(bench, (char *[]){ "cat", path, NULL }, answer);
}

bool ours_print_raw(struct bench *bench, struct answer *answer)
{
	return run_command(bench, (char *[]){ "ptscope", "pages", "-r", target_pid(bench), NULL },
			   answer);
}

bool ours_print_json(struct bench *bench, struct answer *answer)
{
	return run_command(bench, (char *[]){ "ptscope", "pages", "--json", target_pid(bench),
					      NULL }, answer);
}

/* A tool of the kernel's sources, which few have. */
bool has_page_types(void)
{
	return !system("command -v page-types >/dev/null");
}

bool peer_page_types(struct bench *bench, struct answer *answer)
{
	return run_command(bench, (char *[]){ "page-types", "-l", "-p", target_pid(bench), NULL },
			   answer);
}

bool peer_pmap(struct bench *bench, struct answer *answer)
{
	return run_command(bench, (char *[]){ "pmap", "-X", target_pid(bench), NULL }, answer);
}
