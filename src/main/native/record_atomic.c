/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_atomic.c - the record calls of atomic mode: the variant atomic.
 *
 * All shards are written by atomic instructions here, so any shard is right.
 * The shard of this CPU is the fastest. Its index is the hint that the thread's
 * rseq area gives (cpu_id is right even where sections do not restart), or a
 * hash of the thread pointer when the thread has no area.
 */
#include "record_atomic.h"

#include "record.h"
#include "thread.h"

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

ALWAYS_INLINE int add(enum operation operation, struct percpu_region *region, uint64_t offset, int64_t amount)
{
	uint64_t cell = cell_at(region, offset);

	atomic_record(operation, shard_by_hint(region, cell), cell, 0, amount);
	return result_of_thread();
}

ALWAYS_INLINE int observe(enum operation operation, struct percpu_region *region, uint64_t offset,
			  const struct percpu_buckets *buckets, int64_t amount)
{
	uint64_t group = cell_at(region, offset);
	uint32_t bucket = buckets ? bucket_of_amount(buckets, sum_kind_of(operation), amount) : 0;
	uint64_t cell = cell_at(region, group + bucket_offset(bucket));

	atomic_record(operation, shard_by_hint(region, cell), cell, group, amount);
	return result_of_thread();
}

int percpu_add_long__atomic(struct percpu_region *region, uint64_t offset, int64_t amount)
{
	return add(ADD_LONG, region, offset, amount);
}

int percpu_add_double__atomic(struct percpu_region *region, uint64_t offset, int64_t bits)
{
	return add(ADD_DOUBLE, region, offset, bits);
}

int percpu_observe_long__atomic(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
				int64_t amount)
{
	return observe(OBSERVE_LONG, region, offset, buckets, amount);
}

int percpu_observe_double__atomic(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
				  int64_t bits)
{
	return observe(OBSERVE_DOUBLE, region, offset, buckets, bits);
}
