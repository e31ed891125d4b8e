/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libptscope - ask the ptscope kernel module where a process's memory is
 *
 * A connection is a struct ptscope. It belongs to one thread at a time, and
 * answers one question at a time; a process may have as many as it likes.
 *
 * Unless said otherwise, functions return 0 on success and a negative errno
 * on failure, and ptscope_message() then says in words what went wrong: what
 * the kernel itself said, word for word, if it said anything.
 *
 * Sizes are in bytes, addresses are byte addresses of the process asked about.
 */
#ifndef PTSCOPE_H
#define PTSCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/ptscope.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Number of levels that the kernel names, index PTSCOPE_LEVEL_*. */
#define PTSCOPE_LEVELS 5

/**
 * struct ptscope_geometry - the shape of one level of the page tables
 * @folded: the level exists in the kernel's source, not in this machine
 * @shift: an entry covers 1 << @shift bytes
 * @entries: entries in one table
 * @leaf_size: bytes that a leaf maps, 0 if entries cannot be leaves
 * @cont_size: bytes that a block of entries with the contiguous hint maps,
 *	0 if there is no such hint
 */
struct ptscope_geometry {
	bool folded;
	uint32_t shift;
	uint32_t entries;
	uint64_t leaf_size;
	uint64_t cont_size;
};

/**
 * struct ptscope_info - the kernel side, and what it lets the asker see
 * @module_version: version of the module
 * @page_size: size of a base page
 * @va_bits: bits of a virtual address that the tables translate
 * @levels: levels that are not folded
 * @access: PTSCOPE_ACCESS_* bits
 * @level: by PTSCOPE_LEVEL_*
 */
struct ptscope_info {
	char module_version[32];
	uint32_t page_size;
	uint32_t va_bits;
	uint32_t levels;
	uint32_t access;
	struct ptscope_geometry level[PTSCOPE_LEVELS];
};

/**
 * struct ptscope_tables - page tables of one level
 * @pages: tables, one base page each
 * @used: entries in them that are not empty
 * @empty: tables without any entry; only counted for whole processes
 */
struct ptscope_tables {
	uint64_t pages;
	uint64_t used;
	uint64_t empty;
};

/**
 * struct ptscope_census - bytes by state
 *
 * @size = @res + @lazy + @cached + @disk + @swap + @special, and
 * @res = @pte + @cont + @pmd + @pud. The fields up to @special are disjoint
 * in this sense; those behind it are parts of them, as spec/ptscope.yaml says.
 */
struct ptscope_census {
	uint64_t size;
	uint64_t res;
	uint64_t pte;
	uint64_t cont;
	uint64_t pmd;
	uint64_t pud;
	uint64_t lazy;
	uint64_t cached;
	uint64_t disk;
	uint64_t swap;
	uint64_t special;
	uint64_t zero;
	uint64_t zero_huge;
	uint64_t young;
	uint64_t dirty;
	uint64_t soft_dirty;
	uint64_t write;
	uint64_t protnone;
	uint64_t thp;
	uint64_t hugetlb;
	uint64_t migration;
	uint64_t hwpoison;
	uint64_t device;
	uint64_t uffd_wp;
	uint64_t guard;
	uint64_t poison;
	uint64_t bad;
	struct ptscope_tables table[PTSCOPE_LEVELS];
};

/**
 * struct ptscope_proc - a process and its census
 * @pid: process ID in the asker's PID namespace
 * @start_time: when it started, in nanoseconds since boot; with @pid this
 *	names the process for good
 * @comm: name of its main thread
 * @changed: its address space changed while it was read
 * @census: where its memory is
 */
struct ptscope_proc {
	pid_t pid;
	uint64_t start_time;
	char comm[32];
	bool changed;
	struct ptscope_census census;
};

/**
 * struct ptscope_vma - a VMA and its census
 * @pid: process ID in the asker's PID namespace
 * @start_time: as in struct ptscope_proc
 * @start: first address
 * @end: first address behind it
 * @offset: offset of @start in the file
 * @inode: inode number of the file; 0 can be one
 * @dev_major: major number of the device that holds the file
 * @dev_minor: its minor number; both are 0 if there is no file
 * @flags: PTSCOPE_VMA_FLAG_* bits
 * @name: path, or a name in brackets; empty if it has none. The bytes are
 *	the file's: they may be no valid text
 * @census: where its pages are
 */
