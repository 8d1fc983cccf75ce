/* SPDX-License-Identifier: Apache-2.0 */
/* region.c - reserves the memory of a region. The drawing is in layout.h. */
#include "layout.h"
#include "percpu.h"
#include "rseq_abi.h"
#include "syscall.h"

#define PROT_READ_WRITE 3
#define MAP_PRIVATE_ANONYMOUS_NORESERVE (0x2 | 0x20 | 0x4000)
#define MADV_NOHUGEPAGE 15

/* Whether a system call returned -errno. */
static bool is_error(long result)
{
	return result < 0 && result >= -4095;
}

/* The first block boundary after the dirty map. */
static uint64_t first_cell(uint32_t stride_shift)
{
	uint64_t dirty_map_end = PERCPU_DIRTY_MAP + (UINT64_C(1) << (stride_shift - PERCPU_BLOCK_SHIFT));

	return (dirty_map_end + PERCPU_PAGE - 1) & ~(uint64_t)(PERCPU_PAGE - 1);
}

int percpu_region_create(uint32_t shard_count, uint32_t stride_shift, uint32_t sum_kind, uint32_t index_offset,
			 struct percpu_region **out)
{
	struct percpu_region *region;
	uint64_t bytes;
	long result;

	if (shard_count == 0 || shard_count > PERCPU_MAX_SHARDS || stride_shift < PERCPU_MIN_STRIDE_SHIFT ||
	    stride_shift > PERCPU_MAX_STRIDE_SHIFT || sum_kind > PERCPU_SUM_DOUBLE ||
	    (index_offset != RSEQ_CPU_ID && index_offset != RSEQ_MM_CID))
		return NEG_EINVAL;
	bytes = PERCPU_HEADER + (((uint64_t)shard_count + 1) << stride_shift);
	result = syscall6(NR_mmap, 0, (long)bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
	if (is_error(result))
		return (int)result;
	/*
	 * With huge pages, one record could make 2 MiB resident. A kernel without huge pages rejects this call, so the
	 * result is ignored.
	 */
	(void)syscall4(NR_madvise, result, (long)bytes, MADV_NOHUGEPAGE, 0);
	region = (struct percpu_region *)(result + PERCPU_HEADER_AT);
	region->shards = mapping_of(region) + PERCPU_HEADER;
	region->cell_mask = (UINT64_C(1) << stride_shift) - PERCPU_CELL;
	region->shard_count = shard_count;
	region->stride_shift = stride_shift;
	region->index_offset = index_offset;
	region->sum_kind = sum_kind;
	region->first_cell = first_cell(stride_shift);
	region->mapped_bytes = bytes;
	*out = region;
	return 0;
}

int percpu_region_destroy(struct percpu_region *region)
{
	return (int)syscall4(NR_munmap, (long)mapping_of(region), (long)region->mapped_bytes, 0, 0);
}

uint64_t percpu_region_first_cell(const struct percpu_region *region)
{
	return region->first_cell;
}

int64_t percpu_region_reserved(const struct percpu_region *region)
{
	return (int64_t)region->mapped_bytes;
}

int64_t percpu_region_resident(const struct percpu_region *region, uint32_t page)
{
	unsigned char pages[4096];
	const uint64_t span = sizeof(pages) * page;
	int64_t resident = 0;

	if (page < PERCPU_PAGE || (page & (page - 1)) != 0)
		return NEG_EINVAL;
	for (uint64_t at = 0; at < region->mapped_bytes; at += span) {
		uint64_t left = region->mapped_bytes - at;
		uint64_t bytes = left < span ? left : span;
		long error = syscall4(NR_mincore, (long)mapping_of(region) + (long)at, (long)bytes, (long)pages, 0);

		if (is_error(error))
			return error;
		for (uint64_t i = 0; i < (bytes + page - 1) / page; i++)
			resident += pages[i] & 1;
	}
	return resident * page;
}

int64_t percpu_shard_restarts(const struct percpu_region *region, uint32_t shard)
{
	if (shard > region->shard_count)
		return NEG_EINVAL;
	return is_used(region, shard) ? __atomic_load_n(&shard_of(region, shard)->restarts, __ATOMIC_RELAXED) : 0;
}

int64_t percpu_shared_records(const struct percpu_region *region)
{
	uint32_t shared = region->shard_count;

	return is_used(region, shared) ? __atomic_load_n(&shard_of(region, shared)->records, __ATOMIC_RELAXED) : 0;
}

/* All values, each with its name in Java. */
#define LAYOUT_VALUES(VALUE)                                                            \
	VALUE("cell.bytes", PERCPU_CELL)                                                \
	VALUE("cell.first", offsetof(struct percpu_cell, first))                        \
	VALUE("cell.second", offsetof(struct percpu_cell, second))                      \
	VALUE("shard.minStrideShift", PERCPU_MIN_STRIDE_SHIFT)                          \
	VALUE("shard.maxStrideShift", PERCPU_MAX_STRIDE_SHIFT)                          \
	VALUE("shard.maxCount", PERCPU_MAX_SHARDS)                                      \
	VALUE("buckets.maxBounds", PERCPU_MAX_BOUNDS)                                   \
	VALUE("packet.bytes", sizeof(struct percpu_packet))                             \
	VALUE("packet.flags", offsetof(struct percpu_packet, flags))                    \
	VALUE("packet.sender", offsetof(struct percpu_packet, sender))                  \
	VALUE("packet.truncated", PERCPU_PACKET_TRUNCATED)                              \
	VALUE("batch.maxCapacity", PERCPU_BATCH_MAX)                                    \
	VALUE("process.bytes", sizeof(struct percpu_process))                           \
	VALUE("process.libcOffset", offsetof(struct percpu_process, libc_offset))       \
	VALUE("process.areaLength", offsetof(struct percpu_process, area_length))       \
	VALUE("process.areaAlignment", offsetof(struct percpu_process, area_alignment)) \
	VALUE("process.hwcap", offsetof(struct percpu_process, hwcap))                  \
	VALUE("process.functions", offsetof(struct percpu_process, dlsym))              \
	VALUE("selfTest.bytes", sizeof(struct percpu_self_test))                        \
	VALUE("selfTest.cpu", offsetof(struct percpu_self_test, cpu))                   \
	VALUE("selfTest.otherCpu", offsetof(struct percpu_self_test, other_cpu))        \
	VALUE("selfTest.minRestarts", offsetof(struct percpu_self_test, min_restarts))  \
	VALUE("selfTest.violations", offsetof(struct percpu_self_test, violations))     \
	VALUE("selfTest.restarts", offsetof(struct percpu_self_test, restarts))         \
	VALUE("selfTest.budgetNanos", offsetof(struct percpu_self_test, budget_nanos))

#define LAYOUT_NAME(name, value) name " "
#define LAYOUT_NUMBER(name, value) (value),

const char *percpu_layout_names(void)
{
	return LAYOUT_VALUES(LAYOUT_NAME);
}

int percpu_layout(uint32_t *out, uint32_t capacity)
{
	const uint32_t values[] = { LAYOUT_VALUES(LAYOUT_NUMBER) };
	const uint32_t count = sizeof(values) / sizeof(values[0]);

	for (uint32_t i = 0; i < count && i < capacity; i++)
		out[i] = values[i];
	return (int)count;
}
