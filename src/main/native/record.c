/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.c - the record calls that commit in rseq critical sections.
 *
 * A section that restarts is tried again, PERCPU_MAX_RESTARTS times at most
 * (a debugger that single-steps would restart it for ever); after that, and
 * where the thread has no shard, the record goes to the shared shard.
 */
#include "record.h"

#include "record_atomic.h"
#include "sections.h"
#include "thread.h"

static inline uint32_t current_shard(const struct percpu_region *region, const char *area)
{
	uint32_t index = *(const volatile uint32_t *)(area + region->index_offset);

	return index < region->shard_count ? index : region->shard_count;
}

/* What a section could not do. It is tried again, where the thread is then. Rare, so atomics cost nothing that matters. */
static __attribute__((noinline, cold)) void prepare_retry(struct percpu_region *region, const char *area, uint64_t cell,
							  enum section_result result)
{
	uint32_t shard = current_shard(region, area);

	set_dirty(region, shard, cell);
	if (result == SECTION_RESTART)
		__atomic_fetch_add(&shard_of(region, shard)->restarts, 1, __ATOMIC_RELAXED);
}

static __attribute__((noinline, cold)) int shared_result(const char *area)
{
	return area == AREA_UNKNOWN ? PERCPU_RECORDED_REGISTER : PERCPU_RECORDED;
}

/*
 * After a first section that did not commit: goes round until one does, or
 * none can. Apart from the record call and called at its end only, so that a
 * record that commits at once, as nearly all do, has no stack frame.
 */
#define RETURN_WHEN_COMMITTED(region, area, cell, result, section)     \
	for (int attempt = 1; result != SECTION_NO_SHARD; attempt++) { \
		prepare_retry(region, area, cell, result);             \
		if (attempt == PERCPU_MAX_RESTARTS)                    \
			break;                                         \
		result = section;                                      \
		if (result == SECTION_COMMIT)                          \
			return PERCPU_RECORDED;                        \
	}

#define RETRY static __attribute__((noinline, cold)) int

RETRY add_long_again(struct percpu_region *region, char *area, uint64_t cell, int64_t amount,
		     enum section_result result)
{
	RETURN_WHEN_COMMITTED(region, area, cell, result, section_add_long(region, area, cell, amount));
	atomic_add_long(atomic_shared_shard(region, cell), cell, amount);
	return shared_result(area);
}

RETRY add_double_again(struct percpu_region *region, char *area, uint64_t cell, int64_t bits,
		       enum section_result result)
{
	RETURN_WHEN_COMMITTED(region, area, cell, result, section_add_double(region, area, cell, bits));
	atomic_add_double(atomic_shared_shard(region, cell), cell, bits);
	return shared_result(area);
}

RETRY observe_long_again(struct percpu_region *region, char *area, uint64_t cell, uint64_t group, int64_t amount,
			 enum section_result result)
{
	RETURN_WHEN_COMMITTED(region, area, cell, result, section_observe_long(region, area, cell, group, amount));
	atomic_observe(atomic_shared_shard(region, cell), cell, group, amount, 0);
	return shared_result(area);
}

RETRY observe_double_again(struct percpu_region *region, char *area, uint64_t cell, uint64_t group, int64_t bits,
			   enum section_result result)
{
	RETURN_WHEN_COMMITTED(region, area, cell, result, section_observe_double(region, area, cell, group, bits));
	atomic_observe(atomic_shared_shard(region, cell), cell, group, bits, 1);
	return shared_result(area);
}

ALWAYS_INLINE int add_long(struct percpu_region *region, char *area, uint64_t offset, int64_t amount)
{
	uint64_t cell = cell_at(region, offset);
	enum section_result result = SECTION_NO_SHARD;

	if (LIKELY(area_is_there(area)))
		result = section_add_long(region, area, cell, amount);
	return LIKELY(result == SECTION_COMMIT) ? PERCPU_RECORDED : add_long_again(region, area, cell, amount, result);
}

