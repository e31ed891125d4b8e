// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starts a layout and compares each range that it announces: with the expected census, page
 * by page with pagemap, and the sum of the pages with the whole. The reads must not change
 * the process. See ../layouts/layout.h for the announcements.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <ptscope.h>
#include "client.h"
#include "fields.h"
#include "ktap.h"
#include "proc.h"

/* Most pages of a range that are read one by one. */
#define SAMPLE 2048
/* Reads of each process before it is checked for side effects. */
#define READS 8
#define MAX_TERMS 16
/* An emulated processor needs minutes for the largest layouts. */
#define TIMEOUT_SECONDS 300

/* An index into fields[], or one of these. */
enum { VMAS = FIELDS, PTE_TABLES, KEYS };

struct term {
	size_t key;
	char op;		/* '=', '>' or '<'; the latter two include equality */
	uint64_t value;
};

struct range {
	pid_t pid;
	uint64_t start;
	uint64_t end;
	bool moving;
	bool cache;
	size_t terms;
	struct term term[MAX_TERMS];
};

struct ranges {
	struct range *range;
	size_t count;
};

/* State of a process that a read could change. */
struct state {
	uint64_t pagemap;
	unsigned long minor_faults;
	unsigned long major_faults;
	uint64_t referenced;
};

struct sum {
	struct ptscope_census census;
	uint64_t vmas;
	uint32_t flags;
};

static const char *name;
static pid_t target;
static size_t page_size;
static uint64_t pages_compared;

static void timed_out(int signal)
{
	static const char text[] = "Bail out! the layout is not ready in time\n";

	(void)signal;
	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(KTAP_FAIL);
	kill(target, SIGKILL);
	_exit(KTAP_FAIL);
}

/* Returns the output of the layout, which runs until *@hold is closed. */
static FILE *start_layout(char **argv, int *hold)
{
	int in[2], out[2];
	FILE *file;

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		ktap_bail("pipe: %s", strerror(errno));
	target = fork();
	if (target < 0)
		ktap_bail("fork: %s", strerror(errno));
	if (!target) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execv(argv[0], argv);
		printf("fail %s: %s\n", argv[0], strerror(errno));
		fflush(stdout);
		_exit(1);
	}
	close(in[0]);
	close(out[1]);
	*hold = in[1];
	file = fdopen(out[0], "r");
	if (!file)
		ktap_bail("fdopen: %s", strerror(errno));
	return file;
}

static const char *key_name(size_t key)
{
	switch (key) {
	case VMAS:
		return "vmas";
	case PTE_TABLES:
		return "pte_tables";
	default:
		return fields[key].name;
	}
}

static size_t key_named(const char *word, size_t length)
{
	size_t i;

	for (i = 0; i < KEYS; i++)
		if (strlen(key_name(i)) == length && !strncmp(key_name(i), word, length))
			return i;
	ktap_bail("%s: unknown field %.*s", name, (int)length, word);
}

static void parse_term(struct range *range, const char *word)
{
	size_t length = strcspn(word, "=<>");
	struct term *term = &range->term[range->terms++];
	const char *value = word + length;
	char *end;

	if (range->terms > MAX_TERMS)
		ktap_bail("%s: too many terms", name);
	term->key = key_named(word, length);
	term->op = *value;
	if (*value == '<' || *value == '>')
		value++;
	if (*value != '=')
		ktap_bail("%s: invalid term '%s'", name, word);
	term->value = strtoull(value + 1, &end, 0);
	if (*end || end == value + 1)
		ktap_bail("%s: invalid term '%s'", name, word);
}

static void parse_range(struct ranges *ranges, pid_t pid, char *terms)
{
	struct range *range;
	char *save, *word;

	ranges->range = realloc(ranges->range, (ranges->count + 1) * sizeof(*range));
	if (!ranges->range)
		ktap_bail("out of memory");
	range = memset(&ranges->range[ranges->count++], 0, sizeof(*range));
	range->pid = pid;
	word = strtok_r(terms, "\n ", &save);
	range->start = strtoull(word ?: "", NULL, 0);
	word = strtok_r(NULL, "\n ", &save);
	range->end = strtoull(word ?: "", NULL, 0);
	if (range->end <= range->start)
		ktap_bail("%s: empty range", name);
	while ((word = strtok_r(NULL, "\n ", &save))) {
		if (!strcmp(word, "moving"))
			range->moving = true;
		else if (!strcmp(word, "cache"))
			range->cache = true;
		else
			parse_term(range, word);
	}
}

