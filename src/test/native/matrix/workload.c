/* SPDX-License-Identifier: Apache-2.0 */
/* workload.c - see workload.h */
#define _GNU_SOURCE
#include "anylibc.h"

#include "workload.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS 6
/* Threads that are bound to each of the first two CPUs. The others are not. */
#define PAIRS 2
#define BOUNDS 9
#define STRIDE_SHIFT 16
#define YIELD_EVERY 1024
#define CELL_BYTES 16u
/* Observations of one record of n. */
#define MANY 3
#define ENOMEM_NEGATIVE (-12)

struct calls {
  __typeof__(percpu_add_long__libc) *add_long;
  __typeof__(percpu_add_double__libc) *add_double;
  __typeof__(percpu_observe_long__libc) *observe_long;
  __typeof__(percpu_observe_double__libc) *observe_double;
  __typeof__(percpu_observe_n_long__libc) *observe_n_long;
  __typeof__(percpu_observe_n_double__libc) *observe_n_double;
};

struct pair {
  int64_t first;
  int64_t second;
};

/* Regions and the offsets in both. */
struct offsets {
  struct percpu_region *longs;
  struct percpu_region *doubles;
  struct percpu_buckets *long_buckets;
  struct percpu_buckets *double_buckets;
  uint64_t counter;
  uint64_t group;
  uint64_t n_group;
};

struct recorder {
  const struct library *library;
  const struct calls *calls;
  const struct offsets *offsets;
  int number;
  long records;
  int64_t added;     /* to each counter */
  int64_t observed;  /* sum, of each kind; a record of n adds MANY times this */
  long unregistered; /* records that returned PERCPU_RECORDED_UNREGISTERED */
  int error;
};

static int64_t bits_of(double value) {
  int64_t bits;

  memcpy(&bits, &value, sizeof(bits));
  return bits;
}

static double double_of(int64_t bits) {
  double value;

  memcpy(&value, &bits, sizeof(value));
  return value;
}

static struct calls calls_of(const struct library *library, unsigned int mode,
                             unsigned int owner) {
  const struct calls libc = {library->percpu_add_long__libc,
                             library->percpu_add_double__libc,
                             library->percpu_observe_long__libc,
                             library->percpu_observe_double__libc,
                             library->percpu_observe_n_long__libc,
                             library->percpu_observe_n_double__libc};
  const struct calls thread = {library->percpu_add_long__thread,
                               library->percpu_add_double__thread,
                               library->percpu_observe_long__thread,
                               library->percpu_observe_double__thread,
                               library->percpu_observe_n_long__thread,
                               library->percpu_observe_n_double__thread};
  const struct calls atomic = {library->percpu_add_long__atomic,
                               library->percpu_add_double__atomic,
                               library->percpu_observe_long__atomic,
                               library->percpu_observe_double__atomic,
                               library->percpu_observe_n_long__atomic,
                               library->percpu_observe_n_double__atomic};

  if (mode == PERCPU_MODE_ATOMIC)
    return atomic;
  return owner == PERCPU_OWNER_LIBC ? libc : thread;
}

/* Registers the thread when the result of a record call asks for it, as Java
 * does. */
static void answer(struct recorder *recorder, int result) {
  if (result == PERCPU_RECORDED_UNREGISTERED) {
    recorder->unregistered++;
    (void)recorder->library->percpu_thread_register();
  }
}

static void bind_to(unsigned long cpu) {
  unsigned long set[16] = {1UL << cpu};

  (void)raw_syscall(SYS_sched_setaffinity, 0, sizeof(set), (long)set, 0);
}

static void *record(void *argument) {
  struct recorder *recorder = argument;
  const struct calls *call = recorder->calls;
  const struct offsets *at = recorder->offsets;

  if (recorder->number < 2 * PAIRS)
    bind_to((unsigned long)recorder->number / PAIRS);
  for (long i = 0; i < recorder->records; i++) {
    int64_t amount = (i * 7 + recorder->number) % 1000;

    answer(recorder, call->add_long(at->longs, at->counter, amount));
    answer(recorder,
           call->add_double(at->doubles, at->counter, bits_of((double)amount)));
    answer(recorder,
           call->observe_long(at->longs, at->group, at->long_buckets, amount));
    answer(recorder,
           call->observe_double(at->doubles, at->group, at->double_buckets,
                                bits_of((double)amount)));
    answer(recorder, call->observe_n_long(at->longs, at->n_group,
                                          at->long_buckets, amount, MANY));
    answer(recorder,
           call->observe_n_double(at->doubles, at->n_group, at->double_buckets,
                                  bits_of((double)amount), MANY));
    recorder->added += amount;
    recorder->observed += amount;
    if (i % YIELD_EVERY == 0)
      (void)raw_syscall(SYS_sched_yield, 0, 0, 0, 0);
  }
  return NULL;
}

/* One more than the largest number in a list like "0-3,8". */
static unsigned int possible_cpus(void) {
  char list[256] = "1";
  int file = open("/sys/devices/system/cpu/possible", O_RDONLY | O_CLOEXEC);
  const char *last = list;

  if (file >= 0) {
    (void)!read(file, list, sizeof(list) - 1);
    (void)close(file);
  }
  for (const char *c = list; *c; c++) {
    if (*c == '-' || *c == ',')
      last = c + 1;
  }
  return (unsigned int)parse_number(last) + 1;
}

