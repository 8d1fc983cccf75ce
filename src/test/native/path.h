/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path.h - the ways to record, one per process: who owns the rseq areas, how
 * records are committed, and which field of struct rseq chooses the shard.
 *
 *   libc     by libc; fails when libc did not register
 *   self     by the library; the process was started with
 *            GLIBC_TUNABLES=glibc.pthread.rseq=0
 *   legacy   by a library that exports __rseq_abi and is preloaded
 *   dlopened the same, loaded while the process runs: its areas are at
 *            another distance from the thread pointer in each thread
 *   atomic   atomics with the owner that is there as a hint
 *   none     atomics without an owner
 *
 * A process that is not what the path says is a broken test, not a skip.
 */
#ifndef PATH_H
#define PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "percpu.h"

struct path {
	const char *name;
	enum percpu_owner owner;
	enum percpu_mode mode;
	uint32_t index_offset;
	uint32_t shards; /* possible CPUs */
	int (*add_long)(struct percpu_region *, uint64_t, int64_t);
	int (*add_double)(struct percpu_region *, uint64_t, int64_t);
	int (*observe_long)(struct percpu_region *, uint64_t, const struct percpu_buckets *, int64_t);
	int (*observe_double)(struct percpu_region *, uint64_t, const struct percpu_buckets *, int64_t);
};

/* Starts the library in this process; index is "cpu_id" or "mm_cid". Ends the
 * program when that cannot be. */
const struct path *path_open(const char *name, const char *index);

/* From main's arguments: PATH INDEX. */
const struct path *path_of_arguments(int argc, char **argv);

/* Does what Java does with the result of a record call. */
static inline void path_answer(int recorded)
{
	if (recorded == PERCPU_RECORDED_REGISTER)
		(void)percpu_thread_register();
}

/* Makes the calling thread known, on paths where it has to be. */
void path_enter(void);

struct percpu_region *path_region(uint32_t shards, enum percpu_sum_kind kind);
struct percpu_buckets *path_buckets(const int64_t *bounds, uint32_t count, enum percpu_sum_kind kind);

int64_t bits_of_double(double value);
double double_of_bits(int64_t bits);

/* What libc says of itself: false without the symbols. */
bool libc_rseq(uint32_t *size, int64_t *offset);

/* Bytes of struct rseq that the kernel keeps, and the alignment it asks for. */
uint32_t kernel_feature_size(void);
uint32_t kernel_alignment(void);

/* Areas the library took with the functions it was given, and gave back. */
extern long path_areas_taken;
extern long path_areas_freed;
/* The area that was taken last, by this thread. */
extern __thread void *path_last_area;
/* Nobody has written to an area that was given back: neither the kernel nor a record. */
void path_check_freed(void);
/* Set: that function fails as if there were no memory. */
extern bool path_refuse_memory;
extern bool path_refuse_specific;

/* The functions of libc that self needs, counted and refusable as above. */
struct percpu_process path_process(enum percpu_owner owner);

#endif /* PATH_H */
