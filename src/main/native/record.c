/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.c - the record calls that commit in rseq critical sections: the
 * variants libc and thread.
 *
 * Every call runs one section. Nearly all sections commit at once. A section
 * that does not is retried by a cold function, at most PERCPU_MAX_RESTARTS
 * times: a debugger that single-steps restarts every section. After that, when
 * the thread has no shard, or when a sum would overflow, the record goes to the
 * shared shard.
 *
 * The four operations have one template: record(), retry() and observe(). They
 * are inlined with a constant operation. n observations are in record_n.c.
 */
#include "record.h"

#include "record_retry.h"
#include "sections.h"

ALWAYS_INLINE enum section_result run_section(enum operation operation, struct percpu_region *region, char *area,
					      uint64_t cell, int64_t amount)
{
	switch (operation) {
	case ADD_LONG:
		return section_add_long(region, area, cell, amount, 1);
	case ADD_DOUBLE:
		return section_add_double(region, area, cell, amount, 1);
	case OBSERVE_LONG:
		return section_observe_long(region, area, cell, amount, 1);
	case OBSERVE_DOUBLE:
		return section_observe_double(region, area, cell, amount, 1);
	}
	__builtin_unreachable();
}

/* Continues a record whose first section ended with `result`. */
ALWAYS_INLINE int retry(enum operation operation, struct percpu_region *region, char *area, uint64_t cell,
			int64_t amount, enum section_result result)
{
	for (int attempt = 1; result != SECTION_USE_SHARED; attempt++) {
		prepare_retry(region, area, cell, result);
		if (attempt == PERCPU_MAX_RESTARTS)
			break;
		result = run_section(operation, region, area, cell, amount);
		if (result == SECTION_COMMITTED)
			return PERCPU_RECORDED;
	}
	atomic_record(operation, atomic_shared_shard(region, cell), cell, amount);
	return result_of_shared(area);
}

/* One function per operation. Each has the arguments of its section, in the same registers. */
COLD int retry_add_long(struct percpu_region *region, char *area, uint64_t cell, int64_t amount,
			enum section_result result)
{
	return retry(ADD_LONG, region, area, cell, amount, result);
}

COLD int retry_add_double(struct percpu_region *region, char *area, uint64_t cell, int64_t amount,
			  enum section_result result)
{
	return retry(ADD_DOUBLE, region, area, cell, amount, result);
}

COLD int retry_observe_long(struct percpu_region *region, char *area, uint64_t cell, int64_t amount,
			    enum section_result result)
{
	return retry(OBSERVE_LONG, region, area, cell, amount, result);
}

COLD int retry_observe_double(struct percpu_region *region, char *area, uint64_t cell, int64_t amount,
			      enum section_result result)
{
	return retry(OBSERVE_DOUBLE, region, area, cell, amount, result);
}

/* The retry is a tail call, so a record that commits at once has no stack frame. */
ALWAYS_INLINE int record(enum operation operation, struct percpu_region *region, char *area, uint64_t cell,
			 int64_t amount)
{
	enum section_result result = SECTION_USE_SHARED;

	if (LIKELY(has_area(area)))
		result = run_section(operation, region, area, cell, amount);
	if (LIKELY(result == SECTION_COMMITTED))
		return PERCPU_RECORDED;
	switch (operation) {
	case ADD_LONG:
		return retry_add_long(region, area, cell, amount, result);
	case ADD_DOUBLE:
		return retry_add_double(region, area, cell, amount, result);
	case OBSERVE_LONG:
		return retry_observe_long(region, area, cell, amount, result);
	case OBSERVE_DOUBLE:
		return retry_observe_double(region, area, cell, amount, result);
	}
	__builtin_unreachable();
}

ALWAYS_INLINE int add(enum operation operation, enum variant variant, struct percpu_region *region, uint64_t offset,
		      int64_t amount)
{
	char *area = area_of(variant);
	uint64_t cell = cell_at(region, offset);

	return record(operation, region, area, cell, amount);
}

ALWAYS_INLINE int observe_bucket(enum operation operation, enum variant variant, struct percpu_region *region,
				 uint64_t offset, uint32_t bucket, int64_t amount)
{
	char *area = area_of(variant);
	uint64_t cell = cell_at(region, offset + bucket_offset(bucket));

	return record(operation, region, area, cell, amount);
}

