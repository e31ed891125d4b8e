// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares what ptscope reports of every process with the kernel's own maps, pagemap,
 * smaps, status and PAGEMAP_SCAN. Each process is stopped meanwhile; pagemap is read before
 * and after to check that nothing has changed.
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
/* Differences of one process that are printed. */
#define MAX_PRINTED 5
/* pagemap entries per read. */
#define CHUNK 65536
#define STOP_TRIES 2000
#define STOP_PAUSE_US 1000

/*
 * pagemap of a VMA: bytes by state, a hash of all entries, and the number of pages read.
 */
struct digest {
	uint64_t pages;
	uint64_t present;
	uint64_t swapped;
	uint64_t hash;
};

struct ptscope_vma_copy {
	struct ptscope_vma vma;
	char *name;
};

/* What /proc and ptscope report of one process. */
struct reports {
	struct proc_vmas smaps;
	struct digest *digest;
	struct proc_scan *scan;
	uint64_t vm_pte;
	struct ptscope_vma_copy *seen;
	size_t seen_count;
	struct ptscope_proc whole;
};

static struct ptscope *ps;
static size_t page_size;
static uint64_t pmd_size;
/* The data to falsify, or NULL. */
static const char *inject;
static bool no_scan;
static volatile pid_t stopped;

static struct runs_count counted;
static uint64_t vast_pages, vast_vmas, vast_samples;
static uint64_t total_pages, total_vmas, total_scans, total_procs, total_differences;
/* Of the current process. */
static uint64_t differences;
/* Do not print differences. */
static bool quiet;

