/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floors.h - the floors that `make bench` compares record calls with: a call
 * without work, and work without a call from Java.
 *
 * Built into libpercpu-bench.so, which the benchmarks load beside the library.
 * It has no undefined symbol: the record calls are passed as pointers.
 */
#ifndef FLOORS_H
#define FLOORS_H

#include <stdint.h>

#include "percpu.h"

typedef int add_call(struct percpu_region *region, uint64_t offset, int64_t amount);
typedef int observe_call(struct percpu_region *region, uint64_t offset, const struct percpu_buckets *buckets,
			 int64_t amount);

/* Does nothing: the cost of a call with the arguments of an addition. Returns PERCPU_RECORDED. MT-safe. */
PERCPU_API int percpu_empty(struct percpu_region *region, uint64_t offset, int64_t amount);

/*
 * percpu_floor_add: Adds `amount` n times in a loop.
 *
 * @add: a record call of percpu.h, for example percpu_add_long__libc().
 * @amount: the integer, or the bits of the double.
 * @n: rounds, 0 to 2^30.
 *
 * Returns n, or -EINVAL (-22) when n is out of range. MT-safe.
 */
PERCPU_API int64_t percpu_floor_add(add_call *add, struct percpu_region *region, uint64_t offset, int64_t amount,
				    int64_t n);

/*
 * percpu_floor_observe: Records n observations of pseudo-random integers in a loop.
 *
 * @observe: a record call of percpu.h, for example percpu_observe_long__libc().
 * @buckets: of integers, or NULL.
 * @seed: start of the sequence. The amounts are those of the benchmarks: 31
 *	random bits, shifted right by 0 to 15.
 * @n: rounds, 0 to 2^30.
 *
 * Returns n, or -EINVAL (-22) when n is out of range. MT-safe.
 */
PERCPU_API int64_t percpu_floor_observe(observe_call *observe, struct percpu_region *region, uint64_t offset,
					const struct percpu_buckets *buckets, int64_t seed, int64_t n);

/*
 * percpu_floor_observe_groups: The same, each into one of many groups at random.
 *
 * @offset: of the first group.
 * @groups: groups one after the other, 1 to 2^31.
 * @bytes: of each group.
 *
 * Returns n, or -EINVAL (-22) when n or groups is out of range. MT-safe.
 */
PERCPU_API int64_t percpu_floor_observe_groups(observe_call *observe, struct percpu_region *region, uint64_t offset,
					       int64_t groups, int64_t bytes, const struct percpu_buckets *buckets,
					       int64_t seed, int64_t n);

#endif /* FLOORS_H */
