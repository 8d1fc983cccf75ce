/* SPDX-License-Identifier: Apache-2.0 */
/* datagrams.c - see datagrams.h. */
#define _GNU_SOURCE
#include "datagrams.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <time.h>

#define NANOS_PER_SECOND UINT64_C(1000000000)

void fail(const char *what)
{
	perror(what);
	exit(1);
}

uint64_t number_of(const char *name, const char *text, uint64_t from, uint64_t to)
{
	char *end = NULL;
	uint64_t number;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || number < from || number > to) {
		(void)fprintf(stderr, "%s must be %llu to %llu, but was %s\n", name, (unsigned long long)from,
			      (unsigned long long)to, text);
		exit(1);
	}
	return number;
}

struct address address_of(const char *text)
{
	struct address address = { .length = 0 };

	if (strchr(text, '/')) {
		struct sockaddr_un *local = (struct sockaddr_un *)&address.storage;

		if (strlen(text) >= sizeof(local->sun_path)) {
			(void)fprintf(stderr, "path must be shorter than %zu bytes, but was %s\n",
				      sizeof(local->sun_path), text);
			exit(1);
		}
		local->sun_family = AF_UNIX;
		memcpy(local->sun_path, text, strlen(text) + 1);
		address.length = sizeof(*local);
	} else {
		struct sockaddr_in *host = (struct sockaddr_in *)&address.storage;

		host->sin_family = AF_INET;
		host->sin_port = htons((uint16_t)number_of("port", text, 1, 65535));
		host->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		address.length = sizeof(*host);
	}
	return address;
}

void run_on(uint64_t cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("sched_setaffinity");
}

uint64_t clock_nanos(int clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		fail("clock_gettime");
	return (uint64_t)now.tv_sec * NANOS_PER_SECOND + (uint64_t)now.tv_nsec;
}

void sleep_until(uint64_t nanos)
{
	struct timespec until = { .tv_sec = (time_t)(nanos / NANOS_PER_SECOND),
				  .tv_nsec = (long)(nanos % NANOS_PER_SECOND) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

void sleep_exactly(void)
{
	if (prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0))
		fail("PR_SET_TIMERSLACK");
}
