/* SPDX-License-Identifier: Apache-2.0 */
/* workload.c - see workload.h. */
#include "workload.h"

#include <stdlib.h>

#include "harness.h"
#include "layout.h"

const int64_t work_longs[WORK_BUCKETS] = { 11, 1 << 8, (1 << 8) + 1, (1 << 20) + 7 };
const double work_doubles[WORK_BUCKETS] = { 0.375, 0.75, 1.5, 1024.125 };

const struct work_kind work_kinds[WORK_KINDS] = {
	{ WORK_ADD_LONG, "add_long", 3 },
	{ WORK_ADD_DOUBLE, "add_double", 4 },
	{ WORK_OBSERVE_LONG, "observe_long", 4 },
	{ WORK_OBSERVE_DOUBLE, "observe_double", 4 },
	{ WORK_OBSERVE_N_LONG, "observe_n_long", 4 },
	{ WORK_OBSERVE_N_DOUBLE, "observe_n_double", 4 },
};

static const int64_t long_bounds[] = { 1 << 4, 1 << 8, 1 << 12 };

struct work *work_open(const struct path *path, uint32_t shards)
{
	struct work *work = calloc(1, sizeof(*work));
	const int64_t double_bounds[] = { bits_of_double(0.5), bits_of_double(1), bits_of_double(2) };
	uint64_t block = 1u << PERCPU_BLOCK_SHIFT;

	if (!work)
		die("out of memory");
	work->path = path;
	work->longs = path_region(shards, PERCPU_SUM_LONG);
	work->doubles = path_region(shards, PERCPU_SUM_DOUBLE);
	work->long_buckets = path_buckets(long_bounds, COUNT_OF(long_bounds), PERCPU_SUM_LONG);
	work->double_buckets = path_buckets(double_bounds, COUNT_OF(double_bounds), PERCPU_SUM_DOUBLE);
	work->counter = percpu_region_first_cell(work->doubles);
	work->timer = percpu_region_first_cell(work->longs) + block - 2 * PERCPU_CELL;
	work->summary = percpu_region_first_cell(work->doubles) + block - 3 * PERCPU_CELL;
	work->n_timer = work->timer + block;
	work->n_summary = work->summary + block;
	return work;
}

void work_close(struct work *work)
{
	CHECK(percpu_region_destroy(work->longs) == 0, "destroy");
	CHECK(percpu_region_destroy(work->doubles) == 0, "destroy");
	free(work->long_buckets);
	free(work->double_buckets);
	free(work);
}

void work_record(const struct work *work, int operations, long i)
{
	const struct path *path = work->path;
	long kind = i % WORK_BUCKETS;

	if (operations & WORK_ADD_LONG)
		path_answer(path->add_long(work->doubles, work->counter, WORK_LONG));
	if (operations & WORK_ADD_DOUBLE)
		path_answer(path->add_double(work->doubles, work->counter, bits_of_double(WORK_DOUBLE)));
	if (operations & WORK_OBSERVE_LONG)
		path_answer(path->observe_long(work->longs, work->timer, work->long_buckets, work_longs[kind]));
	if (operations & WORK_OBSERVE_DOUBLE)
		path_answer(path->observe_double(work->doubles, work->summary, work->double_buckets,
						 bits_of_double(work_doubles[kind])));
	if (operations & WORK_OBSERVE_N_LONG)
		path_answer(
			path->observe_n_long(work->longs, work->n_timer, work->long_buckets, work_longs[kind], WORK_N));
	/* The same observations, one time with their amount and one time with their bucket. */
	if (operations & WORK_OBSERVE_N_DOUBLE && i % 2 == 0)
		path_answer(path->observe_n_double(work->doubles, work->n_summary, work->double_buckets,
						   bits_of_double(work_doubles[kind]), WORK_N));
	if (operations & WORK_OBSERVE_N_DOUBLE && i % 2 != 0)
		path_answer(path->observe_bucket_double(work->doubles, work->n_summary, (uint64_t)kind, WORK_N,
							bits_of_double(WORK_N * work_doubles[kind])));
}

static void sum(const struct percpu_region *region, uint32_t shards, uint64_t from, int cells, struct percpu_cell *out)
{
	int error = percpu_sum(region, 0, shards + 1, from, from + (uint64_t)cells * PERCPU_CELL, out);

	CHECK(error == 0, "percpu_sum: %d", error);
}

static uint32_t shards_of(const struct percpu_region *region)
{
	return region->shard_count;
}

/* The cells of the groups of one observation a record, or of n. */
struct groups {
	struct percpu_cell longs[WORK_BUCKETS];
	struct percpu_cell doubles[WORK_BUCKETS];
};

static struct groups groups_of(const struct work *work, bool of_n)
{
	struct groups groups;

	sum(work->longs, shards_of(work->longs), of_n ? work->n_timer : work->timer, WORK_BUCKETS, groups.longs);
	sum(work->doubles, shards_of(work->doubles), of_n ? work->n_summary : work->summary, WORK_BUCKETS,
	    groups.doubles);
	return groups;
}

static void check_buckets(const struct groups *groups, int n)
{
	const struct percpu_cell *longs = groups->longs, *doubles = groups->doubles;

	for (int i = 0; i < WORK_BUCKETS; i++) {
		CHECK(longs[i].second == longs[i].first * work_longs[i],
		      "bucket %d: %ld observations of %ld have sum %ld", i, (long)longs[i].first, (long)work_longs[i],
		      (long)longs[i].second);
		CHECK(double_of_bits(doubles[i].second) == (double)doubles[i].first * work_doubles[i],
		      "bucket %d: %ld observations of %g have sum %.17g", i, (long)doubles[i].first, work_doubles[i],
		      double_of_bits(doubles[i].second));
		CHECK(longs[i].first % n == 0 && doubles[i].first % n == 0,
		      "bucket %d: records of %d observations have %ld and %ld", i, n, (long)longs[i].first,
		      (long)doubles[i].first);
	}
}

