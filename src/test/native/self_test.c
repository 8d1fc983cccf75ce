/* SPDX-License-Identifier: Apache-2.0 */
/*
 * self_test.c - the self-test passes where sections restart. The variant
 * "inject" disarms the sections: then the self-test must find violations.
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "path.h"
#include "rseq_abi.h"
#ifdef PERCPU_INJECT
#include "inject.h"
#endif

#define MIN_RESTARTS 20

static struct percpu_self_test sides;
static int victim_result, disturber_result;

static void run_side(int number, void *argument)
{
	(void)argument;
	if (number == 0) {
		path_enter();
		victim_result = percpu_self_test_victim(&sides);
	} else {
		disturber_result = percpu_self_test_disturb(&sides);
	}
}

static void run(int cpu, int other_cpu, int64_t budget)
{
	struct crew crew;
	int64_t start = now_nanos();

	sides = (struct percpu_self_test){ .cpu = (uint32_t)cpu,
					   .other_cpu = (uint32_t)other_cpu,
					   .min_restarts = MIN_RESTARTS,
					   .budget_nanos = budget };
	crew_start(&crew, 2, run_side, NULL);
	crew_join(&crew);
	printf("from CPU %d to %d: %u restarts, %u violations, %ld us\n", cpu, other_cpu, sides.restarts,
	       sides.violations, (long)((now_nanos() - start) / 1000));
}

static void should_pass(int cpu, int other_cpu)
{
	run(cpu, other_cpu, 10000000000);
	CHECK(victim_result == 0, "the victim: %d", victim_result);
	CHECK(disturber_result == 0, "the disturber: %d", disturber_result);
	CHECK(sides.restarts >= MIN_RESTARTS, "%u restarts", sides.restarts);
	CHECK(sides.violations == 0, "%u violations", sides.violations);
}

#ifdef PERCPU_INJECT
static void should_find_sections_that_go_on(int cpu, int other_cpu)
{
	percpu_injected()->defeat = 1;
	run(cpu, other_cpu, 10000000000);
	percpu_injected()->defeat = 0;
	CHECK(victim_result == 0, "the victim: %d", victim_result);
	CHECK(sides.violations > 0, "sections do not restart, and the self-test found no violation");
}
#else
static void should_end_within_the_budget(void)
{
	int64_t start = now_nanos();

	run(usable_cpu(0), usable_cpu(0), 0);
	CHECK(now_nanos() - start < 2000000000, "%ld ms with a budget of 0", (long)((now_nanos() - start) / 1000000));
}

static void run_victim_unregistered(int number, void *argument)
{
	(void)number;
	(void)argument;
	CHECK(percpu_thread_register() == 0, "the owner's area has no address on this thread");
	victim_result = percpu_self_test_victim(&sides);
}

/* A dlopened owner registers a thread only when the thread calls it. */
static void should_reject_an_area_that_is_not_registered(void)
{
	struct crew crew;

	sides = (struct percpu_self_test){ .cpu = (uint32_t)usable_cpu(0),
					   .min_restarts = MIN_RESTARTS,
					   .budget_nanos = 1000000 };
	crew_start(&crew, 1, run_victim_unregistered, NULL);
	crew_join(&crew);
	CHECK(victim_result == NEG_ENODATA, "a victim whose owner has not registered it: %d", victim_result);
}

static void should_reject_a_cpu_that_does_not_exist(void)
{
	run(8191, 8191, 1000000000);
	CHECK(victim_result == NEG_EINVAL, "bound to CPU 8191: %d", victim_result);
	sides.cpu = UINT32_MAX;
	CHECK(percpu_self_test_victim(&sides) == NEG_EINVAL, "bound to CPU 2^32 - 1");
}
#endif

int main(int argc, char **argv)
{
	const struct path *path = path_of_arguments(argc, argv);
	int cpu = usable_cpu(0);

	if (path->owner == PERCPU_OWNER_NONE) {
		CHECK(percpu_self_test_victim(&sides) == NEG_ENODATA, "a victim without an area");
		CHECK(sides.stop == 1, "the disturber continues");
		return finish();
	}
	should_pass(cpu, cpu);
	if (usable_cpus() > 1)
		should_pass(cpu, usable_cpu(1));
	else
		printf("one CPU only: migration is not tested\n");
#ifdef PERCPU_INJECT
	inject_or_skip();
	should_find_sections_that_go_on(cpu, cpu);
	if (usable_cpus() > 1)
		should_find_sections_that_go_on(cpu, usable_cpu(1));
	should_pass(cpu, cpu);
#else
	should_end_within_the_budget();
	should_reject_a_cpu_that_does_not_exist();
	if (strcmp(path->name, "dlopened") == 0)
		should_reject_an_area_that_is_not_registered();
#endif
	return finish();
}
