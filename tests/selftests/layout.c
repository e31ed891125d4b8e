// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a victim and holds what ptscope says of it against what the victim
 * claims, against pagemap, and against itself. See ../layouts/layout.h for
 * what claims look like.
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

/* Pages of a claim that are asked for one by one, at the most. */
#define SAMPLE 2048
/* How often everything is read before looking whether that left traces. */
#define READINGS 8
#define MAX_WANTS 16
/* No victim takes this long to set up its layout, even emulated. */
#define PATIENCE_SECONDS 300

/* An index into fields[], or: */
enum { VMAS = FIELDS, PTE_TABLES, KEYS };

struct want {
	size_t key;
	char op;		/* '=', '>' or '<', the latter two with equality */
	uint64_t value;
};

struct claim {
	pid_t pid;
	uint64_t start;
	uint64_t end;
	bool moving;
	bool cache;
	size_t wants;
	struct want want[MAX_WANTS];
};

struct claims {
	struct claim *claim;
	size_t count;
};

/* Everything about a process that looking at it could change. */
struct traces {
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

static void too_long(int signal)
{
	static const char words[] = "Bail out! the victim takes too long\n";

	(void)signal;
	if (write(STDOUT_FILENO, words, sizeof(words) - 1) < 0)
		_exit(KTAP_FAIL);
	kill(target, SIGKILL);
	_exit(KTAP_FAIL);
}

/* Returns what the victim writes; it lives as long as *@hold stays open. */
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
	ktap_bail("%s: no field is called %.*s", name, (int)length, word);
}

static void parse_want(struct claim *claim, const char *word)
{
	size_t length = strcspn(word, "=<>");
	struct want *want = &claim->want[claim->wants++];
	const char *value = word + length;
	char *end;

	if (claim->wants > MAX_WANTS)
		ktap_bail("%s: too many keys", name);
	want->key = key_named(word, length);
	want->op = *value;
	if (*value == '<' || *value == '>')
		value++;
	if (*value != '=')
		ktap_bail("%s: cannot read %s", name, word);
	want->value = strtoull(value + 1, &end, 0);
	if (*end || end == value + 1)
		ktap_bail("%s: cannot read %s", name, word);
}

static void parse_claim(struct claims *claims, pid_t pid, char *words)
{
	struct claim *claim;
	char *save, *word;

	claims->claim = realloc(claims->claim, (claims->count + 1) * sizeof(*claim));
	if (!claims->claim)
		ktap_bail("out of memory");
	claim = memset(&claims->claim[claims->count++], 0, sizeof(*claim));
	claim->pid = pid;
	word = strtok_r(words, "\n ", &save);
	claim->start = strtoull(word ?: "", NULL, 0);
	word = strtok_r(NULL, "\n ", &save);
	claim->end = strtoull(word ?: "", NULL, 0);
	if (claim->end <= claim->start)
		ktap_bail("%s: claims an empty range", name);
	while ((word = strtok_r(NULL, "\n ", &save))) {
		if (!strcmp(word, "moving"))
			claim->moving = true;
		else if (!strcmp(word, "cache"))
			claim->cache = true;
		else
			parse_want(claim, word);
	}
}

/* Returns true when the victim is ready; otherwise the result is reported. */
static bool read_claims(FILE *file, struct claims *claims)
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
			ktap_check(false, "%s: sets up its layout", name);
			return false;
		}
		if (!strncmp(line, "process ", 8))
			pid = atoi(line + 8);
		else if (!strncmp(line, "claim ", 6))
			parse_claim(claims, pid, line + 6);
		else
			ktap_bail("%s: cannot read: %s", name, line);
	}
	ktap_check(false, "%s: sets up its layout", name);
	return false;
}

/* The census of a range, as a sum over its VMAs; reports what is wrong. */
static bool ask(struct ptscope *ps, pid_t pid, uint64_t start, uint64_t end, struct sum *sum)
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
			fault = "the VMA is out of the range or out of order";
		if (!fault && vma->pid != pid)
			fault = "it is another process's";
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