static struct percpu_buckets *buckets(const struct library *library,
                                      uint32_t sum_kind) {
  static const int bounds[BOUNDS] = {0, 1, 10, 30, 100, 250, 500, 750, 990};
  struct percpu_buckets *memory;
  int64_t values[BOUNDS];

  for (int i = 0; i < BOUNDS; i++)
    values[i] =
        sum_kind == PERCPU_SUM_DOUBLE ? bits_of((double)bounds[i]) : bounds[i];
  memory =
      malloc((size_t)library->percpu_buckets_size(values, BOUNDS, sum_kind));
  if (memory &&
      library->percpu_buckets_init(memory, values, BOUNDS, sum_kind) != 0)
    memory = NULL;
  return memory;
}

static void print_group(const struct library *library,
                        struct percpu_region *region, int doubles,
                        uint64_t offset, int n, const char *name,
                        const struct recorder *all) {
  struct pair group[BOUNDS + 1];
  int64_t count = 0;
  int64_t sum = 0;

  (void)library->percpu_sum(region, 0, possible_cpus() + 1, offset,
                            offset + sizeof(group), group);
  for (int i = 0; i <= BOUNDS; i++) {
    count += group[i].first;
    sum += doubles ? (int64_t)double_of(group[i].second) : group[i].second;
  }
  printf(" %s.count=%ld/%ld %s.sum=%ld/%ld", name, n * all->records,
         (long)count, name, (long)(n * all->observed), (long)sum);
}

static void print_sums(const struct library *library,
                       struct percpu_region *region, const struct offsets *at,
                       const char *name, const struct recorder *all) {
  const int doubles = region == at->doubles;
  struct pair counter = {0, 0};
  char name_of_n[40];

  (void)library->percpu_sum(region, 0, possible_cpus() + 1, at->counter,
                            at->counter + CELL_BYTES, &counter);
  printf(" %s.added=%ld/%ld", name, (long)all->added,
         (long)(doubles ? (int64_t)double_of(counter.second) : counter.first));
  print_group(library, region, doubles, at->group, 1, name, all);
  (void)snprintf(name_of_n, sizeof(name_of_n), "%s.n", name);
  print_group(library, region, doubles, at->n_group, MANY, name_of_n, all);
}

static void print_results(const struct library *library,
                          const struct offsets *at, const char *name,
                          const struct recorder *all) {
  char kind[32];
  int64_t restarts = 0;

  (void)snprintf(kind, sizeof(kind), "%s.long", name);
  print_sums(library, at->longs, at, kind, all);
  (void)snprintf(kind, sizeof(kind), "%s.double", name);
  print_sums(library, at->doubles, at, kind, all);
  for (unsigned int i = 0; i < possible_cpus(); i++)
    restarts += library->percpu_shard_restarts(at->longs, i) +
                library->percpu_shard_restarts(at->doubles, i);
  printf(" %s.restarts=%ld %s.sharedRecords=%ld %s.unregistered=%ld", name,
         (long)restarts, name,
         (long)(library->percpu_shared_records(at->longs) +
                library->percpu_shared_records(at->doubles)),
         name, all->unregistered);
}

/* Runs all threads and returns the sums of their records. */
static struct recorder record_from_threads(const struct recorder *model) {
  struct recorder recorders[THREADS];
  struct recorder all = *model;
  pthread_t threads[THREADS];

  all.records = 0;
  for (int i = 0; i < THREADS; i++) {
    recorders[i] = *model;
    recorders[i].number = i;
    recorders[i].error =
        pthread_create(&threads[i], NULL, record, &recorders[i]);
  }
  for (int i = 0; i < THREADS; i++) {
    if (recorders[i].error) {
      all.error = -recorders[i].error;
      continue;
    }
    (void)pthread_join(threads[i], NULL);
    all.records += recorders[i].records;
    all.added += recorders[i].added;
    all.observed += recorders[i].observed;
    all.unregistered += recorders[i].unregistered;
  }
  return all;
}

int workload_run(const struct library *library, unsigned int mode,
                 unsigned int owner, unsigned int index_offset,
                 const char *name, long records) {
  const struct calls calls = calls_of(library, mode, owner);
  struct offsets at = {.long_buckets = buckets(library, PERCPU_SUM_LONG),
                       .double_buckets = buckets(library, PERCPU_SUM_DOUBLE)};
  const struct recorder model = {
      .library = library, .calls = &calls, .offsets = &at, .records = records};
  struct recorder all;
  int error = library->percpu_region_create(
      possible_cpus(), STRIDE_SHIFT, PERCPU_SUM_LONG, index_offset, &at.longs);

  if (!error)
    error = library->percpu_region_create(possible_cpus(), STRIDE_SHIFT,
                                          PERCPU_SUM_DOUBLE, index_offset,
                                          &at.doubles);
  if (error)
    return error;
  if (!at.long_buckets || !at.double_buckets)
    return ENOMEM_NEGATIVE;
  at.counter = library->percpu_region_first_cell(at.longs);
  at.group = at.counter + CELL_BYTES;
  at.n_group = at.group + (BOUNDS + 1) * CELL_BYTES;
  all = record_from_threads(&model);
  print_results(library, &at, name, &all);
  return all.error;
}
