/* SPDX-License-Identifier: Apache-2.0 */
/* datagrams.h - what the sender and the receiver of the ingest benchmark share: arguments, addresses, one CPU. */
#ifndef PERCPU_BENCH_DATAGRAMS_H
#define PERCPU_BENCH_DATAGRAMS_H

#include <stdint.h>
#include <sys/socket.h>

struct address {
	struct sockaddr_storage storage;
	socklen_t length;
};

/* Prints a message with the text of errno, and exits with 1. */
void fail(const char *what) __attribute__((noreturn));

/* Returns the address of a port of 127.0.0.1, or of a Unix socket if the text has a slash. */
struct address address_of(const char *text);

/* Returns the number that a text is, or exits with 1 if it is none or not in this range. */
uint64_t number_of(const char *name, const char *text, uint64_t from, uint64_t to);

/* Binds the process to one CPU. */
void run_on(uint64_t cpu);

uint64_t clock_nanos(int clock);

/* Waits until a time of CLOCK_MONOTONIC. */
void sleep_until(uint64_t nanos);

/* Makes the sleeps of this thread end on time. Without it the kernel adds up to 50 us. */
void sleep_exactly(void);

#endif
