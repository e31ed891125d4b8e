/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libptscope - get the memory of processes from the ptscope kernel module
 *
 * A connection is a struct ptscope. It may be used by one thread at a time, and serves
 * one request at a time; a process may have any number of connections.
 *
 * Unless stated otherwise, functions return 0 on success and a negative errno on
 * failure. ptscope_message() then returns the reason as text: the kernel's own text,
 * word for word, if there is one.
 *
 * What functions return by pointer belongs to the connection and is valid until the
 * next call with that connection. Later versions of the library append members to
 * these structs, and use reserved ones.
 *
 * Sizes are in bytes. Addresses are byte addresses in the target.
 */
#ifndef PTSCOPE_H
#define PTSCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/ptscope.h>
#include <ptscope_census.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Number of levels in the kernel's source; index PTSCOPE_LEVEL_*. */
#define PTSCOPE_LEVELS 5

/** Instead of a process ID: the process of ptscope_set_pidfd(). */
#define PTSCOPE_PIDFD 0

/**
 * struct ptscope_geometry - geometry of one level of the page tables
 * @folded: the level is in the kernel's source but not in this machine's tables
 * @shift: an entry covers 1 << @shift bytes
 * @entries: number of entries in a table
 * @leaf_size: bytes that a leaf maps, 0 if entries cannot be leaves
 * @cont_size: bytes that a block of entries with the contiguous hint maps, 0 if there
 *	is no such hint
 */
struct ptscope_geometry {
	bool folded;
	uint32_t shift;
	uint32_t entries;
	uint64_t leaf_size;
	uint64_t cont_size;
	uint64_t reserved[4];
};

/**
 * struct ptscope_info - the machine, the module and the caller's access rights
 * @module_version: version of the module
 * @page_size: size of a base page
 * @va_bits: width of a virtual address that the page tables translate, in bits
 * @levels: number of levels that are not folded
 * @access: bits of PTSCOPE_ACCESS_*
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
 * @pages: number of tables, one base page each
 * @used: number of entries in them that are not empty
 * @empty: number of tables without any entry; counted for whole processes only
 */
struct ptscope_tables {
	uint64_t pages;
	uint64_t used;
	uint64_t empty;
	uint64_t reserved[5];
};

/**
 * struct ptscope_census - bytes by state, and page tables
 * @counter: by PTSCOPE_A_CENSUS_*; the same as the members that ptscope_census.h
 *	describes. size = res + lazy + cached + disk + swap + special, and
 *	res = pte + cont + pmd + pud. The others are parts of these.
 * @table: by PTSCOPE_LEVEL_*
 * @nodes: number of elements of @node; 0 without PTSCOPE_DETAIL_NODE
 * @node: resident bytes, by number of the NUMA node
 */
struct ptscope_census {
	union {
		struct {
			PTSCOPE_CENSUS_FIELDS;
		};
		uint64_t counter[PTSCOPE_COUNTERS];
	};
	struct ptscope_tables table[PTSCOPE_LEVELS];
	uint32_t nodes;
	const uint64_t *node;
};

/**
 * struct ptscope_proc - a process and its census
 * @pid: process ID in the caller's PID namespace
 * @start_time: when it started, in nanoseconds since boot; @pid and @start_time
 *	together identify a process
 * @comm: name of its main thread
 * @changed: its address space changed while it was read
 * @error: why a process of a list cannot be read: -EPERM, -ESRCH or -EINVAL (a kernel
 *	thread); else 0. Only @pid is valid if this is not 0.
 * @census: its census
 */
struct ptscope_proc {
	pid_t pid;
	uint64_t start_time;
	char comm[32];
	bool changed;
	int error;
	struct ptscope_census census;
};

