// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds what ptscope says of every process against what the kernel itself
 * says in maps, pagemap, smaps and status, and by PAGEMAP_SCAN where it can.
 * Each process is stopped meanwhile, and pagemap is read before and after, to
 * be sure that it did hold still.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <ptscope.h>
#include "client.h"
#include "fields.h"
#include "ktap.h"
#include "proc.h"
#include "runs.h"

#define TRIES 5
/* Differences of one process that are spelled out. */
#define SPELLED 5
/* Entries of pagemap that are read at a time. */
#define CHUNK 65536
#define STOP_TRIES 2000
#define STOP_PAUSE_US 1000

/*
 * What pagemap says of a VMA, in bytes, a digest of all that it says, and how
 * many pages it was asked about.
 */
struct digest {
	uint64_t pages;
	uint64_t present;
	uint64_t swapped;
	uint64_t hash;
};

struct seen_vma {
	struct ptscope_vma vma;
	char *name;
};

/* Both witnesses' statements on one process. */
struct evidence {
	struct proc_vmas said;
	struct digest *digest;
	struct proc_scan *scan;
	uint64_t vm_pte;
	struct seen_vma *seen;
	size_t seen_count;
	struct ptscope_proc whole;
};

static struct ptscope *ps;
static size_t page_size;
static uint64_t pmd_size;
/* Which reading is to be spoiled, if any. */
static const char *inject;
/* This kernel lacks PAGEMAP_SCAN. */
static bool no_scan;
static volatile pid_t stopped;

static struct runs_count counted;
static uint64_t vast_pages, vast_vmas, vast_samples;
static uint64_t total_pages, total_vmas, total_scans, total_procs, total_differences;
/* Of the process at hand. */
static uint64_t differences;
/* Do not spell differences out yet. */
static bool quiet;

static void __attribute__((format(printf, 1, 2))) differ(const char *format, ...)
{
	char text[512];
	va_list args;

	if (differences++ >= SPELLED || quiet)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ktap_note("%s", text);
}

static void same(const struct proc_vma *vma, const char *what, uint64_t expected, uint64_t got)
{
	if (expected != got)
		differ("%" PRIx64 "-%" PRIx64 " %s: %s: expected %" PRIu64 ", got %" PRIu64,
		       vma->start, vma->end, vma->name, what, expected, got);
}

/* Nobody stays stopped, however this ends. */
static void let_go(int signal)
{
	if (stopped)
		kill(stopped, SIGCONT);
	_exit(128 + signal);
}

static bool is_halted(pid_t pid)
{
	char path[64];
	struct dirent *entry;
	bool halted = true;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && halted && (entry = readdir(dir))) {
		struct proc_stat stat;

		if (isdigit(entry->d_name[0]) && proc_read_stat(pid, atoi(entry->d_name), &stat))
			halted = strchr("TtZX", stat.state);
	}
	if (dir)
		closedir(dir);
	return halted;
}

/* Init takes no such signal; who is stopped already stays so. */
static void stop(pid_t pid)
{
	int i;

	if (pid == 1 || is_halted(pid) || kill(pid, SIGSTOP))
		return;
	stopped = pid;
	for (i = 0; i < STOP_TRIES && !is_halted(pid); i++)
		usleep(STOP_PAUSE_US);
}

static void go_on(void)
{
	if (stopped)
		kill(stopped, SIGCONT);
	stopped = 0;
}

static bool digest_vma(int pagemap, const struct proc_vma *vma, struct digest *digest)
{
	static uint64_t entry[CHUNK];
	uint64_t addr, next;
	size_t i;

	memset(digest, 0, sizeof(*digest));
	for (addr = vma->start; addr < vma->end; addr = next) {
		size_t count = CHUNK;

		next = proc_stretch(vma, addr, vma->end, &count);
		digest->pages += count;
		if (!proc_read_pagemap(pagemap, addr, count, entry))
			return false;
		for (i = 0; i < count; i++) {
			uint64_t e = entry[i];

			digest->present += e & PROC_PM_PRESENT ? page_size : 0;
			digest->swapped += e & PROC_PM_SWAPPED ? page_size : 0;
			/* Who else maps a page may change at any time. */
			e &= PROC_PM_PRESENT | PROC_PM_SWAPPED | PROC_PM_WHERE;
			digest->hash = (digest->hash ^ e) * 0x9e3779b97f4a7c15;
			digest->hash ^= digest->hash >> 29;
		}
	}
	return true;
}

