/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout.h - where everything lies in memory. Drawn once, here.
 *
 * A region is one mapping of one sum kind:
 *
 *   +--------+---------+---------+-- ... --+-----------+--------------+
 *   | header | shard 0 | shard 1 |         | shard n-1 | shared shard |
 *   | 3 pages| stride  | stride  |         |           |   (= n)      |
 *   +--------+---------+---------+-- ... --+-----------+--------------+
 *
 * Shard i begins at shards + (i << stride_shift). Everything at the same
 * offset of every shard belongs to the same meter; a total is the sum down a
 * column. Only the CPU (or mm_cid) of its number writes a per-CPU shard; what
 * no CPU may own goes to the shared shard by atomics.
 *
 *   a shard
 *   +-------------+----------------------+-------------------------------+
 *   | 64 bytes    | dirty map: one byte  | cells, 16 bytes each,         |
 *   | counters    | per block of 4 KiB   | from the next block boundary  |
 *   +-------------+----------------------+-------------------------------+
 *
 * A block's byte in the dirty map is set before the first record into the block,
 * and so is the shard's byte in the header: a reader skips idle CPUs and clean
 * blocks without touching their pages.
 *
 *   a cell                      a group: one timer or summary
 *   +-----------+-----------+   +-----------+-----------+
 *   |   first   |  second   |   |    max    |  (unused) |
 *   |  8 bytes  |  8 bytes  |   +-----------+-----------+
 *   +-----------+-----------+   |   count   |    sum    |  bucket 0
 *   counter: whole amounts      +-----------+-----------+
 *   (long) and the others       |   count   |    sum    |  bucket 1 ... +Inf
 *   (double)                    +-----------+-----------+
 */
#ifndef PERCPU_LAYOUT_H
#define PERCPU_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#define PERCPU_PAGE 4096u
#define PERCPU_BLOCK_SHIFT 12
#define PERCPU_CELL 16u
#define PERCPU_DIRTY_MAP 64u /* offset in a shard: one byte per block */
#define PERCPU_HEADER (UINT64_C(3) * PERCPU_PAGE)
/*
 * Where in them the header is: not at the beginning of a page, where the cells
 * of the first meters are. Caches that predict the way of a line by part of its
 * address (AMD's) may take the two for each other: records cost up to twice as
 * much in some processes and nothing in others.
 */
#define PERCPU_HEADER_AT (PERCPU_PAGE - 2 * 64u)

#define PERCPU_MIN_STRIDE_SHIFT 16
#define PERCPU_MAX_STRIDE_SHIFT 40
#define PERCPU_MAX_SHARDS 8192u

/* A record call restarts at most this often, then takes the shared shard. */
#define PERCPU_MAX_RESTARTS 64

/* The first 64 bytes are written at set-up only, so that every CPU keeps this line in its cache. */
struct percpu_region {
	char *shards;
	uint64_t cell_mask; /* forces an offset into the shard, 16-aligned */
	uint32_t shard_count;
	uint32_t stride_shift;
	uint32_t index_offset; /* of the shard index in struct rseq */
	uint32_t sum_kind;
	uint64_t first_cell;
	uint64_t mapped_bytes;
	uint64_t unused[2];
	uint8_t used[PERCPU_MAX_SHARDS + 1]; /* 1 for a shard that was ever written */
};

struct percpu_shard {
	int64_t restarts; /* changed by atomics */
	int64_t records;  /* of the shared shard only; changed by atomics */
	uint64_t unused[6];
};

struct percpu_cell {
	int64_t first;
	int64_t second;
};

_Static_assert(offsetof(struct percpu_region, used) == 64, "what a record reads is one cache line");
_Static_assert(PERCPU_HEADER_AT + sizeof(struct percpu_region) <= PERCPU_HEADER,
	       "the header is in front of the shards");
_Static_assert(sizeof(struct percpu_shard) == PERCPU_DIRTY_MAP, "the dirty map follows a shard's counters");
_Static_assert(sizeof(struct percpu_cell) == PERCPU_CELL, "a cell is one 16-byte store");
_Static_assert(offsetof(struct percpu_cell, second) == 8, "first and second word share the store");

