/* SPDX-License-Identifier: Apache-2.0 */
/* record_retry.h - what record.c and record_n.c share: between a section that did not commit and the next one. */
#ifndef PERCPU_RECORD_RETRY_H
#define PERCPU_RECORD_RETRY_H

#include "record_atomic.h"
#include "sections.h"
#include "thread.h"

/* The shard of the CPU where the thread runs now, or the shared shard. */
static inline uint32_t current_shard(const struct percpu_region *region, const char *area)
{
	uint32_t index = *(const volatile uint32_t *)(area + region->index_offset);

	return index < region->shard_count ? index : region->shard_count;
}

/*
 * Makes the block of the cell dirty and counts a restart, in the shard of the
 * CPU where the thread runs now. When the thread moves after that, the block of
 * another shard is dirty: a reader then reads zeros, and the next section may
 * end at clean_block again.
 */
COLD void prepare_retry(struct percpu_region *region, const char *area, uint64_t cell, enum section_result result)
{
	uint32_t shard = current_shard(region, area);

	set_dirty(region, shard, cell);
	if (result == SECTION_RESTARTED)
		__atomic_fetch_add(&shard_of(region, shard)->restarts, 1, __ATOMIC_RELAXED);
}

/* The result of a record in the shared shard. */
COLD int result_of_shared(const char *area)
{
	return area == AREA_UNKNOWN ? PERCPU_RECORDED_UNREGISTERED : PERCPU_RECORDED;
}

#endif /* PERCPU_RECORD_RETRY_H */