/**
 * struct ptscope_vma - a VMA and its census
 * @pid: process ID in the caller's PID namespace
 * @start_time: as in struct ptscope_proc
 * @start: first address
 * @end: end address (exclusive)
 * @offset: offset of @start in the file
 * @inode: inode number of the file; 0 is a valid one
 * @dev_major: major number of the device that holds the file
 * @dev_minor: its minor number; both are 0 if there is no file
 * @flags: bits of PTSCOPE_VMA_FLAG_*
 * @name: path, or a name in brackets; empty if there is none. It need not be valid
 *	UTF-8, because the name of a file need not be.
 * @census: its census; all zero in a struct ptscope_path
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
	uint64_t flags;
	const char *name;
	struct ptscope_census census;
};

/**
 * struct ptscope_filter - which runs to report, and what begins a new one
 * @size: sizeof(struct ptscope_filter)
 * @states: bits, 1 << PTSCOPE_STATE_*; 0 for all
 * @mask: bits of PTSCOPE_FLAG_* that must all match
 * @inverted: flags that match if 0 instead of 1
 * @anyof: flags of which at least one must match; 0 if there is no such condition
 * @detail: bits of PTSCOPE_DETAIL_*
 *
 * With @size alone: all pages, by state, level and flags.
 */
struct ptscope_filter {
	size_t size;
	uint32_t states;
	uint32_t mask;
	uint32_t inverted;
	uint32_t anyof;
	uint32_t detail;
};

/**
 * struct ptscope_run - neighbouring pages whose entries agree
 * @start: first address
 * @pages: number of base pages
 * @state: PTSCOPE_STATE_*
 * @level: PTSCOPE_LEVEL_* of the table that holds the entries
 * @flags: bits of PTSCOPE_FLAG_*
 * @pkey: protection key
 * @memory_type: PTSCOPE_MEMORY_TYPE_*, of resident pages
 * @has_frame: @frame is known
 * @frame: number of the first frame, of resident pages and of those in migration
 * @has_slot: @swap_type and @swap_offset are known
 * @swap_type: number of the swap area, of pages in swap
 * @swap_offset: slot of the first page, in base pages
 * @has_extra: @node and @folio are known
 * @has_order: @order and all bits of @folio are known, not only PTSCOPE_FOLIO_ANON,
 *	SHARED, EXCLUSIVE and MLOCKED
 * @node: NUMA node of the first frame
 * @order: its folio has 1 << @order base pages
 * @folio: bits of PTSCOPE_FOLIO_*; estimates
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
 * struct ptscope_path_entry - an entry on the path to an address
 * @level: PTSCOPE_LEVEL_* of the table
 * @index: index in the table
 * @has_table: @table is known
 * @table: number of the frame that holds the table
 * @value: the entry; the bits of the frame are 0 if frames are hidden
 */
struct ptscope_path_entry {
	uint32_t level;
	uint32_t index;
	bool has_table;
	uint64_t table;
	uint64_t value;
	uint64_t reserved[2];
};

/**
 * struct ptscope_path - the path to an address
 * @pid: process ID in the caller's PID namespace
 * @start_time: as in struct ptscope_proc
 * @address: the address
 * @vma: the VMA that contains it, without a census; NULL if there is none, and then
 *	the rest is empty
 * @entry: the entries, from the top table down; folded levels have none
 * @entries: number of elements of @entry
 * @run: the base page that contains the address; NULL if @vma is
 */
struct ptscope_path {
	pid_t pid;
	uint64_t start_time;
	uint64_t address;
	const struct ptscope_vma *vma;
	const struct ptscope_path_entry *entry;
	uint32_t entries;
	const struct ptscope_run *run;
};

struct ptscope;

/** ptscope_new() - make a connection; NULL if there is no memory. */
struct ptscope *ptscope_new(void);

/** ptscope_free() - close and free a connection; @ps may be NULL. */
void ptscope_free(struct ptscope *ps);

/**
 * ptscope_connect() - find the module
 * @ps: a connection
 *
 * Return: 0; -EPROTONOSUPPORT if the module is not loaded; another negative errno if
 * there is no socket.
 */
int ptscope_connect(struct ptscope *ps);