/*
 * Bucket of an amount: `slots` is indexed by the amount's exponent and top
 * four mantissa bits and tells the lowest bucket that the amount can be in;
 * from there the bounds are compared, usually one. The amount is a 64-bit
 * integer, or the bits of a double >= 0, which order in the same way.
 *
 * Where more than a few of the bounds share a slot with another one, as those
 * of a native histogram of schema 4 and finer do, a second index takes as many
 * mantissa bits as keep them apart. The first one then sends every amount on
 * by two bounds that every amount is above:
 *
 *   bounds of the first       all bounds, at their end INT64_MAX
 *   +-----------+-----------+-----------------------+---------------------+
 *   | INT64_MIN | INT64_MIN | bounds_count + 1      | slots, 16 bits each |
 *   +-----------+-----------+-----------------------+---------------------+
 *                           ^ fine_bounds()         ^ fine_slots()
 */
#define PERCPU_BUCKET_BITS 4u
#define PERCPU_BUCKET_SLOTS 1024u
#define PERCPU_MAX_FINE_BITS 9u
#define PERCPU_MAX_BOUNDS 4095u

struct percpu_buckets {
	uint32_t bounds_count;
	uint16_t sum_kind;
	uint16_t fine_bits; /* mantissa bits of the second index, 0 without */
	int64_t slot_base;  /* doubles: the slot number of slots[0], or of fine_slots()[0] */
	uint16_t slots[PERCPU_BUCKET_SLOTS];
	int64_t bounds[]; /* ascending; one more, INT64_MAX, at the end */
};

static inline int64_t *fine_bounds(const struct percpu_buckets *buckets)
{
	return (int64_t *)buckets->bounds + 2;
}

static inline uint16_t *fine_slots(const struct percpu_buckets *buckets)
{
	return (uint16_t *)(fine_bounds(buckets) + buckets->bounds_count + 1);
}

/* Slots of 64 powers of two, which is more than enough for integers. */
static inline uint32_t slots_of(uint32_t mantissa_bits)
{
	return 64u << mantissa_bits;
}

_Static_assert(64u << PERCPU_BUCKET_BITS == PERCPU_BUCKET_SLOTS, "the first index covers 64 powers of two");

static inline char *mapping_of(const struct percpu_region *region)
{
	return (char *)region - PERCPU_HEADER_AT;
}

static inline struct percpu_shard *shard_of(const struct percpu_region *region, uint32_t shard)
{
	return (struct percpu_shard *)(region->shards + ((uint64_t)shard << region->stride_shift));
}

static inline uint64_t block_of(uint64_t offset)
{
	return offset >> PERCPU_BLOCK_SHIFT;
}

static inline uint64_t dirty_byte_of(uint64_t offset)
{
	return PERCPU_DIRTY_MAP + block_of(offset);
}

/* Before the first record into a block: tells readers to look there. May be repeated. */
static inline void set_dirty(struct percpu_region *region, uint32_t shard, uint64_t offset)
{
	char *dirty = (char *)shard_of(region, shard) + dirty_byte_of(offset);

	if (__atomic_load_n(dirty, __ATOMIC_RELAXED))
		return;
	__atomic_store_n(&region->used[shard], 1, __ATOMIC_RELAXED);
	__atomic_store_n(dirty, 1, __ATOMIC_RELEASE);
}

static inline int is_used(const struct percpu_region *region, uint32_t shard)
{
	return __atomic_load_n(&region->used[shard], __ATOMIC_ACQUIRE);
}

static inline int is_dirty(const struct percpu_region *region, uint32_t shard, uint64_t offset)
{
	return is_used(region, shard) &&
	       __atomic_load_n((char *)shard_of(region, shard) + dirty_byte_of(offset), __ATOMIC_ACQUIRE);
}

#endif /* PERCPU_LAYOUT_H */