struct ptscope_vma {
	pid_t pid;
	uint64_t start_time;
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	uint64_t inode;
	uint32_t dev_major;
	uint32_t dev_minor;
	uint32_t flags;
	const char *name;
	struct ptscope_census census;
};

/**
 * struct ptscope_filter - which runs are wanted, and how finely they are told
 * @states: 1 << PTSCOPE_STATE_* of those wanted; 0 for all
 * @mask: PTSCOPE_FLAG_* bits that must all be set, after @inverted
 * @inverted: bits that are turned over before they are compared
 * @anyof: bits of which one at least must be set; 0 if that does not matter
 * @detail: PTSCOPE_DETAIL_* bits: what else makes a new run
 *
 * All zero: runs by state, level and flags, of everything.
 */
struct ptscope_filter {
	uint32_t states;
	uint32_t mask;
	uint32_t inverted;
	uint32_t anyof;
	uint32_t detail;
};

/**
 * struct ptscope_run - pages whose entries say the same
 * @start: first address
 * @pages: number of base pages
 * @state: PTSCOPE_STATE_*
 * @level: PTSCOPE_LEVEL_* of the table that holds the entries
 * @flags: PTSCOPE_FLAG_* bits
 * @pkey: protection key
 * @memory_type: PTSCOPE_MEMORY_TYPE_*, of pages in RAM
 * @has_frame: @frame is known
 * @frame: number of the first frame, of pages in RAM or on their way
 * @has_slot: @swap_type and @swap_offset are known
 * @swap_type: number of the swap area, of pages in swap
 * @swap_offset: the first page's place in it, in base pages
 * @has_extra: @node and @folio are known
 * @has_order: @order and all bits of @folio are known, and not only
 *	PTSCOPE_FOLIO_ANON, SHARED, EXCLUSIVE and MLOCKED
 * @node: NUMA node of the first frame
 * @order: its folio has 1 << @order base pages
 * @folio: PTSCOPE_FOLIO_* bits; estimates
 */
struct ptscope_run {
	uint64_t start;
	uint32_t pages;
	uint32_t state;
	uint32_t level;
	uint32_t flags;
	uint32_t pkey;
	uint32_t memory_type;
	bool has_frame;
	uint64_t frame;
	bool has_slot;
	uint32_t swap_type;
	uint64_t swap_offset;
	bool has_extra;
	bool has_order;
	uint32_t node;
	uint32_t order;
	uint32_t folio;
};

/**
 * struct ptscope_packed_run - a run as it stands in an answer
 * @start: first address
 * @value: number of the first frame of pages in RAM or on their way, or the swap
 *	area and the place in it; 0 if PTSCOPE_DETAIL_FRAME was not asked for or
 *	it is hidden
 * @what: the rest, for the functions below
 *
 * Answers are aligned to four bytes only.
 */
struct ptscope_packed_run {
	uint64_t start;
	uint64_t value;
	uint64_t what;
} __attribute__((packed, aligned(4)));

/* Number of base pages. */
static inline uint32_t ptscope_packed_pages(const struct ptscope_packed_run *run)
{
	return (uint32_t)run->what;
}

/* PTSCOPE_STATE_* */
static inline uint32_t ptscope_packed_state(const struct ptscope_packed_run *run)
{
	return run->what >> PTSCOPE_RUN_STATE_SHIFT & 0xf;
}

/**
 * struct ptscope_series - runs that have all but place and size in common
 * @start: first address of the first run
 * @what: state, level and flags, as in struct ptscope_packed_run; no pages
 * @pages: base pages of the first run
 * @count: how many runs there are behind it
 * @run: these: how far behind the run before, and how many base pages, for the
 *	functions below
 */
struct ptscope_series {
	uint64_t start;
	uint64_t what;
	uint32_t pages;
	uint32_t count;
	const uint32_t *run;
};

/* Number of base pages between the end of the run before and this one. */
static inline uint32_t ptscope_series_gap(uint32_t run)
{
	return run >> 16;
}

/* Number of base pages of the run. */
static inline uint32_t ptscope_series_pages(uint32_t run)
{
	return run & 0xffff;
}

/**
 * struct ptscope_path_entry - an entry on the way to an address
 * @level: PTSCOPE_LEVEL_* of the table that it stands in
 * @index: its place in that table
 * @has_table: @table is known
 * @table: frame number of the table
 * @value: the entry; without the frame's bits if frames are hidden
 */
