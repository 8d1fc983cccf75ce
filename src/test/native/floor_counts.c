/* SPDX-License-Identifier: Apache-2.0 */
/* floor_counts.c - the loops of bench/floors.c record exactly n times, and reject other n and numbers of groups. */
#include "bench/floors.h"

#include <stdlib.h>

#include "harness.h"
#include "layout.h"
#include "rseq_abi.h"
#include "workload.h"

#define ROUNDS 1000

static struct percpu_cell sum_of(const struct percpu_region *region, uint64_t offset, uint32_t shards)
{
	struct percpu_cell cell;
	int error = percpu_sum(region, 0, shards + 1, offset, offset + PERCPU_CELL, &cell);

	CHECK(error == 0, "percpu_sum: %d", error);
	return cell;
}

static void should_add_n_times(const struct path *path)
{
	struct percpu_region *region = path_region(path->shards, PERCPU_SUM_DOUBLE);
	uint64_t offset = percpu_region_first_cell(region);
	struct percpu_cell cell;

	CHECK(percpu_empty(region, offset, 1) == PERCPU_RECORDED, "the empty call");
	CHECK(percpu_floor_add(path->add_long, region, offset, 3, ROUNDS) == ROUNDS, "integers");
	CHECK(percpu_floor_add(path->add_double, region, offset, bits_of_double(0.5), ROUNDS) == ROUNDS, "doubles");
	CHECK(percpu_floor_add(path->add_long, region, offset, 1, 0) == 0, "no round");
	CHECK(percpu_floor_add(path->add_long, region, offset, 1, -1) == NEG_EINVAL, "-1 rounds");
	CHECK(percpu_floor_add(path->add_long, region, offset, 1, (INT64_C(1) << 30) + 1) == NEG_EINVAL,
	      "2^30 + 1 rounds");
	cell = sum_of(region, offset, path->shards);
	CHECK(cell.first == 3 * ROUNDS, "sum of integers: %ld", (long)cell.first);
	CHECK(double_of_bits(cell.second) == ROUNDS / 2.0, "sum of doubles: %g", double_of_bits(cell.second));
	percpu_region_destroy(region);
}

static void should_observe_n_times(const struct path *path)
{
	const int64_t bounds[] = { 1 << 10, 1 << 20 };
	struct percpu_region *region = path_region(path->shards, PERCPU_SUM_LONG);
	struct percpu_buckets *buckets = path_buckets(bounds, COUNT_OF(bounds), PERCPU_SUM_LONG);
	uint64_t group = percpu_region_first_cell(region);
	int64_t count = 0;

	CHECK(percpu_floor_observe(path->observe_long, region, group, buckets, 42, ROUNDS) == ROUNDS, "observations");
	CHECK(percpu_floor_observe(path->observe_long, region, group, buckets, 42, -1) == NEG_EINVAL, "-1 rounds");
	for (uint32_t i = 0; i <= COUNT_OF(bounds); i++) {
		struct percpu_cell cell = sum_of(region, group + bucket_offset(i), path->shards);

		CHECK(cell.first > 0, "no amount in bucket %u", i);
		count += cell.first;
	}
	CHECK(count == ROUNDS, "%ld observations", (long)count);
	free(buckets);
	percpu_region_destroy(region);
}

static void should_observe_in_all_groups(const struct path *path)
{
	const int64_t bounds[] = { 1 << 10, 1 << 20 };
	const int64_t bytes = (COUNT_OF(bounds) + 1) * PERCPU_CELL;
	struct percpu_region *region = path_region(path->shards, PERCPU_SUM_LONG);
	struct percpu_buckets *buckets = path_buckets(bounds, COUNT_OF(bounds), PERCPU_SUM_LONG);
	uint64_t group = percpu_region_first_cell(region);
	int64_t count = 0;

	CHECK(percpu_floor_observe_groups(path->observe_long, region, group, 4, bytes, buckets, 42, ROUNDS) == ROUNDS,
	      "observations");
	CHECK(percpu_floor_observe_groups(path->observe_long, region, group, 0, bytes, buckets, 42, 1) == NEG_EINVAL,
	      "no group");
	for (uint32_t i = 0; i < 4; i++) {
		int64_t observed = 0;

		for (uint32_t k = 0; k <= COUNT_OF(bounds); k++)
			observed += sum_of(region, group + i * (uint64_t)bytes + bucket_offset(k), path->shards).first;
		CHECK(observed > ROUNDS / 8, "%ld observations in group %u", (long)observed, i);
		count += observed;
	}
	CHECK(count == ROUNDS, "%ld observations", (long)count);
	free(buckets);
	percpu_region_destroy(region);
}

int main(int argc, char **argv)
{
	const struct path *path = path_of_arguments(argc, argv);

	path_enter();
	should_add_n_times(path);
	should_observe_n_times(path);
	should_observe_in_all_groups(path);
	return finish();
}
