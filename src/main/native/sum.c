/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sum.c - reads the shards of all CPUs while they are written.
 *
 * The reader needs no fence and stops no writer:
 *
 * - A cell changes by one 16-byte store and is read by one 16-byte load. So the
 *   reader gets a cell from before or after an observation, never in between.
 * - Cells only grow. So cells that are read one after the other add up to whole
 *   observations.
 * - The dirty byte of a block is stored before the block's first commit. After
 *   synchronising with a writer, the reader sees its dirty byte and its records.
 *   Without it, the reader may miss both.
 */
#include "cell.h"
#include "layout.h"
#include "percpu.h"
#include "process.h"
#include "rseq_abi.h"

/* Whether [from, to) are whole cells at [first_cell, stride). */
ALWAYS_INLINE bool is_inside(uint64_t first_cell, uint64_t stride, uint64_t from, uint64_t to)
{
	return from <= to && ((from | to) & (PERCPU_CELL - 1)) == 0 && from >= first_cell && to <= stride;
}

static bool range_is_valid(const struct percpu_region *region, uint64_t from, uint64_t to)
{
	return is_inside(region->first_cell, UINT64_C(1) << region->stride_shift, from, to);
}

static bool shards_are_valid(const struct percpu_region *region, uint32_t first, uint32_t last)
{
	return first <= last && last <= region->shard_count + 1;
}

/* The end of the block that holds `offset`, or `to` when that comes first. */
static uint64_t block_end(uint64_t offset, uint64_t to)
{
	uint64_t end = (offset | ((1u << PERCPU_BLOCK_SHIFT) - 1)) + 1;

	return end < to ? end : to;
}

static void add_longs(struct percpu_cell *sum, cell_pair value)
{
	sum->first = (int64_t)((uint64_t)sum->first + value[0]);
	sum->second = add_saturated(sum->second, (int64_t)value[1]);
}

static void add_doubles(struct percpu_cell *sum, cell_pair value)
{
	sum->first = (int64_t)((uint64_t)sum->first + value[0]);
	sum->second = add_bits(sum->second, (int64_t)value[1]);
}

/* One loop per combination: a choice inside the loop makes scrapes of many buckets slower. */
static void sum_block(const struct percpu_region *region, const char *shard, uint64_t from, uint64_t to,
		      struct percpu_cell *out)
{
	const struct percpu_cell *cell = (const struct percpu_cell *)(shard + from);
	const struct percpu_cell *end = (const struct percpu_cell *)(shard + to);
	const bool doubles = region->sum_kind == PERCPU_SUM_DOUBLE;

	if (percpu_vector_pairs && doubles) {
		while (cell < end)
			add_doubles(out++, cell_load_vector(cell++));
	} else if (percpu_vector_pairs) {
		while (cell < end)
			add_longs(out++, cell_load_vector(cell++));
	} else if (doubles) {
		while (cell < end)
			add_doubles(out++, cell_load_exchange(cell++));
	} else {
		while (cell < end)
			add_longs(out++, cell_load_exchange(cell++));
	}
}

/* Adds the cells of one shard at [from, to) to `sums`, block by block. Clean blocks hold only zeros. */
static void add_range(const struct percpu_region *region, uint32_t shard, uint64_t from, uint64_t to,
		      struct percpu_cell *sums)
{
	for (uint64_t at = from, end; at < to; at = end) {
		end = block_end(at, to);
		if (is_dirty(region, shard, at))
			sum_block(region, (const char *)shard_of(region, shard), at, end, sums);
		sums += (end - at) / PERCPU_CELL;
	}
}

static void set_to_zero(struct percpu_cell *sums, uint64_t bytes)
{
	for (uint64_t i = 0; i < bytes / PERCPU_CELL; i++)
		sums[i] = (struct percpu_cell){ 0, 0 };
}

int percpu_sum(const struct percpu_region *region, uint32_t first, uint32_t last, uint64_t from, uint64_t to, void *out)
{
	struct percpu_cell *sums = out;

	if (!shards_are_valid(region, first, last) || !range_is_valid(region, from, to))
		return NEG_EINVAL;
	/* All shards of one block, then the next block: its sums stay in the cache. */
	for (uint64_t at = from, end; at < to; at = end) {
		end = block_end(at, to);
		set_to_zero(sums, end - at);
		for (uint32_t i = first; i < last; i++)
			add_range(region, i, at, end, sums);
		sums += (end - at) / PERCPU_CELL;
	}
	return 0;
}

