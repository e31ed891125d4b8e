/* SPDX-License-Identifier: GPL-2.0-only */
/* Fields of struct ptscope_census by name. */
#ifndef FIELDS_H
#define FIELDS_H

#include <inttypes.h>
#include <ptscope.h>

/**
 * struct field - a field of struct ptscope_census
 * @name: name
 * @offset: offset
 * @free: a layout that does not name it accepts any value; other fields default to 0
 */
struct field {
	const char *name;
	size_t offset;
	bool free;
};

#define FIELD(name)		{ #name, offsetof(struct ptscope_census, name), false }
#define FREE_FIELD(name)	{ #name, offsetof(struct ptscope_census, name), true }

static const struct field fields[] = {
	FREE_FIELD(size), FIELD(res), FREE_FIELD(pte), FREE_FIELD(cont), FIELD(pmd), FIELD(pud),
	FIELD(lazy), FIELD(cached), FIELD(disk), FIELD(swap), FIELD(special),
	FIELD(zero), FIELD(zero_huge), FREE_FIELD(young), FREE_FIELD(dirty),
	FREE_FIELD(soft_dirty), FREE_FIELD(write), FIELD(protnone), FIELD(thp), FIELD(hugetlb),
	FIELD(migration), FIELD(hwpoison), FIELD(device), FIELD(uffd_wp), FIELD(guard),
	FIELD(poison), FIELD(bad),
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static inline uint64_t *field_of(struct ptscope_census *census, size_t i)
{
	return (uint64_t *)((char *)census + fields[i].offset);
}

static inline uint64_t field_value(const struct ptscope_census *census, size_t i)
{
	return *(const uint64_t *)((const char *)census + fields[i].offset);
}

/* Adds @part to @sum, tables included. */
static inline void census_add(struct ptscope_census *sum, const struct ptscope_census *part)
{
	size_t i;

	for (i = 0; i < FIELDS; i++)
		*field_of(sum, i) += field_value(part, i);
	for (i = 0; i < PTSCOPE_LEVELS; i++) {
		sum->table[i].pages += part->table[i].pages;
		sum->table[i].used += part->table[i].used;
		sum->table[i].empty += part->table[i].empty;
	}
}

/* Returns what is inconsistent in a census, or NULL. */
static inline const char *census_fault(const struct ptscope_census *c)
{
	if (c->size != c->res + c->lazy + c->cached + c->disk + c->swap + c->special)
		return "size is not res + lazy + cached + disk + swap + special";
	if (c->res != c->pte + c->cont + c->pmd + c->pud)
		return "res is not pte + cont + pmd + pud";
	if (c->special != c->migration + c->hwpoison + c->device + c->uffd_wp + c->guard +
				  c->poison + c->bad)
		return "special is not the sum of its kinds";
	if (c->bad)
		return "there are bad entries";
	if (c->young > c->res || c->dirty > c->res || c->write > c->res ||
	    c->protnone > c->res || c->hugetlb > c->res || c->zero - c->zero_huge > c->pte ||
	    c->soft_dirty > c->size || c->thp + c->zero_huge > c->pmd + c->pud)
		return "a part is larger than the whole";
	return NULL;
}

#endif /* FIELDS_H */
