/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workload.h - one region of whole numbers and one of doubles, cells of every
 * kind in them, and amounts whose sums are exact: whatever is lost, made twice
 * or torn shows.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "path.h"

#define WORK_BUCKETS 4
#define WORK_LONG 3
#define WORK_DOUBLE 0.375

extern const int64_t work_longs[WORK_BUCKETS];
extern const double work_doubles[WORK_BUCKETS];

/* The four operations; one bit each. */
enum work_operation {
	WORK_ADD_LONG = 1,
	WORK_ADD_DOUBLE = 2,
	WORK_OBSERVE_LONG = 4,
	WORK_OBSERVE_DOUBLE = 8,
	WORK_ALL = 15,
};

/* One operation, and the steps inside its section at which inject.h can stop
 * it. */
struct work_kind {
	enum work_operation kind;
	const char *name;
	int last_step;
	int without_step; /* 1 to last_step but this one */
};

#define WORK_KINDS 4
extern const struct work_kind work_kinds[WORK_KINDS];

struct work {
	const struct path *path;
	struct percpu_region *longs;
	struct percpu_region *doubles;
	struct percpu_buckets *long_buckets;
	struct percpu_buckets *double_buckets;
	uint64_t counter; /* offset in `doubles` */
	uint64_t timer;	  /* of a group in `longs`, across a block boundary */
	uint64_t summary; /* of a group in `doubles`, across a block boundary */
};

struct work *work_open(const struct path *path, uint32_t shards);
void work_close(struct work *work);

/* One record of each operation asked for; the i-th of this thread. Answers the
 * results as Java does. */
void work_record(const struct work *work, int operations, long i);

/* Reads everything now: each bucket's count and sum belong together. */
void work_check_whole(const struct work *work);

/* Reads everything after `records` calls of work_record in all: exactly these.
 */
void work_check_exact(const struct work *work, int operations, long records);

/* The same without a check: how many records are lost or too many, or torn. */
long work_deviation(const struct work *work, int operations, long records);

/* Sets every cell to zero, while nobody records. */
void work_clear(const struct work *work);

/* Whether anything was recorded in this shard. */
bool work_is_in_shard(const struct work *work, uint32_t shard);

/* Of all shards of both regions. */
long work_restarts(const struct work *work);
long work_shared_records(const struct work *work);

#endif /* WORKLOAD_H */
