/* SPDX-License-Identifier: Apache-2.0 */
/*
 * landing.c - a thread is moved to the second CPU at each step inside a section:
 * its record must be in the shard of the second CPU.
 *
 *	landing PATH INDEX [defeated]
 *
 * With "defeated" the section is disarmed and does not restart. Then the record
 * must be in the shard of the first CPU: proof that the test can fail.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <string.h>

#include "harness.h"
#include "inject.h"
#include "rseq_abi.h"
#include "workload.h"

static struct work *work;
static const struct work_kind *operation;
static int step;
static int moves;
static bool defeated;

static void bind_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity to CPU %d", cpu);
}

static void on_trap(int signal)
{
	(void)signal;
	moves++;
	bind_to(usable_cpu(1));
}

static void record_and_be_moved(int number, void *argument)
{
	(void)number;
	(void)argument;
	path_enter();
	/* Makes the blocks of both shards dirty: the section of the test shall not end at clean_block. */
	for (int i = 1; i >= 0; i--) {
		bind_to(usable_cpu(i));
		work_record(work, operation->kind, 0);
	}
	work_clear(work);
	percpu_injected()->defeat = defeated;
	percpu_injected()->traps[step] = 2; /* now, and not at the restart */
	percpu_injected()->left[step] = 1;
	work_record(work, operation->kind, 0);
}

static void record_and_move(const struct path *path)
{
	uint32_t from = (uint32_t)usable_cpu(0), to = (uint32_t)usable_cpu(1);
	uint32_t expected = defeated ? from : to;
	struct crew crew;

	work = work_open(path, path->shards);
	memset(percpu_injected(), 0, sizeof(struct percpu_inject));
	moves = 0;
	crew_start(&crew, 1, record_and_be_moved, NULL);
	crew_join(&crew);
	CHECK(moves == 1, "%s, step %d: moved %d times", operation->name, step, moves);
	work_check_exact(work, operation->kind, 1);
	CHECK(work_is_in_shard(work, expected), "%s, step %d: not in the shard of CPU %u", operation->name, step,
	      expected);
	CHECK(!work_is_in_shard(work, from + to - expected), "%s, step %d: in the shard of CPU %u", operation->name,
	      step, from + to - expected);
	work_close(work);
}

int main(int argc, char **argv)
{
	const struct path *path = path_of_arguments(argc, argv);
	struct sigaction action = { .sa_handler = on_trap };

	defeated = argc > 3 && strcmp(argv[3], "defeated") == 0;
	inject_or_skip();
	if (usable_cpus() < 2)
		skip("this process may use one CPU only: no thread can be moved");
	if (path->index_offset != RSEQ_CPU_ID)
		die("INDEX must be cpu_id");
	sigaction(SIGTRAP, &action, NULL);
	for (unsigned int i = 0; i < WORK_KINDS; i++) {
		operation = &work_kinds[i];
		/* Step 1 is before the shard is read: a section that does not restart there is right. */
		for (step = defeated ? 2 : 1; step <= operation->last_step; step++)
			record_and_move(path);
	}
	return finish();
}
