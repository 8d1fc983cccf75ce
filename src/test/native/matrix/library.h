/* SPDX-License-Identifier: Apache-2.0 */
/* library.h - loads libpercpu.so at run time, as Java does. */
#ifndef MATRIX_LIBRARY_H
#define MATRIX_LIBRARY_H

#include <dlfcn.h>
#include <stddef.h>

#include "../../../main/native/percpu.h"

#define LIBRARY_CALLS(X)                                                       \
  X(percpu_process_start)                                                      \
  X(percpu_process_fix_mode)                                                   \
  X(percpu_pair_is_atomic)                                                     \
  X(percpu_thread_register)                                                    \
  X(percpu_rseq_try)                                                           \
  X(percpu_region_create)                                                      \
  X(percpu_region_first_cell)                                                  \
  X(percpu_shard_restarts)                                                     \
  X(percpu_shared_records)                                                     \
  X(percpu_buckets_size)                                                       \
  X(percpu_buckets_init)                                                       \
  X(percpu_sum)                                                                \
  X(percpu_self_test_victim)                                                   \
  X(percpu_self_test_disturb)                                                  \
  X(percpu_add_long__libc)                                                     \
  X(percpu_add_double__libc)                                                   \
  X(percpu_observe_long__libc)                                                 \
  X(percpu_observe_double__libc)                                               \
  X(percpu_observe_n_long__libc)                                               \
  X(percpu_observe_n_double__libc)                                             \
  X(percpu_observe_bucket_double__libc)                                        \
  X(percpu_add_long__thread)                                                   \
  X(percpu_add_double__thread)                                                 \
  X(percpu_observe_long__thread)                                               \
  X(percpu_observe_double__thread)                                             \
  X(percpu_observe_n_long__thread)                                             \
  X(percpu_observe_n_double__thread)                                           \
  X(percpu_observe_bucket_double__thread)                                      \
  X(percpu_add_long__atomic)                                                   \
  X(percpu_add_double__atomic)                                                 \
  X(percpu_observe_long__atomic)                                               \
  X(percpu_observe_double__atomic)                                             \
  X(percpu_observe_n_long__atomic)                                             \
  X(percpu_observe_n_double__atomic)                                           \
  X(percpu_observe_bucket_double__atomic)

#define LIBRARY_MEMBER(name) __typeof__(name) *(name);
#define LIBRARY_NAME(name) #name,

struct library {
  LIBRARY_CALLS(LIBRARY_MEMBER)
};

/* Returns NULL when every call was found, else an error message. */
static inline const char *library_load(struct library *library,
                                       const char *file) {
  static const char *const names[] = {LIBRARY_CALLS(LIBRARY_NAME)};
  void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  void **member = (void **)library;

  _Static_assert(sizeof(names) == sizeof(*library), "one name per member");
  if (!handle)
    return dlerror();
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    member[i] = dlsym(handle, names[i]);
    if (!member[i])
      return names[i];
  }
  return NULL;
}

#endif /* MATRIX_LIBRARY_H */
