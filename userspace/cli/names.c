// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of numbers in the protocol, from module/spec/ptscope.yaml, and of the bits of
 * entries, from the processor manuals.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "names.h"
#include "spec_names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct names {
	const struct spec_name *all;
	size_t count;
};

#define NAMES(array) { .all = (array), .count = COUNT(array) }

static const struct names levels = NAMES(spec_levels);
static const struct names states = NAMES(spec_states);
static const struct names flags = NAMES(spec_flags);
static const struct names details = NAMES(spec_details);
static const struct names folios = NAMES(spec_folios);
static const struct names memory_types = NAMES(spec_memory_types);
static const struct names vma_flags = NAMES(spec_vma_flags);

static const char *name_of(const struct names *names, uint32_t number)
{
	if (number < names->count && names->all[number].name)
		return names->all[number].name;
	return "unknown";
}

const char *state_name(uint32_t state)
{
	return name_of(&states, state);
}

const char *level_name(uint32_t level)
{
	return name_of(&levels, level);
}

const char *leaf_name(const struct ptscope_run *run)
{
	if (run->state != PTSCOPE_STATE_RES)
		return NULL;
	return run->flags & PTSCOPE_FLAG_CONT ? "cont" : level_name(run->level);
}

/* The default memory type of an architecture is not printed. */
static bool is_usual(uint32_t memory_type)
{
	return memory_type == PTSCOPE_MEMORY_TYPE_UNKNOWN ||
	       memory_type == PTSCOPE_MEMORY_TYPE_WB ||
	       memory_type == PTSCOPE_MEMORY_TYPE_NORMAL ||
	       memory_type == PTSCOPE_MEMORY_TYPE_PMA;
}

/* Append an element to the comma-separated list in @to. */
__attribute__((format(printf, 4, 5)))
static size_t append(char *to, size_t size, size_t used, const char *format, ...)
{
	va_list args;
	int len;

	if (used && used + 1 < size)
		to[used++] = ',';
	va_start(args, format);
	len = vsnprintf(to + used, size - used, format, args);
	va_end(args);
	return used + len < size ? used + len : size - 1;
}

static size_t append_bits(char *to, size_t size, uint64_t bits, const struct names *names)
{
	size_t used = 0, i;

	*to = '\0';
	for (i = 0; i < names->count; i++)
		if (bits >> i & 1)
			used = append(to, size, used, "%s", names->all[i].name);
	return used;
}

void name_flags(char *to, size_t size, const struct ptscope_run *run)
{
	size_t used = append_bits(to, size, run->flags, &flags);

	if (run->pkey)
		used = append(to, size, used, "pkey=%u", run->pkey);
	if (run->state == PTSCOPE_STATE_RES && !is_usual(run->memory_type))
		append(to, size, used, "%s",
		       name_of(&memory_types, run->memory_type));
}

void name_folio(char *to, size_t size, uint32_t folio)
{
	append_bits(to, size, folio, &folios);
}

void name_vma_flags(char *to, size_t size, uint64_t bits)
{
	append_bits(to, size, bits, &vma_flags);
}

/**
 * struct entry_bit - a field of an entry
 * @mask: bits of the field
 * @value: value of the field that @name stands for
 * @name: name in the processor manual
 * @of: kind of entry that has the field
 */
struct entry_bit {
	uint64_t mask;
	uint64_t value;
	const char *name;
	enum { ANY, LEAF, TABLE, PTE_LEAF, HUGE_LEAF } of;
};

#define BIT(n) (1ull << (n))
#define ONE(n, name, of) { BIT(n), BIT(n), name, of }

#if defined(__x86_64__)
static const struct entry_bit entry_bits[] = {
	ONE(0, "P", ANY), ONE(1, "RW", ANY), ONE(2, "US", ANY), ONE(3, "PWT", ANY),
	ONE(4, "PCD", ANY), ONE(5, "A", ANY), ONE(6, "D", LEAF), ONE(7, "PS", HUGE_LEAF),
	ONE(7, "PAT", PTE_LEAF), ONE(12, "PAT", HUGE_LEAF), ONE(8, "G", LEAF),
	ONE(63, "XD", ANY),
};
#elif defined(__aarch64__)
#define FIELD(low, bits, number, name, of) \
	{ (BIT(bits) - 1) << (low), (uint64_t)(number) << (low), name, of }
static const struct entry_bit entry_bits[] = {
	ONE(0, "VALID", ANY), FIELD(0, 2, 1, "BLOCK", HUGE_LEAF),
	FIELD(0, 2, 3, "TABLE", TABLE), ONE(6, "USER", LEAF), ONE(7, "RDONLY", LEAF),
	/* Bits 8 and 9 are omitted: shareability or, with LPA2, bits of the address. */
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

void name_bits(char *to, size_t size, uint64_t value, uint32_t level, bool table)
{
	size_t used = 0;
	size_t i;

	*to = '\0';
	for (i = 0; i < COUNT(entry_bits); i++) {
		const struct entry_bit *bit = &entry_bits[i];

		if ((value & bit->mask) == bit->value && has_field(bit, level, table))
			used = append(to, size, used, "%s", bit->name);
	}
}

static void list_names(FILE *to, const struct names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		fprintf(to, "%s%s", i ? "," : "", names->all[i].name);
	fputc('\n', to);
}

static bool find_name(const char *what, const char *name, size_t len,
		      const struct names *names, uint32_t *bits)
{
	size_t i;

	for (i = 0; i < names->count; i++) {
		const char *own = names->all[i].name;

		if (strlen(own) == len && !strncmp(own, name, len)) {
			*bits |= 1u << i;
			return true;
		}
	}
	print_error("unknown %s: '%.*s'; known are", what, (int)len, name);
	list_names(stderr, names);
	return false;
}

static bool parse_list(const char *what, const char *list, const struct names *names,
		       uint32_t *bits, uint32_t *inverted)
{
	do {
		bool invert = inverted && *list == '^';
		uint32_t bit = 0;
		size_t len;

		list += invert;
		len = strcspn(list, ",");
		if (!find_name(what, list, len, names, &bit))
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
	return parse_list("state", list, &states, bits, NULL);
}

bool parse_flags(const char *list, uint32_t *mask, uint32_t *inverted)
{
	return parse_list("flag", list, &flags, mask, inverted);
}

bool parse_detail(const char *list, uint32_t *detail)
{
	return parse_list("detail", list, &details, detail, NULL);
}

void list_states(FILE *to)
{
	list_names(to, &states);
}

void list_flags(FILE *to)
{
	list_names(to, &flags);
}

void list_details(FILE *to)
{
	list_names(to, &details);
}

#define SWAP_AREAS 32

/*
 * The line number in /proc/swaps is the number of a swap area as long as no area
 * before it was removed by swapoff. The file does not show the numbers themselves.
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

void name_swap_area(char *to, size_t size, uint32_t type)
{
	const char *name = swap_device(type);

	if (name)
		snprintf(to, size, "%s", name);
	else
		snprintf(to, size, "swap area %u", type);
}