/* Continues an observation when the first index overflows. */
ALWAYS_INLINE int observe_overflow(enum operation operation, enum variant variant, struct percpu_region *region,
				   uint64_t offset, const struct percpu_buckets *buckets, int64_t amount)
{
	uint32_t bucket = bucket_of_amount(buckets, sum_kind_of(operation), amount);

	return observe_bucket(operation, variant, region, offset, bucket, amount);
}

/*
 * `overflow` has the same arguments as the record call, so it is a tail call
 * and costs this function no register. A group without buckets has a section
 * of its own, which saves a jump.
 */
ALWAYS_INLINE int observe(enum operation operation, enum variant variant, struct percpu_region *region, uint64_t offset,
			  const struct percpu_buckets *buckets, int64_t amount,
			  int (*overflow)(struct percpu_region *, uint64_t, const struct percpu_buckets *, int64_t))
{
	uint32_t bucket;

	if (!buckets)
		return observe_bucket(operation, variant, region, offset, 0, amount);
	bucket = bucket_by_first_index(buckets, sum_kind_of(operation), amount);
	if (UNLIKELY(overflows(buckets, bucket, amount)))
		return overflow(region, offset, buckets, amount);
	return observe_bucket(operation, variant, region, offset, bucket, amount);
}

/* ---- the variant libc -------------------------------------------------- */

static NOINLINE int observe_long_overflow__libc(struct percpu_region *region, uint64_t offset,
						const struct percpu_buckets *buckets, int64_t amount)
{
	return observe_overflow(OBSERVE_LONG, VARIANT_LIBC, region, offset, buckets, amount);
}

static NOINLINE int observe_double_overflow__libc(struct percpu_region *region, uint64_t offset,
						  const struct percpu_buckets *buckets, int64_t amount)
{
	return observe_overflow(OBSERVE_DOUBLE, VARIANT_LIBC, region, offset, buckets, amount);
}

int percpu_add_long__libc(struct percpu_region *region, uint64_t offset, int64_t amount)
{
	return add(ADD_LONG, VARIANT_LIBC, region, offset, amount);
}

int percpu_add_double__libc(struct percpu_region *region, uint64_t offset, int64_t bits)
{
	return add(ADD_DOUBLE, VARIANT_LIBC, region, offset, bits);
}

int percpu_observe_long__libc(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
			      int64_t amount)
{
	return observe(OBSERVE_LONG, VARIANT_LIBC, region, offset, buckets, amount, observe_long_overflow__libc);
}

int percpu_observe_double__libc(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
				int64_t bits)
{
	return observe(OBSERVE_DOUBLE, VARIANT_LIBC, region, offset, buckets, bits, observe_double_overflow__libc);
}

/* ---- the variant thread ------------------------------------------------ */

static NOINLINE int observe_long_overflow__thread(struct percpu_region *region, uint64_t offset,
						  const struct percpu_buckets *buckets, int64_t amount)
{
	return observe_overflow(OBSERVE_LONG, VARIANT_THREAD, region, offset, buckets, amount);
}

static NOINLINE int observe_double_overflow__thread(struct percpu_region *region, uint64_t offset,
						    const struct percpu_buckets *buckets, int64_t amount)
{
	return observe_overflow(OBSERVE_DOUBLE, VARIANT_THREAD, region, offset, buckets, amount);
}

int percpu_add_long__thread(struct percpu_region *region, uint64_t offset, int64_t amount)
{
	return add(ADD_LONG, VARIANT_THREAD, region, offset, amount);
}

int percpu_add_double__thread(struct percpu_region *region, uint64_t offset, int64_t bits)
{
	return add(ADD_DOUBLE, VARIANT_THREAD, region, offset, bits);
}

int percpu_observe_long__thread(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
				int64_t amount)
{
	return observe(OBSERVE_LONG, VARIANT_THREAD, region, offset, buckets, amount, observe_long_overflow__thread);
}

int percpu_observe_double__thread(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
				  int64_t bits)
{
	return observe(OBSERVE_DOUBLE, VARIANT_THREAD, region, offset, buckets, bits, observe_double_overflow__thread);
}
