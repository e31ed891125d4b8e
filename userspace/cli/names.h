/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of the wire, in words.
 */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include "cli.h"

const char *state_word(uint32_t state);
const char *level_word(uint32_t level);
/* What a page is mapped by; NULL if it is not. */
const char *leaf_word(const struct ptscope_run *run);
/* Flags, protection key and memory type of a run, comma-separated. */
void run_words(char *to, size_t room, const struct ptscope_run *run);
void folio_words(char *to, size_t room, uint32_t folio);

/*
 * Bits of an entry, in the words of the processor's manual, separated by
 * blanks. @table: the entry points to a table.
 */
void entry_words(char *to, size_t room, uint64_t value, uint32_t level, bool table);

/*
 * Find each of a comma-separated list's words. States become bits of
 * PTSCOPE_STATE_*; flags that a ^ stands before go into @inverted too.
 */
bool parse_states(const char *list, uint32_t *states);
bool parse_flags(const char *list, uint32_t *mask, uint32_t *inverted);
bool parse_detail(const char *list, uint32_t *detail);

/* The device or file behind a swap area, or its number. */
void swap_words(char *to, size_t room, uint32_t type);

#endif /* CLI_WORDS_H */