struct ptscope_path_entry {
	uint32_t level;
	uint32_t index;
	bool has_table;
	uint64_t table;
	uint64_t value;
};

/**
 * struct ptscope_path - the way to an address
 * @pid: process ID in the asker's PID namespace
 * @start_time: as in struct ptscope_proc
 * @address: the address
 * @mapped: it lies in a VMA; the rest means something only then
 * @vma: that VMA, without a census; its name is valid until the next call
 * @entry: the entries, from the top table down; folded levels have none
 * @entries: how many
 * @run: the base page that holds the address
 */
struct ptscope_path {
	pid_t pid;
	uint64_t start_time;
	uint64_t address;
	bool mapped;
	struct ptscope_vma vma;
	struct ptscope_path_entry entry[PTSCOPE_LEVELS];
	uint32_t entries;
	struct ptscope_run run;
};

struct ptscope;

/** ptscope_new() - make a connection; NULL if memory is short. */
struct ptscope *ptscope_new(void);

/** ptscope_free() - close and free a connection; @ps may be NULL. */
void ptscope_free(struct ptscope *ps);

/**
 * ptscope_connect() - find the kernel side
 * @ps: from ptscope_new()
 *
 * Return: 0; -EPROTONOSUPPORT if the module is not loaded; another negative
 * errno if the socket cannot be had.
 */
int ptscope_connect(struct ptscope *ps);

/**
 * ptscope_message() - what went wrong in the last call that failed
 * @ps: a connection
 *
 * Return: a sentence without a full stop; valid until the next call.
 */
const char *ptscope_message(const struct ptscope *ps);

/**
 * ptscope_set_cache() - have the page cache looked into
 * @ps: a connection
 * @on: whether all questions from now on are to do so
 *
 * Pages of files and of shared memory that are not mapped are then told apart:
 * in the page cache, in swap, or neither. It takes CAP_SYS_ADMIN in the initial
 * user namespace; without it, answers are as they would be without this, and
 * ptscope_hidden() says so.
 */
void ptscope_set_cache(struct ptscope *ps, bool on);

/**
 * ptscope_get_info() - ask for geometry and permissions
 * @ps: a connection
 * @info: filled in
 *
 * Return: 0 or a negative errno; -EOPNOTSUPP if the module is too old.
 */
int ptscope_get_info(struct ptscope *ps, struct ptscope_info *info);

/**
 * ptscope_get_proc() - ask for the census of one process
 * @ps: a connection
 * @pid: the process
 * @proc: filled in
 *
 * Return: 0; -ESRCH no such process, or it has exited; -EPERM not yours to
 * see; -EINVAL a kernel thread; -EOPNOTSUPP the module is too old; or
 * another negative errno.
 */
int ptscope_get_proc(struct ptscope *ps, pid_t pid, struct ptscope_proc *proc);

/**
 * ptscope_dump_procs() - ask for the census of every process
 * @ps: a connection; a dump that is still going on is dropped
 *
 * Every process that may be looked at, in the order of their IDs. Nothing is
 * told of one that comes or goes meanwhile.
 *
 * Return: 0 or a negative errno. A refusal by the kernel comes from the first
 * ptscope_next_proc().
 */
int ptscope_dump_procs(struct ptscope *ps);

/**
 * ptscope_next_proc() - get the next process of a dump
 * @ps: a connection on which ptscope_dump_procs() was called
 * @proc: filled in
 *
 * Return: 1 if there is a process; 0 at the end; a negative errno as for
 * ptscope_get_proc().
 */
int ptscope_next_proc(struct ptscope *ps, struct ptscope_proc *proc);

/**
 * ptscope_dump_vmas() - ask for a process's VMAs
 * @ps: a connection; a dump that is still going on is dropped
 * @pid: the process
 * @start: first address of interest, a multiple of the page size
 * @end: first address no longer of interest, a multiple of the page size;
 *	0 for the end of the address space
 *
 * A VMA that reaches out of the range is cut to it.
 *
 * Return: 0 or a negative errno. A refusal by the kernel comes from the first
 * ptscope_next_vma().
 */
int ptscope_dump_vmas(struct ptscope *ps, pid_t pid, uint64_t start, uint64_t end);

/**
 * ptscope_next_vma() - get the next VMA of a dump
 * @ps: a connection on which ptscope_dump_vmas() was called
 * @vma: set to the VMA; valid until the next call on @ps
 *
 * Return: 1 if there is a VMA; 0 at the end; a negative errno as for
 * ptscope_get_proc(), and -ESRCH too if the process goes away in mid-dump.
 */