ALWAYS_INLINE int add_double(struct percpu_region *region, char *area, uint64_t offset, int64_t bits)
{
	uint64_t cell = cell_at(region, offset);
	enum section_result result = SECTION_NO_SHARD;

	if (LIKELY(area_is_there(area)))
		result = section_add_double(region, area, cell, bits);
	return LIKELY(result == SECTION_COMMIT) ? PERCPU_RECORDED : add_double_again(region, area, cell, bits, result);
}

ALWAYS_INLINE int observe_long(struct percpu_region *region, char *area, uint64_t group, uint64_t bucket_at,
			       int64_t amount)
{
	uint64_t cell = cell_at(region, group + bucket_at);
	enum section_result result = SECTION_NO_SHARD;

	if (LIKELY(area_is_there(area)))
		result = section_observe_long(region, area, cell, group, amount);
	return LIKELY(result == SECTION_COMMIT) ? PERCPU_RECORDED :
						  observe_long_again(region, area, cell, group, amount, result);
}

ALWAYS_INLINE int observe_double(struct percpu_region *region, char *area, uint64_t group, uint64_t bucket_at,
				 int64_t bits)
{
	uint64_t cell = cell_at(region, group + bucket_at);
	enum section_result result = SECTION_NO_SHARD;

	if (LIKELY(area_is_there(area)))
		result = section_observe_double(region, area, cell, group, bits);
	return LIKELY(result == SECTION_COMMIT) ? PERCPU_RECORDED :
						  observe_double_again(region, area, cell, group, bits, result);
}

/*
 * An observation goes to the bucket that is near; where that is not the right
 * one, the same call is made again by another function, so that this one needs
 * no register for it. A group of one bucket has a section of its own, which
 * saves it a jump.
 */
#define DEFINE_OBSERVE(kind, sum_kind, variant)                                                                       \
	static __attribute__((noinline)) int observe_##kind##_overflow__##variant(                                    \
		struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets, int64_t amount)  \
	{                                                                                                             \
		uint64_t bucket_at = bucket_offset(bucket_of_amount(buckets, sum_kind, amount));                      \
                                                                                                                      \
		return observe_##kind(region, area_of_##variant(), cell_at(region, offset), bucket_at, amount);       \
	}                                                                                                             \
	int percpu_observe_##kind##__##variant(struct percpu_region *region, uint64_t offset,                         \
					       const struct percpu_buckets *buckets, int64_t amount)                  \
	{                                                                                                             \
		uint32_t bucket;                                                                                      \
                                                                                                                      \
		if (!buckets)                                                                                         \
			return observe_##kind(region, area_of_##variant(), cell_at(region, offset), bucket_offset(0), \
					      amount);                                                                \
		bucket = bucket_near(buckets, sum_kind, amount);                                                      \
		if (overflows(buckets, bucket, amount))                                                               \
			return observe_##kind##_overflow__##variant(region, offset, buckets, amount);                 \
		return observe_##kind(region, area_of_##variant(), cell_at(region, offset), bucket_offset(bucket),    \
				      amount);                                                                        \
	}

#define DEFINE_RECORD_CALLS(variant)                                                                  \
	int percpu_add_long__##variant(struct percpu_region *region, uint64_t offset, int64_t amount) \
	{                                                                                             \
		return add_long(region, area_of_##variant(), offset, amount);                         \
	}                                                                                             \
	int percpu_add_double__##variant(struct percpu_region *region, uint64_t offset, int64_t bits) \
	{                                                                                             \
		return add_double(region, area_of_##variant(), offset, bits);                         \
	}                                                                                             \
	DEFINE_OBSERVE(long, PERCPU_SUM_LONG, variant)                                                \
	DEFINE_OBSERVE(double, PERCPU_SUM_DOUBLE, variant)

DEFINE_RECORD_CALLS(libc)
DEFINE_RECORD_CALLS(thread)
