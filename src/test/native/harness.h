/* SPDX-License-Identifier: Apache-2.0 */
/*
 * harness.h - checks, skips and threads for the tests of the native library.
 *
 * A test program ends with 0 when every check held, 1 when one did not and 77
 * when it could not run here, with the reason as its last line. It never
 * passes by not running.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Counts the check; when it does not hold, says where and what, and goes on.
 * MT-safe. */
#define CHECK(condition, ...) check((condition), __FILE__, __LINE__, #condition, __VA_ARGS__)

void check(bool holds, const char *file, int line, const char *condition, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Ends the program: it cannot run here, and why. */
void skip(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Ends the program: the test itself is broken, or was started wrongly. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* The exit code; says how many checks there were. */
int finish(void);

/* Checks that did not hold so far. */
int failures(void);

#define MAX_THREADS 64

/* Threads that run one function, each with its number; errors of pthread_create
 * end the program. */
struct crew {
	pthread_t threads[MAX_THREADS];
	int count;
};

struct crew_member {
	int number;
	void (*run)(int number, void *argument);
	void *argument;
};

void crew_start(struct crew *crew, int count, void (*run)(int number, void *argument), void *argument);
void crew_join(struct crew *crew);

/* CLOCK_MONOTONIC, nanoseconds. */
int64_t now_nanos(void);

/* CPUs this process may run on, and the i-th of them. */
int usable_cpus(void);
int usable_cpu(int i);

/* Runs body in a child process. Returns its wait status; a failed check in it
 * makes it exit with 1. */
int in_child(void (*body)(void *argument), void *argument);

/* xorshift64*: the same numbers in every run. */
uint64_t next_random(uint64_t *state);

#endif /* HARNESS_H */
