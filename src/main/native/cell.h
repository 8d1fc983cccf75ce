/* SPDX-License-Identifier: Apache-2.0 */
/* cell.h - 16-byte loads and compare-and-swap of the architecture that is built. */
#ifndef PERCPU_CELL_H
#define PERCPU_CELL_H

#include "layout.h"

/* Both words of a cell in one register. Unsigned, so that a sum may wrap. */
typedef uint64_t cell_pair __attribute__((vector_size(PERCPU_CELL)));

#if defined(__x86_64__)
#include "cell_x86_64.h"
#elif defined(__aarch64__)
#include "cell_aarch64.h"
#endif

#endif /* PERCPU_CELL_H */
