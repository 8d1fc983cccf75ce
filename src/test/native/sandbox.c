/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox.c - the library in a sandbox.
 *
 *   sandbox ENOSYS|EPERM        rseq(2) is denied: each thread is registered
 *                               once, which fails; the shared shard is exact
 *   sandbox silent PATH INDEX   record calls run where any system call kills
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "deny.h"
#include "harness.h"
#include "rseq_abi.h"
#include "workload.h"

#define RECORDS 100000
#define THREADS 8

static char area[256] __attribute__((aligned(256)));
static struct work *work;
static int denied_with;

static void record_denied(int number, void *argument)
{
	int error = percpu_thread_register();
	long taken;

	(void)argument;
	CHECK(error == -denied_with, "registration returned %d", error);
	taken = __atomic_load_n(&path_areas_taken, __ATOMIC_RELAXED);
	error = percpu_thread_register();
	CHECK(error == NEG_ENODATA, "registered again: %d", error);
	CHECK(path_last_area != NULL && taken > 0, "no area was tried");
	for (long i = 0; i < RECORDS; i++)
		work_record(work, WORK_ALL, i + number);
	CHECK(work->path->add_long(work->longs, work->timer, 0) == PERCPU_RECORDED,
	      "the record call asked for another registration");
}

static void record_with_owner(void *argument)
{
	const char *owner = argument;
	struct crew crew;

	work = work_open(path_open(owner, "cpu_id"), 2);
	if (strcmp(owner, "self") == 0) {
		crew_start(&crew, THREADS, record_denied, NULL);
		crew_join(&crew);
		work_check_exact(work, WORK_ALL, (long)THREADS * RECORDS);
		CHECK(work_shared_records(work) == (long)WORK_KINDS * THREADS * RECORDS + THREADS, "shared: %ld",
		      work_shared_records(work));
		CHECK(path_areas_taken == THREADS, "%ld areas taken by %d threads", path_areas_taken, THREADS);
		CHECK(path_areas_freed == THREADS, "%ld areas freed", path_areas_freed);
	} else {
		for (long i = 0; i < RECORDS; i++)
			work_record(work, WORK_ALL, i);
		work_check_exact(work, WORK_ALL, RECORDS);
		CHECK(percpu_thread_register() == 0, "nothing to register");
		CHECK(percpu_thread_view(area, 32) == NEG_ENODATA, "a thread without an area shows one");
	}
}

static void should_record_where_rseq_is_denied(const char *error_name)
{
	static char self[] = "self", none[] = "none";
	int error = deny_rseq(denied_with);

	if (error)
		skip("the seccomp filter was refused: %s", strerror(-error));
	CHECK(percpu_rseq_try(area, 64) == -denied_with, "%s: %d", error_name, percpu_rseq_try(area, 64));
	CHECK(in_child(record_with_owner, self) == 0, "owner self, although rseq(2) is denied");
	CHECK(in_child(record_with_owner, none) == 0, "no owner");
}

static void record_silently(void *argument)
{
	int error;

	(void)argument;
	path_enter();
	work_record(work, WORK_ALL, 0);
	error = deny_everything();
	if (error)
		die("the seccomp filter was refused: %s", strerror(-error));
	for (long i = 1; i < RECORDS; i++)
		work_record(work, WORK_ALL, i);
}

static void call_the_kernel(void *argument)
{
	(void)argument;
	if (deny_everything())
		die("the seccomp filter was refused");
	(void)percpu_membarrier(0, 0, 0);
}

static void should_make_no_system_call(int argc, char **argv)
{
	const struct path *path = path_of_arguments(argc - 1, argv + 1);
	int status;

	/* With fewer shards than CPUs some records go to the shared shard. */
	for (uint32_t shards = 1; shards <= path->shards; shards++) {
		work = work_open(path, shards);
		status = in_child(record_silently, NULL);
		CHECK(status == 0, "%u shards: wait status 0x%x", shards, status);
		work_close(work);
	}
	status = in_child(call_the_kernel, NULL);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "a system call does not kill: wait status 0x%x",
	      status);
}

int main(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "silent") == 0) {
		should_make_no_system_call(argc, argv);
		return finish();
	}
	denied_with = argc > 1 ? deny_error_of(argv[1]) : 0;
	if (denied_with == 0)
		die("usage: %s ENOSYS|EPERM|silent", argv[0]);
	should_record_where_rseq_is_denied(argv[1]);
	return finish();
}