static struct digest *digest_all(pid_t pid, const struct proc_vmas *vmas)
{
	struct digest *digest = calloc(vmas->count, sizeof(*digest));
	int pagemap = proc_open(pid, "pagemap");
	size_t i;

	if (!digest)
		ktap_bail("out of memory");
	for (i = 0; i < vmas->count; i++) {
		if (!digest_vma(pagemap, &vmas->vma[i], &digest[i])) {
			free(digest);
			digest = NULL;
			break;
		}
	}
	if (pagemap >= 0)
		close(pagemap);
	return digest;
}

/* 0 with NULL in *@scans: this kernel cannot do it. */
static int scan_all(pid_t pid, const struct proc_vmas *vmas, struct proc_scan **scans)
{
	struct proc_scan *scan = calloc(vmas->count, sizeof(*scan));
	int pagemap = proc_open(pid, "pagemap");
	int err = pagemap < 0 ? -ESRCH : 0;
	size_t i;

	if (!scan)
		ktap_bail("out of memory");
	for (i = 0; i < vmas->count && !err && !no_scan; i++) {
		err = proc_scan_pagemap(pagemap, vmas->vma[i].start, vmas->vma[i].end, &scan[i]);
		if (err == -ENOTTY)
			no_scan = true;
	}
	if (pagemap >= 0)
		close(pagemap);
	if (no_scan)
		err = 0;
	if (no_scan || err) {
		free(scan);
		scan = NULL;
	}
	*scans = scan;
	return err;
}

/*
 * Of a vast VMA, samples are enough only if ptscope, too, says that nothing is
 * there. It may rightly say otherwise: smaps counts no zero pages and no markers.
 */
static bool digest_vast(pid_t pid, struct evidence *evidence)
{
	int pagemap = proc_open(pid, "pagemap");
	bool good = pagemap >= 0;
	size_t i;

	for (i = 0; i < evidence->said.count && i < evidence->seen_count && good; i++) {
		struct proc_vma *said = &evidence->said.vma[i];
		const struct ptscope_census *c = &evidence->seen[i].vma.census;

		if (!said->vast || !(c->res + c->swap + c->special))
			continue;
		said->vast = false;
		good = digest_vma(pagemap, said, &evidence->digest[i]);
	}
	if (pagemap >= 0)
		close(pagemap);
	return good;
}

/* maps writes a newline in a name as \012. */
static char *escape(const char *name)
{
	char *escaped = malloc(4 * strlen(name) + 1), *to = escaped;

	if (!escaped)
		ktap_bail("out of memory");
	for (; *name; name++) {
		if (*name == '\n')
			to = stpcpy(to, "\\012");
		else
			*to++ = *name;
	}
	*to = '\0';
	return escaped;
}

static int see(pid_t pid, struct evidence *evidence)
{
	const struct ptscope_vma *vma;
	size_t room = 0;
	int err;

	err = ptscope_dump_vmas(ps, pid, 0, 0);
	while (!err && (err = ptscope_next_vma(ps, &vma)) > 0) {
		struct seen_vma *seen;

		if (evidence->seen_count == room) {
			room = room ? 2 * room : 64;
			evidence->seen = realloc(evidence->seen, room * sizeof(*seen));
			if (!evidence->seen)
				ktap_bail("out of memory");
		}
		seen = &evidence->seen[evidence->seen_count++];
		seen->vma = *vma;
		seen->name = escape(vma->name);
		err = 0;
	}
	if (err)
		return err;
	if (ptscope_interrupted(ps))
		return -EAGAIN;
	err = ptscope_get_proc(ps, pid, &evidence->whole);
	if (!err && ptscope_interrupted(ps))
		err = -EAGAIN;
	return err;
}

static void discard(struct evidence *evidence)
{
	size_t i;

	for (i = 0; i < evidence->seen_count; i++)
		free(evidence->seen[i].name);
	free(evidence->seen);
	free(evidence->digest);
	free(evidence->scan);
	proc_free_vmas(&evidence->said);
	memset(evidence, 0, sizeof(*evidence));
}

/*
 * Takes both statements. -EAGAIN: the process did not hold still; -ESRCH: it
 * has gone.
 */
