// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers of the wire, in words.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* By PTSCOPE_STATE_*. */
static const char *const states[] = {
	"res", "lazy", "cached", "disk", "swap", "migration", "hwpoison", "device-private",
	"device-exclusive", "uffd-wp", "guard", "poison", "bad",
};

/* By the bits of PTSCOPE_FLAG_*. */
static const char *const flags[] = {
	"write", "user", "exec", "young", "dirty", "soft-dirty", "uffd-wp", "global",
	"special", "devmap", "protnone", "zero", "thp", "hugetlb", "exclusive", "cont",
};

/* By the bits of PTSCOPE_DETAIL_*. */
static const char *const details[] = { "frame", "age", "soft-dirty", "node", "folio" };

/* By the bits of PTSCOPE_FOLIO_*. */
static const char *const folios[] = {
	"anon", "ksm", "shared", "exclusive", "swap-backed", "mlocked", "unevictable",
	"writeback", "aligned",
};

/* By PTSCOPE_MEMORY_TYPE_*; what memory usually is needs no word. */
static const char *const memory_types[] = {
	NULL, NULL, "wc", "uc-minus", "uc", "wt", "wp", NULL, "normal-tagged", "normal-nc",
	"device-nGnRnE", "device-nGnRE", NULL, "nc", "io",
};

static const char *const levels[] = { "pte", "pmd", "pud", "p4d", "pgd" };

const char *state_word(uint32_t state)
{
	return state < COUNT(states) ? states[state] : "unknown";
}

const char *level_word(uint32_t level)
{
	return level < COUNT(levels) ? levels[level] : "unknown";
}

const char *leaf_word(const struct ptscope_run *run)
{
	if (run->state != PTSCOPE_STATE_RES)
		return NULL;
	return run->flags & PTSCOPE_FLAG_CONT ? "cont" : level_word(run->level);
}

__attribute__((format(printf, 4, 5)))
static size_t append(char *to, size_t room, size_t used, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(to + used, room - used, format, args);
	va_end(args);
	return used + len < room ? used + len : room - 1;
}

static size_t append_bits(char *to, size_t room, size_t used, uint32_t bits,
			  const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (bits & (1u << i))
			used = append(to, room, used, "%s%s", used ? "," : "", words[i]);
	return used;
}

void run_words(char *to, size_t room, const struct ptscope_run *run)
{
	size_t used;

	*to = '\0';
	used = append_bits(to, room, 0, run->flags, flags, COUNT(flags));
	if (run->pkey)
		used = append(to, room, used, "%spkey=%u", used ? "," : "", run->pkey);
	if (run->state == PTSCOPE_STATE_RES && run->memory_type < COUNT(memory_types) &&
	    memory_types[run->memory_type])
		append(to, room, used, "%s%s", used ? "," : "", memory_types[run->memory_type]);
}

void folio_words(char *to, size_t room, uint32_t folio)
{
	*to = '\0';
	append_bits(to, room, 0, folio, folios, COUNT(folios));
}

/**
 * struct entry_bit - a field of an entry
 * @mask: its bits
 * @value: what they are for the word to be said
 * @word: the word
 * @of: the entries that have it
 */
struct entry_bit {
	uint64_t mask;
	uint64_t value;
	const char *word;
	enum { ANY, LEAF, TABLE, PTE_LEAF, HUGE_LEAF } of;
};

#define BIT(n) (1ull << (n))
#define ONE(n, word, of) { BIT(n), BIT(n), word, of }
#define NOT(n, word, of) { BIT(n), 0, word, of }

#if defined(__x86_64__)
static const struct entry_bit entry_bits[] = {
	ONE(0, "P", ANY), ONE(1, "RW", ANY), ONE(2, "US", ANY), ONE(3, "PWT", ANY),
	ONE(4, "PCD", ANY), ONE(5, "A", ANY), ONE(6, "D", LEAF), ONE(7, "PS", HUGE_LEAF),
	ONE(7, "PAT", PTE_LEAF), ONE(12, "PAT", HUGE_LEAF), ONE(8, "G", LEAF),
	ONE(63, "XD", ANY),
};
#elif defined(__aarch64__)
#define FIELD(low, bits, number, word, of) \
	{ (BIT(bits) - 1) << (low), (uint64_t)(number) << (low), word, of }
