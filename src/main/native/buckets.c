/* SPDX-License-Identifier: Apache-2.0 */
/* buckets.c - builds the index of a histogram. Its use is in buckets.h, its drawing in layout.h. */
#include "buckets.h"

#include "percpu.h"
#include "rseq_abi.h"

/* If more than 1/16 of the bounds share a slot with the bound before them, a finer index is built. */
#define MIN_BOUNDS_PER_SHARED_SLOT 16

/* The smallest amount of a slot: the inverse of slot_of_amount(). INT64_MAX when no amount has this slot. */
static int64_t slot_lower_edge(const struct percpu_buckets *buckets, uint32_t slot, uint32_t mantissa_bits)
{
	uint32_t per_power = 1u << mantissa_bits;
	uint32_t power = slot >> mantissa_bits;

	if (buckets->sum_kind == PERCPU_SUM_DOUBLE) {
		uint32_t shift = 52 - mantissa_bits;
		int64_t top = slot == 0 ? 0 : buckets->slot_base + (int64_t)slot;

		return top > INT64_MAX >> shift ? INT64_MAX : top << shift;
	}
	if (power >= 63 - mantissa_bits) {
		if (power > 63 - mantissa_bits || slot % per_power > 0)
			return INT64_MAX;
	}
	return (int64_t)(((uint64_t)(per_power + slot % per_power) << power) - per_power);
}

/* Doubles: the slots cover 64 powers of two from the lowest bound above 0. Returns the number of that slot. */
static int64_t slot_of_first_positive(const int64_t *bounds, uint32_t count, uint32_t mantissa_bits)
{
	for (uint32_t i = 0; i < count; i++) {
		if (bounds[i] > 0)
			return bounds[i] >> (52 - mantissa_bits);
	}
	return 0;
}

/* Integers have slots for all amounts, so their base is 0. */
static int64_t slot_base(const int64_t *bounds, uint32_t count, uint32_t sum_kind, uint32_t mantissa_bits)
{
	return sum_kind == PERCPU_SUM_DOUBLE ? slot_of_first_positive(bounds, count, mantissa_bits) : 0;
}

/* The number of bounds that share a slot with the bound before them. */
static uint32_t count_shared_slots(const int64_t *bounds, uint32_t count, uint32_t sum_kind, uint32_t mantissa_bits)
{
	struct percpu_buckets like = { .slot_base = slot_base(bounds, count, sum_kind, mantissa_bits) };
	uint32_t last = UINT32_MAX;
	uint32_t found = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t slot = slot_of_amount(&like, sum_kind, bounds[i], mantissa_bits);

		found += slot == last;
		last = slot;
	}
	return found;
}

/*
 * Returns the least number of mantissa bits at which few enough bounds share a
 * slot. PERCPU_BUCKET_BITS if the first index is sufficient, or no finer index
 * separates more bounds.
 */
static uint32_t choose_bits(const int64_t *bounds, uint32_t count, uint32_t sum_kind)
{
	uint32_t least = count_shared_slots(bounds, count, sum_kind, PERCPU_MAX_FINE_BITS);
	uint32_t tolerated = least > count / MIN_BOUNDS_PER_SHARED_SLOT ? least : count / MIN_BOUNDS_PER_SHARED_SLOT;
	uint32_t bits = PERCPU_BUCKET_BITS;

	while (count_shared_slots(bounds, count, sum_kind, bits) > tolerated)
		bits++;
	return bits;
}

static bool are_ascending(const int64_t *bounds, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (bounds[i] < 0 || (i > 0 && bounds[i] <= bounds[i - 1]))
			return false;
	}
	return true;
}

static bool is_valid(const int64_t *bounds, uint32_t count, uint32_t sum_kind)
{
	return count <= PERCPU_MAX_BOUNDS && sum_kind <= PERCPU_SUM_DOUBLE && are_ascending(bounds, count);
}

static void copy_bounds(int64_t *to, const int64_t *bounds, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		to[i] = bounds[i];
	to[count] = INT64_MAX;
}

/* Writes the lowest bucket of each slot: the first whose bound is not below the slot. */
static void fill_slots(const struct percpu_buckets *buckets, uint16_t *slots, const int64_t *bounds, uint32_t bits)
{
	uint32_t bucket = 0;

	for (uint32_t slot = 0; slot < slots_of(bits); slot++) {
		int64_t edge = slot_lower_edge(buckets, slot, bits);

		while (bucket < buckets->bounds_count && bounds[bucket] < edge)
			bucket++;
		slots[slot] = (uint16_t)bucket;
	}
}

int64_t percpu_buckets_size(const int64_t *bounds, uint32_t count, uint32_t sum_kind)
{
	uint32_t bits;
	uint64_t size = sizeof(struct percpu_buckets) + (count + UINT64_C(1)) * sizeof(int64_t);

	if (!is_valid(bounds, count, sum_kind))
		return NEG_EINVAL;
	bits = choose_bits(bounds, count, sum_kind);
	if (bits > PERCPU_BUCKET_BITS)
		size += 2 * sizeof(int64_t) + slots_of(bits) * sizeof(uint16_t);
	return (int64_t)size;
}

int percpu_buckets_init(struct percpu_buckets *memory, const int64_t *bounds, uint32_t count, uint32_t sum_kind)
{
	uint32_t bits;

	if (!is_valid(bounds, count, sum_kind))
		return NEG_EINVAL;
	bits = choose_bits(bounds, count, sum_kind);
	memory->bounds_count = count;
	memory->sum_kind = (uint16_t)sum_kind;
	memory->slot_base = slot_base(bounds, count, sum_kind, bits);
	memory->fine_bits = bits > PERCPU_BUCKET_BITS ? (uint16_t)bits : 0;
	if (bits == PERCPU_BUCKET_BITS) {
		copy_bounds(memory->bounds, bounds, count);
		fill_slots(memory, memory->slots, memory->bounds, bits);
		return 0;
	}
	/* The first index overflows for every amount: bucket 1 of two bounds below all amounts. */
	for (uint32_t slot = 0; slot < PERCPU_BUCKET_SLOTS; slot++)
		memory->slots[slot] = 0;
	memory->bounds[0] = INT64_MIN;
	memory->bounds[1] = INT64_MIN;
	copy_bounds(fine_bounds(memory), bounds, count);
	fill_slots(memory, fine_slots(memory), fine_bounds(memory), bits);
	return 0;
}

int percpu_buckets_index(const struct percpu_buckets *buckets, int64_t amount)
{
	return (int)bucket_of_amount(buckets, buckets->sum_kind, amount);
}