static void __attribute__((format(printf, 1, 2))) differ(const char *format, ...)
{
	char text[512];
	va_list args;

	if (differences++ >= MAX_PRINTED || quiet)
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

/* Continues the stopped process if this one is killed. */
static void continue_and_exit(int signal)
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

/* Init ignores SIGSTOP. A process that is stopped already stays stopped. */
static void stop(pid_t pid)
{
	int i;

	if (pid == 1 || is_halted(pid) || kill(pid, SIGSTOP))
		return;
	stopped = pid;
	for (i = 0; i < STOP_TRIES && !is_halted(pid); i++)
		usleep(STOP_PAUSE_US);
}

static void continue_stopped(void)
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
			/* "Exclusive" depends on other processes. */
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

/* Returns 0 with NULL in *@scans if the kernel has no PAGEMAP_SCAN. */
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
 * For a vast VMA samples are enough if ptscope reports no entry either. It may rightly
 * report some: smaps counts neither zero pages nor markers.
 */
static bool digest_vast(pid_t pid, struct reports *reports)
{
	int pagemap = proc_open(pid, "pagemap");
	bool good = pagemap >= 0;
	size_t i;

	for (i = 0; i < reports->smaps.count && i < reports->seen_count && good; i++) {
		struct proc_vma *smaps = &reports->smaps.vma[i];
		const struct ptscope_census *c = &reports->seen[i].vma.census;

		if (!smaps->vast || !(c->res + c->swap + c->special))
			continue;
		smaps->vast = false;
		good = digest_vma(pagemap, smaps, &reports->digest[i]);
	}
	if (pagemap >= 0)
		close(pagemap);
	return good;
}

/* maps prints a newline in a name as \012. */
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

static int read_ptscope(pid_t pid, struct reports *reports)
{
	const struct ptscope_proc *whole;
	const struct ptscope_vma *vma;
	size_t room = 0;
	int err;

	err = ptscope_dump_vmas(ps, pid, 0, 0);
	while (!err && (err = ptscope_next_vma(ps, &vma)) > 0) {
		struct ptscope_vma_copy *seen;

		if (reports->seen_count == room) {
			room = room ? 2 * room : 64;
			reports->seen = realloc(reports->seen, room * sizeof(*seen));
			if (!reports->seen)
				ktap_bail("out of memory");
		}
		seen = &reports->seen[reports->seen_count++];
		seen->vma = *vma;
		seen->name = escape(vma->name);
		err = 0;
	}
	if (err)
		return err;
	if (ptscope_interrupted(ps))
		return -EAGAIN;
	err = ptscope_get_proc(ps, pid, &whole);
	if (!err)
		reports->whole = *whole;
	if (!err && ptscope_interrupted(ps))
		err = -EAGAIN;
	return err;
}

static void discard(struct reports *reports)
{
	size_t i;

	for (i = 0; i < reports->seen_count; i++)
		free(reports->seen[i].name);
	free(reports->seen);
	free(reports->digest);
	free(reports->scan);
	proc_free_vmas(&reports->smaps);
	memset(reports, 0, sizeof(*reports));
}

/* Reads both. Returns -EAGAIN if the process changed meanwhile, -ESRCH if it ended. */
static int read_reports(pid_t pid, struct reports *reports)
{
	struct digest *again;
	int err;

	if (!proc_read_vmas(pid, &reports->smaps) ||
	    !proc_read_value(pid, "status", "VmPTE", &reports->vm_pte))
		return -ESRCH;
	reports->digest = digest_all(pid, &reports->smaps);
	if (!reports->digest)
		return -ESRCH;
	err = scan_all(pid, &reports->smaps, &reports->scan);
	if (!err)
		err = read_ptscope(pid, reports);
	if (err)
		return err;
	again = digest_vast(pid, reports) ? digest_all(pid, &reports->smaps) : NULL;
	if (!again)
		return -ESRCH;
	if (memcmp(again, reports->digest, reports->smaps.count * sizeof(*again)))
		err = -EAGAIN;
	free(again);
	return err;
}

static void compare_line(const struct proc_vma *smaps, const struct ptscope_vma_copy *seen)
{
	const struct ptscope_vma *vma = &seen->vma;
	const char perm[] = {
		vma->flags & PTSCOPE_VMA_FLAG_READ ? 'r' : '-',
		vma->flags & PTSCOPE_VMA_FLAG_WRITE ? 'w' : '-',
		vma->flags & PTSCOPE_VMA_FLAG_EXEC ? 'x' : '-',
		vma->flags & PTSCOPE_VMA_FLAG_MAY_SHARE ? 's' : 'p',
		'\0'
	};

	same(smaps, "start", smaps->start, vma->start);
	same(smaps, "end", smaps->end, vma->end);
	same(smaps, "offset", smaps->offset, vma->offset);
	same(smaps, "inode", smaps->inode, vma->inode);
	same(smaps, "major", smaps->dev_major, vma->dev_major);
	same(smaps, "minor", smaps->dev_minor, vma->dev_minor);
	if (strcmp(smaps->perm, perm))
		differ("%" PRIx64 " %s: perm: expected %s, got %s", smaps->start, smaps->name,
		       smaps->perm, perm);
	if (strcmp(smaps->name, seen->name))
		differ("%" PRIx64 ": name: expected '%s', got '%s'", smaps->start, smaps->name,
		       seen->name);
}

static void compare_pages(const struct proc_vma *smaps, const struct digest *digest,
			  const struct ptscope_vma_copy *seen)
{
	const struct ptscope_census *c = &seen->vma.census;
	uint64_t in_smaps, thp;
	const char *fault = census_fault(c);

	if (fault)
		differ("%" PRIx64 " %s: %s", smaps->start, smaps->name, fault);
	same(smaps, "size", smaps->end - smaps->start, c->size);

	/* pagemap and smaps skip PFN mappings. */
	if (smaps->pfn_map) {
		same(smaps, "pagemap of a PFN mapping", 0, digest->present + digest->swapped);
		same(smaps, "smaps of a PFN mapping", 0, smaps->rss);
		return;
	}

	same(smaps, "res", digest->present, c->res);
	/* pagemap reports each non-present entry as swapped, except those of hugetlb. */
	if (!smaps->hugetlb && !c->hugetlb)
		same(smaps, "swap + special", digest->swapped, c->swap + c->special);
	/* For shared memory smaps also counts swap slots that have no entry. */
	if (smaps->inode ? smaps->swap < c->swap : smaps->swap != c->swap)
		same(smaps, "swap", smaps->swap, c->swap);
	same(smaps, "hugetlb", smaps->hugetlb, c->hugetlb);

	/*
	 * smaps counts mapped pages without zero pages, but with migration entries. At
	 * least up to 6.1 it misses THPs in a PROT_NONE range. Some frames of a mixed map
	 * have no struct page.
	 */
	thp = smaps->anon_huge + smaps->shmem_huge + smaps->file_huge;
	in_smaps = c->res - c->hugetlb - c->zero +
		   c->migration + c->hwpoison + c->device;
	if (smaps->perm[0] == '-' && smaps->perm[1] == '-' && smaps->perm[2] == '-' && !thp) {
		in_smaps -= c->thp;
		thp = c->thp;
	}
	if (smaps->mixed_map ? smaps->rss > in_smaps : smaps->rss != in_smaps)
		same(smaps, "smaps Rss", smaps->rss, in_smaps);
	if (!c->migration)
		same(smaps, "thp", thp, c->thp);
}

static void compare_scan(const struct proc_vma *smaps, const struct proc_scan *scan,
			 const struct ptscope_vma_copy *seen)
{
	const struct ptscope_census *c = &seen->vma.census;

	/* PAGEMAP_SCAN skips them, too. */
	if (smaps->pfn_map) {
		same(smaps, "PAGEMAP_SCAN of a PFN mapping", 0, scan->present + scan->swapped);
		return;
	}
	same(smaps, "PAGEMAP_SCAN present", scan->present, c->res);
	same(smaps, "PAGEMAP_SCAN swapped", scan->swapped, c->swap + c->special);
	same(smaps, "PAGEMAP_SCAN zero", scan->zero, c->zero);
	same(smaps, "PAGEMAP_SCAN huge", scan->huge, c->thp + c->zero_huge + c->hugetlb);
	if (scan->knows_guard)
		same(smaps, "PAGEMAP_SCAN guard", scan->guard, c->guard);
	/* Some kernels know soft-dirty of hugetlb per VMA only. */
	if (!c->hugetlb)
		same(smaps, "PAGEMAP_SCAN soft-dirty", scan->soft_dirty, c->soft_dirty);
}

/*
 * VmPTE counts the tables of the three lower levels, and one preallocated table per
 * anonymous THP, which a split uses.
 */
static uint64_t expected_vm_pte(const struct reports *reports)
{
	const struct ptscope_tables *table = reports->whole.census.table;
	uint64_t aside = 0;
	size_t i;

	for (i = 0; i < reports->smaps.count; i++) {
		const struct proc_vma *smaps = &reports->smaps.vma[i];
		const struct ptscope_census *c = &reports->seen[i].vma.census;

		aside += c->zero_huge;
		aside += c->thp - smaps->shmem_huge - smaps->file_huge;
	}
	return (aside / pmd_size + table[PTSCOPE_LEVEL_PTE].pages +
		table[PTSCOPE_LEVEL_PMD].pages + table[PTSCOPE_LEVEL_PUD].pages) * page_size;
}

/*
 * The VMAs are read before the whole. The kernel may age pages of a stopped process in
 * between.
 */
static bool has_aged(size_t field, uint64_t whole, uint64_t sum)
{
	return !strcmp(fields[field].name, "young") && whole < sum;
}

static void compare_whole(const struct reports *reports)
{
	const struct ptscope_census *whole = &reports->whole.census;
	struct ptscope_census sum = {};
	uint64_t tables;
	size_t i;

	for (i = 0; i < reports->seen_count; i++)
		census_add(&sum, &reports->seen[i].vma.census);
	for (i = 0; i < FIELDS; i++)
		if (field_value(whole, i) != field_value(&sum, i) &&
		    !has_aged(i, field_value(whole, i), field_value(&sum, i)))
			differ("%s: process %" PRIu64 ", sum of its VMAs %" PRIu64,
			       fields[i].name, field_value(whole, i), field_value(&sum, i));
	for (i = 0; i < PTSCOPE_LEVELS; i++)
		if (whole->table[i].pages != sum.table[i].pages ||
		    whole->table[i].used != sum.table[i].used)
			differ("tables of level %zu: %" PRIu64 " pages %" PRIu64
			       " used of the process, %" PRIu64 " and %" PRIu64
			       " of its VMAs", i, whole->table[i].pages,
			       whole->table[i].used, sum.table[i].pages, sum.table[i].used);

	tables = expected_vm_pte(reports);
	if (!whole->migration && tables != reports->vm_pte)
		differ("VmPTE: status %" PRIu64 ", ptscope %" PRIu64,
		       reports->vm_pte, tables);
}

static void compare(pid_t pid, const struct reports *reports)
{
	size_t i;

	differences = 0;
	if (reports->smaps.count != reports->seen_count) {
		differ("maps has %zu VMAs, ptscope %zu", reports->smaps.count,
		       reports->seen_count);
		return;
	}
	for (i = 0; i < reports->smaps.count; i++) {
		compare_line(&reports->smaps.vma[i], &reports->seen[i]);
		compare_pages(&reports->smaps.vma[i], &reports->digest[i], &reports->seen[i]);
		if (reports->scan) {
			compare_scan(&reports->smaps.vma[i], &reports->scan[i],
				     &reports->seen[i]);
			total_scans++;
		}
	}
	compare_whole(reports);
	if (!quiet)
		runs_compare(ps, pid, &reports->smaps, page_size, &counted, differ);
}

/* Falsifies one value; the comparison must fail. */
static void falsify(struct reports *reports)
{
	size_t i;

	for (i = 0; i < reports->smaps.count; i++) {
		if (!reports->digest[i].present || reports->smaps.vma[i].pfn_map)
			continue;
		if (strcmp(inject, "scan"))
			reports->digest[i].present -= page_size;
		else if (reports->scan)
			reports->scan[i].present -= page_size;
		return;
	}
}

/* Adds to the totals; returns the number of pages. */
static uint64_t count_pages(const struct reports *reports)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 0; i < reports->smaps.count; i++) {
		const struct proc_vma *smaps = &reports->smaps.vma[i];

		if (smaps->vast) {
			vast_vmas++;
			vast_pages += (smaps->end - smaps->start) / page_size;
			vast_samples += reports->digest[i].pages;
		}
		pages += reports->digest[i].pages;
	}
	total_pages += pages;
	total_vmas += reports->smaps.count;
	total_procs++;
	return pages;
}

