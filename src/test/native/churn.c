/* SPDX-License-Identifier: Apache-2.0 */
/*
 * churn.c - 10,000 short threads, while the main thread sums. Half of them are
 * registered. Each records again in a destructor that runs after its area was
 * unregistered. No record is lost and every area is freed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"
#include "workload.h"

#define SPAWNERS 4
#define RECORDS 4
#define LATE_RECORDS 2
#define LATE_THREADS 50
/* PTHREAD_DESTRUCTOR_ITERATIONS. A value that is set in the last one is not destroyed. */
#define LAST_ITERATION 4

static struct work *work;
static pthread_key_t late_key;
static int threads_in_all = 10000;
static int spawners_left;
static int register_at; /* iteration in which the destructor registers its thread; 0 never */
static __thread int iteration;
static __thread bool known;
static void *leaked[LATE_THREADS];
static int leaks;

/* The destructor of a later key than the library's, so it runs after the library's in each iteration. */
static void record_late(void *value)
{
	int result;

	iteration++;
	if (iteration == register_at) {
		int error = percpu_thread_register();

		CHECK(error == 0, "percpu_thread_register: %d", error);
		if (register_at == LAST_ITERATION)
			leaked[__atomic_fetch_add(&leaks, 1, __ATOMIC_RELAXED)] = path_last_area;
	}
	result = work->path->observe_long(work->longs, work->timer, work->long_buckets, work_longs[0]);
	if (register_at == 0 && work->path->owner == PERCPU_OWNER_SELF)
		CHECK(result == (known ? PERCPU_RECORDED : PERCPU_RECORDED_UNREGISTERED),
		      "a late record of a thread that was %s: %d", known ? "registered" : "unknown", result);
	if (iteration < (register_at ? LAST_ITERATION : LATE_RECORDS))
		pthread_setspecific(late_key, value);
}

static void live_shortly(int number, void *argument)
{
	(void)argument;
	known = number % 2 == 0;
	if (known)
		path_enter();
	pthread_setspecific(late_key, &late_key);
	for (int i = 0; i < RECORDS / 2; i++) {
		(void)work->path->observe_long(work->longs, work->timer, work->long_buckets, work_longs[0]);
		(void)work->path->observe_n_long(work->longs, work->timer, work->long_buckets, work_longs[0], 1);
	}
}

static void spawn(int number, void *argument)
{
	(void)argument;
	for (int i = 0; i < threads_in_all / SPAWNERS; i += 2) {
		struct crew crew;

		(void)number;
		crew_start(&crew, 2, live_shortly, NULL);
		crew_join(&crew);
	}
	__atomic_fetch_sub(&spawners_left, 1, __ATOMIC_RELEASE);
}

static long observations(void)
{
	int64_t cell[2] = { 0, 0 };
	int error = percpu_sum(work->longs, 0, work->path->shards + 1, work->timer, work->timer + sizeof(cell), cell);

	CHECK(error == 0, "percpu_sum: %d", error);
	CHECK(cell[1] == cell[0] * work_longs[0], "%ld observations have sum %ld", (long)cell[0], (long)cell[1]);
	return (long)cell[0];
}

static void should_lose_nothing_when_threads_come_and_go(const struct path *path)
{
	struct crew crew;
	long last = 0, reads = 0;
	long unknown = threads_in_all / 2 * (RECORDS + LATE_RECORDS);
	long late = threads_in_all / 2 * LATE_RECORDS;

	work = work_open(path, path->shards);
	spawners_left = SPAWNERS;
	crew_start(&crew, SPAWNERS, spawn, NULL);
	for (; __atomic_load_n(&spawners_left, __ATOMIC_ACQUIRE) > 0; reads++) {
		long now = observations();

		CHECK(now >= last, "%ld observations became %ld", last, now);
		last = now;
	}
	crew_join(&crew);
	printf("%d threads, %ld reads meanwhile, %ld areas taken, %ld freed\n", threads_in_all, reads, path_areas_taken,
	       path_areas_freed);
	CHECK(observations() == (long)threads_in_all * (RECORDS + LATE_RECORDS), "%ld observations", observations());
	if (path->mode == PERCPU_MODE_RSEQ && path->owner == PERCPU_OWNER_SELF)
		CHECK(work_shared_records(work) == unknown + late, "%ld in the shared shard, not %ld",
		      work_shared_records(work), unknown + late);
	CHECK(path_areas_freed == path_areas_taken, "%ld areas taken, %ld freed", path_areas_taken, path_areas_freed);
	work_close(work);
}

static void live_unknown(int number, void *argument)
{
	(void)number;
	(void)argument;
	pthread_setspecific(late_key, &late_key);
}

/* A thread that a destructor registers is unregistered in the next iteration, if there is one. */
static void should_register_in_a_destructor(const struct path *path, int at)
{
	struct crew crew;
	long taken = path_areas_taken, freed = path_areas_freed;

	register_at = at;
	work = work_open(path, path->shards);
	crew_start(&crew, LATE_THREADS, live_unknown, NULL);
	crew_join(&crew);
	CHECK(observations() == LATE_THREADS * LAST_ITERATION, "%ld observations", observations());
	CHECK(path_areas_taken - taken == LATE_THREADS, "%ld areas taken", path_areas_taken - taken);
	CHECK(path_areas_freed - freed == (at == LAST_ITERATION ? 0 : LATE_THREADS), "%ld areas freed",
	      path_areas_freed - freed);
	work_close(work);
	register_at = 0;
}

static void record_after_a_failure(int number, void *argument)
{
	bool *refuse = argument;

	(void)number;
	*refuse = true;
	CHECK(percpu_thread_register() == -ENOMEM, "registered without memory");
	*refuse = false;
	CHECK(percpu_thread_register() == -ENODATA, "a failed registration is tried again");
	for (int i = 0; i < RECORDS; i++) {
		int result = work->path->observe_long(work->longs, work->timer, work->long_buckets, work_longs[0]);

		CHECK(result == PERCPU_RECORDED, "a record call asks for a registration that failed: %d", result);
	}
}

static void should_record_without_an_area(const struct path *path)
{
	bool *const refusals[] = { &path_refuse_memory, &path_refuse_specific };
	long held = path_areas_taken - path_areas_freed;

	work = work_open(path, path->shards);
	for (unsigned int i = 0; i < COUNT_OF(refusals); i++) {
		struct crew crew;

		crew_start(&crew, 1, record_after_a_failure, refusals[i]);
		crew_join(&crew);
		CHECK(observations() == RECORDS * (i + 1), "%ld observations", observations());
	}
	CHECK(path_areas_taken - path_areas_freed == held, "an area that was not registered is not freed");
	work_close(work);
}

int main(int argc, char **argv)
{
	const struct path *path = path_of_arguments(argc, argv);

	if (argc > 3)
		threads_in_all = atoi(argv[3]);
	if (pthread_key_create(&late_key, record_late))
		die("pthread_key_create");
	should_lose_nothing_when_threads_come_and_go(path);
	if (path->owner == PERCPU_OWNER_SELF) {
		should_register_in_a_destructor(path, 1);
		should_register_in_a_destructor(path, LAST_ITERATION);
		should_record_without_an_area(path);
	}
	path_check_freed();
	return finish();
}
