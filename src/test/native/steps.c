/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps.c - every operation, every step inside its section, every disturbance:
 * sums stay exact, reads are whole, and the sections restart.
 *
 *	steps PATH INDEX [defeated|brief]
 *
 * With "defeated" the sections are disarmed and do not restart. Then records
 * must be lost: proof that the test can fail. With "brief" three disturbances
 * run.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"
#include "inject.h"
#include "layout.h"
#include "workload.h"

#define THREADS_PER_CPU 6
#define LONG_DELAY 20000 /* rounds, about 10 us: threads are inside a section nearly always */
#define MIN_NANOS 3000000
#define PATIENCE_NANOS 10000000000

enum disturbance {
	DELAY,	     /* threads of the same CPU preempt each other inside a section */
	SIGNALS,     /* another thread sends signals */
	MOVES,	     /* another thread changes the affinity */
	TRAP,	     /* a signal at this step; the handler does nothing */
	TRAP_YIELD,  /* the handler yields */
	TRAP_SLEEP,  /* the handler sleeps */
	TRAP_MOVE,   /* the handler moves the thread to another CPU */
	TRAP_RECORD, /* the handler records, by sections of its own */
	ALWAYS_TRAP, /* a signal in every attempt: the shared shard gets the record */
	DISTURBANCES,
};

static const char *const disturbance_names[] = { "delay",      "signals",      "moves",
						 "trap",       "trap, yield",  "trap, sleep",
						 "trap, move", "trap, record", "always trap" };

static struct setting {
	const struct work_kind *operation;
	enum disturbance disturbance;
	int step;
} setting;

static struct work *work;
static bool stop;
static long records;
static long traps;
static int tids[MAX_THREADS];
static pthread_t writers[MAX_THREADS];
static int started;
static __thread long own_records;
static __thread bool in_handler;
static __thread uint64_t random_state;

static void bind_to(int tid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	(void)sched_setaffinity(tid, sizeof(set), &set);
}

static void bind_to_one(int tid, uint64_t *state)
{
	bind_to(tid, usable_cpu((int)(next_random(state) % (uint64_t)usable_cpus())));
}

/* Runs between an interrupted section and its restart. */
static void on_trap(int signal)
{
	const struct timespec pause = { 0, 20000 };

	(void)signal;
	__atomic_fetch_add(&traps, 1, __ATOMIC_RELAXED);
	if (in_handler)
		return;
	in_handler = true;
	if (setting.disturbance == TRAP_YIELD)
		sched_yield();
	else if (setting.disturbance == TRAP_SLEEP)
		nanosleep(&pause, NULL);
	else if (setting.disturbance == TRAP_MOVE)
		bind_to_one(0, &random_state);
	else if (setting.disturbance == TRAP_RECORD)
		work_record(work, setting.operation->kind, own_records++);
	in_handler = false;
}

static void on_signal(int signal)
{
	(void)signal;
}

static void write_until_stopped(int number, void *argument)
{
	(void)argument;
	path_enter();
	random_state = (uint64_t)number + 1;
	tids[number] = (int)syscall(SYS_gettid);
	writers[number] = pthread_self();
	__atomic_fetch_add(&started, 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		work_record(work, setting.operation->kind, own_records);
		own_records++;
	}
	__atomic_fetch_add(&records, own_records, __ATOMIC_RELAXED);
}

static void disturb(int threads, uint64_t *state)
{
	int number = (int)(next_random(state) % (uint64_t)threads);

	if (setting.disturbance == SIGNALS)
		pthread_kill(writers[number], SIGUSR1);
	else if (setting.disturbance == MOVES)
		bind_to_one(tids[number], state);
	else
		sched_yield();
}

static long min_restarts(void)
{
	switch (setting.disturbance) {
	case DELAY:
		return 3;
	case SIGNALS:
	case MOVES:
		return 20;
	default:
		return 200;
	}
}

static int threads(void)
{
	int wanted = THREADS_PER_CPU * usable_cpus();

	return wanted < MAX_THREADS ? wanted : MAX_THREADS;
}

/* Disturbs until there were enough restarts, or for PATIENCE_NANOS. */
static void disturb_until_restarted(bool defeated)
{
	int64_t start = now_nanos();
	uint64_t state = (uint64_t)setting.step + 1;

	while (__atomic_load_n(&started, __ATOMIC_ACQUIRE) < threads())
		sched_yield();
	while (now_nanos() - start < MIN_NANOS || (!defeated && work_restarts(work) < min_restarts())) {
		if (now_nanos() - start > PATIENCE_NANOS)
			break;
		for (int i = 0; i < 10; i++)
			disturb(threads(), &state);
		if (!defeated)
			work_check_whole(work);
	}
}