/**
 * ptscope_message() - why the last call that failed did so
 * @ps: a connection
 *
 * Return: a text without a full stop, valid until the next call.
 */
const char *ptscope_message(const struct ptscope *ps);

/**
 * ptscope_set_cache() - look up pages in the page cache, or not
 * @ps: a connection
 * @on: for all requests from now on
 *
 * Pages of files and of shared memory that are not mapped are then reported as in the
 * page cache, in swap, or neither. This needs CAP_SYS_ADMIN in the initial user
 * namespace; without it, replies are as if @on were false, and ptscope_hidden() is
 * true.
 */
void ptscope_set_cache(struct ptscope *ps, bool on);

/**
 * ptscope_set_detail() - count what needs struct page, or not
 * @ps: a connection
 * @detail: PTSCOPE_DETAIL_NODE for nodes, PTSCOPE_DETAIL_FOLIO for anon, file, shared
 *	and exclusive; in every census from now on
 */
void ptscope_set_detail(struct ptscope *ps, uint32_t detail);

/**
 * ptscope_set_pidfd() - set the process that PTSCOPE_PIDFD means
 * @ps: a connection
 * @pidfd: a pidfd, which must stay open; -1 for none
 *
 * A request with PTSCOPE_PIDFD for a process ID is about that process, and fails with
 * -ESRCH once it has exited: no other process with the same ID is reported. This needs
 * /proc.
 */
void ptscope_set_pidfd(struct ptscope *ps, int pidfd);

/**
 * ptscope_get_info() - get geometry, version and access rights
 * @ps: a connection
 * @info: set to the reply
 *
 * Every other reply has the same in it, for ptscope_info().
 *
 * Return: 0 or a negative errno; -EOPNOTSUPP if the module is too old.
 */
int ptscope_get_info(struct ptscope *ps, const struct ptscope_info **info);

/**
 * ptscope_info() - geometry, version and access rights of the last reply
 * @ps: a connection
 *
 * A dump has them once its first element, its end or an error has been returned.
 *
 * Return: the same as from ptscope_get_info(); NULL if there has been no reply.
 */
const struct ptscope_info *ptscope_info(const struct ptscope *ps);

/**
 * ptscope_get_proc() - get the census of one process
 * @ps: a connection
 * @pid: the process
 * @proc: set to the reply
 *
 * Return: 0; -ESRCH if there is no such process, or it has exited; -EPERM if the caller
 * may not read it; -EINVAL for a kernel thread; -EOPNOTSUPP if the module is too old;
 * or another negative errno.
 */
int ptscope_get_proc(struct ptscope *ps, pid_t pid, const struct ptscope_proc **proc);

/**
 * ptscope_dump_procs() - get the censuses of several processes, or of all
 * @ps: a connection; a dump that has not ended is dropped
 * @pids: process IDs; NULL for all
 * @count: number of elements of @pids
 *
 * All means every process that the caller may read, in the order of process IDs;
 * those that start or exit meanwhile may be left out. A list is reported in its own
 * order, and each element is reported, if only with an error.
 *
 * Return: 0 or a negative errno. A refusal by the kernel is returned by
 * ptscope_next_proc().
 */
int ptscope_dump_procs(struct ptscope *ps, const pid_t *pids, size_t count);

/**
 * ptscope_next_proc() - get the next process
 * @ps: a connection on which ptscope_dump_procs() was called
 * @proc: set to the process
 *
 * Return: 1; 0 at the end; or a negative errno as for ptscope_get_proc().
 */
int ptscope_next_proc(struct ptscope *ps, const struct ptscope_proc **proc);

/**
 * ptscope_dump_vmas() - get the VMAs of a process
 * @ps: a connection; a dump that has not ended is dropped
 * @pid: the process
 * @start: first address, a multiple of the page size
 * @end: end address (exclusive), a multiple of the page size; 0 for the end of the
 *	address space
 *
 * A VMA that crosses the range is cut to it.
 *
 * Return: 0 or a negative errno. A refusal by the kernel is returned by
 * ptscope_next_vma().
 */
