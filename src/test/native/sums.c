/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sums.c - many threads per CPU record while other threads sum: every sum is
 * exact, every read is whole.
 *
 *	sums PATH INDEX [RECORDS]
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
#define QUARTER_SECOND 250000000

static struct work *work;
static long records_per_thread = 100000;
static int running;
static bool enter = true;
static bool spread; /* binds the threads to all CPUs in turn */

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
	printf("%ld records of each kind by %d threads: %ld restarts, %ld in the shared shard\n", records, threads(),
	       restarts, shared);
	if (path->mode == PERCPU_MODE_RSEQ)
		CHECK(shared == 0, "%ld records of registered threads went to the shared shard", shared);
	work_close(work);
}

/* One shard: records of all other CPUs, or of larger mm_cids, go to the shared shard. */
static void should_be_exact_without_a_shard_for_each_cpu(const struct path *path)
{
	long records;

	work = work_open(path, 1);
	spread = true;
	records = write_while_reading();
	spread = false;
	work_check_exact(work, WORK_ALL, records);
	/* The kernel prefers small mm_cids: on a busy machine all threads may have the first. */
	if (path->mode == PERCPU_MODE_RSEQ && path->index_offset == RSEQ_CPU_ID && usable_cpus() > 1)
		CHECK(work_shared_records(work) > 0, "no record is in the shared shard");
	work_close(work);
}

static void write_unknown(int number, void *argument)
{
	const struct path *path = argument;

	(void)number;
	for (long i = 0; i < records_per_thread; i++) {
		int result = path->add_long(work->doubles, work->counter, WORK_LONG);

		CHECK(result == PERCPU_RECORDED_UNREGISTERED, "an unknown thread got %d", result);
	}
}

/* Records of threads that are never registered are exact, and each returns PERCPU_RECORDED_UNREGISTERED. */
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

