/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_n.c - the record calls of many observations: the variants libc, thread
 * and atomic.
 *
 * The bucket is found once, and one section adds {count, total}. The template
 * is that of record.c with two more values. It is not shared, so that the code
 * of one observation has neither.
 */
#include "record_retry.h"

/* The sum of `count` amounts. That of integers is INT64_MAX when it would overflow: a sum stays there. */
ALWAYS_INLINE int64_t total_of(enum percpu_sum_kind kind, int64_t amount, int64_t count)
{
	int64_t total;

	if (kind == PERCPU_SUM_DOUBLE)
		return multiply_bits(amount, count);
	return __builtin_mul_overflow(amount, count, &total) ? INT64_MAX : total;
}

ALWAYS_INLINE void record_atomically(enum percpu_sum_kind kind, char *shard, uint64_t cell, uint64_t group,
				     int64_t amount, int64_t count, int64_t total)
{
	atomic_raise_max(shard, group, amount);
	atomic_add_pair(kind, shard, cell, count, total);
}

ALWAYS_INLINE enum section_result run_section(enum percpu_sum_kind kind, struct percpu_region *region, char *area,
					      uint64_t cell, uint64_t group, int64_t amount, int64_t count,
					      int64_t total)
{
	if (kind == PERCPU_SUM_DOUBLE)
		return section_observe_n_double(region, area, cell, group, amount, count, total);
	return section_observe_n_long(region, area, cell, group, amount, count, total);
}

/* Continues a record whose first section ended with `result`. */
ALWAYS_INLINE int retry(enum percpu_sum_kind kind, struct percpu_region *region, char *area, uint64_t cell,
			uint64_t group, int64_t amount, int64_t count, int64_t total, enum section_result result)
{
	for (int attempt = 1; result != SECTION_USE_SHARED; attempt++) {
		prepare_retry(region, area, cell, result);
		if (attempt == PERCPU_MAX_RESTARTS)
			break;
		result = run_section(kind, region, area, cell, group, amount, count, total);
		if (result == SECTION_COMMITTED)
			return PERCPU_RECORDED;
	}
	record_atomically(kind, atomic_shared_shard(region, cell), cell, group, amount, count, total);
	return result_of_shared(area);
}

COLD int retry_observe_n_long(struct percpu_region *region, char *area, uint64_t cell, uint64_t group, int64_t amount,
			      int64_t count, enum section_result result)
{
	return retry(PERCPU_SUM_LONG, region, area, cell, group, amount, count,
		     total_of(PERCPU_SUM_LONG, amount, count), result);
}

COLD int retry_observe_n_double(struct percpu_region *region, char *area, uint64_t cell, uint64_t group, int64_t amount,
				int64_t count, enum section_result result)
{
	return retry(PERCPU_SUM_DOUBLE, region, area, cell, group, amount, count,
		     total_of(PERCPU_SUM_DOUBLE, amount, count), result);
}

ALWAYS_INLINE int observe_n_bucket(enum percpu_sum_kind kind, enum variant variant, struct percpu_region *region,
				   uint64_t offset, uint32_t bucket, int64_t amount, int64_t count)
{
	uint64_t group = cell_at(region, offset);
	char *area = area_of(variant);
	uint64_t cell = cell_at(region, group + bucket_offset(bucket));
	enum section_result result = SECTION_USE_SHARED;

	if (LIKELY(has_area(area)))
		result = run_section(kind, region, area, cell, group, amount, count, total_of(kind, amount, count));
	if (LIKELY(result == SECTION_COMMITTED))
		return PERCPU_RECORDED;
	if (kind == PERCPU_SUM_DOUBLE)
		return retry_observe_n_double(region, area, cell, group, amount, count, result);
	return retry_observe_n_long(region, area, cell, group, amount, count, result);
}

/* Continues n observations when the first index overflows. */
ALWAYS_INLINE int observe_n_overflow(enum percpu_sum_kind kind, enum variant variant, struct percpu_region *region,
				     uint64_t offset, const struct percpu_buckets *buckets, int64_t amount,
				     int64_t count)
{
	uint32_t bucket = bucket_of_amount(buckets, kind, amount);

	return observe_n_bucket(kind, variant, region, offset, bucket, amount, count);
}

ALWAYS_INLINE int observe_n(enum percpu_sum_kind kind, enum variant variant, struct percpu_region *region,
			    uint64_t offset, const struct percpu_buckets *buckets, int64_t amount, int64_t count,
			    int (*overflow)(struct percpu_region *, uint64_t, const struct percpu_buckets *, int64_t,
					    int64_t))
{
	uint32_t bucket = 0;

	if (buckets) {
		bucket = bucket_by_first_index(buckets, kind, amount);
		if (UNLIKELY(overflows(buckets, bucket, amount)))
			return overflow(region, offset, buckets, amount, count);
	}
	return observe_n_bucket(kind, variant, region, offset, bucket, amount, count);
}

ALWAYS_INLINE int observe_n_atomic(enum percpu_sum_kind kind, struct percpu_region *region, uint64_t offset,
				   const struct percpu_buckets *buckets, int64_t amount, int64_t count)
{
	uint64_t group = cell_at(region, offset);
	uint32_t bucket = buckets ? bucket_of_amount(buckets, kind, amount) : 0;
	uint64_t cell = cell_at(region, group + bucket_offset(bucket));

	record_atomically(kind, shard_by_hint(region, cell), cell, group, amount, count, total_of(kind, amount, count));
	return result_of_thread();
}

