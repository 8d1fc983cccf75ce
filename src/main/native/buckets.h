/* SPDX-License-Identifier: Apache-2.0 */
/* buckets.h - from an amount to its bucket, on the record path. */
#ifndef PERCPU_BUCKETS_H
#define PERCPU_BUCKETS_H

#include "layout.h"

/*
 * 2^bits slots per power of two of amount + 2^bits, which is at least 2^bits
 * so that its exponent needs no question. Whatever the amount is, the slot is
 * below (64 - bits) * 2^bits.
 */
static inline uint32_t slot_of_long(int64_t amount, uint32_t bits)
{
	uint64_t value = ((uint64_t)amount & INT64_MAX) + ((uint64_t)1 << bits);
	uint32_t power = 63u - bits - (uint32_t)__builtin_clzll(value);

	return (power << bits) + (uint32_t)(value >> power) - (1u << bits);
}

/* 2^mantissa_bits slots per power of two, 64 powers from base on. */
static inline uint32_t slot_of_double(int64_t base, int64_t bits, uint32_t mantissa_bits)
{
	int64_t slot = (bits >> (52 - mantissa_bits)) - base;
	int64_t slots = slots_of(mantissa_bits);

	if (slot < 0)
		return 0;
	return (uint32_t)(slot < slots ? slot : slots - 1);
}

/* The kind is that of the record call: of another than the buckets' the slot is a wrong one, but there is one. */
static inline uint32_t slot_of_amount(const struct percpu_buckets *buckets, uint32_t sum_kind, int64_t amount,
				      uint32_t mantissa_bits)
{
	return sum_kind ? slot_of_double(buckets->slot_base, amount, mantissa_bits) :
			  slot_of_long(amount, mantissa_bits);
}

/*
 * The bucket by the first index and one comparison, which is no branch: which
 * of the two sides of a bound an amount is on no predictor knows. It is the
 * right one unless the amount overflows() it, which is rare, or with a second
 * index always so.
 */
static inline uint32_t bucket_near(const struct percpu_buckets *buckets, uint32_t sum_kind, int64_t amount)
{
	uint32_t bucket = buckets->slots[slot_of_amount(buckets, sum_kind, amount, PERCPU_BUCKET_BITS)];

	return bucket + (amount > buckets->bounds[bucket]);
}

static inline int overflows(const struct percpu_buckets *buckets, uint32_t bucket, int64_t amount)
{
	return __builtin_expect(amount > buckets->bounds[bucket], 0) != 0;
}

/*
 * The right bucket, in any case: by the index that has at most one bound in a
 * slot, but for a few slots, and by what is left of them.
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
		bucket = bucket_near(buckets, sum_kind, amount);
	}
	while (__builtin_expect(amount > bounds[bucket], 0))
		bucket++;
	return bucket;
}

#endif /* PERCPU_BUCKETS_H */