/* Two threads on different CPUs really run at the same time. */
static void bind_apart(int number)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(usable_cpu(number % usable_cpus()), &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

static void unbind(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (int i = 0; i < usable_cpus(); i++)
		CPU_SET(usable_cpu(i), &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

/* Ends the writer. */
static bool stopped;

static void observe_until_stopped(int number, void *argument)
{
	const struct path *path = argument;

	(void)number;
	path_enter();
	bind_apart(1);
	while (!__atomic_load_n(&stopped, __ATOMIC_ACQUIRE)) {
		path_answer(path->observe_long(work->longs, work->timer, NULL, work_longs[0]));
		path_answer(path->observe_double(work->doubles, work->summary, NULL, bits_of_double(work_doubles[0])));
		path_answer(path->observe_n_long(work->longs, work->timer, NULL, work_longs[0], WORK_N));
		path_answer(path->observe_n_double(work->doubles, work->summary, NULL, bits_of_double(work_doubles[0]),
						   WORK_N));
	}
}

/* Sums two cells at full speed while another CPU writes them at full speed: count and sum belong together. */
static void should_never_be_torn(const struct path *path)
{
	int64_t end = now_nanos() + QUARTER_SECOND;
	long torn = 0, reads = 0, before = 0;
	struct crew crew;

	work = work_open(path, path->shards);
	stopped = false;
	crew_start(&crew, 1, observe_until_stopped, (void *)path);
	bind_apart(0);
	for (; now_nanos() < end; reads += 100) {
		for (int i = 0; i < 100; i++) {
			struct percpu_cell longs[2], doubles;
			const uint64_t twice[] = { work->timer, work->timer };

			(void)percpu_sum(work->doubles, 0, path->shards + 1, work->summary, work->summary + PERCPU_CELL,
					 &doubles);
			(void)percpu_sum_ranges(work->longs, 0, path->shards + 1, COUNT_OF(twice), twice, PERCPU_CELL,
						longs);
			torn += double_of_bits(doubles.second) != (double)doubles.first * work_doubles[0];
			for (int k = 0; k < 2; k++)
				torn += longs[k].second != longs[k].first * work_longs[0];
			torn += longs[1].first < before || longs[0].first < before;
			before = longs[0].first;
		}
	}
	__atomic_store_n(&stopped, true, __ATOMIC_RELEASE);
	crew_join(&crew);
	unbind();
	CHECK(torn == 0, "%ld of %ld reads were torn", torn, 3 * reads);
	printf("%ld reads of cells that were being written\n", 3 * reads);
	work_close(work);
}

static struct percpu_cell bucket_sum(const struct percpu_region *region, uint64_t group, const struct path *path)
{
	struct percpu_cell cell = { 0, 0 };

	CHECK(percpu_sum(region, 0, path->shards + 1, group, group + PERCPU_CELL, &cell) == 0, "percpu_sum");
	return cell;
}

/* n observations whose product or sum would overflow: all are counted, and the sum stays at INT64_MAX. */
static void should_keep_a_sum_at_its_largest_value(const struct path *path)
{
	const struct {
		int64_t amount, count, sum, records;
	} cases[] = {
		{ 0, INT64_MAX, 0, INT64_MAX },
		{ INT64_MAX, 1, INT64_MAX, 1 },
		{ 1, INT64_MAX, INT64_MAX, INT64_MAX },
		{ INT64_MAX, 2, INT64_MAX, 2 },
		{ INT64_C(1) << 32, INT64_C(1) << 31, INT64_MAX, INT64_C(1) << 31 },
		{ INT64_C(1) << 32, INT64_C(1) << 32, INT64_MAX, INT64_C(1) << 32 },
		{ (INT64_C(1) << 32) - 2, INT64_C(1) << 31, INT64_MAX - UINT32_MAX, INT64_C(1) << 31 },
	};

	for (unsigned int i = 0; i < COUNT_OF(cases); i++) {
		struct percpu_cell cell;

		work = work_open(path, path->shards);
		path_answer(path->observe_n_long(work->longs, work->timer, NULL, cases[i].amount, cases[i].count));
		cell = bucket_sum(work->longs, work->timer, path);
		CHECK(cell.first == cases[i].records && cell.second == cases[i].sum, "%ld times %ld: {%ld, %ld}",
		      (long)cases[i].count, (long)cases[i].amount, (long)cell.first, (long)cell.second);
		work_close(work);
	}
	work = work_open(path, path->shards);
	for (int i = 0; i < 3; i++)
		path_answer(path->observe_n_long(work->longs, work->timer, NULL, INT64_MAX / 4, 3));
	CHECK(bucket_sum(work->longs, work->timer, path).first == 9, "count of 3 times 3 observations");
	CHECK(bucket_sum(work->longs, work->timer, path).second == INT64_MAX, "sum of 9 times a quarter of the range");
	if (path->mode == PERCPU_MODE_RSEQ && path->owner == PERCPU_OWNER_LIBC)
		CHECK(work_shared_records(work) >= 1, "no record went to the shared shard");
	work_close(work);
}

/* The product of doubles is rounded once, also of the smallest and the largest. */
static void should_multiply_doubles(const struct path *path)
{
	const struct {
		double amount;
		int64_t count;
	} cases[] = {
		{ 0.1, 3 },	{ 0.0, INT64_MAX },  { 5e-324, 7 },	      { 1e308, 100 },
		{ 0.3, 1 },	{ 1e-300, 1 << 20 }, { 1, INT64_C(1) << 53 }, { 3.5, (INT64_C(1) << 53) + 1 },
		{ 2.5, 12345 },
	};

	for (unsigned int i = 0; i < COUNT_OF(cases); i++) {
		volatile double factor = (double)cases[i].count;
		double expected = cases[i].amount * factor;
		struct percpu_cell cell;

		work = work_open(path, path->shards);
		path_answer(path->observe_n_double(work->doubles, work->summary, NULL, bits_of_double(cases[i].amount),
						   cases[i].count));
		cell = bucket_sum(work->doubles, work->summary, path);
		CHECK(cell.first == cases[i].count && double_of_bits(cell.second) == expected,
		      "%ld times %g: {%ld, %.17g}", (long)cases[i].count, cases[i].amount, (long)cell.first,
		      double_of_bits(cell.second));
		work_close(work);
	}
}

/* The group crosses a block boundary. Its first block is clean when only later buckets have records. */
static void should_clear_a_group(const struct path *path)
{
	uint64_t end;

	work = work_open(path, path->shards);
	end = work->timer + WORK_BUCKETS * PERCPU_CELL;
	path_answer(path->observe_long(work->longs, work->timer, work->long_buckets, work_longs[WORK_BUCKETS - 1]));
	CHECK(percpu_clear(work->longs, work->timer, end) == 0, "clear the last bucket");
	path_answer(path->observe_long(work->longs, work->timer, work->long_buckets, work_longs[1]));
	CHECK(percpu_clear(work->longs, work->timer, end) == 0, "clear another bucket");
	path_answer(path->observe_long(work->longs, work->timer, work->long_buckets, work_longs[0]));
	work_check_exact(work, WORK_OBSERVE_LONG, 1);
	work_close(work);
}

#define TENANTS 2
#define TERMS 60
#define TENANT_RECORDS 64
#define CHUNK 1000

/* The term that runs and the last that has ended. Tenant i has the terms t with t % TENANTS == i. -1 ends the tenants. */
static long term, ended;

/* Records of the writers beside the group. */
static long written;

static void write_beside(int number, void *argument)
{
	(void)number;
	(void)argument;
	path_enter();
	while (__atomic_load_n(&term, __ATOMIC_ACQUIRE) >= 0) {
		for (long i = 0; i < CHUNK; i++)
			work_record(work, WORK_ALL, i);
		__atomic_fetch_add(&written, CHUNK, __ATOMIC_RELAXED);
	}
}

static uint64_t tenants_group(void)
{
	return work->timer + WORK_BUCKETS * PERCPU_CELL;
}

static void record_as_tenant(int number, void *argument)
{
	const struct path *path = argument;
	long mine = 0;

	path_enter();
	bind_apart(number);
	for (long now; (now = __atomic_load_n(&term, __ATOMIC_ACQUIRE)) >= 0; sched_yield()) {
		if (now == mine || now % TENANTS != number)
			continue;
		mine = now;
		for (int i = 0; i < TENANT_RECORDS; i++)
			path_answer(path->observe_long(work->longs, tenants_group(), work->long_buckets,
						       work_longs[i % WORK_BUCKETS]));
		__atomic_store_n(&ended, now, __ATOMIC_RELEASE);
	}
}

/* Returns the number of observations in the group, and its cells. */
static long records_in_the_group(struct percpu_cell *cells)
{
	long records = 0;
	int error = percpu_sum(work->longs, 0, work->path->shards + 1, tenants_group(),
			       tenants_group() + WORK_BUCKETS * PERCPU_CELL, cells);

	CHECK(error == 0, "percpu_sum: %d", error);
	for (int i = 0; i < WORK_BUCKETS; i++) {
		records += cells[i].first;
		CHECK(cells[i].second == cells[i].first * work_longs[i], "bucket %d is torn", i);
	}
	return records;
}

static void run_term(long now)
{
	struct percpu_cell cells[WORK_BUCKETS];
	long records;

	__atomic_store_n(&term, now, __ATOMIC_RELEASE);
	while (__atomic_load_n(&ended, __ATOMIC_ACQUIRE) != now)
		sched_yield();
	records = records_in_the_group(cells);
	CHECK(records == TENANT_RECORDS, "term %ld: %ld records", now, records);
	CHECK(percpu_clear(work->longs, tenants_group(), tenants_group() + sizeof(cells)) == 0, "clear");
	CHECK(records_in_the_group(cells) == 0, "term %ld has left records", now);
}

/*
 * A group is reused by one meter after the other, on different CPUs, while the cells beside it are written at full
 * speed. It is cleared when its meter has ended. Each meter starts at 0 and the cells beside lose no record. There is
 * no fence.
 */
static void should_reuse_a_group(const struct path *path)
{
	struct crew writers, tenants;

	work = work_open(path, path->shards);
	term = ended = written = 0;
	crew_start(&tenants, TENANTS, record_as_tenant, (void *)path);
	crew_start(&writers, usable_cpus(), write_beside, NULL);
	for (long now = 1; now <= TERMS; now++)
		run_term(now);
	__atomic_store_n(&term, -1, __ATOMIC_RELEASE);
	crew_join(&writers);
	crew_join(&tenants);
	work_check_exact(work, WORK_ALL, written);
	printf("%d meters reused a group beside %ld records\n", TERMS, written);
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
	should_never_be_torn(path);
	should_clear_a_group(path);
	should_keep_a_sum_at_its_largest_value(path);
	should_multiply_doubles(path);
	should_reuse_a_group(path);
	if (path->owner == PERCPU_OWNER_SELF || path->owner == PERCPU_OWNER_LEGACY)
		should_record_unknown_threads(path);
	/* Threads that are registered after their first record asks for it. */
	enter = path->owner == PERCPU_OWNER_LEGACY;
	work = work_open(path, path->shards);
	work_check_exact(work, WORK_ALL, write_while_reading());
	work_close(work);
	return finish();
}
