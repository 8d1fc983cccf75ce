/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buckets.c - the bucket index gives the same bucket as a search through the
 * bounds, for random bounds and for adversarial ones.
 */
#include <math.h>
#include <stdlib.h>

#include "buckets.h"
#include "harness.h"
#include "path.h"
#include "rseq_abi.h"

static uint64_t state = 1;

static int naive_bucket(const int64_t *bounds, uint32_t count, int64_t amount)
{
	uint32_t bucket = 0;

	while (bucket < count && amount > bounds[bucket])
		bucket++;
	return (int)bucket;
}

static void check_buckets(const int64_t *bounds, uint32_t count, enum percpu_sum_kind kind)
{
	struct percpu_buckets *buckets = path_buckets(bounds, count, kind);
	int64_t largest = kind == PERCPU_SUM_DOUBLE ? 0x7ff0000000000000 : INT64_MAX;

	for (uint32_t i = 0; i <= count; i++) {
		int64_t around = i < count ? bounds[i] : (int64_t)(next_random(&state) >> 1);

		for (int64_t delta = -2; delta <= 2; delta++) {
			int64_t amount = (int64_t)((uint64_t)around + (uint64_t)delta);

			if (amount < 0 || amount > largest)
				continue;
			CHECK(percpu_buckets_index(buckets, amount) == naive_bucket(bounds, count, amount),
			      "%u bounds, kind %d, amount %ld: bucket %d, not %d", count, kind, (long)amount,
			      percpu_buckets_index(buckets, amount), naive_bucket(bounds, count, amount));
		}
	}
	for (int shift = 0; shift < 64; shift++) {
		int64_t amount = (int64_t)(next_random(&state) >> 1 >> shift);

		if (amount <= largest)
			CHECK(percpu_buckets_index(buckets, amount) == naive_bucket(bounds, count, amount),
			      "%u bounds, kind %d, amount %ld", count, kind, (long)amount);
	}
	free(buckets);
}

static int compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return a < b ? -1 : a > b;
}

static uint32_t sort_and_unique(int64_t *bounds, uint32_t count)
{
	uint32_t kept = 0;

	qsort(bounds, count, sizeof(*bounds), compare);
	for (uint32_t i = 0; i < count; i++) {
		if (kept == 0 || bounds[i] != bounds[kept - 1])
			bounds[kept++] = bounds[i];
	}
	return kept;
}

static void should_find_the_bucket_of_random_bounds(void)
{
	static int64_t bounds[PERCPU_MAX_BOUNDS];

	for (int round = 0; round < 600; round++) {
		uint32_t count = (uint32_t)(next_random(&state) % (round % 100 == 0 ? PERCPU_MAX_BOUNDS : 100));
		int spread = (int)(next_random(&state) % 63);

		for (uint32_t i = 0; i < count; i++)
			bounds[i] = (int64_t)(next_random(&state) >> 1 >>
					      (round % 2 ? spread : (int)(next_random(&state) % 63)));
		count = sort_and_unique(bounds, count);
		check_buckets(bounds, count, PERCPU_SUM_LONG);
		for (uint32_t i = 0; i < count; i++)
			bounds[i] &= 0x7fefffffffffffff; /* finite */
		count = sort_and_unique(bounds, count);
		check_buckets(bounds, count, PERCPU_SUM_DOUBLE);
	}
}

/* Bounds that are all in one slot; one per slot; at the ends of slots; denormal; at the top of the range. */
static void should_find_the_bucket_of_adversarial_bounds(void)
{
	static int64_t bounds[PERCPU_MAX_BOUNDS];
	uint32_t count = 0;

	for (uint32_t i = 0; i < PERCPU_MAX_BOUNDS; i++)
		bounds[i] = (int64_t)((UINT64_C(1) << 40) + i);
	check_buckets(bounds, PERCPU_MAX_BOUNDS, PERCPU_SUM_LONG);
	for (uint32_t i = 0; i < PERCPU_MAX_BOUNDS; i++)
		bounds[i] = INT64_MAX - PERCPU_MAX_BOUNDS + 1 + i;
	check_buckets(bounds, PERCPU_MAX_BOUNDS, PERCPU_SUM_LONG);
	for (uint32_t i = 0; i < PERCPU_MAX_BOUNDS; i++)
		bounds[i] = i;
	check_buckets(bounds, PERCPU_MAX_BOUNDS, PERCPU_SUM_LONG);
	check_buckets(bounds, PERCPU_MAX_BOUNDS, PERCPU_SUM_DOUBLE); /* denormal */
	for (int shift = 4; shift < 63; shift++) {
		for (int64_t top = 16; top < 32; top++) {
			bounds[count++] = (top << (shift - 4)) - 1;
			bounds[count++] = top << (shift - 4);
		}
	}
	check_buckets(bounds, sort_and_unique(bounds, count), PERCPU_SUM_LONG);
	count = 0;
	for (int64_t exponent = 0; exponent < 0x7ff; exponent++) {
		bounds[count++] = exponent << 52;
		bounds[count++] = (exponent << 52) + ((int64_t)1 << 51);
	}
	check_buckets(bounds, sort_and_unique(bounds, count), PERCPU_SUM_DOUBLE);
	for (uint32_t first = 0; first < count; first += 97) /* many starts of the 64 powers */
		check_buckets(bounds + first, 1, PERCPU_SUM_DOUBLE);
	bounds[0] = 0x7fefffffffffffff; /* DBL_MAX */
	check_buckets(bounds, 1, PERCPU_SUM_DOUBLE);
	bounds[0] = INT64_MAX;
	check_buckets(bounds, 1, PERCPU_SUM_LONG);
	check_buckets(bounds, 0, PERCPU_SUM_LONG);
	check_buckets(bounds, 0, PERCPU_SUM_DOUBLE);
}