/* ---- observations that another process has counted --------------------- */

/* The largest of them is not known: 0 leaves the maximum of the group as it is. */
#define UNKNOWN_AMOUNT 0

COLD int retry_observe_bucket_double(struct percpu_region *region, char *area, uint64_t cell, uint64_t group,
				     int64_t count, int64_t total, enum section_result result)
{
	return retry(PERCPU_SUM_DOUBLE, region, area, cell, group, UNKNOWN_AMOUNT, count, total, result);
}

ALWAYS_INLINE int observe_bucket_double(enum variant variant, struct percpu_region *region, uint64_t offset,
					uint64_t bucket, int64_t count, int64_t total)
{
	uint64_t group = cell_at(region, offset);
	char *area = area_of(variant);
	uint64_t cell = cell_at(region, group + bucket_offset(bucket));
	enum section_result result = SECTION_USE_SHARED;

	if (LIKELY(has_area(area)))
		result = section_observe_n_double(region, area, cell, group, UNKNOWN_AMOUNT, count, total);
	if (LIKELY(result == SECTION_COMMITTED))
		return PERCPU_RECORDED;
	return retry_observe_bucket_double(region, area, cell, group, count, total, result);
}

int percpu_observe_bucket_double__libc(struct percpu_region *region, uint64_t offset, uint64_t bucket, int64_t count,
				       int64_t bits)
{
	return observe_bucket_double(VARIANT_LIBC, region, offset, bucket, count, bits);
}

int percpu_observe_bucket_double__thread(struct percpu_region *region, uint64_t offset, uint64_t bucket, int64_t count,
					 int64_t bits)
{
	return observe_bucket_double(VARIANT_THREAD, region, offset, bucket, count, bits);
}

int percpu_observe_bucket_double__atomic(struct percpu_region *region, uint64_t offset, uint64_t bucket, int64_t count,
					 int64_t bits)
{
	uint64_t cell = cell_at(region, cell_at(region, offset) + bucket_offset(bucket));

	atomic_add_pair(PERCPU_SUM_DOUBLE, shard_by_hint(region, cell), cell, count, bits);
	return result_of_thread();
}

/* ---- the variant libc -------------------------------------------------- */

static NOINLINE int observe_n_long_overflow__libc(struct percpu_region *region, uint64_t offset,
						  const struct percpu_buckets *buckets, int64_t amount, int64_t count)
{
	return observe_n_overflow(PERCPU_SUM_LONG, VARIANT_LIBC, region, offset, buckets, amount, count);
}

static NOINLINE int observe_n_double_overflow__libc(struct percpu_region *region, uint64_t offset,
						    const struct percpu_buckets *buckets, int64_t amount, int64_t count)
{
	return observe_n_overflow(PERCPU_SUM_DOUBLE, VARIANT_LIBC, region, offset, buckets, amount, count);
}

int percpu_observe_n_long__libc(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
				int64_t amount, int64_t count)
{
	return observe_n(PERCPU_SUM_LONG, VARIANT_LIBC, region, offset, buckets, amount, count,
			 observe_n_long_overflow__libc);
}

int percpu_observe_n_double__libc(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
				  int64_t bits, int64_t count)
{
	return observe_n(PERCPU_SUM_DOUBLE, VARIANT_LIBC, region, offset, buckets, bits, count,
			 observe_n_double_overflow__libc);
}

/* ---- the variant thread ------------------------------------------------ */

static NOINLINE int observe_n_long_overflow__thread(struct percpu_region *region, uint64_t offset,
						    const struct percpu_buckets *buckets, int64_t amount, int64_t count)
{
	return observe_n_overflow(PERCPU_SUM_LONG, VARIANT_THREAD, region, offset, buckets, amount, count);
}

static NOINLINE int observe_n_double_overflow__thread(struct percpu_region *region, uint64_t offset,
						      const struct percpu_buckets *buckets, int64_t amount,
						      int64_t count)
{
	return observe_n_overflow(PERCPU_SUM_DOUBLE, VARIANT_THREAD, region, offset, buckets, amount, count);
}

int percpu_observe_n_long__thread(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
				  int64_t amount, int64_t count)
{
	return observe_n(PERCPU_SUM_LONG, VARIANT_THREAD, region, offset, buckets, amount, count,
			 observe_n_long_overflow__thread);
}

int percpu_observe_n_double__thread(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
				    int64_t bits, int64_t count)
{
	return observe_n(PERCPU_SUM_DOUBLE, VARIANT_THREAD, region, offset, buckets, bits, count,
			 observe_n_double_overflow__thread);
}

/* ---- the variant atomic ------------------------------------------------ */

int percpu_observe_n_long__atomic(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
				  int64_t amount, int64_t count)
{
	return observe_n_atomic(PERCPU_SUM_LONG, region, offset, buckets, amount, count);
}

int percpu_observe_n_double__atomic(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
				    int64_t bits, int64_t count)
{
	return observe_n_atomic(PERCPU_SUM_DOUBLE, region, offset, buckets, bits, count);
}