static int gather(pid_t pid, struct evidence *evidence)
{
	struct digest *again;
	int err;

	if (!proc_read_vmas(pid, &evidence->said) ||
	    !proc_read_value(pid, "status", "VmPTE", &evidence->vm_pte))
		return -ESRCH;
	evidence->digest = digest_all(pid, &evidence->said);
	if (!evidence->digest)
		return -ESRCH;
	err = scan_all(pid, &evidence->said, &evidence->scan);
	if (!err)
		err = see(pid, evidence);
	if (err)
		return err;
	again = digest_vast(pid, evidence) ? digest_all(pid, &evidence->said) : NULL;
	if (!again)
		return -ESRCH;
	if (memcmp(again, evidence->digest, evidence->said.count * sizeof(*again)))
		err = -EAGAIN;
	free(again);
	return err;
}

static void compare_line(const struct proc_vma *said, const struct seen_vma *seen)
{
	const struct ptscope_vma *vma = &seen->vma;
	const char perm[] = {
		vma->flags & PTSCOPE_VMA_FLAG_READ ? 'r' : '-',
		vma->flags & PTSCOPE_VMA_FLAG_WRITE ? 'w' : '-',
		vma->flags & PTSCOPE_VMA_FLAG_EXEC ? 'x' : '-',
		vma->flags & PTSCOPE_VMA_FLAG_MAY_SHARE ? 's' : 'p',
		'\0'
	};

	same(said, "start", said->start, vma->start);
	same(said, "end", said->end, vma->end);
	same(said, "offset", said->offset, vma->offset);
	same(said, "inode", said->inode, vma->inode);
	same(said, "major", said->dev_major, vma->dev_major);
	same(said, "minor", said->dev_minor, vma->dev_minor);
	if (strcmp(said->perm, perm))
		differ("%" PRIx64 " %s: perm: expected %s, got %s", said->start, said->name,
		       said->perm, perm);
	if (strcmp(said->name, seen->name))
		differ("%" PRIx64 ": name: expected '%s', got '%s'", said->start, said->name,
		       seen->name);
}

static void compare_pages(const struct proc_vma *said, const struct digest *digest,
			  const struct seen_vma *seen)
{
	const struct ptscope_census *c = &seen->vma.census;
	uint64_t in_smaps, thp;
	const char *fault = census_fault(c);

	if (fault)
		differ("%" PRIx64 " %s: %s", said->start, said->name, fault);
	same(said, "size", said->end - said->start, c->size);

	/* Neither pagemap nor smaps looks into ranges mapped by frame number. */
	if (said->pfn_map) {
		same(said, "pagemap, of frames", 0, digest->present + digest->swapped);
		same(said, "smaps, of frames", 0, said->rss);
		return;
	}

	same(said, "res", digest->present, c->res);
	/* pagemap takes what is neither empty nor present for swapped, but for hugetlb. */
	if (!said->hugetlb && !c->hugetlb)
		same(said, "swap + special", digest->swapped, c->swap + c->special);
	/* Of shared memory, smaps also counts what leaves no entry behind. */
	if (said->inode ? said->swap < c->swap : said->swap != c->swap)
		same(said, "swap", said->swap, c->swap);
	same(said, "hugetlb", said->hugetlb, c->hugetlb);

	/*
	 * smaps counts pages that an owner has: no zero pages, but pages on
	 * their way elsewhere. Up to 6.1 at least it misses THPs in a range
	 * without any access. Among mixed maps, some frames have no page.
	 */
	thp = said->anon_huge + said->shmem_huge + said->file_huge;
	in_smaps = c->res - c->hugetlb - c->zero - c->zero_huge +
		   c->migration + c->hwpoison + c->device;
	if (said->perm[0] == '-' && said->perm[1] == '-' && said->perm[2] == '-' && !thp) {
		in_smaps -= c->thp;
		thp = c->thp;
	}
	if (said->mixed_map ? said->rss > in_smaps : said->rss != in_smaps)
		same(said, "smaps' Rss", said->rss, in_smaps);
	if (!c->migration)
		same(said, "thp", thp, c->thp);
}

