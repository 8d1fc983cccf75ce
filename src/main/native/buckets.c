/* SPDX-License-Identifier: Apache-2.0 */
/* buckets.c - builds the index that buckets.h reads. */
#include "buckets.h"

#include "percpu.h"
#include "rseq_abi.h"

/* The smallest amount that falls into a slot. */
static int64_t slot_lower_edge(const struct percpu_buckets *buckets, uint32_t slot)
{
	if (buckets->sum_kind == PERCPU_SUM_DOUBLE) {
		int64_t top = slot == 0 ? 0 : buckets->slot_base + (int64_t)slot;

		return top > INT64_MAX >> 48 ? INT64_MAX : top << 48; /* beyond it: reached by no amount >= 0 */
	}
	if (slot > 59 * 16) /* beyond INT64_MAX: reached by no amount >= 0 */
		return INT64_MAX;
	return (int64_t)(((uint64_t)(16 + slot % 16) << (slot / 16)) - 16);
}

/* Doubles: the 64 powers of two that the slots cover begin at the lowest bound above 0. */
static int64_t slot_of_first_positive(const int64_t *bounds, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (bounds[i] > 0)
			return bounds[i] >> 48;
	}
	return 0;
}

int64_t percpu_buckets_size(uint32_t bounds)
{
	if (bounds > PERCPU_MAX_BOUNDS)
		return NEG_EINVAL;
	return (int64_t)(sizeof(struct percpu_buckets) + (bounds + 1) * sizeof(int64_t));
}

int percpu_buckets_init(struct percpu_buckets *memory, const int64_t *bounds, uint32_t count, uint32_t sum_kind)
{
	uint32_t bucket = 0;

	if (count > PERCPU_MAX_BOUNDS || sum_kind > PERCPU_SUM_DOUBLE)
		return NEG_EINVAL;
	for (uint32_t i = 0; i < count; i++) {
		if (bounds[i] < 0 || (i > 0 && bounds[i] <= bounds[i - 1]))
			return NEG_EINVAL;
		memory->bounds[i] = bounds[i];
	}
	memory->bounds[count] = INT64_MAX;
	memory->bounds_count = count;
	memory->sum_kind = sum_kind;
	memory->slot_base = sum_kind == PERCPU_SUM_DOUBLE ? slot_of_first_positive(bounds, count) : 0;
	for (uint32_t slot = 0; slot < PERCPU_BUCKET_SLOTS; slot++) {
		int64_t edge = slot_lower_edge(memory, slot);

		while (bucket < count && bounds[bucket] < edge)
			bucket++;
		memory->slots[slot] = (uint16_t)bucket;
	}
	return 0;
}

int percpu_buckets_index(const struct percpu_buckets *buckets, int64_t amount)
{
	uint32_t slot = buckets->sum_kind == PERCPU_SUM_DOUBLE ? slot_of_double(buckets, amount) : slot_of_long(amount);

	return (int)bucket_from(buckets, slot, amount);
}