/* The bounds base^first, base^(first + 1), ... with base = 2^(2^-schema); integers in units of 1e-9. Returns their number. */
static uint32_t exponential_bounds(int64_t *bounds, int schema, int first, uint32_t count, enum percpu_sum_kind kind)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < count; i++) {
		double bound = exp2((double)(first + (int)i) / (1 << schema));
		int64_t next = kind == PERCPU_SUM_DOUBLE ? bits_of_double(bound) : (int64_t)(bound * 1e9);

		if (used == 0 || next > bounds[used - 1])
			bounds[used++] = next;
	}
	return used;
}

/* The largest number of bounds in one slot. */
static uint32_t most_in_a_slot(const struct percpu_buckets *buckets, const int64_t *bounds, uint32_t count)
{
	uint32_t most = 0, here = 0, last = UINT32_MAX;
	uint32_t bits = buckets->fine_bits ? buckets->fine_bits : PERCPU_BUCKET_BITS;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t slot = slot_of_amount(buckets, buckets->sum_kind, bounds[i], bits);

		here = slot == last ? here + 1 : 1;
		most = here > most ? here : most;
		last = slot;
	}
	return most;
}

/* Native histograms of every schema: the right bucket, with at most one bound in a slot. */
static void should_find_the_bucket_of_exponential_bounds_by_one_comparison(void)
{
	static int64_t bounds[PERCPU_MAX_BOUNDS];

	for (int schema = 0; schema <= 8; schema++) {
		for (int kind = PERCPU_SUM_LONG; kind <= PERCPU_SUM_DOUBLE; kind++) {
			uint32_t count = exponential_bounds(bounds, schema, -(10 << schema), 15u << schema, kind);
			struct percpu_buckets *buckets = path_buckets(bounds, count, kind);

			check_buckets(bounds, count, kind);
			CHECK(most_in_a_slot(buckets, bounds, count) == 1, "schema %d, kind %d: %u bounds in a slot",
			      schema, kind, most_in_a_slot(buckets, bounds, count));
			CHECK((buckets->fine_bits > 0) == (schema > 3), "schema %d: fine index of %d bits", schema,
			      buckets->fine_bits);
			free(buckets);
		}
	}
}

/* A record call of the other kind gets a wrong bucket, but one of the group. */
static void should_stay_in_the_group_for_any_amount(void)
{
	static int64_t bounds[PERCPU_MAX_BOUNDS];
	static const int64_t odd[] = { INT64_MIN,	   INT64_MIN + 1,    -1, 0, 1, INT64_MAX,
				       0x7ff8000000000000, -0x10000000000000 };

	for (int schema = 3; schema <= 8; schema++) {
		for (int kind = PERCPU_SUM_LONG; kind <= PERCPU_SUM_DOUBLE; kind++) {
			uint32_t count = exponential_bounds(bounds, schema, -(10 << schema), 15u << schema, kind);
			struct percpu_buckets *buckets = path_buckets(bounds, count, kind);

			for (int i = 0; i < 2000; i++) {
				int64_t amount = i < 8 ? odd[i] : (int64_t)(next_random(&state) >> (i % 60));
				uint32_t as_long = bucket_of_amount(buckets, PERCPU_SUM_LONG, amount);
				uint32_t as_double = bucket_of_amount(buckets, PERCPU_SUM_DOUBLE, amount);

				CHECK(as_long <= count && as_double <= count, "schema %d, kind %d, amount %ld", schema,
				      kind, (long)amount);
			}
			free(buckets);
		}
	}
}

static void should_reject_invalid_bounds(void)
{
	static int64_t bounds[PERCPU_MAX_BOUNDS + 1];
	struct percpu_buckets *buckets = malloc(1 << 20);

	if (!buckets)
		die("out of memory");
	CHECK(percpu_buckets_size(bounds, PERCPU_MAX_BOUNDS + 1, 0) == NEG_EINVAL, "4096 bounds");
	CHECK(percpu_buckets_size(bounds, UINT32_MAX, 0) == NEG_EINVAL, "2^32 - 1 bounds");
	CHECK(percpu_buckets_size(bounds, 1, 2) == NEG_EINVAL, "kind 2");
	CHECK(percpu_buckets_size(bounds, 2, 0) == NEG_EINVAL, "equal bounds");
	CHECK(percpu_buckets_init(buckets, bounds, PERCPU_MAX_BOUNDS + 1, 0) == NEG_EINVAL, "4096 bounds");
	CHECK(percpu_buckets_init(buckets, bounds, 1, 2) == NEG_EINVAL, "kind 2");
	CHECK(percpu_buckets_init(buckets, bounds, 2, 0) == NEG_EINVAL, "equal bounds");
	bounds[0] = -1;
	CHECK(percpu_buckets_init(buckets, bounds, 1, 0) == NEG_EINVAL, "a bound below 0");
	CHECK(percpu_buckets_size(bounds, 1, 0) == NEG_EINVAL, "the size for a bound below 0");
	for (int i = 0; i < 20000; i++) {
		for (int j = 0; j < 8; j++)
			bounds[j] = (int64_t)(next_random(&state) >> (next_random(&state) >> 58));
		if (percpu_buckets_init(buckets, bounds, 8, (uint32_t)i % 2) == 0)
			(void)percpu_buckets_index(buckets,
						   (int64_t)(next_random(&state) >> (next_random(&state) >> 58)));
	}
	free(buckets);
}

int main(void)
{
	should_find_the_bucket_of_random_bounds();
	should_find_the_bucket_of_adversarial_bounds();
	should_find_the_bucket_of_exponential_bounds_by_one_comparison();
	should_stay_in_the_group_for_any_amount();
	should_reject_invalid_bounds();
	return finish();
}
