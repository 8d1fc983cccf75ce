/* SPDX-License-Identifier: Apache-2.0 */
/* sections.h - the critical sections of the architecture that is built. */
#ifndef PERCPU_SECTIONS_H
#define PERCPU_SECTIONS_H

#if defined(__x86_64__)
#include "sections_x86_64.h"
#elif defined(__aarch64__)
#include "sections_aarch64.h"
#endif

#endif /* PERCPU_SECTIONS_H */
