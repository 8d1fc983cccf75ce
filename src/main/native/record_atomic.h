/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_atomic.h - the same four operations by atomic instructions, in any
 * shard: the shared one, and every one in atomic mode. A cell is changed by
 * sections or by these, never by both.
 *
 * The loops end: each round that fails means that another thread's record was
 * made, and a shard has few writers.
 */
#ifndef PERCPU_RECORD_ATOMIC_H
#define PERCPU_RECORD_ATOMIC_H

#include "cell.h"
#include "layout.h"

static inline double double_of(int64_t bits)
{
	double value;

	__builtin_memcpy(&value, &bits, sizeof(value));
	return value;
}

static inline int64_t bits_of(double value)
{
	int64_t bits;

	__builtin_memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static inline int64_t add_bits(int64_t sum, int64_t bits)
{
	return bits_of(double_of(sum) + double_of(bits));
}

static inline void atomic_add_long(char *shard, uint64_t offset, int64_t amount)
{
	__atomic_fetch_add((int64_t *)(shard + offset), amount, __ATOMIC_RELEASE);
}

static inline void atomic_add_double(char *shard, uint64_t offset, int64_t bits)
{
	int64_t *sum = (int64_t *)(shard + offset + 8);
	int64_t before = __atomic_load_n(sum, __ATOMIC_RELAXED);

	while (!__atomic_compare_exchange_n(sum, &before, add_bits(before, bits), true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
}

static inline void atomic_raise_max(char *shard, uint64_t group, int64_t amount)
{
	int64_t *max = (int64_t *)(shard + group);
	int64_t before = __atomic_load_n(max, __ATOMIC_RELAXED);

	while (before < amount &&
	       !__atomic_compare_exchange_n(max, &before, amount, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

/* Two 8-byte loads may be torn here: the compare-and-swap then fails and reloads. */
static inline void atomic_add_pair(char *shard, uint64_t offset, int64_t amount, int sums_are_doubles)
{
	struct percpu_cell *cell = (struct percpu_cell *)(shard + offset);
	struct percpu_cell before = { __atomic_load_n(&cell->first, __ATOMIC_RELAXED),
				      __atomic_load_n(&cell->second, __ATOMIC_RELAXED) };
	struct percpu_cell after;

	do {
		after.first = (int64_t)((uint64_t)before.first + 1);
		after.second = sums_are_doubles ? add_bits(before.second, amount) :
						  (int64_t)((uint64_t)before.second + (uint64_t)amount);
	} while (!cell_compare_exchange(cell, &before, after));
}

static inline void atomic_observe(char *shard, uint64_t offset, uint64_t group, int64_t amount, int sums_are_doubles)
{
	atomic_raise_max(shard, group, amount);
	atomic_add_pair(shard, offset, amount, sums_are_doubles);
}

/* A shard, ready for a record at this offset. */
static inline char *atomic_shard(struct percpu_region *region, uint32_t shard, uint64_t offset)
{
	set_dirty(region, shard, offset);
	return (char *)shard_of(region, shard);
}

/* Counted apart, so that the status can tell how much did not go to a CPU's shard. */
static inline char *atomic_shared_shard(struct percpu_region *region, uint64_t offset)
{
	struct percpu_shard *shard = (struct percpu_shard *)atomic_shard(region, region->shard_count, offset);

	__atomic_fetch_add(&shard->records, 1, __ATOMIC_RELAXED);
	return (char *)shard;
}

#endif /* PERCPU_RECORD_ATOMIC_H */