void work_check_whole(const struct work *work)
{
	struct groups one = groups_of(work, false), many = groups_of(work, true);
	struct percpu_cell counter;

	sum(work->doubles, shards_of(work->doubles), work->counter, 1, &counter);
	CHECK(counter.first % WORK_LONG == 0, "additions of %d have sum %ld", WORK_LONG, (long)counter.first);
	check_buckets(&one, 1);
	check_buckets(&many, WORK_N);
}

static long expected_in(int operations, int operation, long records)
{
	return operations & operation ? records : 0;
}

static long observations(const struct percpu_cell *cells)
{
	long observations = 0;

	for (int i = 0; i < WORK_BUCKETS; i++)
		observations += cells[i].first;
	return observations;
}

static void check_group(const struct groups *groups, int n, int operations, int longs, int doubles, long records)
{
	check_buckets(groups, n);
	CHECK(observations(groups->longs) == n * expected_in(operations, longs, records),
	      "%ld records of %d observations (long) were counted as %ld", records, n, observations(groups->longs));
	CHECK(observations(groups->doubles) == n * expected_in(operations, doubles, records),
	      "%ld records of %d observations (double) were counted as %ld", records, n, observations(groups->doubles));
}

void work_check_exact(const struct work *work, int operations, long records)
{
	struct groups one = groups_of(work, false), many = groups_of(work, true);
	struct percpu_cell counter;

	sum(work->doubles, shards_of(work->doubles), work->counter, 1, &counter);
	CHECK(counter.first == expected_in(operations, WORK_ADD_LONG, records) * WORK_LONG,
	      "%ld additions of %d have sum %ld", records, WORK_LONG, (long)counter.first);
	CHECK(double_of_bits(counter.second) == (double)expected_in(operations, WORK_ADD_DOUBLE, records) * WORK_DOUBLE,
	      "%ld additions of %g have sum %.17g", records, WORK_DOUBLE, double_of_bits(counter.second));
	check_group(&one, 1, operations, WORK_OBSERVE_LONG, WORK_OBSERVE_DOUBLE, records);
	check_group(&many, WORK_N, operations, WORK_OBSERVE_N_LONG, WORK_OBSERVE_N_DOUBLE, records);
}

static long distance(double expected, double seen)
{
	return (long)(expected < seen ? seen - expected : expected - seen);
}

long work_deviation(const struct work *work, int operations, long records)
{
	struct groups one = groups_of(work, false), many = groups_of(work, true);
	struct percpu_cell counter;
	long deviation;

	sum(work->doubles, shards_of(work->doubles), work->counter, 1, &counter);
	deviation = distance(expected_in(operations, WORK_ADD_LONG, records), counter.first / (double)WORK_LONG) +
		    distance(expected_in(operations, WORK_ADD_DOUBLE, records),
			     double_of_bits(counter.second) / WORK_DOUBLE) +
		    distance(expected_in(operations, WORK_OBSERVE_LONG, records), observations(one.longs)) +
		    distance(expected_in(operations, WORK_OBSERVE_DOUBLE, records), observations(one.doubles)) +
		    distance(expected_in(operations, WORK_OBSERVE_N_LONG, records),
			     observations(many.longs) / (double)WORK_N) +
		    distance(expected_in(operations, WORK_OBSERVE_N_DOUBLE, records),
			     observations(many.doubles) / (double)WORK_N);
	return deviation;
}

void work_clear(const struct work *work)
{
	uint64_t stride = UINT64_C(1) << PERCPU_MIN_STRIDE_SHIFT;

	CHECK(percpu_clear(work->longs, percpu_region_first_cell(work->longs), stride) == 0, "clear");
	CHECK(percpu_clear(work->doubles, percpu_region_first_cell(work->doubles), stride) == 0, "clear");
}

static bool is_any_set(const struct percpu_region *region, uint32_t shard, uint64_t from, int cells)
{
	struct percpu_cell seen[WORK_BUCKETS];
	int error = percpu_sum(region, shard, shard + 1, from, from + (uint64_t)cells * PERCPU_CELL, seen);

	CHECK(error == 0, "percpu_sum: %d", error);
	for (int i = 0; i < cells; i++) {
		if (seen[i].first || seen[i].second)
			return true;
	}
	return false;
}

bool work_is_in_shard(const struct work *work, uint32_t shard)
{
	return is_any_set(work->doubles, shard, work->counter, 1) ||
	       is_any_set(work->longs, shard, work->timer, WORK_BUCKETS) ||
	       is_any_set(work->doubles, shard, work->summary, WORK_BUCKETS) ||
	       is_any_set(work->longs, shard, work->n_timer, WORK_BUCKETS) ||
	       is_any_set(work->doubles, shard, work->n_summary, WORK_BUCKETS);
}

long work_restarts(const struct work *work)
{
	long restarts = 0;

	for (uint32_t i = 0; i <= shards_of(work->longs); i++)
		restarts += percpu_shard_restarts(work->longs, i) + percpu_shard_restarts(work->doubles, i);
	return restarts;
}

long work_shared_records(const struct work *work)
{
	return percpu_shared_records(work->longs) + percpu_shared_records(work->doubles);
}
