/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thread.h - the address of this thread's struct rseq.
 *
 * Owner libc: thread pointer + __rseq_offset, one constant for all threads.
 * Owner legacy or self: a pointer in TLS, 8 bytes, accessed by a TLS descriptor
 * (an initial-exec variable would not load on musl). Until an area is known the
 * pointer is one of three states: AREA_UNKNOWN, AREA_FAILED, AREA_CLOSED.
 */
#ifndef PERCPU_THREAD_H
#define PERCPU_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"
#include "process.h"

/* The initial state: record calls return PERCPU_RECORDED_UNREGISTERED until percpu_thread_register() is called. */
#define AREA_UNKNOWN ((char *)0)
#define AREA_FAILED ((char *)1) /* the registration failed; not tried again */
#define AREA_CLOSED ((char *)2) /* unregistered at thread exit */

/* How a record call finds the area. */
enum variant {
	VARIANT_LIBC,
	VARIANT_THREAD,
};

extern HIDDEN __thread char *percpu_thread_area __attribute__((tls_model("global-dynamic")));

ALWAYS_INLINE char *area_of_libc(void)
{
	char *area = (char *)__builtin_thread_pointer() + percpu_process.libc_offset;

	/* Never one of the states: the compiler can drop the comparison. */
	if ((uintptr_t)area <= (uintptr_t)AREA_CLOSED)
		__builtin_unreachable();
	return area;
}

ALWAYS_INLINE char *area_of_thread(void)
{
	return percpu_thread_area;
}

ALWAYS_INLINE char *area_of(enum variant variant)
{
	return variant == VARIANT_LIBC ? area_of_libc() : area_of_thread();
}

ALWAYS_INLINE bool has_area(const char *area)
{
	return (uintptr_t)area > (uintptr_t)AREA_CLOSED;
}

/* The area of this thread for any owner, or a state. Not for record calls in sections: it branches on the owner. */
static inline char *area_of_owner(void)
{
	if (percpu_process.owner == PERCPU_OWNER_LIBC)
		return area_of_libc();
	return percpu_process.owner == PERCPU_OWNER_NONE ? AREA_FAILED : area_of_thread();
}

#endif /* PERCPU_THREAD_H */
