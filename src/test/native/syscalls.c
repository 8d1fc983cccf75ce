/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syscalls.c - rseq(2) with wrong addresses, lengths, flags and signatures.
 *
 *	syscalls [owned]
 *
 * It must fail as Documentation/userspace-api/rseq.rst and kernel/rseq.c of
 * Linux say. The library must return its errno, and the registration of the
 * thread must not change. Needs a process where libc does not register threads,
 * or, with "owned", one where it does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "path.h"
#include "rseq_abi.h"
#include "sections.h"

#define WRONG_SIGNATURE 0x12345678

static char area[1024] __attribute__((aligned(512)));
static uint32_t own_length;

static int call(void *address, uint32_t length, int flags, uint32_t signature)
{
	return syscall(SYS_rseq, address, length, flags, signature) ? -errno : 0;
}

static void prepare(void)
{
	memset(area, 0, sizeof(area));
	*(int32_t *)(area + RSEQ_CPU_ID) = RSEQ_CPU_ID_UNINITIALIZED;
}

static void should_reject_wrong_registrations(void)
{
	char *const not_mapped = (char *)((uintptr_t)1 << 46);
	char *const kernel_half = (char *)(~(uintptr_t)0 << 47);
	const struct {
		const char *what;
		char *address;
		uint32_t length;
		int flags;
		int expected;
	} cases[] = {
		{ "no area at all", NULL, 0, 0, -EINVAL },
		{ "length 0", area, 0, 0, -EINVAL },
		{ "length 1", area, 1, 0, -EINVAL },
		{ "length 31", area, 31, 0, -EINVAL },
		{ "misaligned by 1", area + 1, 32, 0, -EINVAL },
		{ "misaligned by 16", area + 16, 32, 0, -EINVAL },
		{ "flag 2", area, own_length, 2, -EINVAL },
		{ "all flags", area, own_length, -1, -EINVAL },
		{ "unregister without a registration", area, own_length, RSEQ_FLAG_UNREGISTER, -EINVAL },
		{ "not mapped", not_mapped, own_length, 0, -EFAULT },
		{ "the kernel's half", kernel_half, own_length, 0, -EFAULT },
	};

	for (unsigned int i = 0; i < COUNT_OF(cases); i++) {
		int result;

		prepare();
		result = call(cases[i].address, cases[i].length, cases[i].flags, PERCPU_RSEQ_SIG);
		CHECK(result == cases[i].expected, "%s: %d, not %d", cases[i].what, result, cases[i].expected);
		if (result == 0)
			call(cases[i].address, cases[i].length, RSEQ_FLAG_UNREGISTER, PERCPU_RSEQ_SIG);
	}
}

static void should_allow_one_registration(void)
{
	char *other = area + 512;

	prepare();
	CHECK(call(area, own_length, 0, PERCPU_RSEQ_SIG) == 0, "register");
	CHECK(*(int32_t *)(area + RSEQ_CPU_ID) >= 0, "no cpu_id");
	CHECK(call(area, own_length, 0, PERCPU_RSEQ_SIG) == -EBUSY, "the same again");
	CHECK(call(area, own_length, 0, WRONG_SIGNATURE) == -EPERM, "another signature");
	CHECK(call(other, own_length, 0, PERCPU_RSEQ_SIG) == -EINVAL, "another address");
	CHECK(call(area, own_length + 32, 0, PERCPU_RSEQ_SIG) == -EINVAL, "another length");
	CHECK(call(area, own_length, RSEQ_FLAG_UNREGISTER, WRONG_SIGNATURE) == -EPERM,
	      "unregister by another signature");
	CHECK(call(area, own_length + 32, RSEQ_FLAG_UNREGISTER, PERCPU_RSEQ_SIG) == -EINVAL, "by another length");
	CHECK(call(other, own_length, RSEQ_FLAG_UNREGISTER, PERCPU_RSEQ_SIG) == -EINVAL, "by another address");
	CHECK(percpu_rseq_try(area, own_length) == -EBUSY, "the library finds the same area: %d",
	      percpu_rseq_try(area, own_length));
	CHECK(percpu_rseq_try(other, own_length) == -EINVAL, "the library finds an owner");
	CHECK(call(area, own_length, RSEQ_FLAG_UNREGISTER, PERCPU_RSEQ_SIG) == 0, "unregister");
	CHECK(*(int32_t *)(area + RSEQ_CPU_ID) == -1, "cpu_id stays after it");
}