static const struct entry_bit entry_bits[] = {
	ONE(0, "VALID", ANY), FIELD(0, 2, 1, "BLOCK", HUGE_LEAF),
	FIELD(0, 2, 3, "TABLE", TABLE), ONE(6, "USER", LEAF), ONE(7, "RDONLY", LEAF),
	/* Bits 8 and 9 are shareability or, with 52-bit addresses, the frame's. */
	ONE(10, "AF", LEAF), ONE(11, "nG", LEAF), ONE(50, "GP", LEAF), ONE(51, "DBM", LEAF),
	ONE(52, "CONT", LEAF), ONE(53, "PXN", LEAF), ONE(54, "UXN", LEAF),
	ONE(59, "PXNTable", TABLE), ONE(60, "UXNTable", TABLE),
	FIELD(2, 3, 0, "AttrIndx=0", LEAF), FIELD(2, 3, 1, "AttrIndx=1", LEAF),
	FIELD(2, 3, 2, "AttrIndx=2", LEAF), FIELD(2, 3, 3, "AttrIndx=3", LEAF),
	FIELD(2, 3, 4, "AttrIndx=4", LEAF), FIELD(2, 3, 5, "AttrIndx=5", LEAF),
	FIELD(2, 3, 6, "AttrIndx=6", LEAF), FIELD(2, 3, 7, "AttrIndx=7", LEAF),
};
#elif defined(__riscv)
static const struct entry_bit entry_bits[] = {
	ONE(0, "V", ANY), ONE(1, "R", LEAF), ONE(2, "W", LEAF), ONE(3, "X", LEAF),
	ONE(4, "U", LEAF), ONE(5, "G", ANY), ONE(6, "A", LEAF), ONE(7, "D", LEAF),
	ONE(61, "PBMT=NC", LEAF), ONE(62, "PBMT=IO", LEAF), ONE(63, "N", LEAF),
};
#else
static const struct entry_bit entry_bits[] = { { 0, 1, "", ANY } };
#endif

static bool has_field(const struct entry_bit *bit, uint32_t level, bool table)
{
	switch (bit->of) {
	case ANY:
		return true;
	case LEAF:
		return !table;
	case TABLE:
		return table;
	case PTE_LEAF:
		return !table && level == PTSCOPE_LEVEL_PTE;
	case HUGE_LEAF:
		return !table && level != PTSCOPE_LEVEL_PTE;
	}
	return false;
}

void entry_words(char *to, size_t room, uint64_t value, uint32_t level, bool table)
{
	size_t used = 0;
	size_t i;

	*to = '\0';
	for (i = 0; i < COUNT(entry_bits); i++) {
		const struct entry_bit *bit = &entry_bits[i];

		if ((value & bit->mask) == bit->value && has_field(bit, level, table))
			used = append(to, room, used, "%s%s", used ? " " : "", bit->word);
	}
}

static bool find_word(const char *what, const char *word, size_t len,
		      const char *const *words, size_t count, uint32_t *bits)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strlen(words[i]) == len && !strncmp(words[i], word, len)) {
			*bits |= 1u << i;
			return true;
		}
	}
	complain("'%.*s' is no %s; these are:", (int)len, word, what);
	for (i = 0; i < count; i++)
		fprintf(stderr, "%s%s", i ? "," : "  ", words[i]);
	fputc('\n', stderr);
	return false;
}

static bool parse_list(const char *what, const char *list, const char *const *words,
		       size_t count, uint32_t *bits, uint32_t *inverted)
{
	do {
		bool invert = inverted && *list == '^';
		uint32_t bit = 0;
		size_t len;

		list += invert;
		len = strcspn(list, ",");
		if (!find_word(what, list, len, words, count, &bit))
			return false;
		*bits |= bit;
		if (invert)
			*inverted |= bit;
		list += len;
	} while (*list++);
	return true;
}

bool parse_states(const char *list, uint32_t *bits)
{
	return parse_list("state", list, states, COUNT(states), bits, NULL);
}

bool parse_flags(const char *list, uint32_t *mask, uint32_t *inverted)
{
	return parse_list("flag", list, flags, COUNT(flags), mask, inverted);
}

bool parse_detail(const char *list, uint32_t *detail)
{
	return parse_list("detail", list, details, COUNT(details), detail, NULL);
}

#define SWAP_AREAS 32

/*
 * The kernel numbers its swap areas by the order in which they were taken into
 * use, and lists them so. After one has been given up in between, the numbers
 * of those behind it are not known; then there are fewer lines than areas.
 */
static const char *swap_device(uint32_t type)
{
	static char names[SWAP_AREAS][64];
	static bool known;
	static size_t areas;
	char line[512];
	FILE *file;

	if (!known) {
		known = true;
		file = fopen("/proc/swaps", "re");
		if (file && !fgets(line, sizeof(line), file))
			line[0] = '\0';
		while (file && areas < SWAP_AREAS && fgets(line, sizeof(line), file)) {
			line[strcspn(line, " \t\n")] = '\0';
			snprintf(names[areas++], sizeof(names[0]), "%.63s", line);
		}
		if (file)
			fclose(file);
	}
	return type < areas ? names[type] : NULL;
}

void swap_words(char *to, size_t room, uint32_t type)
{
	const char *name = swap_device(type);

	if (name)
		snprintf(to, room, "%s", name);
	else
		snprintf(to, room, "swap area %u", type);
}
