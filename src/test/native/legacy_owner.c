/* SPDX-License-Identifier: Apache-2.0 */
/*
 * legacy_owner.c - an owner like those before glibc 2.35: a library that exports
 * the TLS symbol __rseq_abi and registers it on every thread.
 *
 * Preload it: it replaces pthread_create. Or dlopen it, and call
 * legacy_owner_register() on each thread. With LEGACY_OWNER_NEVER in the
 * environment it exports the symbol, but registers no thread. Its TLS model is dynamic, so that the
 * areas of a dlopened library are on the heap.
 */
#define _GNU_SOURCE
#include "legacy_owner.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))
#if defined(__x86_64__)
#define SIGNATURE 0x53053053
#elif defined(__aarch64__)
#define SIGNATURE 0xd428bc00
#endif
/* Built with "hidden", it is an owner whose areas no other library can find. */
#ifndef ABI_VISIBILITY
#define ABI_VISIBILITY "default"
#endif
#define LENGTH 32
#define UNREGISTER 1
#define CPU_ID 1
#define UNINITIALIZED ((uint32_t)-1)

__attribute__((visibility(ABI_VISIBILITY))) __thread uint32_t __rseq_abi[LENGTH / 4]
	__attribute__((aligned(LENGTH), tls_model("global-dynamic"))) = { [CPU_ID] = UNINITIALIZED };

static __thread int registered;
static pthread_key_t exit_key;

/* The area is freed with the memory of the thread. The kernel must not write to it after that. */
static void unregister(void *area)
{
	syscall(SYS_rseq, area, LENGTH, UNREGISTER, SIGNATURE);
}

EXPORTED int legacy_owner_register(void);

int legacy_owner_register(void)
{
	if (registered)
		return 0;
	if (getenv("LEGACY_OWNER_NEVER"))
		return -ENOSYS;
	if (syscall(SYS_rseq, __rseq_abi, LENGTH, 0, SIGNATURE))
		return -errno;
	registered = 1;
	pthread_setspecific(exit_key, __rseq_abi);
	return 0;
}

struct start {
	void *(*routine)(void *);
	void *argument;
};

static void *start_registered(void *argument)
{
	struct start start = *(struct start *)argument;

	free(argument);
	(void)legacy_owner_register();
	return start.routine(start.argument);
}

EXPORTED int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *),
			    void *argument)
{
	int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) = (int (*)(
		pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))dlsym(RTLD_NEXT, "pthread_create");
	struct start *start = malloc(sizeof(*start));
	int error;

	if (!start)
		return EAGAIN;
	*start = (struct start){ routine, argument };
	error = next(thread, attributes, start_registered, start);
	if (error)
		free(start);
	return error;
}

__attribute__((constructor)) static void begin(void)
{
	pthread_key_create(&exit_key, unregister);
	(void)legacy_owner_register();
}
