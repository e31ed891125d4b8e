// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers of text files in /proc: smaps, smaps_rollup and numa_maps. They parse only what
 * they need.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../selftests/proc.h"
#include "bench.h"

/* Bytes per read; the kernel returns less. */
#define ROOM (1ul << 18)

/* Called for each line, without its newline. */
typedef void (*line_fn)(struct bench *bench, const char *line, struct answer *answer);

/* Reads a file of a process; returns false on error. */
static bool each_line(struct bench *bench, pid_t pid, const char *name, line_fn look,
		      struct answer *answer)
{
	static char text[ROOM + 1];
	size_t filled = 0;
	ssize_t got;
	int fd;

	fd = proc_open(pid, name);
	if (fd < 0)
		return false;
	while ((got = read(fd, text + filled, ROOM - filled)) > 0) {
		char *line = text, *end;

		filled += got;
		while ((end = memchr(line, '\n', text + filled - line))) {
			*end = '\0';
			look(bench, line, answer);
			line = end + 1;
		}
		filled -= line - text;
		memmove(text, line, filled);
	}
	close(fd);
	return !got;
}

static uint64_t kib_to_pages(const struct bench *bench, const char *line, size_t skip)
{
	return strtoull(line + skip, NULL, 10) * 1024 / bench->page_size;
}

/* Fields start with a capital, VMAs with an address. */
static bool begins_vma(const char *line)
{
	return isdigit((unsigned char)*line) || (*line >= 'a' && *line <= 'f');
}

/* True for the line with the requested number of pages. */
static bool counts_pages(const struct bench *bench, const char *line, size_t *skip)
{
	const char *key = bench->swapped ? "Swap:" : "Rss:";

	*skip = strlen(key);
	return *line == *key && !strncmp(line, key, *skip);
}

static void look_at_smaps(struct bench *bench, const char *line, struct answer *answer)
{
	static bool inside;
	size_t skip;

	if (begins_vma(line)) {
		inside = in_range(bench->target, strtoull(line, NULL, 16));
		answer->items += inside;
	} else if (inside && counts_pages(bench, line, &skip)) {
		answer->pages += kib_to_pages(bench, line, skip);
	}
}

bool peer_smaps(struct bench *bench, struct answer *answer)
{
	answer->exact = true;
	answer->vmas = true;
	return each_line(bench, bench->target->pid, "smaps", look_at_smaps, answer);
}

static void look_at_rollup(struct bench *bench, const char *line, struct answer *answer)
{
	size_t skip;

	if (counts_pages(bench, line, &skip)) {
		answer->pages += kib_to_pages(bench, line, skip);
		answer->items++;
	}
}

bool peer_smaps_rollup(struct bench *bench, struct answer *answer)
{
	return each_line(bench, bench->target->pid, "smaps_rollup", look_at_rollup, answer);
}

/* ADDRESS POLICY ... N0=PAGES N1=PAGES kernelpagesize_kB=KIB */
static void look_at_numa(struct bench *bench, const char *line, struct answer *answer)
{
	const char *at = line;
	char *end;

	if (!in_range(bench->target, strtoull(line, NULL, 16)))
		return;
	answer->items++;
	while ((at = strstr(at, " N"))) {
		at += 2;
		if (!isdigit((unsigned char)*at))
			continue;
		strtoul(at, &end, 10);
		if (*end == '=')
			answer->pages += strtoull(end + 1, NULL, 10);
	}
}

bool peer_numa_maps(struct bench *bench, struct answer *answer)
{
	answer->exact = true;
	answer->vmas = true;
	return each_line(bench, bench->target->pid, "numa_maps", look_at_numa, answer);
}

bool peer_machine_rollups(struct bench *bench, struct answer *answer)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	/* Kernel threads return an error. */
	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			each_line(bench, atoi(entry->d_name), "smaps_rollup", look_at_rollup,
				  answer);
	if (dir)
		closedir(dir);
	return answer->items;
}
