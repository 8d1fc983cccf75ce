/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instructions.c - record calls for callgrind to count, n of each: `make bench`
 * divides what it counted by n.
 *
 * valgrind knows no rseq, so the calls get a stand-in area: memory of this
 * program in which cpu_id is 0 for ever, said to be the C library's.
 */
#include <stdio.h>
#include <stdlib.h>

#include "percpu.h"
#include "rseq_abi.h"

#define SHARDS 1
#define STRIDE_SHIFT 20
#define BOUNDS 68

static _Alignas(64) uint32_t area[16];

static struct percpu_region *region_of(uint32_t kind)
{
	struct percpu_region *region;

	if (percpu_region_create(SHARDS, STRIDE_SHIFT, kind, RSEQ_CPU_ID, &region))
		exit(1);
	return region;
}

static struct percpu_buckets *sixty_eight_buckets(void)
{
	int64_t bounds[BOUNDS];
	struct percpu_buckets *buckets = malloc((size_t)percpu_buckets_size(BOUNDS));

	/* 1 ms to 30 s, about as Micrometer's default buckets */
	for (int i = 0; i < BOUNDS; i++)
		bounds[i] = i == 0 ? 1000000 : bounds[i - 1] + bounds[i - 1] / 6;
	if (!buckets || percpu_buckets_init(buckets, bounds, BOUNDS, PERCPU_SUM_LONG))
		exit(1);
	return buckets;
}

int main(int count, char **arguments)
{
	long n = count > 1 ? strtol(arguments[1], NULL, 10) : 1000;
	struct percpu_process process = { .owner = PERCPU_OWNER_LIBC,
					  .libc_offset = (char *)area - (char *)__builtin_thread_pointer() };
	struct percpu_region *longs = region_of(PERCPU_SUM_LONG);
	struct percpu_region *doubles = region_of(PERCPU_SUM_DOUBLE);
	struct percpu_buckets *buckets = sixty_eight_buckets();
	uint64_t offset = percpu_region_first_cell(longs);

	if (percpu_process_start(&process))
		return 1;
	for (long i = 0; i < n; i++) {
		int failed = percpu_empty(longs, offset, i) | percpu_add_long__libc(longs, offset, 1) |
			     percpu_add_double__libc(doubles, offset, 0x3fe0000000000000) |
			     percpu_observe_long__libc(longs, offset + 4096, buckets, 1000 * i) |
			     percpu_observe_double__libc(doubles, offset + 4096, NULL, 0x3fe0000000000000);

		if (failed)
			return 1;
	}
	printf("%d\n", percpu_shared_records(longs) == 0 ? 0 : 1);
	return 0;
}
