/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.c - owner and mode of the process, each fixed once.
 *
 * One copy of this library serves the whole process (Java loads one content-
 * hashed file from every class loader), so this state exists once.
 */
#include "process.h"

#include "cell.h"
#include "rseq_abi.h"
#include "syscall.h"

#define WAIT_NANOS 100000

enum { UNSET, SETTING, SET };

struct percpu_process percpu_process;
unsigned int percpu_exit_key;
bool percpu_vector_pairs;
static int state = UNSET;
static int mode = NEG_ENODATA;

static bool valid(const struct percpu_process *process)
{
	if (process->owner > PERCPU_OWNER_SELF)
		return false;
	if (process->owner == PERCPU_OWNER_LEGACY && !process->dlsym)
		return false;
	if (process->owner == PERCPU_OWNER_SELF) {
		uint32_t alignment = process->area_alignment;

		return process->area_length >= RSEQ_ORIGINAL_LENGTH && alignment >= RSEQ_ORIGINAL_LENGTH &&
		       (alignment & (alignment - 1)) == 0 && process->posix_memalign && process->free &&
		       process->pthread_key_create && process->pthread_setspecific;
	}
	return true;
}

/* True for the one caller that may set; the others wait until what it set can be read. */
static bool begin_setting(void)
{
	const struct timespec64 pause = { 0, WAIT_NANOS };
	int expected = UNSET;

	while (!__atomic_compare_exchange_n(&state, &expected, SETTING, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
		if (expected == SET)
			return false;
		(void)syscall4(NR_nanosleep, (long)&pause, 0, 0, 0);
		expected = UNSET;
	}
	return true;
}

int percpu_process_start(const struct percpu_process *process)
{
	if (!valid(process))
		return NEG_EINVAL;
	if (!begin_setting())
		return NEG_EALREADY;
	percpu_process = *process;
	percpu_vector_pairs = percpu_pair_is_atomic(process->hwcap);
	if (process->owner == PERCPU_OWNER_SELF) {
		int error = process->pthread_key_create(&percpu_exit_key, percpu_thread_exit);

		if (error) {
			__atomic_store_n(&state, UNSET, __ATOMIC_RELEASE);
			return -error;
		}
	}
	__atomic_store_n(&state, SET, __ATOMIC_RELEASE);
	return 0;
}

int percpu_process_owner(void)
{
	return __atomic_load_n(&state, __ATOMIC_ACQUIRE) == SET ? (int)percpu_process.owner : NEG_ENODATA;
}

int percpu_process_fix_mode(uint32_t wanted)
{
	int expected = NEG_ENODATA;
	int owner = percpu_process_owner();

	if (owner < 0)
		return owner;
	if (wanted > PERCPU_MODE_RSEQ ||
	    (wanted == PERCPU_MODE_RSEQ && (owner == PERCPU_OWNER_NONE || !percpu_vector_pairs)))
		return NEG_EINVAL;
	return __atomic_compare_exchange_n(&mode, &expected, (int)wanted, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) ?
		       0 :
		       NEG_EALREADY;
}

int percpu_process_mode(void)
{
	return __atomic_load_n(&mode, __ATOMIC_ACQUIRE);
}

int percpu_pair_is_atomic(uint64_t hwcap)
{
	return cell_pair_is_atomic(hwcap);
}

int percpu_membarrier(int command, uint32_t flags, int cpu)
{
	return (int)syscall4(NR_membarrier, command, flags, cpu, 0);
}
