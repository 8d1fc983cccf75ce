/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_n.c - the record calls of many observations: the variants libc, thread
 * and atomic.
 *
 * The bucket is found once, and one section adds {count, total}. The template
 * is that of record.c with one more value. It is not shared, so that the code
 * of one observation does not have it.
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

ALWAYS_INLINE enum section_result run_section(enum percpu_sum_kind kind, struct percpu_region *region, char *area,
					      uint64_t cell, int64_t count, int64_t total)
{
	if (kind == PERCPU_SUM_DOUBLE)
		return section_observe_n_double(region, area, cell, total, count);
	return section_observe_n_long(region, area, cell, total, count);
}

/* Continues a record whose first section ended with `result`. */
ALWAYS_INLINE int retry(enum percpu_sum_kind kind, struct percpu_region *region, char *area, uint64_t cell,
			int64_t count, int64_t total, enum section_result result)
{
	for (int attempt = 1; result != SECTION_USE_SHARED; attempt++) {
		prepare_retry(region, area, cell, result);
		if (attempt == PERCPU_MAX_RESTARTS)
			break;
		result = run_section(kind, region, area, cell, count, total);
		if (result == SECTION_COMMITTED)
			return PERCPU_RECORDED;
	}
	atomic_add_pair(kind, atomic_shared_shard(region, cell), cell, count, total);
	return result_of_shared(area);
}

COLD int retry_observe_n_long(struct percpu_region *region, char *area, uint64_t cell, int64_t count, int64_t total,
			      enum section_result result)
{
	return retry(PERCPU_SUM_LONG, region, area, cell, count, total, result);
}

COLD int retry_observe_n_double(struct percpu_region *region, char *area, uint64_t cell, int64_t count, int64_t total,
				enum section_result result)
{
	return retry(PERCPU_SUM_DOUBLE, region, area, cell, count, total, result);
}

/* Adds {count, total} to a bucket. Any bucket is safe: its cell is forced into the region. */
ALWAYS_INLINE int add_to_bucket(enum percpu_sum_kind kind, enum variant variant, struct percpu_region *region,
				uint64_t offset, uint64_t bucket, int64_t count, int64_t total)
{
	char *area = area_of(variant);
	uint64_t cell = cell_at(region, offset + bucket_offset(bucket));
	enum section_result result = SECTION_USE_SHARED;

	if (LIKELY(has_area(area)))
		result = run_section(kind, region, area, cell, count, total);
	if (LIKELY(result == SECTION_COMMITTED))
		return PERCPU_RECORDED;
	if (kind == PERCPU_SUM_DOUBLE)
		return retry_observe_n_double(region, area, cell, count, total, result);
	return retry_observe_n_long(region, area, cell, count, total, result);
}

ALWAYS_INLINE int add_to_bucket_atomically(enum percpu_sum_kind kind, struct percpu_region *region, uint64_t offset,
					   uint64_t bucket, int64_t count, int64_t total)
{
	uint64_t cell = cell_at(region, offset + bucket_offset(bucket));

	atomic_add_pair(kind, shard_by_hint(region, cell), cell, count, total);
	return result_of_thread();
}

/* Continues n observations when the first index overflows. */
ALWAYS_INLINE int observe_n_overflow(enum percpu_sum_kind kind, enum variant variant, struct percpu_region *region,
				     uint64_t offset, const struct percpu_buckets *buckets, int64_t amount,
				     int64_t count)
{
	uint32_t bucket = bucket_of_amount(buckets, kind, amount);

	return add_to_bucket(kind, variant, region, offset, bucket, count, total_of(kind, amount, count));
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
	return add_to_bucket(kind, variant, region, offset, bucket, count, total_of(kind, amount, count));
}

ALWAYS_INLINE int observe_n_atomic(enum percpu_sum_kind kind, struct percpu_region *region, uint64_t offset,
				   const struct percpu_buckets *buckets, int64_t amount, int64_t count)
{
	uint32_t bucket = buckets ? bucket_of_amount(buckets, kind, amount) : 0;

	return add_to_bucket_atomically(kind, region, offset, bucket, count, total_of(kind, amount, count));
}

/* ---- observations that another process has counted --------------------- */

int percpu_observe_bucket_double__libc(struct percpu_region *region, uint64_t offset, uint64_t bucket, int64_t count,
				       int64_t bits)
{
	return add_to_bucket(PERCPU_SUM_DOUBLE, VARIANT_LIBC, region, offset, bucket, count, bits);
}

int percpu_observe_bucket_double__thread(struct percpu_region *region, uint64_t offset, uint64_t bucket, int64_t count,
					 int64_t bits)
{
	return add_to_bucket(PERCPU_SUM_DOUBLE, VARIANT_THREAD, region, offset, bucket, count, bits);
}

int percpu_observe_bucket_double__atomic(struct percpu_region *region, uint64_t offset, uint64_t bucket, int64_t count,
					 int64_t bits)
{
	return add_to_bucket_atomically(PERCPU_SUM_DOUBLE, region, offset, bucket, count, bits);
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