static bool meets(const struct want *want, uint64_t value)
{
	switch (want->op) {
	case '<':
		return value <= want->value;
	case '>':
		return value >= want->value;
	default:
		return value == want->value;
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

static const struct want *want_of(const struct claim *claim, size_t key)
{
	size_t i;

	for (i = 0; i < claim->wants; i++)
		if (claim->want[i].key == key)
			return &claim->want[i];
	return NULL;
}

/* Every field, whether the claim names it or not. */
static bool census_is_as_claimed(const struct claim *claim, const struct sum *sum)
{
	bool good = true;
	size_t i;

	for (i = 0; i < KEYS; i++) {
		const struct want *want = want_of(claim, i);
		struct want rest = { .key = i, .op = '=' };
		uint64_t got = value_of(sum, i);
		const char *key = key_name(i);

		if (!want && !strcmp(key, "size")) {
			rest.value = claim->end - claim->start;
			want = &rest;
		}
		if (!want && (i >= FIELDS || fields[i].free))
			continue;
		if (!want)
			want = &rest;
		if (meets(want, got))
			continue;
		ktap_note("expected %s %c %" PRIu64 ", got %" PRIu64, key, want->op,
			  want->value, got);
		good = false;
	}
	return good;
}

/* Number of pages of @claim that are looked at one by one. */
static size_t sampled(const struct claim *claim)
{
	uint64_t pages = (claim->end - claim->start) / page_size;

	return pages < SAMPLE ? pages : SAMPLE;
}

/* The @i-th of them: evenly spread, the first and the last among them. */
static uint64_t sample(const struct claim *claim, size_t i)
{
	uint64_t pages = (claim->end - claim->start) / page_size;
	size_t count = sampled(claim);

	if (count == pages)
		return claim->start + i * page_size;
	return claim->start + (__int128)i * (pages - 1) / (count - 1) * page_size;
}

/* NULL, or what pagemap's @entry and ptscope's words for a page disagree on. */
static const char *disagreement(uint64_t entry, const struct sum *sum, bool cache)
{
	const struct ptscope_census *c = &sum->census;

	if (!sum->vmas)
		return entry & (PROC_PM_PRESENT | PROC_PM_SWAPPED) ?
			"ptscope finds no VMA where pagemap finds a page" : NULL;
	if (c->size != page_size)
		return "one page is not one page";
	/* pagemap does not look into these. */
	if (sum->flags & PTSCOPE_VMA_FLAG_PFN_MAP)
		return NULL;
	if (entry & PROC_PM_PRESENT)
		return c->res == page_size ? NULL : "pagemap says present";
	if (entry & PROC_PM_SWAPPED) {
		if ((entry & PROC_PM_SWAP_TYPE) < proc_swaps())
			return c->swap == page_size ? NULL : "pagemap says swapped";
		return c->special == page_size ? NULL : "pagemap says some special entry";
	}
	/* pagemap does not look into the page cache. */
	if (c->res || (c->swap && !cache))
		return "pagemap says neither present nor swapped";
	return NULL;
}

/*
 * Does what all pages say of a field one by one fit what they said at once,
 * @before and @after? The kernel may age and clean pages of its own accord, so
 * two fields can go down meanwhile; no other field can change.
 */
static bool fits(size_t field, const struct ptscope_census *total,
		 const struct ptscope_census *before, const struct ptscope_census *after)
{
	uint64_t value = field_value(total, field);

	if (!strcmp(fields[field].name, "young") || !strcmp(fields[field].name, "dirty"))
		return value <= field_value(before, field) && value >= field_value(after, field);
	return value == field_value(before, field);
}

/* Each page by itself: against pagemap, and all together against @whole. */
static bool pages_agree(struct ptscope *ps, const struct claim *claim, const struct sum *whole)
{
	uint64_t pages = (claim->end - claim->start) / page_size;
	int pagemap = proc_open(claim->pid, "pagemap");
	struct ptscope_census total = {};
	size_t i, count = sampled(claim);
	struct sum after;
	bool good = true;

	for (i = 0; i < count; i++) {
		uint64_t addr = sample(claim, i), entry;
		const char *fault;
		struct sum sum;

		if (!ask(ps, claim->pid, addr, addr + page_size, &sum)) {
			good = false;
			break;
		}
		if (!proc_read_pagemap(pagemap, addr, 1, &entry))
			ktap_bail("%s: cannot read pagemap", name);
		fault = disagreement(entry, &sum, claim->cache);
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
	good = good && ask(ps, claim->pid, claim->start, claim->end, &after);
	for (i = 0; good && count == pages && i < FIELDS; i++) {
		if (fits(i, &total, &whole->census, &after.census))
			continue;
		ktap_note("%s: %" PRIu64 " page by page, %" PRIu64 " at once", fields[i].name,
			  field_value(&total, i), field_value(&whole->census, i));
		good = false;
	}
	close(pagemap);
	return good;
}

static void check_claim(struct ptscope *ps, size_t number, const struct claim *claim)
{
	struct sum sum;
	bool sums;

	ptscope_set_cache(ps, claim->cache);
	sums = ask(ps, claim->pid, claim->start, claim->end, &sum);
	ktap_check(sums, "%s: claim %zu: the census adds up", name, number);
	ktap_check(sums && census_is_as_claimed(claim, &sum), "%s: claim %zu: is as claimed",
		   name, number);
	if (claim->moving) {
		ktap_skip("its pages do not hold still", "%s: claim %zu: page for page", name,
			  number);
		return;
	}
	ktap_check(sums && pages_agree(ps, claim, &sum), "%s: claim %zu: page for page", name,
		   number);
}

static void take_traces(const struct claims *claims, pid_t pid, struct traces *traces)
{
	int pagemap = proc_open(pid, "pagemap");
	struct proc_stat stat;
	size_t i, j;

	memset(traces, 0, sizeof(*traces));
	for (i = 0; i < claims->count; i++) {
		const struct claim *claim = &claims->claim[i];
		uint64_t entry;

		for (j = 0; claim->pid == pid && j < sampled(claim); j++) {
			if (!proc_read_pagemap(pagemap, sample(claim, j), 1, &entry))
				ktap_bail("%s: cannot read pagemap", name);
			traces->pagemap = (traces->pagemap ^ entry) * 0x9e3779b97f4a7c15;
			traces->pagemap ^= traces->pagemap >> 29;
		}
	}
	close(pagemap);
	if (!proc_read_stat(pid, 0, &stat) ||
	    !proc_read_value(pid, "smaps_rollup", "Referenced", &traces->referenced))
		ktap_bail("%s: cannot read /proc/%d", name, (int)pid);
	traces->minor_faults = stat.minor_faults;
	traces->major_faults = stat.major_faults;
}

/* Looking changes nothing. */
static void check_traces(struct ptscope *ps, const struct claims *claims, pid_t pid)
{
	struct traces before, after;
	struct ptscope_proc proc;
	struct sum sum;
	bool good = true;
	int i;

	take_traces(claims, pid, &before);
	for (i = 0; good && i < READINGS; i++) {
		good = ask(ps, pid, 0, -page_size, &sum) && !ptscope_get_proc(ps, pid, &proc);
		if (good && (proc.census.size != sum.census.size ||
			     proc.census.res != sum.census.res)) {
			ktap_note("the process has size %" PRIu64 " res %" PRIu64
				  ", its VMAs have %" PRIu64 " and %" PRIu64,
				  proc.census.size, proc.census.res, sum.census.size,
				  sum.census.res);
			good = false;
		}
	}
	take_traces(claims, pid, &after);
	ktap_check(good, "%s: process %d: read %d times over", name, (int)pid, READINGS);
	if (memcmp(&before, &after, sizeof(before)))
		ktap_note("pagemap %s; minor faults %lu, then %lu; major %lu, then %lu; "
			  "referenced %" PRIu64 ", then %" PRIu64,
			  before.pagemap == after.pagemap ? "the same" : "changed",
			  before.minor_faults, after.minor_faults, before.major_faults,
			  after.major_faults, before.referenced, after.referenced);
	ktap_check(!memcmp(&before, &after, sizeof(before)),
		   "%s: process %d: reading changes nothing", name, (int)pid);
}

static void check(struct ptscope *ps, const struct claims *claims)
{
	bool moving = false;
	pid_t last = 0;
	size_t i;

	ktap_check(claims->count, "%s: claims something", name);
	for (i = 0; i < claims->count; i++) {
		check_claim(ps, i + 1, &claims->claim[i]);
		moving |= claims->claim[i].moving;
	}
	for (i = 0; !moving && i < claims->count; i++) {
		if (claims->claim[i].pid != last)
			check_traces(ps, claims, claims->claim[i].pid);
		last = claims->claim[i].pid;
	}
	ktap_note("%s: compared %" PRIu64 " pages one by one", name, pages_compared);
}

int main(int argc, char **argv)
{
	struct claims claims = {};
	struct ptscope *ps;
	FILE *file;
	int hold;

	if (argc < 2) {
		fprintf(stderr, "usage: layout VICTIM [ARGUMENT...]\n");
		return 2;
	}
	ktap_begin();
	page_size = sysconf(_SC_PAGESIZE);
	name = basename(strdupa(argv[1]));
	ps = client(NULL);

	file = start_layout(argv + 1, &hold);
	signal(SIGALRM, too_long);
	alarm(PATIENCE_SECONDS);
	if (read_claims(file, &claims)) {
		alarm(0);
		check(ps, &claims);
	}
	close(hold);
	kill(target, SIGKILL);
	waitpid(target, NULL, 0);
	fclose(file);
	free(claims.claim);
	ptscope_free(ps);
	return ktap_end();
}
