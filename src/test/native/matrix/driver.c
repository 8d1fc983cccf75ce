/* SPDX-License-Identifier: Apache-2.0 */
/*
 * driver.c - runs libpercpu.so on the libc and kernel of this machine.
 *
 *	driver LIBRARY RESTARTS BUDGET_NANOS RECORDS HWCAP [rseq|atomic]
 *
 * Does the same as the Java service at start: finds the owner, runs the
 * self-test (until RESTARTS restarts, each part at most BUDGET_NANOS), and
 * fixes the mode, or the mode of the last argument. Then several threads make
 * RECORDS records with each operation. When all have ended it reads the sums.
 * Prints "key=value" words on one line; see workload.h.
 *
 * HWCAP is or-ed with that of the kernel. QEMU emulates LSE2 (bit 25)
 * since 8.1. An older QEMU still executes the committing store of a pair
 * without interruption, and no thread reads sums during records here, so
 * sections can be tested there too.
 */
#define _GNU_SOURCE
#define ANYLIBC_MAIN
#include "anylibc.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "library.h"
#include "workload.h"

#define ACTIVE_ORIGINAL 20u
#define LENGTH_ORIGINAL 32u
#define MM_CID_OFFSET 24u
#define CPU_ID_OFFSET 4u

static struct library library;
static unsigned long hwcap;

struct facts {
  unsigned int owner;
  unsigned int length;
  unsigned int active_size;
  int errno_of_try;
  long offset;
};

static unsigned int at_least(unsigned long value, unsigned int least) {
  return value > least ? (unsigned int)value : least;
}

static int try_registration(unsigned int length, unsigned int alignment) {
  void *area;
  int error = posix_memalign(&area, alignment,
                             (length + alignment - 1) &
                                 ~(unsigned long)(alignment - 1));

  if (error)
    return -error;
  error = library.percpu_rseq_try(area, length);
  free(area);
  return error;
}

static struct facts find_facts(void) {
  const unsigned int *size = dlsym(NULL, "__rseq_size");
  const ptrdiff_t *offset = dlsym(NULL, "__rseq_offset");
  unsigned long feature = getauxval(AT_RSEQ_FEATURE_SIZE);
  unsigned int known = feature ? (unsigned int)feature : ACTIVE_ORIGINAL;
  struct facts facts = {.owner = PERCPU_OWNER_NONE};

  if (size && *size) {
    facts.owner = PERCPU_OWNER_LIBC;
    facts.offset = *offset;
    facts.length = at_least(*size, LENGTH_ORIGINAL);
    facts.active_size = *size;
    if (*size == ACTIVE_ORIGINAL || *size == LENGTH_ORIGINAL)
      facts.active_size = known < LENGTH_ORIGINAL ? known : LENGTH_ORIGINAL;
    return facts;
  }
  facts.length = at_least(feature, LENGTH_ORIGINAL);
  facts.errno_of_try = -try_registration(
      facts.length, at_least(getauxval(AT_RSEQ_ALIGN), LENGTH_ORIGINAL));
  if (facts.errno_of_try == 0) {
    facts.owner = PERCPU_OWNER_SELF;
    facts.active_size = known;
  }
  return facts;
}

static int start(const struct facts *facts) {
  const struct percpu_process process = {
      .owner = facts->owner,
      .libc_offset = facts->offset,
      .area_length = facts->length,
      .area_alignment = at_least(getauxval(AT_RSEQ_ALIGN), LENGTH_ORIGINAL),
      .hwcap = hwcap,
      .dlsym = dlsym,
      .posix_memalign = posix_memalign,
      .free = free,
      .pthread_key_create = pthread_key_create,
      .pthread_setspecific = pthread_setspecific,
  };

  return library.percpu_process_start(&process);
}

static void *run_victim(void *test) {
  (void)library.percpu_thread_register();
  return (void *)(intptr_t)library.percpu_self_test_victim(test);
}

static void *run_disturber(void *test) {
  return (void *)(intptr_t)library.percpu_self_test_disturb(test);
}

static struct percpu_self_test self_test(unsigned int other_cpu,
                                         long min_restarts, long budget_nanos) {
  struct percpu_self_test test = {.other_cpu = other_cpu,
                                  .min_restarts = (uint32_t)min_restarts,
                                  .budget_nanos = budget_nanos};
  pthread_t victim;
  pthread_t disturber;

  if (pthread_create(&victim, NULL, run_victim, &test) != 0)
    return test;
  if (pthread_create(&disturber, NULL, run_disturber, &test) == 0)
    (void)pthread_join(disturber, NULL);
  (void)pthread_join(victim, NULL);
  return test;
}

/* Runs the self-test, prints its result and returns the mode that it allows. */
static unsigned int test_sections(const struct facts *facts, long min_restarts,
                                  long budget_nanos) {
  struct percpu_self_test preemption = self_test(0, min_restarts, budget_nanos);
  struct percpu_self_test migration = {0};
  const char *result;

  if (preemption.violations == 0)
    migration = self_test(1, min_restarts, budget_nanos);
  if (preemption.violations || migration.violations)
    result = "failed";
  else
    result =
        preemption.restarts >= (uint32_t)min_restarts ? "passed" : "skipped";
  printf(
      " selfTest=%s preemptionRestarts=%u migrationRestarts=%u violations=%u",
      result, preemption.restarts, migration.restarts,
      preemption.violations + migration.violations);
  if (facts->owner == PERCPU_OWNER_NONE ||
      !library.percpu_pair_is_atomic(hwcap) || strcmp(result, "failed") == 0)
    return PERCPU_MODE_ATOMIC;
#if defined(__aarch64__)
  if (strcmp(result, "skipped") == 0)
    return PERCPU_MODE_ATOMIC;
#endif
  return PERCPU_MODE_RSEQ;
}

static int fail(const char *what, long code) {
  printf(" failed=%s code=%ld\n", what, code);
  return 1;
}

int main(int argc, char **argv) {
  static const char *const owners[] = {"none", "libc", "legacy", "self"};
  const char *error;
  struct facts facts;
  unsigned int mode;
  int code;

  if (argc < 6)
    return fail("usage", argc);
  hwcap = getauxval(AT_HWCAP) | (unsigned long)parse_number(argv[5]);
  error = library_load(&library, argv[1]);
  if (error)
    return fail(error, 0);
  facts = find_facts();
  printf("owner=%s length=%u activeSize=%u errno=%d", owners[facts.owner],
         facts.length, facts.active_size, facts.errno_of_try);
  code = start(&facts);
  if (code != 0)
    return fail("start", code);
  (void)library.percpu_thread_register();
  mode = test_sections(&facts, parse_number(argv[2]), parse_number(argv[3]));
  if (argc > 6)
    mode = strcmp(argv[6], "rseq") == 0 ? PERCPU_MODE_RSEQ : PERCPU_MODE_ATOMIC;
  code = library.percpu_process_fix_mode(mode);
  if (code != 0)
    return fail("mode", code);
  printf(" pairs=%d mode=%s",
         library.percpu_pair_is_atomic(getauxval(AT_HWCAP)),
         mode == PERCPU_MODE_RSEQ ? "rseq" : "atomic");
  code = workload_run(&library, mode, facts.owner, CPU_ID_OFFSET, "cpuId",
                      parse_number(argv[4]));
  if (code == 0 && facts.active_size >= MM_CID_OFFSET + 4)
    code = workload_run(&library, mode, facts.owner, MM_CID_OFFSET, "mmCid",
                        parse_number(argv[4]));
  printf(code == 0 ? " done=1\n" : " done=0 code=%d\n", code);
  return code != 0;
}
