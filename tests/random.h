/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RANDOM_H
#define RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Marsaglia's xorshift. The seed must not be 0. */
static inline uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A number below @limit, which must not be 0. */
static inline uint64_t random_below(uint64_t *state, uint64_t limit)
{
	return random_next(state) % limit;
}

static inline void random_shuffle(uint64_t *state, const void **items, size_t count)
{
	size_t i;

	for (i = count; i > 1; i--) {
		const size_t other = random_below(state, i);
		const void *item = items[i - 1];

		items[i - 1] = items[other];
		items[other] = item;
	}
}

#endif /* RANDOM_H */
