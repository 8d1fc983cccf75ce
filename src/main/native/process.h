/* SPDX-License-Identifier: Apache-2.0 */
/* process.h - the state that percpu_process_start() fixes. Read-only after it. */
#ifndef PERCPU_PROCESS_H
#define PERCPU_PROCESS_H

#include <stdbool.h>

#include "compiler.h"
#include "percpu.h"

extern HIDDEN struct percpu_process percpu_process;

/* Owner self: the pthread key whose destructor unregisters an area. */
extern HIDDEN unsigned int percpu_exit_key;

/* Whether cells are read by a plain 16-byte load; see percpu_pair_is_atomic(). */
extern HIDDEN bool percpu_vector_pairs;

/* The destructor of percpu_exit_key. @area: what the thread registered. */
HIDDEN void percpu_thread_exit(void *area);

#endif /* PERCPU_PROCESS_H */
