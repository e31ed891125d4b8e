// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups of VMAs: a tree to find a group by its key, and a list in the order of
 * creation.
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "groups.h"

/**
 * struct group - VMAs with the same key
 * @key: name, type or permissions
 * @row: the sum of the VMAs
 * @next: the next group in the order of creation
 */
struct group {
	char *key;
	struct vma_row row;
	struct group *next;
};

struct groups {
	enum group_by by;
	void *tree;
	struct group *first;
	struct group **end;
};

struct groups *groups_new(enum group_by by)
{
	struct groups *groups = calloc(1, sizeof(*groups));

	if (groups) {
		groups->by = by;
		groups->end = &groups->first;
	}
	return groups;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct group *)a)->key, ((const struct group *)b)->key);
}

static void group_free(struct group *group)
{
	free(group->key);
	free((char *)group->row.vma.name);
	vma_row_free(&group->row);
	free(group);
}

/* Create a group from its first row; the counters of the group start at 0. */
static struct group *group_new(const char *key, const struct vma_row *row)
{
	struct group *group = calloc(1, sizeof(*group));

	if (!group)
		return NULL;
	group->row = *row;
	group->row.vmas = 0;
	memset(&group->row.vma.census, 0, sizeof(group->row.vma.census));
	group->key = strdup(key);
	group->row.vma.name = strdup(row->vma.name);
	if (group->key && group->row.vma.name)
		return group;
	group_free(group);
	return NULL;
}

static struct group *find(struct groups *groups, const char *key, const struct vma_row *row)
{
	const struct group wanted = { .key = (char *)key };
	struct group **found = tfind(&wanted, &groups->tree, compare);
	struct group *group;

	if (found)
		return *found;
	group = group_new(key, row);
	if (!group)
		return NULL;
	if (!tsearch(group, &groups->tree, compare)) {
		group_free(group);
		return NULL;
	}
	group->row.by = groups->by;
	*groups->end = group;
	groups->end = &group->next;
	return group;
}

bool groups_add(struct groups *groups, const struct vma_row *row)
{
	const char *key = row->vma.name;
	struct group *group;
	char perm[5];

	if (groups->by == BY_TYPE)
		key = vma_type(&row->vma);
	if (groups->by == BY_PERM) {
		vma_perm(perm, &row->vma);
		key = perm;
	}
	group = find(groups, key, row);
	if (!group)
		return false;
	return vma_row_add(&group->row, row);
}

bool groups_print(const struct groups *groups, struct output *out)
{
	const struct group *group;

	for (group = groups->first; group; group = group->next)
		if (!output_row(out, &group->row))
			return false;
	return true;
}

static void keep(void *group)
{
	(void)group;
}

void groups_clear(struct groups *groups)
{
	struct group *group;

	tdestroy(groups->tree, keep);
	groups->tree = NULL;
	while ((group = groups->first)) {
		groups->first = group->next;
		group_free(group);
	}
	groups->end = &groups->first;
}

void groups_free(struct groups *groups)
{
	if (!groups)
		return;
	groups_clear(groups);
	free(groups);
}