static void compare_scan(const struct proc_vma *said, const struct proc_scan *scan,
			 const struct seen_vma *seen)
{
	const struct ptscope_census *c = &seen->vma.census;

	/* It does not look into these either. */
	if (said->pfn_map) {
		same(said, "scan, of frames", 0, scan->present + scan->swapped);
		return;
	}
	same(said, "scan's present", scan->present, c->res);
	same(said, "scan's swapped", scan->swapped, c->swap + c->special);
	same(said, "scan's zero", scan->zero, c->zero + c->zero_huge);
	same(said, "scan's huge", scan->huge, c->thp + c->zero_huge + c->hugetlb);
	if (scan->knows_guard)
		same(said, "scan's guard", scan->guard, c->guard);
	/* Of hugetlb, some kernels only know whether the VMA is soft-dirty. */
	if (!c->hugetlb)
		same(said, "scan's soft-dirty", scan->soft_dirty, c->soft_dirty);
}

/*
 * status counts the tables of the three lower levels, and besides those that
 * stand in the tree the one laid aside for every anonymous huge page, so that
 * it can be split without asking for memory.
 */
static uint64_t expected_vm_pte(const struct evidence *evidence)
{
	const struct ptscope_tables *table = evidence->whole.census.table;
	uint64_t aside = 0;
	size_t i;

	for (i = 0; i < evidence->said.count; i++) {
		const struct proc_vma *said = &evidence->said.vma[i];
		const struct ptscope_census *c = &evidence->seen[i].vma.census;

		aside += c->zero_huge;
		aside += c->thp - said->shmem_huge - said->file_huge;
	}
	return (aside / pmd_size + table[PTSCOPE_LEVEL_PTE].pages +
		table[PTSCOPE_LEVEL_PMD].pages + table[PTSCOPE_LEVEL_PUD].pages) * page_size;
}

/*
 * The VMAs are read before the whole. Of a process that is stopped, the kernel
 * may meanwhile have had pages age, and nobody has used any.
 */
static bool has_aged(size_t field, uint64_t whole, uint64_t sum)
{
	return !strcmp(fields[field].name, "young") && whole < sum;
}

static void compare_whole(const struct evidence *evidence)
{
	const struct ptscope_census *whole = &evidence->whole.census;
	struct ptscope_census sum = {};
	uint64_t tables;
	size_t i;

	for (i = 0; i < evidence->seen_count; i++)
		census_add(&sum, &evidence->seen[i].vma.census);
	for (i = 0; i < FIELDS; i++)
		if (field_value(whole, i) != field_value(&sum, i) &&
		    !has_aged(i, field_value(whole, i), field_value(&sum, i)))
			differ("%s: %" PRIu64 " of the process, %" PRIu64 " of its VMAs",
			       fields[i].name, field_value(whole, i), field_value(&sum, i));
	for (i = 0; i < PTSCOPE_LEVELS; i++)
		if (whole->table[i].pages != sum.table[i].pages ||
		    whole->table[i].used != sum.table[i].used)
			differ("tables of level %zu: %" PRIu64 " pages %" PRIu64
			       " used of the process, %" PRIu64 " and %" PRIu64
			       " of its VMAs", i, whole->table[i].pages,
			       whole->table[i].used, sum.table[i].pages, sum.table[i].used);

	tables = expected_vm_pte(evidence);
	if (!whole->migration && tables != evidence->vm_pte)
		differ("VmPTE: %" PRIu64 " in status, %" PRIu64 " of tables seen",
		       evidence->vm_pte, tables);
}

static void compare(pid_t pid, const struct evidence *evidence)
{
	size_t i;

	differences = 0;
	if (evidence->said.count != evidence->seen_count) {
		differ("maps has %zu VMAs, ptscope %zu", evidence->said.count,
		       evidence->seen_count);
		return;
	}
	for (i = 0; i < evidence->said.count; i++) {
		compare_line(&evidence->said.vma[i], &evidence->seen[i]);
		compare_pages(&evidence->said.vma[i], &evidence->digest[i], &evidence->seen[i]);
		if (evidence->scan) {
			compare_scan(&evidence->said.vma[i], &evidence->scan[i],
				     &evidence->seen[i]);
			total_scans++;
		}
	}
	compare_whole(evidence);
	if (!quiet)
		runs_compare(ps, pid, &evidence->said, page_size, &counted, differ);
}

/* Spoils one reading, so that the comparison must notice. */
static void spoil(struct evidence *evidence)
{
	size_t i;

	for (i = 0; i < evidence->said.count; i++) {
		if (!evidence->digest[i].present || evidence->said.vma[i].pfn_map)
			continue;
		if (strcmp(inject, "scan"))
			evidence->digest[i].present -= page_size;
		else if (evidence->scan)
			evidence->scan[i].present -= page_size;
		return;
	}
}