static void should_return_the_errno_of_the_kernel(void)
{
	CHECK(percpu_rseq_try(area, own_length) == 0, "no owner of this thread");
	CHECK(percpu_rseq_try(area, own_length) == 0, "the first try did not unregister");
	CHECK(percpu_rseq_try(area, 0) == -EINVAL, "length 0");
	CHECK(percpu_rseq_try(area, 31) == -EINVAL, "length 31");
	CHECK(percpu_rseq_try(area + 8, 32) == -EINVAL, "misaligned");
}

/* dlsym of a legacy owner whose area is that of this test. */
static void *find_test_area(void *handle, const char *name)
{
	(void)handle;
	CHECK(strcmp(name, "__rseq_abi") == 0, "looked up %s", name);
	return area;
}

static void on_alarm(int signal)
{
	(void)signal;
}

static void record_with_signature(void *argument)
{
	uint32_t signature = *(uint32_t *)argument;
	struct percpu_process process = path_process(PERCPU_OWNER_LEGACY);
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval often = { { 0, 100 }, { 0, 100 } };
	struct percpu_region *region = NULL;
	int64_t start = now_nanos();
	long records = 0;
	int64_t cell[2];

	process.dlsym = find_test_area;
	prepare();
	CHECK(call(area, own_length, 0, signature) == 0, "register");
	CHECK(percpu_process_start(&process) == 0, "start");
	CHECK(percpu_process_fix_mode(PERCPU_MODE_RSEQ) == 0, "mode");
	CHECK(percpu_thread_register() == 0, "adopt");
	CHECK(percpu_region_create(64, 16, PERCPU_SUM_LONG, RSEQ_CPU_ID, &region) == 0, "region");
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (uint32_t restarts = 0; restarts < 3 && now_nanos() - start < 10000000000;) {
		for (int i = 0; i < 1000; i++, records++)
			(void)percpu_observe_long__thread(region, percpu_region_first_cell(region), NULL, 1);
		restarts = 0;
		for (uint32_t i = 0; i < 64; i++)
			restarts += (uint32_t)percpu_shard_restarts(region, i);
	}
	CHECK(percpu_sum(region, 0, 65, percpu_region_first_cell(region), percpu_region_first_cell(region) + 16,
			 cell) == 0 &&
		      cell[0] == records,
	      "%ld records, sum %ld", records, (long)cell[0]);
}

/* The kernel compares the 4 bytes before the abort address with the registered signature, and kills. */
static void should_have_the_signature_before_its_abort_handlers(void)
{
	uint32_t right = PERCPU_RSEQ_SIG, wrong = WRONG_SIGNATURE;
	int status = in_child(record_with_signature, &right);

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "with the right signature: wait status 0x%x", status);
	status = in_child(record_with_signature, &wrong);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "with a wrong signature: wait status 0x%x", status);
}

static void should_find_libc_as_owner(void)
{
	uint32_t size;
	int64_t offset;
	char *own;

	if (!libc_rseq(&size, &offset) || size == 0)
		die("libc has not registered this process' threads");
	own = (char *)__builtin_thread_pointer() + offset;
	CHECK(percpu_rseq_try(area, own_length) == -EINVAL, "another area than libc's: %d",
	      percpu_rseq_try(area, own_length));
	CHECK(call(own, size > 32 ? size : 32, 0, WRONG_SIGNATURE) == -EPERM, "libc's area, wrong signature");
	CHECK(call(own, size > 32 ? size : 32, 0, PERCPU_RSEQ_SIG) == -EBUSY, "libc's area, as libc registered it");
	CHECK(call(own, 4096, 0, PERCPU_RSEQ_SIG) == -EINVAL, "libc's area, another length");
	CHECK(*(volatile int32_t *)(own + RSEQ_CPU_ID) >= 0, "libc lost its registration");
}

int main(int argc, char **argv)
{
	own_length = kernel_feature_size() > 32 ? kernel_feature_size() : 32;
	if (argc > 1 && strcmp(argv[1], "owned") == 0) {
		should_find_libc_as_owner();
		return finish();
	}
	if (syscall(SYS_rseq, NULL, 0, 0, 0) && errno == ENOSYS)
		skip("this kernel has no rseq(2), or a sandbox denies it");
	should_reject_wrong_registrations();
	should_allow_one_registration();
	should_return_the_errno_of_the_kernel();
	should_have_the_signature_before_its_abort_handlers();
	should_return_the_errno_of_the_kernel();
	return finish();
}