/* Returns true if the layout is ready; if not, the result is reported. */
static bool read_ranges(FILE *file, struct ranges *ranges)
{
	pid_t pid = target;
	size_t length = 0;
	char *line = NULL;

	while (getline(&line, &length, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strcmp(line, "ready")) {
			free(line);
			return true;
		}
		if (!strncmp(line, "skip ", 5)) {
			ktap_skip(line + 5, "%s", name);
			return false;
		}
		if (!strncmp(line, "fail ", 5)) {
			ktap_note("%s", line + 5);
			ktap_check(false, "%s: setup", name);
			return false;
		}
		if (!strncmp(line, "process ", 8))
			pid = atoi(line + 8);
		else if (!strncmp(line, "expect ", 7))
			parse_range(ranges, pid, line + 7);
		else
			ktap_bail("%s: invalid line '%s'", name, line);
	}
	ktap_check(false, "%s: setup", name);
	return false;
}

/* Adds up the census of the VMAs of a range; prints what is inconsistent. */
static bool read_census(struct ptscope *ps, pid_t pid, uint64_t start, uint64_t end,
			struct sum *sum)
{
	const struct ptscope_vma *vma;
	uint64_t reached = start;
	int err;

	memset(sum, 0, sizeof(*sum));
	err = ptscope_dump_vmas(ps, pid, start, end);
	if (err) {
		ktap_note("%s", ptscope_message(ps));
		return false;
	}
	while ((err = ptscope_next_vma(ps, &vma)) > 0) {
		const char *fault = census_fault(&vma->census);

		if (!fault && vma->census.size != vma->end - vma->start)
			fault = "size is not the size of the VMA";
		if (!fault && (vma->start < reached || vma->end <= vma->start || vma->end > end))
			fault = "the VMA is outside the range, or out of order";
		if (!fault && vma->pid != pid)
			fault = "the PID is wrong";
		if (fault) {
			ktap_note("%#" PRIx64 "-%#" PRIx64 ": %s", vma->start, vma->end, fault);
			return false;
		}
		reached = vma->end;
		census_add(&sum->census, &vma->census);
		sum->vmas++;
		sum->flags |= vma->flags;
	}
	if (err < 0)
		ktap_note("%s", ptscope_message(ps));
	return !err;
}

static bool matches(const struct term *term, uint64_t value)
{
	switch (term->op) {
	case '<':
		return value <= term->value;
	case '>':
		return value >= term->value;
	default:
		return value == term->value;
	}
}

static uint64_t value_of(const struct sum *sum, size_t key)
{
	switch (key) {
	case VMAS:
		return sum->vmas;
	case PTE_TABLES:
		return sum->census.table[PTSCOPE_LEVEL_PTE].pages;
	default:
		return field_value(&sum->census, key);
	}
}

static const struct term *find_term(const struct range *range, size_t key)
{
	size_t i;

	for (i = 0; i < range->terms; i++)
		if (range->term[i].key == key)
			return &range->term[i];
	return NULL;
}

/* Checks the fields that no term names as well. */
static bool census_matches(const struct range *range, const struct sum *sum)
{
	bool good = true;
	size_t i;

	for (i = 0; i < KEYS; i++) {
		const struct term *term = find_term(range, i);
		struct term rest = { .key = i, .op = '=' };
		uint64_t got = value_of(sum, i);
		const char *key = key_name(i);

		if (!term && !strcmp(key, "size")) {
			rest.value = range->end - range->start;
			term = &rest;
		}
		if (!term && (i >= FIELDS || fields[i].free))
			continue;
		if (!term)
			term = &rest;
		if (matches(term, got))
			continue;
		ktap_note("expected %s %c %" PRIu64 ", got %" PRIu64, key, term->op,
			  term->value, got);
		good = false;
	}
	return good;
}

/* Number of pages of @range that are read one by one. */
static size_t sampled(const struct range *range)
{
	uint64_t pages = (range->end - range->start) / page_size;

	return pages < SAMPLE ? pages : SAMPLE;
}

