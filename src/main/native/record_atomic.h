/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_atomic.h - the operations by atomic instructions, in any shard.
 * Used for the shared shard, and in atomic mode for all shards. A cell is
 * changed by sections or by these functions, never by both.
 *
 * All functions are MT-safe. Their loops end: a round fails only when another
 * thread has changed the cell, and a shard has few writers.
 *
 * Ordering: the commit is a release, so a reader that synchronises with the
 * writer sees the record.
 */
#ifndef PERCPU_RECORD_ATOMIC_H
#define PERCPU_RECORD_ATOMIC_H

#include "cell.h"
#include "record.h"
#include "thread.h"

static inline void atomic_add_long(char *shard, uint64_t cell, int64_t amount)
{
	__atomic_fetch_add((int64_t *)(shard + cell), amount, __ATOMIC_RELEASE);
}

static inline void atomic_add_double(char *shard, uint64_t cell, int64_t bits)
{
	int64_t *sum = (int64_t *)(shard + cell + 8);
	int64_t before = __atomic_load_n(sum, __ATOMIC_RELAXED);

	while (!__atomic_compare_exchange_n(sum, &before, add_bits(before, bits), true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
}

/* {count, sum} += {count, total}. The first two loads may be torn: the compare-and-swap then fails and reloads both. */
static inline void atomic_add_pair(enum percpu_sum_kind sum_kind, char *shard, uint64_t offset, int64_t count,
				   int64_t total)
{
	struct percpu_cell *cell = (struct percpu_cell *)(shard + offset);
	struct percpu_cell before = { __atomic_load_n(&cell->first, __ATOMIC_RELAXED),
				      __atomic_load_n(&cell->second, __ATOMIC_RELAXED) };
	struct percpu_cell after;

	do {
		after.first = (int64_t)((uint64_t)before.first + (uint64_t)count);
		after.second = sum_kind == PERCPU_SUM_DOUBLE ? add_bits(before.second, total) :
							       add_saturated(before.second, total);
	} while (!cell_compare_exchange(cell, &before, after));
}

ALWAYS_INLINE void atomic_record(enum operation operation, char *shard, uint64_t cell, int64_t amount)
{
	switch (operation) {
	case ADD_LONG:
		atomic_add_long(shard, cell, amount);
		break;
	case ADD_DOUBLE:
		atomic_add_double(shard, cell, amount);
		break;
	case OBSERVE_LONG:
	case OBSERVE_DOUBLE:
		atomic_add_pair(sum_kind_of(operation), shard, cell, 1, amount);
		break;
	}
}

/* The address of a shard whose block at `offset` is dirty. */
static inline char *atomic_shard(struct percpu_region *region, uint32_t shard, uint64_t offset)
{
	set_dirty(region, shard, offset);
	return (char *)shard_of(region, shard);
}

/* The same for the shared shard. Counts one record there; the status reports the number. */
static inline char *atomic_shared_shard(struct percpu_region *region, uint64_t offset)
{
	struct percpu_shard *shard = (struct percpu_shard *)atomic_shard(region, region->shard_count, offset);

	__atomic_fetch_add(&shard->records, 1, __ATOMIC_RELAXED);
	return (char *)shard;
}

/* ---- atomic mode ------------------------------------------------------- */

/*
 * In atomic mode all shards are written by atomic instructions, so any shard is
 * right. The shard of this CPU is the fastest. Its index is the hint that the
 * thread's rseq area gives (cpu_id is right even where sections do not restart),
 * or a hash of the thread pointer when the thread has no area.
 */

/* Multiplicative hashing (Knuth, TAOCP 3, 6.4) by 2^64 divided by the golden ratio. */
static inline uint32_t hash_of_thread(void)
{
	uint64_t pointer = (uint64_t)(uintptr_t)__builtin_thread_pointer();

	return (uint32_t)(((pointer >> 6) * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

static inline char *shard_by_hint(struct percpu_region *region, uint64_t cell)
{
	const char *area = area_of_owner();
	uint32_t index = region->shard_count;

	if (has_area(area))
		index = *(const volatile uint32_t *)(area + region->index_offset);
	if (index >= region->shard_count)
		index = (uint32_t)(((uint64_t)hash_of_thread() * region->shard_count) >> 32);
	return atomic_shard(region, index, cell);
}

/* Requests a registration for a thread without a known area. The area then selects the shard instead of the hash. */
static inline int result_of_thread(void)
{
	return area_of_owner() == AREA_UNKNOWN ? PERCPU_RECORDED_UNREGISTERED : PERCPU_RECORDED;
}

#endif /* PERCPU_RECORD_ATOMIC_H */
