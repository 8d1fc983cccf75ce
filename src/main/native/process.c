/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.c - owner and mode of the process. Each is fixed once.
 *
 * Java loads one content-hashed file from every class loader, so the process
 * has one copy of this library and of this state.
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

static bool is_valid(const struct percpu_process *process)
{
	uint32_t alignment = process->area_alignment;

	switch (process->owner) {
	case PERCPU_OWNER_NONE:
	case PERCPU_OWNER_LIBC:
		return true;
	case PERCPU_OWNER_LEGACY:
		return process->dlsym != NULL;
	case PERCPU_OWNER_SELF:
		return process->area_length >= RSEQ_ORIGINAL_LENGTH && alignment >= RSEQ_ORIGINAL_LENGTH &&
		       (alignment & (alignment - 1)) == 0 && process->posix_memalign && process->free &&
		       process->pthread_key_create && process->pthread_setspecific;
	default:
		return false;
	}
}

/*
 * Returns true for one caller, which then sets the state. Concurrent callers wait
 * until the state is set, and get false. If it is reset to UNSET, the next caller
 * gets true.
 */
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
	if (!is_valid(process))
		return NEG_EINVAL;
	if (!begin_setting())
		return NEG_EALREADY;
	percpu_process = *process;
	percpu_vector_pairs = cell_pair_is_atomic(process->hwcap);
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

static bool can_use_sections(int owner)
{
	return owner != PERCPU_OWNER_NONE && percpu_vector_pairs;
}

int percpu_process_fix_mode(uint32_t new_mode)
{
	int expected = NEG_ENODATA;
	int owner = percpu_process_owner();

	if (owner < 0)
		return owner;
	if (new_mode > PERCPU_MODE_RSEQ || (new_mode == PERCPU_MODE_RSEQ && !can_use_sections(owner)))
		return NEG_EINVAL;
	if (!__atomic_compare_exchange_n(&mode, &expected, (int)new_mode, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return NEG_EALREADY;
	return 0;
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
