/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout.h - the memory of a region: the one drawing, its sizes and offsets.
 *
 * A region is one anonymous mapping. Its cells all have the same kind of sum.
 *
 *   +---------+---------+---------+-- ... --+-----------+--------------+
 *   | header  | shard 0 | shard 1 |         | shard n-1 | shared shard |
 *   | 3 pages | stride  | stride  |         | stride    | stride       |
 *   +---------+---------+---------+-- ... --+-----------+--------------+
 *             ^ region->shards                          ^ index n = shard_count
 *
 * stride = 2^stride_shift bytes. Shard i begins at shards + i * stride. One
 * offset belongs to one meter in every shard: a total is the sum of the same
 * cell over all shards. Shard i is written by CPU i only (or by the thread
 * whose mm_cid is i). A record that cannot use a per-CPU shard goes to the
 * shared shard, by atomic instructions.
 *
 *   one shard
 *   +--------------+----------------------+------------------------------+
 *   | struct       | dirty map: one byte  | cells, 16 bytes each,        |
 *   | percpu_shard | per block of 4 KiB   | from the next block boundary |
 *   +--------------+----------------------+------------------------------+
 *   0              PERCPU_DIRTY_MAP = 64  first_cell            stride
 *
 * The dirty byte of a block is set before the first record into the block.
 * So is the shard's byte in region->used. A reader skips unused shards and
 * clean blocks without touching their pages.
 *
 *   one cell                    one group: a timer or a summary
 *   +-----------+-----------+   +-----------+-----------+
 *   |   first   |  second   |   |   count   |    sum    |  bucket 0: offset of the group
 *   |  8 bytes  |  8 bytes  |   +-----------+-----------+
 *   +-----------+-----------+   |   count   |    sum    |  bucket i: + 16 * i
 *   counter: first is the sum   +-----------+-----------+
 *   of whole amounts, second
 *   that of doubles
 */
#ifndef PERCPU_LAYOUT_H
#define PERCPU_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"

#define PERCPU_PAGE 4096u
#define PERCPU_BLOCK_SHIFT 12
#define PERCPU_CELL 16u
#define PERCPU_DIRTY_MAP 64u /* offset in a shard */
#define PERCPU_HEADER (UINT64_C(3) * PERCPU_PAGE)
/*
 * Offset of struct percpu_region in the header. The first cells of a shard are
 * at the start of a page, so the struct is at the end of one: in another set of
 * the L1 cache. AMD's L1 predicts the way of a line by a hash of its address.
 * Of two lines of one set with the same hash, it can hit only the line that was
 * accessed last. Source: Lipp et al., Take A Way, ASIACCS 2020.
 */
#define PERCPU_HEADER_AT (PERCPU_PAGE - 2 * 64u)

#define PERCPU_MIN_STRIDE_SHIFT 16
#define PERCPU_MAX_STRIDE_SHIFT 40
#define PERCPU_MAX_SHARDS 8192u

/* Sections that one record call may run. After that it uses the shared shard. */
#define PERCPU_MAX_RESTARTS 64

/* The first 64 bytes are written at creation only: every CPU keeps this line in its cache. */
struct percpu_region {
	char *shards;
	uint64_t cell_mask; /* stride - 16: forces an offset into the shard, 16-aligned */
	uint32_t shard_count;
	uint32_t stride_shift;
	uint32_t index_offset; /* of the shard index in struct rseq: that of cpu_id or mm_cid */
	uint32_t sum_kind;     /* enum percpu_sum_kind */
	uint64_t first_cell;
	uint64_t mapped_bytes;
	uint64_t unused[2];
	uint8_t used[PERCPU_MAX_SHARDS + 1]; /* 1 for a shard with a dirty block */
};

/* Changed by atomic instructions. */
struct percpu_shard {
	int64_t restarts; /* restarted sections */
	int64_t records;  /* of the shared shard only */
	uint64_t unused[6];
};

struct percpu_cell {
	int64_t first;
	int64_t second;
};

_Static_assert(offsetof(struct percpu_region, used) == 64, "a record reads one cache line of the header");
_Static_assert(PERCPU_HEADER_AT + sizeof(struct percpu_region) <= PERCPU_HEADER,
	       "the header is in front of the shards");