int ptscope_next_vma(struct ptscope *ps, const struct ptscope_vma **vma);

/**
 * ptscope_dump_runs() - ask for a process's pages, as runs
 * @ps: a connection; a dump that is still going on is dropped
 * @pid: the process
 * @start: as for ptscope_dump_vmas()
 * @end: as for ptscope_dump_vmas()
 * @filter: which runs; NULL for all, by state, level and flags
 *
 * Return: 0 or a negative errno. A refusal by the kernel comes from the first
 * ptscope_next_run().
 */
int ptscope_dump_runs(struct ptscope *ps, pid_t pid, uint64_t start, uint64_t end,
		      const struct ptscope_filter *filter);

/**
 * ptscope_next_run() - get the next run of a dump
 * @ps: a connection on which ptscope_dump_runs() was called
 * @run: filled in
 *
 * Return: 1 if there is a run; 0 at the end; a negative errno as for
 * ptscope_next_vma().
 */
int ptscope_next_run(struct ptscope *ps, struct ptscope_run *run);

/**
 * ptscope_next_runs() - get as many runs of a dump as have come
 * @ps: a connection on which ptscope_dump_runs() was called
 * @runs: set to the first of them; valid until the next call on @ps
 * @count: set to how many there are, at least 1
 *
 * For those who go through millions of them: nothing is copied or taken apart.
 * Node and folio are not in there; ptscope_next_run() tells them. The two may
 * take turns on one dump. Of ptscope_dump_series() there are none in this form.
 *
 * Return: as for ptscope_next_run().
 */
int ptscope_next_runs(struct ptscope *ps, const struct ptscope_packed_run **runs, size_t *count);

/**
 * ptscope_dump_series() - ask for a process's pages, as runs in brief
 * @ps: a connection; a dump that is still going on is dropped
 * @pid: the process
 * @start: as for ptscope_dump_vmas()
 * @end: as for ptscope_dump_vmas()
 * @filter: as for ptscope_dump_runs(), except that the kernel refuses
 *	PTSCOPE_DETAIL_FRAME, PTSCOPE_DETAIL_NODE and PTSCOPE_DETAIL_FOLIO
 *
 * The same runs as with ptscope_dump_runs(), in a sixth of the bytes where they
 * are short and of one kind.
 *
 * Return: as for ptscope_dump_runs(). Go on with ptscope_next_series(), or
 * with ptscope_next_run(), or with both in turns.
 */
int ptscope_dump_series(struct ptscope *ps, pid_t pid, uint64_t start, uint64_t end,
			const struct ptscope_filter *filter);

/**
 * ptscope_next_series() - get the next series of a dump
 * @ps: a connection on which ptscope_dump_series() was called
 * @series: filled in; valid until the next call on @ps
 *
 * Return: as for ptscope_next_run().
 */
int ptscope_next_series(struct ptscope *ps, struct ptscope_series *series);

/**
 * ptscope_get_path() - ask how an address is translated
 * @ps: a connection
 * @pid: the process
 * @address: any address
 * @path: filled in
 *
 * Return: as for ptscope_get_proc(). That nothing is mapped there is no error.
 */
int ptscope_get_path(struct ptscope *ps, pid_t pid, uint64_t address,
		      struct ptscope_path *path);

/**
 * ptscope_hidden() - did the last answer leave out what the asker may not see?
 * @ps: a connection
 *
 * Frames, swap slots and the page cache need CAP_SYS_ADMIN in the initial user
 * namespace.
 */
bool ptscope_hidden(const struct ptscope *ps);

/**
 * ptscope_interrupted() - did the address space change during the last answer?
 * @ps: a connection
 *
 * If it did, every part of the answer was true when it was read, but the
 * parts may not fit together. To be asked when the answer is complete.
 */
bool ptscope_interrupted(const struct ptscope *ps);

/**
 * ptscope_set_tap() - watch the datagrams that come from the kernel
 * @ps: a connection
 * @tap: called with each datagram as it was received; NULL for none
 * @arg: passed to @tap
 *
 * For recorders and for those who count bytes.
 */
void ptscope_set_tap(struct ptscope *ps, void (*tap)(void *arg, const void *data, size_t len),
		     void *arg);

/** ptscope_version() - version of this library. */
const char *ptscope_version(void);

#ifdef __cplusplus
}
#endif

#endif /* PTSCOPE_H */
