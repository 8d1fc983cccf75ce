/* SPDX-License-Identifier: Apache-2.0 */
/* record_atomic.c - the record calls of atomic mode: the variant atomic. n observations are in record_n.c. */
#include "record_atomic.h"

#include "record.h"

ALWAYS_INLINE int add(enum operation operation, struct percpu_region *region, uint64_t offset, int64_t amount)
{
	uint64_t cell = cell_at(region, offset);

	atomic_record(operation, shard_by_hint(region, cell), cell, amount);
	return result_of_thread();
}

ALWAYS_INLINE int observe(enum operation operation, struct percpu_region *region, uint64_t offset,
			  const struct percpu_buckets *buckets, int64_t amount)
{
	uint32_t bucket = buckets ? bucket_of_amount(buckets, sum_kind_of(operation), amount) : 0;
	uint64_t cell = cell_at(region, offset + bucket_offset(bucket));

	atomic_record(operation, shard_by_hint(region, cell), cell, amount);
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