static void inject(bool defeated)
{
	struct percpu_inject *injected = percpu_injected();

	memset(injected, 0, sizeof(*injected));
	injected->defeat = defeated;
	if (setting.disturbance <= MOVES)
		injected->loops[setting.step] = LONG_DELAY;
	else
		injected->traps[setting.step] = setting.disturbance == ALWAYS_TRAP ? 1 : 7;
}

/* Returns the number of records that are missing or too many. */
static long run_setting(const struct path *path, bool defeated)
{
	struct crew crew;
	long deviation;

	work = work_open(path, path->shards);
	stop = false;
	records = traps = 0;
	started = 0;
	inject(defeated);
	crew_start(&crew, threads(), write_until_stopped, NULL);
	disturb_until_restarted(defeated);
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	crew_join(&crew);
	memset(percpu_injected(), 0, sizeof(struct percpu_inject));
	deviation = work_deviation(work, setting.operation->kind, records);
	if (!defeated) {
		long restarts = work_restarts(work);
		long shared = work_shared_records(work);

		work_check_exact(work, setting.operation->kind, records);
		CHECK(restarts >= min_restarts(), "%s, step %d, %s: %ld restarts", setting.operation->name,
		      setting.step, disturbance_names[setting.disturbance], restarts);
		CHECK(restarts >= traps, "%s, step %d, %s: %ld traps inside sections, but %ld restarts",
		      setting.operation->name, setting.step, disturbance_names[setting.disturbance], traps, restarts);
		if (setting.disturbance == ALWAYS_TRAP) {
			CHECK(shared == records, "%ld records, %ld in the shared shard", records, shared);
			/* The first attempt in a clean block is no restart. */
			CHECK(restarts <= shared * PERCPU_MAX_RESTARTS &&
				      restarts >= shared * PERCPU_MAX_RESTARTS - (long)path->shards * threads(),
			      "%ld restarts of %ld records", restarts, shared);
		}
	}
	work_close(work);
	return deviation;
}

static bool is_wanted(int disturbance, bool brief)
{
	return !brief || disturbance == DELAY || disturbance == MOVES || disturbance == TRAP_RECORD;
}

static void run_table(const struct path *path, bool brief)
{
	for (unsigned int i = 0; i < WORK_KINDS; i++) {
		long trapped = 0, made = 0;

		for (int step = 1; step <= work_kinds[i].last_step; step++) {
			for (int disturbance = 0; disturbance < DISTURBANCES; disturbance++) {
				if (!is_wanted(disturbance, brief))
					continue;
				setting = (struct setting){ &work_kinds[i], (enum disturbance)disturbance, step };
				(void)run_setting(path, false);
				trapped += traps;
				made += records;
			}
		}
		printf("%s: %ld records, %ld traps inside sections\n", work_kinds[i].name, made, trapped);
	}
}

/* The same workload on sections that do not restart. */
static void run_defeated(const struct path *path)
{
	for (unsigned int i = 0; i < WORK_KINDS; i++) {
		int64_t start = now_nanos();
		long deviation = 0;

		if (work_kinds[i].kind == WORK_ADD_LONG)
			continue; /* one instruction: hardly ever interrupted; landing.c has this case */
		setting = (struct setting){ &work_kinds[i], MOVES, work_kinds[i].last_step };
		while (deviation == 0 && now_nanos() - start < PATIENCE_NANOS)
			deviation = run_setting(path, true);
		printf("%s without restarts: %ld of %ld records wrong\n", work_kinds[i].name, deviation, records);
		CHECK(deviation > 0, "%s: sums are exact although no section restarts", work_kinds[i].name);
	}
}

int main(int argc, char **argv)
{
	const struct path *path = path_of_arguments(argc, argv);
	struct sigaction on_trap_action = { .sa_handler = on_trap, .sa_flags = SA_NODEFER };
	struct sigaction on_signal_action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	inject_or_skip();
	sigaction(SIGTRAP, &on_trap_action, NULL);
	sigaction(SIGUSR1, &on_signal_action, NULL);
	if (argc > 3 && strcmp(argv[3], "defeated") == 0)
		run_defeated(path);
	else
		run_table(path, argc > 3 && strcmp(argv[3], "brief") == 0);
	return finish();
}