/* Adds to the totals what was compared, and returns the number of pages. */
static uint64_t count_pages(const struct evidence *evidence)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 0; i < evidence->said.count; i++) {
		const struct proc_vma *said = &evidence->said.vma[i];

		if (said->vast) {
			vast_vmas++;
			vast_pages += (said->end - said->start) / page_size;
			vast_samples += evidence->digest[i].pages;
		}
		pages += evidence->digest[i].pages;
	}
	total_pages += pages;
	total_vmas += evidence->said.count;
	total_procs++;
	return pages;
}

static void examine(pid_t pid)
{
	struct evidence evidence = {};
	struct proc_stat stat;
	uint64_t pages;
	int err, i;

	if (!proc_read_stat(pid, 0, &stat) || stat.flags & PROC_FLAG_KTHREAD ||
	    strchr("ZX", stat.state))
		return;

	stop(pid);
	for (i = 0; i < TRIES; i++) {
		discard(&evidence);
		err = gather(pid, &evidence);
		if (err && err != -EAGAIN)
			break;
		if (err)
			continue;
		if (inject)
			spoil(&evidence);
		/* Init runs on: what differs once may not differ again. */
		quiet = pid == 1 && i < TRIES - 1;
		compare(pid, &evidence);
		if (!quiet || !differences)
			break;
	}
	go_on();

	if (err == -ESRCH) {
		/* A process may end; one that is stopped only if it is killed. */
		discard(&evidence);
		return;
	}
	if (err && pid == 1) {
		ktap_skip("it would not hold still", "%d %s", (int)pid, stat.comm);
	} else if (err) {
		ktap_note("%s", err == -EAGAIN ? "it would not hold still" : ptscope_message(ps));
		ktap_check(false, "%d %s", (int)pid, stat.comm);
		total_differences++;
	} else {
		pages = count_pages(&evidence);
		ktap_check(!differences, "%d %s: %zu VMAs, %" PRIu64 " pages, %" PRIu64
			   " differences", (int)pid, stat.comm, evidence.said.count, pages,
			   differences);
		total_differences += differences;
	}
	discard(&evidence);
}

static void examine_all(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		ktap_bail("/proc: %s", strerror(errno));
	while ((entry = readdir(dir)))
		if (isdigit(entry->d_name[0]) && atoi(entry->d_name) != getpid())
			examine(atoi(entry->d_name));
	closedir(dir);
}

static void print_counted(void)
{
	static const char *const words[] = {
		"res", "lazy", "cached", "disk", "swap", "migration", "hwpoison",
		"device-private", "device-exclusive", "uffd-wp", "guard", "poison", "bad",
	};
	size_t i;

	printf("# compared as runs: %" PRIu64 " pages with pagemap, %" PRIu64
	       " frames with kpageflags, %" PRIu64 " addresses walked to;",
	       counted.pages, counted.frames, counted.walks);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (counted.states[i])
			printf(" %s %" PRIu64, words[i], counted.states[i]);
	putchar('\n');
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "inject", optional_argument, NULL, 'i' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct ptscope_info info;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'i') {
			printf("usage: oracle [--inject[=scan]] [PID...]\n");
			return option == 'h' ? 0 : 2;
		}
		inject = optarg ?: "";
	}

	ktap_begin();
	signal(SIGINT, let_go);
	signal(SIGTERM, let_go);
	signal(SIGHUP, let_go);
	ps = client(&info);
	page_size = info.page_size;
	pmd_size = 1ull << info.level[PTSCOPE_LEVEL_PMD].shift;

	if (optind == argc)
		examine_all();
	for (; optind < argc; optind++)
		examine(atoi(argv[optind]));
	ptscope_free(ps);
	print_counted();
	if (no_scan)
		ktap_skip("this kernel has no PAGEMAP_SCAN", "PAGEMAP_SCAN");
	else
		printf("# scanned %" PRIu64 " VMAs\n", total_scans);
	printf("# of %" PRIu64 " vast VMAs that smaps finds empty, %" PRIu64
	       " pages, pagemap was asked about %" PRIu64 "\n",
	       vast_vmas, vast_pages, vast_samples);
	printf("# compared %" PRIu64 " pages of %" PRIu64 " VMAs in %" PRIu64
	       " processes, %" PRIu64 " differences\n",
	       total_pages, total_vmas, total_procs, total_differences);
	return ktap_end();
}
