// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops over leaf tables: a plain read of every entry, the module's own search
 * for the end of a run in the table itself, and the same in a copy of the table.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "native_loop.h"

/* What the module's header takes from the kernel's; __always_inline is the C library's. */
typedef uint64_t u64;
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))

#include "../../module/run_match.h"

/* x86-64: everything but the frame number. The tables are synthetic, and the same everywhere. */
#define FLAG_BITS 0xfff0000000000fffull
#define LINE 64

static __always_inline void prefetch(const u64 *table, unsigned int lines)
{
	unsigned int i;

	for (i = 0; i < lines; i++)
		__builtin_prefetch((const char *)table + i * LINE);
}

static __always_inline u64 match_table(const u64 *entry)
{
	unsigned int at = 0;
	u64 runs = 0;

	while (at < NATIVE_ENTRIES) {
		const struct ptscope_pattern pattern = { .value = entry[at], .mask = FLAG_BITS };

		at = ptscope_run_end(entry, at, NATIVE_ENTRIES, pattern);
		runs++;
	}
	return runs;
}

/* One volatile read per entry, as in the module. */
static __always_inline void copy_entries(u64 *to, const u64 *from)
{
	unsigned int i;

	for (i = 0; i < NATIVE_ENTRIES; i += 8) {
		const u64 a = READ_ONCE(from[i]), b = READ_ONCE(from[i + 1]);
		const u64 c = READ_ONCE(from[i + 2]), d = READ_ONCE(from[i + 3]);
		const u64 e = READ_ONCE(from[i + 4]), f = READ_ONCE(from[i + 5]);
		const u64 g = READ_ONCE(from[i + 6]), h = READ_ONCE(from[i + 7]);

		to[i] = a;
		to[i + 1] = b;
		to[i + 2] = c;
		to[i + 3] = d;
		to[i + 4] = e;
		to[i + 5] = f;
		to[i + 6] = g;
		to[i + 7] = h;
	}
}

/* The kernel's memcpy() on processors with fast short string operations. */
static __always_inline void copy_string(u64 *to, const u64 *from)
{
#ifdef __x86_64__
	size_t bytes = NATIVE_ENTRIES * sizeof(*to);

	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
#else
	__builtin_memcpy(to, from, NATIVE_ENTRIES * sizeof(*to));
#endif
}

static u64 loop_read(u64 *const *table, size_t count, unsigned int ahead)
{
	size_t i, j;

	for (i = 0; i < count; i++) {
		const u64 *entry = table[i];

		if (i + 1 < count)
			prefetch(table[i + 1], ahead);
		for (j = 0; j < NATIVE_ENTRIES; j += 8) {
			const u64 a = READ_ONCE(entry[j]), b = READ_ONCE(entry[j + 1]);
			const u64 c = READ_ONCE(entry[j + 2]), d = READ_ONCE(entry[j + 3]);
			const u64 e = READ_ONCE(entry[j + 4]), f = READ_ONCE(entry[j + 5]);
			const u64 g = READ_ONCE(entry[j + 6]), h = READ_ONCE(entry[j + 7]);

			/* The values have to arrive, and are not used. */
			asm volatile("" : : "r"(a | b | c | d | e | f | g | h));
		}
	}
	return NATIVE_NO_RUNS;
}

static u64 loop_match(u64 *const *table, size_t count, unsigned int ahead)
{
	u64 runs = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (i + 1 < count)
			prefetch(table[i + 1], ahead);
		runs += match_table(table[i]);
	}
	return runs;
}

/*
 * What the module does to count pages: a copy that is compared with the first entry on
 * the way, and a search for runs if the flags differ.
 */
static u64 loop_module(u64 *const *table, size_t count, unsigned int ahead)
{
	u64 copy[NATIVE_ENTRIES], runs = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		u64 differ;

		if (i + 1 < count)
			prefetch(table[i + 1], ahead);
		differ = ptscope_copy_entries(copy, table[i], NATIVE_ENTRIES);
		/* The copy is needed even if it is not read. */
		asm volatile("" : : "r"(copy) : "memory");
		runs += differ & FLAG_BITS ? match_table(copy) : 1;
	}
	return runs;
}

/* What the module does if frames have to be consecutive: it always searches. */
static u64 loop_module_frames(u64 *const *table, size_t count, unsigned int ahead)
{
	u64 copy[NATIVE_ENTRIES], runs = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (i + 1 < count)
			prefetch(table[i + 1], ahead);
		ptscope_copy_entries(copy, table[i], NATIVE_ENTRIES);
		runs += match_table(copy);
	}
	return runs;
}

static u64 loop_copy(u64 *const *table, size_t count, unsigned int ahead)
{
	u64 copy[NATIVE_ENTRIES], runs = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (i + 1 < count)
			prefetch(table[i + 1], ahead);
		copy_entries(copy, table[i]);
		runs += match_table(copy);
	}
	return runs;
}

static u64 loop_memcpy(u64 *const *table, size_t count, unsigned int ahead)
{
	u64 copy[NATIVE_ENTRIES], runs = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (i + 1 < count)
			prefetch(table[i + 1], ahead);
		copy_string(copy, table[i]);
		runs += match_table(copy);
	}
	return runs;
}

const struct native_loop native_loops[] = {
	{ "read", loop_read },
	{ "match in place", loop_match },
	{ "module", loop_module },
	{ "module, frames", loop_module_frames },
	{ "copy, match", loop_copy },
	{ "memcpy, match", loop_memcpy },
};

const size_t native_loop_count = sizeof(native_loops) / sizeof(*native_loops);
