/* SPDX-License-Identifier: Apache-2.0 */
/* process.h - what percpu_process_start() fixed; read-only from then on. */
#ifndef PERCPU_PROCESS_H
#define PERCPU_PROCESS_H

#include <stdbool.h>

#include "percpu.h"

extern __attribute__((visibility("hidden"))) struct percpu_process percpu_process;
extern __attribute__((visibility("hidden"))) unsigned int percpu_exit_key;
/* Whether cells are read by a plain 16-byte load; see percpu_pair_is_atomic(). */
extern __attribute__((visibility("hidden"))) bool percpu_vector_pairs;

__attribute__((visibility("hidden"))) void percpu_thread_exit(void *area);

#endif /* PERCPU_PROCESS_H */
