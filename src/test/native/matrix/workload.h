/* SPDX-License-Identifier: Apache-2.0 */
/* workload.h - records whose sums are known, and the sums that came out. */
#ifndef MATRIX_WORKLOAD_H
#define MATRIX_WORKLOAD_H

#include "library.h"

/*
 * Records from several threads into regions indexed by the field at this
 * offset of struct rseq, and prints NAME.KEY=recorded/found for each sum, all
 * whole numbers. Returns 0, or -errno of a call that failed.
 */
int workload_run(const struct library *library, unsigned int mode,
                 unsigned int owner, unsigned int index_offset,
                 const char *name, long records);

#endif /* MATRIX_WORKLOAD_H */
