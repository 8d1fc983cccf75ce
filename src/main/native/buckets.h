/* SPDX-License-Identifier: Apache-2.0 */
/* buckets.h - from an amount to its bucket, on the record path. */
#ifndef PERCPU_BUCKETS_H
#define PERCPU_BUCKETS_H

#include "layout.h"

/* 0 to 15 have a slot each; from 16 on 16 slots per power of two. */
static inline uint32_t slot_of_long(int64_t amount)
{
	uint64_t value = (uint64_t)amount;
	uint32_t exponent;

	if (value < 16)
		return (uint32_t)value;
	exponent = 63u - (uint32_t)__builtin_clzll(value);
	return (exponent - 3) * 16 + (uint32_t)((value >> (exponent - 4)) & 15);
}

/* 16 slots per power of two, 64 powers from slot_base on. */
static inline uint32_t slot_of_double(const struct percpu_buckets *buckets, int64_t bits)
{
	int64_t slot = (bits >> 48) - buckets->slot_base;

	if (slot < 0)
		return 0;
	return slot < (int64_t)PERCPU_BUCKET_SLOTS ? (uint32_t)slot : PERCPU_BUCKET_SLOTS - 1;
}

/* The first bucket whose upper bound is not below the amount. */
static inline uint32_t bucket_from(const struct percpu_buckets *buckets, uint32_t slot, int64_t amount)
{
	uint32_t bucket = buckets->slots[slot];

	while (amount > buckets->bounds[bucket])
		bucket++;
	return bucket;
}

#endif /* PERCPU_BUCKETS_H */
