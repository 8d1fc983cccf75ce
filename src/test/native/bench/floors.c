/* SPDX-License-Identifier: Apache-2.0 */
/* floors.c - see floors.h. */
#include "floors.h"

#include "rseq_abi.h"

#define MAX_ROUNDS (INT64_C(1) << 30)
#define MAX_GROUPS (INT64_C(1) << 31)

/* Linear congruential generator of Knuth's MMIX, as in dev.percpu.bench.Amounts. Returns the next state, of which the upper bits are random. */
static uint64_t next_of(uint64_t state)
{
	return state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
}

static int64_t amount_of(uint64_t state)
{
	return (int64_t)((state >> 33) >> ((state >> 29) & 15));
}

int percpu_empty(struct percpu_region *region, uint64_t offset, int64_t amount)
{
	(void)region;
	(void)offset;
	(void)amount;
	return PERCPU_RECORDED;
}

int64_t percpu_floor_add(add_call *add, struct percpu_region *region, uint64_t offset, int64_t amount, int64_t n)
{
	if (n < 0 || n > MAX_ROUNDS)
		return NEG_EINVAL;
	for (int64_t i = 0; i < n; i++)
		(void)add(region, offset, amount);
	return n;
}

int64_t percpu_floor_observe(observe_call *observe, struct percpu_region *region, uint64_t offset,
			     const struct percpu_buckets *buckets, int64_t seed, int64_t n)
{
	uint64_t state = (uint64_t)seed;

	if (n < 0 || n > MAX_ROUNDS)
		return NEG_EINVAL;
	for (int64_t i = 0; i < n; i++) {
		state = next_of(state);
		(void)observe(region, offset, buckets, amount_of(state));
	}
	return n;
}

int64_t percpu_floor_observe_groups(observe_call *observe, struct percpu_region *region, uint64_t offset,
				    int64_t groups, int64_t bytes, const struct percpu_buckets *buckets, int64_t seed,
				    int64_t n)
{
	uint64_t state = (uint64_t)seed;
	uint64_t choice = ~(uint64_t)seed;

	if (n < 0 || n > MAX_ROUNDS || groups < 1 || groups > MAX_GROUPS)
		return NEG_EINVAL;
	for (int64_t i = 0; i < n; i++) {
		uint64_t group;

		state = next_of(state);
		choice = next_of(choice);
		group = ((choice >> 33) * (uint64_t)groups) >> 31;
		(void)observe(region, offset + group * (uint64_t)bytes, buckets, amount_of(state));
	}
	return n;
}
