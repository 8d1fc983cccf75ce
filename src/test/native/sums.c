/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sums.c - many threads per CPU record, others sum and drain at the same time:
 * every sum is exact, every read is whole, no maximum is lost. One path a run.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"
#include "layout.h"
#include "rseq_abi.h"
#include "workload.h"

#define THREADS_PER_CPU 8
#define ROUNDS 600

static struct work *work;
static long records_per_thread = 150000;
static int running;
static bool enter = true;
static bool spread; /* the threads over all CPUs, rather than where the
                       scheduler wants them */

static void write_all(int number, void *argument)
{
	(void)argument;
	if (enter)
		path_enter();
	if (spread) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(usable_cpu(number % usable_cpus()), &set);
		(void)sched_setaffinity(0, sizeof(set), &set);
	}
	for (long i = 0; i < records_per_thread; i++)
		work_record(work, WORK_ALL, i + number);
	__atomic_fetch_sub(&running, 1, __ATOMIC_RELEASE);
}

static int threads(void)
{
	int wanted = THREADS_PER_CPU * usable_cpus();

	return wanted < MAX_THREADS ? wanted : MAX_THREADS;
}

static long write_while_reading(void)
{
	struct crew crew;

	running = threads();
	crew_start(&crew, threads(), write_all, NULL);
	while (__atomic_load_n(&running, __ATOMIC_ACQUIRE) > 0)
		work_check_whole(work);
	crew_join(&crew);
	return records_per_thread * threads();
}

static void should_be_exact(const struct path *path)
{
	long records, restarts, shared;

	work = work_open(path, path->shards);
	records = write_while_reading();
	work_check_exact(work, WORK_ALL, records);
	restarts = work_restarts(work);
	shared = work_shared_records(work);
	printf("%ld records of 4 kinds by %d threads: %ld restarts, %ld in the "
	       "shared shard\n",
	       records, threads(), restarts, shared);
	if (path->mode == PERCPU_MODE_RSEQ)
		CHECK(shared == 0, "%ld records of known threads went to the shared shard", shared);
	work_close(work);
}

/* One shard only: records of the other CPUs, or of larger mm_cids, go to the
 * shared one. */
static void should_be_exact_without_a_shard_for_each_cpu(const struct path *path)
{
	long records;

	work = work_open(path, 1);
	spread = true;
	records = write_while_reading();
	spread = false;
	work_check_exact(work, WORK_ALL, records);
	/* An mm_cid is as small as can be: on a machine that is busy with others all
   * threads may have the first. */
	if (path->mode == PERCPU_MODE_RSEQ && path->index_offset == RSEQ_CPU_ID && usable_cpus() > 1)
		CHECK(work_shared_records(work) > 0, "nobody used the shared shard");
	work_close(work);
}

static void write_unknown(int number, void *argument)
{
	const struct path *path = argument;

	(void)number;
	for (long i = 0; i < records_per_thread; i++) {
		int result = path->add_long(work->doubles, work->counter, WORK_LONG);

		CHECK(result == PERCPU_RECORDED_REGISTER, "an unknown thread got %d", result);
	}
}

/* Threads that nobody makes known are recorded all the same, and said to be
 * unknown each time. */
static void should_record_unknown_threads(const struct path *path)
{
	struct crew crew;

	work = work_open(path, path->shards);
	crew_start(&crew, 4, write_unknown, (void *)path);
	crew_join(&crew);
	work_check_exact(work, WORK_ADD_LONG, 4 * records_per_thread);
	if (path->mode == PERCPU_MODE_RSEQ)
		CHECK(work_shared_records(work) == 4 * records_per_thread, "shared: %ld", work_shared_records(work));
	work_close(work);
}

static pthread_barrier_t barrier;

/* In each round each thread observes an amount that is larger than all before
 * and its own. */
static void observe_rounds(int number, void *argument)
{
	const struct path *path = argument;

	path_enter();
	for (long round = 1; round <= ROUNDS; round++) {
		long amount = round * MAX_THREADS + number;

		pthread_barrier_wait(&barrier);
		for (int i = 0; i < 8; i++) {
			path_answer(path->observe_long(work->longs, work->timer, work->long_buckets, amount - 8 + i));
			path_answer(path->observe_double(work->doubles, work->summary, work->double_buckets,
							 bits_of_double((double)amount)));
		}
		path_answer(path->observe_long(work->longs, work->timer, work->long_buckets, amount));
		pthread_barrier_wait(&barrier);
	}
}

static void drain(int64_t *longest, double *largest)
{
	int64_t amount = percpu_drain_max(work->longs, work->timer, WORK_BUCKETS);
	double value = double_of_bits(percpu_drain_max(work->doubles, work->summary, WORK_BUCKETS));

	*longest = amount > *longest ? amount : *longest;
	*largest = value > *largest ? value : *largest;
}

static void should_lose_no_maximum(const struct path *path)
{
	const int observers = 4;
	struct crew crew;

	work = work_open(path, path->shards);
	pthread_barrier_init(&barrier, NULL, (unsigned int)observers + 1);
	crew_start(&crew, observers, observe_rounds, (void *)path);
	for (long round = 1; round <= ROUNDS; round++) {
		long expected = round * MAX_THREADS + observers - 1;
		int64_t longest = 0;
		double largest = 0;

		pthread_barrier_wait(&barrier);
		for (int i = 0; i < 20; i++)
			drain(&longest, &largest);
		pthread_barrier_wait(&barrier);
		drain(&longest, &largest);
		CHECK(longest == expected, "round %ld: max %ld, not %ld", round, (long)longest, expected);
		CHECK(largest == (double)expected, "round %ld: max %g, not %ld", round, largest, expected);
	}
	crew_join(&crew);
	pthread_barrier_destroy(&barrier);
	work_close(work);
}

/* The group lies across a block boundary: its max is in a block without a mark
 * when only later buckets were hit. */
static void should_clear_a_group(const struct path *path)
{
	uint64_t end;

	work = work_open(path, path->shards);
	end = work->timer + (WORK_BUCKETS + 1) * PERCPU_CELL;
	path_answer(path->observe_long(work->longs, work->timer, work->long_buckets, work_longs[WORK_BUCKETS - 1]));
	CHECK(percpu_clear(work->longs, work->timer, end) == 0, "clear");
	CHECK(percpu_drain_max(work->longs, work->timer, WORK_BUCKETS) == 0, "a max of the group before");
	path_answer(path->observe_long(work->longs, work->timer, work->long_buckets, work_longs[0]));
	CHECK(percpu_drain_max(work->longs, work->timer, WORK_BUCKETS) == work_longs[0], "another max than this one");
	work_check_exact(work, WORK_OBSERVE_LONG, 1);
	work_close(work);
}

int main(int argc, char **argv)
{
	const struct path *path = path_of_arguments(argc, argv);

	if (argc > 3)
		records_per_thread = atol(argv[3]);
	path_enter();
	should_be_exact(path);
	should_be_exact_without_a_shard_for_each_cpu(path);
	should_lose_no_maximum(path);
	should_clear_a_group(path);
	if (path->owner == PERCPU_OWNER_SELF || path->owner == PERCPU_OWNER_LEGACY)
		should_record_unknown_threads(path);
	/* The first record of each thread says that it is unknown; the answer
   * registers it. */
	enter = path->owner == PERCPU_OWNER_LEGACY;
	work = work_open(path, path->shards);
	work_check_exact(work, WORK_ALL, write_while_reading());
	work_close(work);
	return finish();
}