/* Adds one cell to a sum. Inlined where `vector` and `doubles` are constants. */
ALWAYS_INLINE void add_cell(const struct percpu_cell *cell, struct percpu_cell *sum, bool vector, bool doubles)
{
	cell_pair value = vector ? cell_load_vector(cell) : cell_load_exchange(cell);

	if (doubles)
		add_doubles(sum, value);
	else
		add_longs(sum, value);
}

/*
 * Adds ranges of one shard. The ranges are mostly in ascending order: it reads
 * the dirty byte of a block only when the block is another than the last one.
 *
 * Checks each offset again, because another thread may have changed it.
 */
ALWAYS_INLINE bool add_ranges_as(const struct percpu_region *region, uint32_t shard, uint64_t count,
				 const uint64_t *offsets, uint64_t bytes, struct percpu_cell *sums, bool vector,
				 bool doubles)
{
	const char *cells = (const char *)shard_of(region, shard);
	const uint64_t first_cell = region->first_cell;
	const uint64_t stride = UINT64_C(1) << region->stride_shift;
	uint64_t block = UINT64_MAX;
	bool dirty = false;

	for (uint64_t i = 0; i < count; i++) {
		uint64_t at = __atomic_load_n(&offsets[i], __ATOMIC_RELAXED);
		const uint64_t to = at + bytes;

		if (!is_inside(first_cell, stride, at, to))
			return false;
		for (; at < to; at += PERCPU_CELL, sums++) {
			if (block_of(at) != block) {
				block = block_of(at);
				dirty = is_dirty(region, shard, at);
			}
			if (dirty)
				add_cell((const struct percpu_cell *)(cells + at), sums, vector, doubles);
		}
	}
	return true;
}

/* One loop per combination: a choice inside the loop makes scrapes slower. */
static bool add_ranges(const struct percpu_region *region, uint32_t shard, uint64_t count, const uint64_t *offsets,
		       uint64_t bytes, struct percpu_cell *sums)
{
	const bool doubles = region->sum_kind == PERCPU_SUM_DOUBLE;

	if (percpu_vector_pairs && doubles)
		return add_ranges_as(region, shard, count, offsets, bytes, sums, true, true);
	if (percpu_vector_pairs)
		return add_ranges_as(region, shard, count, offsets, bytes, sums, true, false);
	if (doubles)
		return add_ranges_as(region, shard, count, offsets, bytes, sums, false, true);
	return add_ranges_as(region, shard, count, offsets, bytes, sums, false, false);
}

int percpu_sum_ranges(const struct percpu_region *region, uint32_t first, uint32_t last, uint64_t count,
		      const uint64_t *offsets, uint64_t bytes, void *out)
{
	if (!shards_are_valid(region, first, last) || (bytes != 0 && count > UINT64_MAX / bytes))
		return NEG_EINVAL;
	for (uint64_t i = 0; i < count; i++) {
		if (!range_is_valid(region, offsets[i], offsets[i] + bytes))
			return NEG_EINVAL;
	}
	set_to_zero(out, count * bytes);
	for (uint32_t shard = first; shard < last; shard++) {
		if (is_used(region, shard) && !add_ranges(region, shard, count, offsets, bytes, out))
			return NEG_EINVAL;
	}
	return 0;
}

/* Sets the cells of one block to zero. */
static void clear_block(char *shard, uint64_t from, uint64_t to)
{
	for (uint64_t at = from; at < to; at += sizeof(int64_t)) {
		int64_t *word = (int64_t *)(shard + at);

		if (__atomic_load_n(word, __ATOMIC_RELAXED) != 0)
			__atomic_store_n(word, 0, __ATOMIC_RELAXED);
	}
}

int percpu_clear(struct percpu_region *region, uint64_t from, uint64_t to)
{
	if (!range_is_valid(region, from, to))
		return NEG_EINVAL;
	for (uint32_t i = 0; i <= region->shard_count; i++) {
		for (uint64_t at = from, end; at < to; at = end) {
			end = block_end(at, to);
			if (is_dirty(region, i, at))
				clear_block((char *)shard_of(region, i), at, end);
		}
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return 0;
}
