/* SPDX-License-Identifier: Apache-2.0 */
/* thread.c - registers the areas of threads, and unregisters them at thread exit. */
#include "thread.h"

#include "rseq_abi.h"
#include "sections.h"
#include "syscall.h"

#define VIEW_BYTES 64u

__thread char *percpu_thread_area;
static int last_errno;

static int rseq(void *area, uint32_t length, int flags)
{
	return (int)syscall4(NR_rseq, (long)area, length, flags, PERCPU_RSEQ_SIG);
}

/* The state in which the kernel expects an area: zeroed, and no CPU. */
static void prepare(char *area, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++)
		area[i] = 0;
	*(volatile int32_t *)(area + RSEQ_CPU_ID) = RSEQ_CPU_ID_UNINITIALIZED;
}

/* For a TLS symbol dlsym returns the address of the calling thread's own copy. */
static int adopt_legacy(void)
{
	char *area = percpu_process.dlsym((void *)0, "__rseq_abi");

	percpu_thread_area = area ? area : AREA_FAILED;
	return area ? 0 : NEG_ENODATA;
}

static unsigned long allocated_bytes(void)
{
	unsigned long alignment = percpu_process.area_alignment;

	return (percpu_process.area_length + alignment - 1) & ~(alignment - 1);
}

static int register_own(void)
{
	void *area;
	int error = percpu_process.posix_memalign(&area, percpu_process.area_alignment, allocated_bytes());

	if (error) {
		percpu_thread_area = AREA_FAILED;
		return -error;
	}
	prepare(area, percpu_process.area_length);
	error = percpu_process.pthread_setspecific(percpu_exit_key, area);
	error = error ? -error : rseq(area, percpu_process.area_length, 0);
	if (error) {
		percpu_process.pthread_setspecific(percpu_exit_key, (void *)0);
		percpu_process.free(area);
		percpu_thread_area = AREA_FAILED;
		return error;
	}
	percpu_thread_area = area;
	return 0;
}

int percpu_thread_register(void)
{
	int error;

	if (percpu_process.owner != PERCPU_OWNER_LEGACY && percpu_process.owner != PERCPU_OWNER_SELF)
		return 0;
	if (percpu_thread_area != AREA_UNKNOWN)
		return has_area(percpu_thread_area) ? 0 : NEG_ENODATA;
	error = percpu_process.owner == PERCPU_OWNER_LEGACY ? adopt_legacy() : register_own();
	if (error)
		__atomic_store_n(&last_errno, -error, __ATOMIC_RELAXED);
	return error;
}

int percpu_thread_last_errno(void)
{
	return __atomic_load_n(&last_errno, __ATOMIC_RELAXED);
}

/*
 * Destructors of other keys may run later on this thread and may record. They
 * find AREA_CLOSED and use the shared shard. When the kernel refuses to
 * unregister the area, it may still write to it: the area is leaked.
 */
void percpu_thread_exit(void *area)
{
	percpu_thread_area = AREA_CLOSED;
	if (rseq(area, percpu_process.area_length, RSEQ_FLAG_UNREGISTER) == 0)
		percpu_process.free(area);
}

/* The length of libc's area is unknown here. Bytes after it belong to the thread descriptor, so they can be read. */
static uint32_t readable_bytes(void)
{
	if (percpu_process.owner == PERCPU_OWNER_LIBC)
		return VIEW_BYTES;
	if (percpu_process.owner == PERCPU_OWNER_LEGACY)
		return RSEQ_ORIGINAL_LENGTH;
	return percpu_process.area_length < VIEW_BYTES ? percpu_process.area_length : VIEW_BYTES;
}

int percpu_thread_view(void *out, uint32_t length)
{
	const volatile char *area = area_of_owner();

	if (!has_area((const char *)area))
		return NEG_ENODATA;
	if (length > readable_bytes())
		length = readable_bytes();
	for (uint32_t i = 0; i + 4 <= length; i += 4)
		*(uint32_t *)((char *)out + i) = *(const volatile uint32_t *)(area + i);
	return (int)(length & ~3u);
}

int percpu_rseq_try(void *memory, uint32_t length)
{
	int error;

	if (length < RSEQ_ORIGINAL_LENGTH)
		return NEG_EINVAL;
	prepare(memory, length);
	error = rseq(memory, length, 0);
	return error ? error : rseq(memory, length, RSEQ_FLAG_UNREGISTER);
}