static void compare_process(pid_t pid)
{
	struct reports reports = {};
	struct proc_stat stat;
	uint64_t pages;
	int err, i;

	if (!proc_read_stat(pid, 0, &stat) || stat.flags & PROC_FLAG_KTHREAD ||
	    strchr("ZX", stat.state))
		return;

	stop(pid);
	for (i = 0; i < TRIES; i++) {
		discard(&reports);
		err = read_reports(pid, &reports);
		if (err && err != -EAGAIN)
			break;
		if (err)
			continue;
		if (inject)
			falsify(&reports);
		/* Init keeps running, so a difference must persist. */
		quiet = pid == 1 && i < TRIES - 1;
		compare(pid, &reports);
		if (!quiet || !differences)
			break;
	}
	continue_stopped();

	if (err == -ESRCH) {
		/* A stopped process ends only if it is killed. */
		discard(&reports);
		return;
	}
	if (err && pid == 1) {
		ktap_skip("it changed while it was read", "%d %s", (int)pid, stat.comm);
	} else if (err) {
		ktap_note("%s", err == -EAGAIN ? "it changed while it was read" :
			  ptscope_message(ps));
		ktap_check(false, "%d %s", (int)pid, stat.comm);
		total_differences++;
	} else {
		pages = count_pages(&reports);
		ktap_check(!differences, "%d %s: %zu VMAs, %" PRIu64 " pages, %" PRIu64
			   " differences", (int)pid, stat.comm, reports.smaps.count, pages,
			   differences);
		total_differences += differences;
	}
	discard(&reports);
}