_Static_assert(sizeof(struct percpu_shard) == PERCPU_DIRTY_MAP, "the dirty map follows a shard's counters");
_Static_assert(sizeof(struct percpu_cell) == PERCPU_CELL, "a cell is one 16-byte store");
_Static_assert(offsetof(struct percpu_cell, second) == 8, "first and second word share the store");

/*
 * Index of a histogram: from an amount to its bucket; see buckets.h.
 *
 * Bucket i holds the amounts in (bounds[i - 1], bounds[i]]. An amount is a
 * 64-bit integer >= 0, or the bits of a double >= 0, which sort like integers.
 * `slots` is indexed by the exponent and the top 4 mantissa bits of an amount
 * and holds the lowest bucket that an amount of this slot can belong to.
 *
 * A second, finer index follows when too many bounds share a slot, as those of
 * a native histogram of schema 4 or more do. The first index then overflows
 * for every amount, because its two bounds are below all amounts:
 *
 *   bounds[0]   bounds[1]   fine_bounds()           fine_slots()
 *   +-----------+-----------+-----------------------+---------------------+
 *   | INT64_MIN | INT64_MIN | all bounds, INT64_MAX | 64 * 2^fine_bits    |
 *   |           |           | 8 bytes each          | slots, 2 bytes each |
 *   +-----------+-----------+-----------------------+---------------------+
 */
#define PERCPU_BUCKET_BITS 4u
#define PERCPU_BUCKET_SLOTS 1024u
#define PERCPU_MAX_FINE_BITS 9u
#define PERCPU_MAX_BOUNDS 4095u

struct percpu_buckets {
	uint32_t bounds_count;
	uint16_t sum_kind;  /* enum percpu_sum_kind */
	uint16_t fine_bits; /* mantissa bits of the second index, 0 without */
	int64_t slot_base;  /* doubles: exponent and mantissa bits of slot 0 */
	uint16_t slots[PERCPU_BUCKET_SLOTS];
	int64_t bounds[]; /* ascending, and INT64_MAX after the last */
};

static inline int64_t *fine_bounds(const struct percpu_buckets *buckets)
{
	return (int64_t *)buckets->bounds + 2;
}

static inline uint16_t *fine_slots(const struct percpu_buckets *buckets)
{
	return (uint16_t *)(fine_bounds(buckets) + buckets->bounds_count + 1);
}

/* Slots of 64 powers of two. Integers need 63 or less. */
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

/* Offset of a cell inside every shard, for any argument: a wrong offset stays inside the region. */
ALWAYS_INLINE uint64_t cell_at(const struct percpu_region *region, uint64_t offset)
{
	return offset & region->cell_mask;
}

/* Bytes from a group to the cell of one of its buckets. */
ALWAYS_INLINE uint64_t bucket_offset(uint64_t bucket)
{
	return bucket * PERCPU_CELL;
}

static inline uint64_t block_of(uint64_t offset)
{
	return offset >> PERCPU_BLOCK_SHIFT;
}

/* Offset in a shard of the dirty byte of the block that holds this offset. */
static inline uint64_t dirty_byte_of(uint64_t offset)
{
	return PERCPU_DIRTY_MAP + block_of(offset);
}

/* Precedes the first record into a block. Idempotent. MT-safe. */
static inline void set_dirty(struct percpu_region *region, uint32_t shard, uint64_t offset)
{
	char *dirty = (char *)shard_of(region, shard) + dirty_byte_of(offset);

	if (__atomic_load_n(dirty, __ATOMIC_RELAXED))
		return;
	__atomic_store_n(&region->used[shard], 1, __ATOMIC_RELAXED);
	__atomic_store_n(dirty, 1, __ATOMIC_RELEASE);
}

static inline bool is_used(const struct percpu_region *region, uint32_t shard)
{
	return __atomic_load_n(&region->used[shard], __ATOMIC_ACQUIRE) != 0;
}

static inline bool is_dirty(const struct percpu_region *region, uint32_t shard, uint64_t offset)
{
	return is_used(region, shard) &&
	       __atomic_load_n((char *)shard_of(region, shard) + dirty_byte_of(offset), __ATOMIC_ACQUIRE) != 0;
}

#endif /* PERCPU_LAYOUT_H */