/* Address of the @i-th of them: evenly spread, first and last page included. */
static uint64_t sample(const struct range *range, size_t i)
{
	uint64_t pages = (range->end - range->start) / page_size;
	size_t count = sampled(range);

	if (count == pages)
		return range->start + i * page_size;
	return range->start + (__int128)i * (pages - 1) / (count - 1) * page_size;
}

/* Returns how pagemap's @entry and the census of one page differ, or NULL. */
static const char *difference(uint64_t entry, const struct sum *sum, bool cache)
{
	const struct ptscope_census *c = &sum->census;

	if (!sum->vmas)
		return entry & (PROC_PM_PRESENT | PROC_PM_SWAPPED) ?
			"no VMA, but pagemap has a page" : NULL;
	if (c->size != page_size)
		return "the size is not that of one page";
	/* pagemap reports no frames of PFN mappings. */
	if (sum->flags & PTSCOPE_VMA_FLAG_PFN_MAP)
		return NULL;
	if (entry & PROC_PM_PRESENT)
		return c->res == page_size ? NULL : "pagemap: present";
	if (entry & PROC_PM_SWAPPED) {
		if ((entry & PROC_PM_SWAP_TYPE) < proc_swaps())
			return c->swap == page_size ? NULL : "pagemap: swapped";
		return c->special == page_size ? NULL : "pagemap: not a swap device";
	}
	/* pagemap knows nothing of the page cache. */
	if (c->res || (c->swap && !cache))
		return "pagemap: neither present nor swapped";
	return NULL;
}

/*
 * True if the sum of all pages agrees with the whole, read @before and @after. The kernel
 * ages and cleans pages, so young and dirty can decrease in between; no other field can
 * change.
 */
static bool agrees(size_t field, const struct ptscope_census *total,
		   const struct ptscope_census *before, const struct ptscope_census *after)
{
	uint64_t value = field_value(total, field);

	if (!strcmp(fields[field].name, "young") || !strcmp(fields[field].name, "dirty"))
		return value <= field_value(before, field) && value >= field_value(after, field);
	return value == field_value(before, field);
}

/* Compares each page with pagemap, and their sum with @whole. */
static bool pages_agree(struct ptscope *ps, const struct range *range, const struct sum *whole)
{
	uint64_t pages = (range->end - range->start) / page_size;
	int pagemap = proc_open(range->pid, "pagemap");
	struct ptscope_census total = {};
	size_t i, count = sampled(range);
	struct sum after;
	bool good = true;

	for (i = 0; i < count; i++) {
		uint64_t addr = sample(range, i), entry;
		const char *fault;
		struct sum sum;

		if (!read_census(ps, range->pid, addr, addr + page_size, &sum)) {
			good = false;
			break;
		}
		if (!proc_read_pagemap(pagemap, addr, 1, &entry))
			ktap_bail("%s: cannot read pagemap", name);
		fault = difference(entry, &sum, range->cache);
		if (fault) {
			ktap_note("%#" PRIx64 ": %s; res %" PRIu64 " lazy %" PRIu64
				  " disk %" PRIu64 " swap %" PRIu64 " special %" PRIu64,
				  addr, fault, sum.census.res, sum.census.lazy,
				  sum.census.disk, sum.census.swap, sum.census.special);
			good = false;
			break;
		}
		census_add(&total, &sum.census);
	}
	pages_compared += i;
	good = good && read_census(ps, range->pid, range->start, range->end, &after);
	for (i = 0; good && count == pages && i < FIELDS; i++) {
		if (agrees(i, &total, &whole->census, &after.census))
			continue;
		ktap_note("%s: %" PRIu64 " page by page, %" PRIu64 " as a whole", fields[i].name,
			  field_value(&total, i), field_value(&whole->census, i));
		good = false;
	}
	close(pagemap);
	return good;
}

static void check_range(struct ptscope *ps, size_t number, const struct range *range)
{
	struct sum sum;
	bool sums;

	ptscope_set_cache(ps, range->cache);
	sums = read_census(ps, range->pid, range->start, range->end, &sum);
	ktap_check(sums, "%s: range %zu: consistent", name, number);
	ktap_check(sums && census_matches(range, &sum), "%s: range %zu: expected census",
		   name, number);
	if (range->moving) {
		ktap_skip("its pages migrate", "%s: range %zu: page by page", name,
			  number);
		return;
	}
	ktap_check(sums && pages_agree(ps, range, &sum), "%s: range %zu: page by page", name,
		   number);
}

