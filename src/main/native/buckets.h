/* SPDX-License-Identifier: Apache-2.0 */
/* buckets.h - from an amount to its bucket, on the record path. */
#ifndef PERCPU_BUCKETS_H
#define PERCPU_BUCKETS_H

#include "layout.h"

/*
 * 16 slots per power of two of amount + 16, which is at least 16 so that its
 * exponent needs no question. Whatever the amount is, the slot is one of 960.
 */
static inline uint32_t slot_of_long(int64_t amount)
{
	uint64_t value = ((uint64_t)amount & INT64_MAX) + 16;
	uint32_t power = 59u - (uint32_t)__builtin_clzll(value);

	return power * 16 + (uint32_t)(value >> power) - 16;
}

/* 16 slots per power of two, 64 powers from slot_base on. */
static inline uint32_t slot_of_double(const struct percpu_buckets *buckets, int64_t bits)
{
	int64_t slot = (bits >> 48) - buckets->slot_base;

	if (slot < 0)
		return 0;
	return slot < (int64_t)PERCPU_BUCKET_SLOTS ? (uint32_t)slot : PERCPU_BUCKET_SLOTS - 1;
}

/*
 * The first bucket whose upper bound is not below the amount. Which of the two
 * sides of a bound an amount is on no predictor knows: the first comparison is
 * no branch. The second is one that is rarely taken.
 */
static inline uint32_t bucket_from(const struct percpu_buckets *buckets, uint32_t slot, int64_t amount)
{
	uint32_t bucket = buckets->slots[slot];

	bucket += amount > buckets->bounds[bucket];
	while (__builtin_expect(amount > buckets->bounds[bucket], 0))
		bucket++;
	return bucket;
}

#endif /* PERCPU_BUCKETS_H */
