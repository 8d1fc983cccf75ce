/* SPDX-License-Identifier: Apache-2.0 */
/* workload.h - makes records whose sums are known, and prints the sums of the
 * library. */
#ifndef MATRIX_WORKLOAD_H
#define MATRIX_WORKLOAD_H

#include "library.h"

/*
 * Records from several threads and prints NAME.KEY=recorded/found for each sum,
 * all integers.
 *
 * @index_offset: offset in struct rseq of the shard index.
 * @name: NAME of the output.
 * @records: per thread and operation.
 *
 * Returns 0, or -errno of a failed call.
 */
int workload_run(const struct library *library, unsigned int mode,
                 unsigned int owner, unsigned int index_offset,
                 const char *name, long records);

#endif /* MATRIX_WORKLOAD_H */
