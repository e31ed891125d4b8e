/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Conversion between the numbers of the protocol and their names. Lists of names are
 * separated by commas.
 */
#ifndef CLI_NAMES_H
#define CLI_NAMES_H

#include <stdio.h>

#include "cli.h"

const char *state_name(uint32_t state);
const char *level_name(uint32_t level);
/* The kind of leaf that maps the run; NULL if the run is not mapped. */
const char *leaf_name(const struct ptscope_run *run);
/* Flags, protection key and memory type of a run. */
void name_flags(char *to, size_t size, const struct ptscope_run *run);
void name_folio(char *to, size_t size, uint32_t folio);
/* Flags of a VMA, in the letters of smaps. */
void name_vma_flags(char *to, size_t size, uint64_t flags);

/*
 * Bits of an entry, named as in the processor manual. @table: the entry points to a
 * table.
 */
void name_bits(char *to, size_t size, uint64_t value, uint32_t level, bool table);

/*
 * Parse a list of names. A state sets the bit 1 << PTSCOPE_STATE_*. A flag with a ^
 * before it is also set in @inverted. An unknown name is reported.
 */
bool parse_states(const char *list, uint32_t *states);
bool parse_flags(const char *list, uint32_t *mask, uint32_t *inverted);
bool parse_detail(const char *list, uint32_t *detail);

/* Print all names on one line. */
void list_states(FILE *to);
void list_flags(FILE *to);
void list_details(FILE *to);

/* Device or file of a swap area; its number if that is unknown. */
void name_swap_area(char *to, size_t size, uint32_t type);

#endif /* CLI_NAMES_H */
