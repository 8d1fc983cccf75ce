/* SPDX-License-Identifier: Apache-2.0 */
/*
 * harness.h - checks, skips and threads for the tests of the native library.
 *
 * Exit codes of a test program: 0 every check held, 1 a check failed, 2 the
 * test is broken, 77 the test cannot run on this machine; its last line says
 * why. A test without a check is broken.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Counts a check. When the condition is false, prints its file and line and the message, and continues. MT-safe. */
#define CHECK(condition, ...) check((condition), __FILE__, __LINE__, #condition, __VA_ARGS__)

void check(bool holds, const char *file, int line, const char *condition, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Ends the program with 77 and prints the reason. */
void skip(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Ends the program with 2: the test is broken or has wrong arguments. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Prints the number of checks and returns the exit code. */
int finish(void);

/* Returns the number of failed checks. */
int failures(void);

#define MAX_THREADS 64

/* Threads that run one function, each with its number. An error of pthread_create ends the program. */
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

/* The number of CPUs that this process may run on, and the number of the i-th of them. */
int usable_cpus(void);
int usable_cpu(int i);

/* Runs body in a child process and returns its wait status. The child exits with 1 when a check fails. */
int in_child(void (*body)(void *argument), void *argument);

/* Returns the next pseudo-random number (xorshift64*, Vigna 2014): the same sequence in every run. */
uint64_t next_random(uint64_t *state);

#endif /* HARNESS_H */
