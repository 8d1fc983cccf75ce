/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instructions.c - makes n record calls of each kind, for callgrind to count
 * their instructions. `make bench` divides the counts by n.
 *
 *	instructions [N [classic|native3|native5]]
 *
 * The second argument selects the buckets of the integer observations.
 *
 * valgrind has no rseq. So the library gets a stand-in for libc's area: memory
 * of this program where cpu_id is always 0.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floors.h"
#include "percpu.h"
#include "rseq_abi.h"

#define SHARDS 1
#define STRIDE_SHIFT 20
#define MAX_BOUNDS 477

static _Alignas(64) uint32_t area[16];

static struct percpu_region *region_of(uint32_t kind)
{
	struct percpu_region *region;

	if (percpu_region_create(SHARDS, STRIDE_SHIFT, kind, RSEQ_CPU_ID, &region))
		exit(1);
	return region;
}

/* From 1 ms to 30 s. */
static struct percpu_buckets *buckets_growing_by(double factor, uint32_t count)
{
	int64_t bounds[MAX_BOUNDS];
	double bound = 1e6;
	struct percpu_buckets *buckets;

	for (uint32_t i = 0; i < count; i++, bound *= factor)
		bounds[i] = (int64_t)bound;
	buckets = malloc((size_t)percpu_buckets_size(bounds, count, PERCPU_SUM_LONG));
	if (!buckets || percpu_buckets_init(buckets, bounds, count, PERCPU_SUM_LONG))
		exit(1);
	return buckets;
}

static struct percpu_buckets *buckets_named(const char *name)
{
	if (!strcmp(name, "native3"))
		return buckets_growing_by(1.0905077326652577, 120); /* 2^(2^-3): a native histogram of schema 3 */
	if (!strcmp(name, "native5"))
		return buckets_growing_by(1.0218971486541166, 477); /* 2^(2^-5): schema 5 */
	return buckets_growing_by(1.166, 68);			    /* close to Micrometer's percentile buckets */
}

int main(int count, char **arguments)
{
	long n = count > 1 ? strtol(arguments[1], NULL, 10) : 1000;
	struct percpu_process process = { .owner = PERCPU_OWNER_LIBC,
					  .libc_offset = (char *)area - (char *)__builtin_thread_pointer() };
	struct percpu_region *longs = region_of(PERCPU_SUM_LONG);
	struct percpu_region *doubles = region_of(PERCPU_SUM_DOUBLE);
	struct percpu_buckets *buckets = buckets_named(count > 2 ? arguments[2] : "classic");
	uint64_t offset = percpu_region_first_cell(longs);

	if (percpu_process_start(&process))
		return 1;
	for (long i = 0; i < n; i++) {
		int failed = percpu_empty(longs, offset, i) | percpu_add_long__libc(longs, offset, 1) |
			     percpu_add_double__libc(doubles, offset, 0x3fe0000000000000) |
			     percpu_observe_long__libc(longs, offset + 4096, buckets, 1000 * i) |
			     percpu_observe_double__libc(doubles, offset + 4096, NULL, 0x3fe0000000000000) |
			     percpu_observe_n_long__libc(longs, offset + 4096, buckets, 1000 * i, 10) |
			     percpu_observe_n_double__libc(doubles, offset + 4096, NULL, 0x3fe0000000000000, 10);

		if (failed)
			return 1;
	}
	printf("%d\n", percpu_shared_records(longs) == 0 ? 0 : 1);
	return 0;
}