static void save_state(const struct ranges *ranges, pid_t pid, struct state *state)
{
	int pagemap = proc_open(pid, "pagemap");
	struct proc_stat stat;
	size_t i, j;

	memset(state, 0, sizeof(*state));
	for (i = 0; i < ranges->count; i++) {
		const struct range *range = &ranges->range[i];
		uint64_t entry;

		for (j = 0; range->pid == pid && j < sampled(range); j++) {
			if (!proc_read_pagemap(pagemap, sample(range, j), 1, &entry))
				ktap_bail("%s: cannot read pagemap", name);
			state->pagemap = (state->pagemap ^ entry) * 0x9e3779b97f4a7c15;
			state->pagemap ^= state->pagemap >> 29;
		}
	}
	close(pagemap);
	if (!proc_read_stat(pid, 0, &stat) ||
	    !proc_read_value(pid, "smaps_rollup", "Referenced", &state->referenced))
		ktap_bail("%s: cannot read /proc/%d", name, (int)pid);
	state->minor_faults = stat.minor_faults;
	state->major_faults = stat.major_faults;
}

static void check_unchanged(struct ptscope *ps, const struct ranges *ranges, pid_t pid)
{
	struct state before, after;
	const struct ptscope_proc *proc;
	struct sum sum;
	bool good = true;
	int i;

	save_state(ranges, pid, &before);
	for (i = 0; good && i < READS; i++) {
		good = read_census(ps, pid, 0, -page_size, &sum) &&
		       !ptscope_get_proc(ps, pid, &proc);
		if (good && (proc->census.size != sum.census.size ||
			     proc->census.res != sum.census.res)) {
			ktap_note("process: size %" PRIu64 " res %" PRIu64
				  "; sum of its VMAs: size %" PRIu64 " res %" PRIu64,
				  proc->census.size, proc->census.res, sum.census.size,
				  sum.census.res);
			good = false;
		}
	}
	save_state(ranges, pid, &after);
	ktap_check(good, "%s: process %d: read %d times", name, (int)pid, READS);
	if (memcmp(&before, &after, sizeof(before)))
		ktap_note("pagemap %s; minor faults %lu, then %lu; major %lu, then %lu; "
			  "referenced %" PRIu64 ", then %" PRIu64,
			  before.pagemap == after.pagemap ? "the same" : "changed",
			  before.minor_faults, after.minor_faults, before.major_faults,
			  after.major_faults, before.referenced, after.referenced);
	ktap_check(!memcmp(&before, &after, sizeof(before)),
		   "%s: process %d: unchanged by reads", name, (int)pid);
}

static void check(struct ptscope *ps, const struct ranges *ranges)
{
	bool moving = false;
	pid_t last = 0;
	size_t i;

	ktap_check(ranges->count, "%s: announces a range", name);
	for (i = 0; i < ranges->count; i++) {
		check_range(ps, i + 1, &ranges->range[i]);
		moving |= ranges->range[i].moving;
	}
	for (i = 0; !moving && i < ranges->count; i++) {
		if (ranges->range[i].pid != last)
			check_unchanged(ps, ranges, ranges->range[i].pid);
		last = ranges->range[i].pid;
	}
	ktap_note("%s: %" PRIu64 " pages compared with pagemap", name, pages_compared);
}

int main(int argc, char **argv)
{
	struct ranges ranges = {};
	struct ptscope *ps;
	FILE *file;
	int hold;

	if (argc < 2) {
		fprintf(stderr, "usage: layout PROGRAM [NAME [COUNT]]\n");
		return 2;
	}
	ktap_begin();
	page_size = sysconf(_SC_PAGESIZE);
	name = argc > 2 ? argv[2] : basename(strdupa(argv[1]));
	ps = client(NULL);

	file = start_layout(argv + 1, &hold);
	signal(SIGALRM, timed_out);
	alarm(TIMEOUT_SECONDS);
	if (read_ranges(file, &ranges)) {
		alarm(0);
		check(ps, &ranges);
	}
	close(hold);
	kill(target, SIGKILL);
	waitpid(target, NULL, 0);
	fclose(file);
	free(ranges.range);
	ptscope_free(ps);
	return ktap_end();
}