int ptscope_dump_vmas(struct ptscope *ps, pid_t pid, uint64_t start, uint64_t end);

/**
 * ptscope_next_vma() - get the next VMA
 * @ps: a connection on which ptscope_dump_vmas() was called
 * @vma: set to the VMA
 *
 * Return: 1; 0 at the end; or a negative errno as for ptscope_get_proc(). -ESRCH also
 * if the process exits during the dump.
 */
int ptscope_next_vma(struct ptscope *ps, const struct ptscope_vma **vma);

/**
 * ptscope_dump_runs() - get the pages of a process, as runs
 * @ps: a connection; a dump that has not ended is dropped
 * @pid: the process
 * @start: as for ptscope_dump_vmas()
 * @end: as for ptscope_dump_vmas()
 * @filter: which runs; NULL for all, by state, level and flags
 *
 * Return: 0 or a negative errno. A refusal by the kernel is returned by
 * ptscope_next_run().
 */
int ptscope_dump_runs(struct ptscope *ps, pid_t pid, uint64_t start, uint64_t end,
		      const struct ptscope_filter *filter);

/**
 * ptscope_next_run() - get the next run
 * @ps: a connection on which ptscope_dump_runs() was called
 * @run: set to the run
 *
 * Return: as for ptscope_next_vma().
 */
int ptscope_next_run(struct ptscope *ps, const struct ptscope_run **run);

/**
 * ptscope_get_path() - get the path to an address
 * @ps: a connection
 * @pid: the process
 * @address: any number
 * @path: set to the reply
 *
 * Return: as for ptscope_get_proc(). It is no error if no VMA contains @address.
 */
int ptscope_get_path(struct ptscope *ps, pid_t pid, uint64_t address,
		     const struct ptscope_path **path);

/**
 * ptscope_dump_paths() - get the paths to any number of addresses
 * @ps: a connection; a dump that has not ended is dropped
 * @pid: the process
 * @address: the addresses; they must stay until the dump ends
 * @count: number of elements of @address
 *
 * More than PTSCOPE_PATHS_PER_REQUEST addresses take several requests.
 *
 * Return: 0 or a negative errno. A refusal by the kernel is returned by
 * ptscope_next_path().
 */
int ptscope_dump_paths(struct ptscope *ps, pid_t pid, const uint64_t *address, size_t count);

/** Number of addresses in one request. A socket's send buffer limits it. */
#define PTSCOPE_PATHS_PER_REQUEST 4096

/**
 * ptscope_next_path() - get the next path
 * @ps: a connection on which ptscope_dump_paths() was called
 * @path: set to the path
 *
 * Return: as for ptscope_next_vma().
 */
int ptscope_next_path(struct ptscope *ps, const struct ptscope_path **path);

/**
 * ptscope_hidden() - did the last reply leave out what the caller may not see?
 * @ps: a connection
 *
 * Frames, swap slots and the page cache need CAP_SYS_ADMIN in the initial user
 * namespace.
 */
bool ptscope_hidden(const struct ptscope *ps);

/**
 * ptscope_interrupted() - did the address space change during the last reply?
 * @ps: a connection, whose last reply is complete
 *
 * If it did, every part of the reply was true when it was read, but parts may not be
 * consistent with each other.
 */
bool ptscope_interrupted(const struct ptscope *ps);

/**
 * ptscope_set_tap() - observe the datagrams that the kernel sends
 * @ps: a connection
 * @tap: called with each datagram as received; NULL for none
 * @arg: passed to @tap
 *
 * For recorders and for counting bytes.
 */
void ptscope_set_tap(struct ptscope *ps, void (*tap)(void *arg, const void *data, size_t len),
		     void *arg);

/** ptscope_version() - version of this library. */
const char *ptscope_version(void);

#ifdef __cplusplus
}
#endif

#endif /* PTSCOPE_H */