static void compare_all(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		ktap_bail("/proc: %s", strerror(errno));
	while ((entry = readdir(dir)))
		if (isdigit(entry->d_name[0]) && atoi(entry->d_name) != getpid())
			compare_process(atoi(entry->d_name));
	closedir(dir);
}

static void print_counted(void)
{
	static const char *const names[] = {
		"res", "lazy", "cached", "disk", "swap", "migration", "hwpoison",
		"device-private", "device-exclusive", "uffd-wp", "guard", "poison", "bad",
	};
	size_t i;

	printf("# compared as runs: %" PRIu64 " pages with pagemap, %" PRIu64
	       " frames with kpageflags, %" PRIu64 " addresses walked;",
	       counted.pages, counted.frames, counted.walks);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (counted.states[i])
			printf(" %s %" PRIu64, names[i], counted.states[i]);
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
	signal(SIGINT, continue_and_exit);
	signal(SIGTERM, continue_and_exit);
	signal(SIGHUP, continue_and_exit);
	ps = client(&info);
	page_size = info.page_size;
	pmd_size = 1ull << info.level[PTSCOPE_LEVEL_PMD].shift;

	if (optind == argc)
		compare_all();
	for (; optind < argc; optind++)
		compare_process(atoi(argv[optind]));
	ptscope_free(ps);
	print_counted();
	if (no_scan)
		ktap_skip("this kernel has no PAGEMAP_SCAN", "PAGEMAP_SCAN");
	else
		printf("# scanned %" PRIu64 " VMAs\n", total_scans);
	printf("# %" PRIu64 " vast VMAs that are empty in smaps: of %" PRIu64
	       " pages, %" PRIu64 " were compared with pagemap\n",
	       vast_vmas, vast_pages, vast_samples);
	printf("# compared %" PRIu64 " pages of %" PRIu64 " VMAs in %" PRIu64
	       " processes, %" PRIu64 " differences\n",
	       total_pages, total_vmas, total_procs, total_differences);
	return ktap_end();
}
