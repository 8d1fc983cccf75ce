/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thread.h - where this thread's struct rseq is.
 *
 * Owner libc: at a constant offset from the thread pointer, on every thread.
 * Owner legacy or self: behind a pointer of this library's own, 8 bytes of TLS
 * reached by TLSDESC (an initial-exec variable would not load on musl). The
 * pointer is one of the three states below until the thread is known.
 */
#ifndef PERCPU_THREAD_H
#define PERCPU_THREAD_H

#include <stdint.h>

#include "process.h"

#define AREA_UNKNOWN ((char *)0) /* never asked: the record call says so, once */
#define AREA_FAILED ((char *)1)	 /* no area to be had: not tried again */
#define AREA_CLOSED ((char *)2)	 /* unregistered at thread exit */

extern __thread char *percpu_thread_area __attribute__((visibility("hidden"), tls_model("global-dynamic")));

static inline __attribute__((always_inline)) char *area_of_libc(void)
{
	char *area = (char *)__builtin_thread_pointer() + percpu_process.libc_offset;

	/* Never one of the states: the compiler need not ask. */
	if ((uintptr_t)area <= (uintptr_t)AREA_CLOSED)
		__builtin_unreachable();
	return area;
}

static inline __attribute__((always_inline)) char *area_of_thread(void)
{
	return percpu_thread_area;
}

static inline __attribute__((always_inline)) int area_is_there(const char *area)
{
	return (uintptr_t)area > (uintptr_t)AREA_CLOSED;
}

/* The area of this thread whoever owns it, or a state. For control calls. */
static inline char *area_of_owner(void)
{
	if (percpu_process.owner == PERCPU_OWNER_LIBC)
		return area_of_libc();
	return percpu_process.owner == PERCPU_OWNER_NONE ? AREA_FAILED : area_of_thread();
}

#endif /* PERCPU_THREAD_H */
