/* SPDX-License-Identifier: Apache-2.0 */
/* harness.c - see harness.h. */
#define _GNU_SOURCE
#include "harness.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SKIPPED 77
#define MAX_PRINTED 20

static long checks;
static int failed;

static void print_line(const char *what, const char *format, va_list arguments)
{
	char text[1000];

	vsnprintf(text, sizeof(text), format, arguments);
	printf("%s%s\n", what, text);
	fflush(stdout);
}

void check(bool holds, const char *file, int line, const char *condition, const char *format, ...)
{
	va_list arguments;
	char where[300];

	__atomic_fetch_add(&checks, 1, __ATOMIC_RELAXED);
	if (holds || __atomic_add_fetch(&failed, 1, __ATOMIC_RELAXED) > MAX_PRINTED)
		return;
	snprintf(where, sizeof(where), "FAILED %s:%d: %s: ", file, line, condition);
	va_start(arguments, format);
	print_line(where, format, arguments);
	va_end(arguments);
}

void skip(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line("SKIPPED: ", format, arguments);
	va_end(arguments);
	_exit(SKIPPED);
}

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line("BROKEN: ", format, arguments);
	va_end(arguments);
	_exit(2);
}

int failures(void)
{
	return __atomic_load_n(&failed, __ATOMIC_RELAXED);
}

int finish(void)
{
	printf("%ld checks, %d failed\n", checks, failures());
	if (checks == 0)
		die("nothing was checked");
	return failures() ? 1 : 0;
}

static void *member_main(void *argument)
{
	struct crew_member member = *(struct crew_member *)argument;

	free(argument);
	member.run(member.number, member.argument);
	return NULL;
}

void crew_start(struct crew *crew, int count, void (*run)(int number, void *argument), void *argument)
{
	if (count > MAX_THREADS)
		die("%d threads are more than %d", count, MAX_THREADS);
	crew->count = count;
	for (int i = 0; i < count; i++) {
		struct crew_member *member = malloc(sizeof(*member));
		int error;

		if (!member)
			die("out of memory");
		*member = (struct crew_member){ i, run, argument };
		error = pthread_create(&crew->threads[i], NULL, member_main, member);
		if (error)
			die("pthread_create: %s", strerror(error));
	}
}

void crew_join(struct crew *crew)
{
	for (int i = 0; i < crew->count; i++)
		pthread_join(crew->threads[i], NULL);
}

int64_t now_nanos(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The affinity at the start of the process. Tests narrow it later. */
static const cpu_set_t *cpus_at_start(void)
{
	static cpu_set_t set;
	static bool read;

	if (!read) {
		if (sched_getaffinity(getpid(), sizeof(set), &set))
			die("sched_getaffinity");
		read = true;
	}
	return &set;
}

__attribute__((constructor)) static void remember_cpus(void)
{
	(void)cpus_at_start();
}

int usable_cpus(void)
{
	return CPU_COUNT(cpus_at_start());
}

int usable_cpu(int i)
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, cpus_at_start()) && i-- == 0)
			return cpu;
	}
	die("CPU index %d is out of range", i);
}

int in_child(void (*body)(void *argument), void *argument)
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		checks = 0;
		failed = 0;
		body(argument);
		_exit(failures() ? 1 : 0);
	}
	while (waitpid(child, &status, 0) < 0)
		;
	return status;
}

uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}
