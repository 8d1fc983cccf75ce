/* SPDX-License-Identifier: Apache-2.0 */
/*
 * self_test.c - measures whether the kernel restarts sections that it
 * interrupts. The kernel version is not sufficient, because distributions
 * backport changes.
 *
 * Two threads. The victim runs a section that loops. The disturber sleeps on a
 * timer. Each time it wakes it changes a stamp, or it moves the victim to the
 * other CPU. Both threads are bound to one CPU while the stamp is changed. So
 * when the section sees another stamp or another cpu_id, the kernel interrupted
 * it and did not restart it: a violation.
 */
#include "percpu.h"
#include "rseq_abi.h"
#include "sections.h"
#include "syscall.h"
#include "thread.h"

#define CLOCK_MONOTONIC 1
#define WAKE_NANOS 50000
#define ROUNDS 20000u
#define CPU_SET_LONGS (PERCPU_MAX_SHARDS / 64)

static int64_t now_nanos(void)
{
	struct timespec64 now;

	(void)syscall4(NR_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0);
	return now.seconds * 1000000000 + now.nanos;
}

/* Binds a thread to one CPU; tid 0 is the calling thread. */
static int bind_to(int tid, uint32_t cpu)
{
	uint64_t set[CPU_SET_LONGS];

	if (cpu >= PERCPU_MAX_SHARDS)
		return NEG_EINVAL;
	for (unsigned int i = 0; i < CPU_SET_LONGS; i++)
		set[i] = 0;
	set[cpu / 64] = UINT64_C(1) << (cpu % 64);
	return (int)syscall4(NR_sched_setaffinity, tid, sizeof(set), (long)set, 0);
}

/* An area that is not registered on this thread has cpu_id < 0, and the kernel restarts no section with it. */
static bool is_registered(const char *area)
{
	return has_area(area) && *(const volatile int32_t *)(area + RSEQ_CPU_ID) >= 0;
}

int percpu_self_test_victim(struct percpu_self_test *test)
{
	char *area = area_of_owner();
	int error = bind_to(0, test->cpu);
	int64_t deadline = now_nanos() + test->budget_nanos;

	if (!error && !is_registered(area))
		error = NEG_ENODATA;
	if (error) {
		__atomic_store_n(&test->stop, 1, __ATOMIC_RELEASE);
		return error;
	}
	__atomic_store_n(&test->victim_tid, (int32_t)syscall4(NR_gettid, 0, 0, 0, 0), __ATOMIC_RELEASE);
	while (test->restarts < test->min_restarts && test->violations == 0 && now_nanos() < deadline) {
		if (section_self_test(area, &test->stamp, &test->violations, ROUNDS) == SECTION_RESTARTED)
			test->restarts++;
	}
	__atomic_store_n(&test->stop, 1, __ATOMIC_RELEASE);
	return 0;
}

int percpu_self_test_disturb(struct percpu_self_test *test)
{
	const struct timespec64 pause = { 0, WAKE_NANOS };
	uint32_t target = test->cpu;
	int error = bind_to(0, test->cpu);

	while (!error && !__atomic_load_n(&test->stop, __ATOMIC_ACQUIRE)) {
		int tid = __atomic_load_n(&test->victim_tid, __ATOMIC_ACQUIRE);

		(void)syscall4(NR_nanosleep, (long)&pause, 0, 0, 0);
		if (tid == 0)
			continue;
		if (test->other_cpu == test->cpu) {
			__atomic_fetch_add(&test->stamp, 1, __ATOMIC_RELEASE);
		} else {
			target = target == test->cpu ? test->other_cpu : test->cpu;
			error = bind_to(tid, target);
		}
	}
	/* When the victim is done, its thread may have ended. The error is then ESRCH and is ignored. */
	return __atomic_load_n(&test->stop, __ATOMIC_ACQUIRE) ? 0 : error;
}
