/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workload.h - a region of integers and a region of doubles with cells of every
 * kind. The sums of all amounts are exact, so each record that is lost, made
 * twice or torn changes a sum.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "path.h"

#define WORK_BUCKETS 4
#define WORK_LONG 3
#define WORK_DOUBLE 0.375
/* Observations of one record of n. */
#define WORK_N 5

extern const int64_t work_longs[WORK_BUCKETS];
extern const double work_doubles[WORK_BUCKETS];

/* The operations, one bit each. */
enum work_operation {
	WORK_ADD_LONG = 1,
	WORK_ADD_DOUBLE = 2,
	WORK_OBSERVE_LONG = 4,
	WORK_OBSERVE_DOUBLE = 8,
	WORK_OBSERVE_N_LONG = 16,
	WORK_OBSERVE_N_DOUBLE = 32,
	WORK_ALL = 63,
};

/* One operation, and the steps 1 to last_step of its section that inject.h can interrupt. */
struct work_kind {
	enum work_operation kind;
	const char *name;
	int last_step;
};

#define WORK_KINDS 6
extern const struct work_kind work_kinds[WORK_KINDS];

struct work {
	const struct path *path;
	struct percpu_region *longs;
	struct percpu_region *doubles;
	struct percpu_buckets *long_buckets;
	struct percpu_buckets *double_buckets;
	uint64_t counter; /* offset in `doubles` */
	uint64_t timer;	  /* group in `longs` that crosses a block boundary */
	uint64_t summary; /* group in `doubles` that crosses a block boundary */
	/* Groups of the same kind for the records of n, one block further. */
	uint64_t n_timer;
	uint64_t n_summary;
};

struct work *work_open(const struct path *path, uint32_t shards);
void work_close(struct work *work);

/* Makes one record of each operation: the i-th of this thread. Registers the thread when a result asks for it. */
void work_record(const struct work *work, int operations, long i);

/* Checks during records that count and sum of each bucket belong together. */
void work_check_whole(const struct work *work);

/* Checks after `records` calls of work_record() by all threads that the sums are exact. */
void work_check_exact(const struct work *work, int operations, long records);

/* Returns the number of records that are missing or too many; no check. */
long work_deviation(const struct work *work, int operations, long records);

/* Sets every cell to zero. No thread may record meanwhile. */
void work_clear(const struct work *work);

/* Whether this shard has a record. */
bool work_is_in_shard(const struct work *work, uint32_t shard);

/* Over all shards of both regions. */
long work_restarts(const struct work *work);
long work_shared_records(const struct work *work);

#endif /* WORKLOAD_H */
