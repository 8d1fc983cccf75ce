/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - from the arguments of a record call to the cell it changes.
 *
 * Whatever the arguments are, the result lies inside the shard: this is what
 * makes a wrong offset harmless to the process.
 */
#ifndef PERCPU_RECORD_H
#define PERCPU_RECORD_H

#include "buckets.h"
#include "layout.h"
#include "percpu.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

ALWAYS_INLINE uint64_t cell_at(const struct percpu_region *region, uint64_t offset)
{
	return offset & region->cell_mask;
}

/* Bucket i of a group is the cell i + 1 places after the group's max: this far from it. */
ALWAYS_INLINE uint64_t bucket_offset(uint64_t bucket)
{
	return (bucket + 1) * PERCPU_CELL;
}

#endif /* PERCPU_RECORD_H */
