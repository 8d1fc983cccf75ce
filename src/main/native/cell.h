/* SPDX-License-Identifier: Apache-2.0 */
/* cell.h - 16-byte loads and compare-and-swap of the architecture that is built. */
#ifndef PERCPU_CELL_H
#define PERCPU_CELL_H

#if defined(__x86_64__)
#include "cell_x86_64.h"
#elif defined(__aarch64__)
#include "cell_aarch64.h"
#endif

#endif /* PERCPU_CELL_H */
