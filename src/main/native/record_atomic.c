/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_atomic.c - the record calls of atomic mode: per-CPU shards written by
 * atomics only, so that the shard may be any. It is this CPU's where the
 * thread has an rseq area (even one whose sections do not restart tells the
 * CPU), else one by a hash of the thread.
 */
#include "record_atomic.h"

#include "record.h"
#include "thread.h"

static inline uint32_t hash_of_thread(void)
{
	uint64_t pointer = (uint64_t)(uintptr_t)__builtin_thread_pointer();

	return (uint32_t)(((pointer >> 6) * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

static inline char *shard_by_hint(struct percpu_region *region, uint64_t cell)
{
	const char *area = area_of_owner();
	uint32_t index = region->shard_count;

	if (area_is_there(area))
		index = *(const volatile uint32_t *)(area + region->index_offset);
	if (index >= region->shard_count)
		index = (uint32_t)(((uint64_t)hash_of_thread() * region->shard_count) >> 32);
	return atomic_shard(region, index, cell);
}

/* A thread that was never made known is worth one try: its CPU is the better hint. */
static inline int result_of_thread(void)
{
	return area_of_owner() == AREA_UNKNOWN ? PERCPU_RECORDED_REGISTER : PERCPU_RECORDED;
}

int percpu_add_long__atomic(struct percpu_region *region, uint64_t offset, int64_t amount)
{
	uint64_t cell = cell_at(region, offset);

	atomic_add_long(shard_by_hint(region, cell), cell, amount);
	return result_of_thread();
}

int percpu_add_double__atomic(struct percpu_region *region, uint64_t offset, int64_t bits)
{
	uint64_t cell = cell_at(region, offset);

	atomic_add_double(shard_by_hint(region, cell), cell, bits);
	return result_of_thread();
}

int percpu_observe_long__atomic(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
				int64_t amount)
{
	uint64_t group = cell_at(region, offset);
	uint64_t bucket = buckets ? bucket_of_amount(buckets, PERCPU_SUM_LONG, amount) : 0;
	uint64_t cell = cell_at(region, group + bucket_offset(bucket));

	atomic_observe(shard_by_hint(region, cell), cell, group, amount, 0);
	return result_of_thread();
}

int percpu_observe_double__atomic(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
				  int64_t bits)
{
	uint64_t group = cell_at(region, offset);
	uint64_t bucket = buckets ? bucket_of_amount(buckets, PERCPU_SUM_DOUBLE, bits) : 0;
	uint64_t cell = cell_at(region, group + bucket_offset(bucket));

	atomic_observe(shard_by_hint(region, cell), cell, group, bits, 1);
	return result_of_thread();
}
