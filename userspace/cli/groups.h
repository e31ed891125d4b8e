/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups of the VMAs of a process for --by. A group is one row.
 */
#ifndef CLI_GROUPS_H
#define CLI_GROUPS_H

#include "output.h"
#include "vma_row.h"

struct groups;

struct groups *groups_new(enum group_by by);
/* Add a VMA to its group; false if out of memory. */
bool groups_add(struct groups *groups, const struct vma_row *row);
/*
 * Print the groups in the order of their first VMAs. On failure, report the error and
 * return false.
 */
bool groups_print(const struct groups *groups, struct output *out);
void groups_clear(struct groups *groups);
void groups_free(struct groups *groups);

#endif /* CLI_GROUPS_H */
