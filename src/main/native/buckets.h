/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buckets.h - finds the bucket of an amount. The index is drawn in layout.h.
 *
 * Searching the bounds one by one, or by halves, mispredicts branches: amounts
 * are random. Instead the exponent and the top mantissa bits of an amount give
 * a slot, and the slot gives the lowest bucket of all its amounts. HdrHistogram
 * and DDSketch number their buckets in the same log-linear way. With at most
 * one bound in a slot, one comparison then gives the bucket.
 */
#ifndef PERCPU_BUCKETS_H
#define PERCPU_BUCKETS_H

#include "compiler.h"
#include "layout.h"

/*
 * The slot of an integer: 2^bits slots per power of two of value = amount +
 * 2^bits. Then value >= 2^bits, so its exponent is at least `bits`, and amounts
 * below 2^bits need no branch. Returns less than (64 - bits) * 2^bits for every
 * amount, because the sign bit is dropped.
 */
static inline uint32_t slot_of_long(int64_t amount, uint32_t bits)
{
	uint64_t value = ((uint64_t)amount & INT64_MAX) + ((uint64_t)1 << bits);
	uint32_t power = 63u - bits - (uint32_t)__builtin_clzll(value);

	return (power << bits) + (uint32_t)(value >> power) - (1u << bits);
}

/*
 * The slot of a double with these bits: 2^mantissa_bits slots per power of two,
 * for 64 powers. `base` is the number that slot 0 has. Amounts below the first
 * slot get the first, amounts above the last slot get the last.
 */
static inline uint32_t slot_of_double(int64_t base, int64_t bits, uint32_t mantissa_bits)
{
	int64_t slot = (bits >> (52 - mantissa_bits)) - base;
	int64_t slots = slots_of(mantissa_bits);

	if (slot < 0)
		return 0;
	return (uint32_t)(slot < slots ? slot : slots - 1);
}

/*
 * `sum_kind` comes from the record call, so that it is a constant. When it is
 * not the kind of the index, the slot is wrong but still inside the index.
 */
static inline uint32_t slot_of_amount(const struct percpu_buckets *buckets, uint32_t sum_kind, int64_t amount,
				      uint32_t mantissa_bits)
{
	return sum_kind ? slot_of_double(buckets->slot_base, amount, mantissa_bits) :
			  slot_of_long(amount, mantissa_bits);
}

/*
 * Returns the bucket by the first index and one comparison without a branch. If
 * overflows() is true for the result, the amount belongs to a later bucket. That
 * is rare, or always the case if there is a second index.
 */
static inline uint32_t bucket_by_first_index(const struct percpu_buckets *buckets, uint32_t sum_kind, int64_t amount)
{
	uint32_t bucket = buckets->slots[slot_of_amount(buckets, sum_kind, amount, PERCPU_BUCKET_BITS)];

	return bucket + (amount > buckets->bounds[bucket]);
}

static inline bool overflows(const struct percpu_buckets *buckets, uint32_t bucket, int64_t amount)
{
	return amount > buckets->bounds[bucket];
}

/*
 * The bucket, in all cases. Starts from the finest index there is and then
 * compares bound by bound, at most once in nearly all slots. Ends at the last
 * bucket, whose bound is INT64_MAX.
 */
static inline uint32_t bucket_of_amount(const struct percpu_buckets *buckets, uint32_t sum_kind, int64_t amount)
{
	const int64_t *bounds = buckets->bounds;
	uint32_t bits = buckets->fine_bits;
	uint32_t bucket;

	if (bits) {
		bounds = fine_bounds(buckets);
		bucket = fine_slots(buckets)[slot_of_amount(buckets, sum_kind, amount, bits)];
		bucket += amount > bounds[bucket];
	} else {
		bucket = bucket_by_first_index(buckets, sum_kind, amount);
	}
	while (UNLIKELY(amount > bounds[bucket]))
		bucket++;
	return bucket;
}

#endif /* PERCPU_BUCKETS_H */
