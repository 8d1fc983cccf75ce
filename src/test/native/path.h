/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path.h - commit paths. A path is an owner of the rseq areas, a mode, and the
 * field of struct rseq that selects the shard. A process has one path.
 *
 *   libc     owner libc
 *   self     owner self; needs GLIBC_TUNABLES=glibc.pthread.rseq=0
 *   legacy   a preloaded library that exports __rseq_abi
 *   dlopened the same library, loaded by dlopen: the distance from the thread
 *            pointer to the area differs from thread to thread
 *   atomic   mode atomic; the area of the owner is a hint
 *   none     mode atomic without an owner
 *
 * A process that does not match its path is a broken test, not a skip.
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
	int (*observe_n_long)(struct percpu_region *, uint64_t, const struct percpu_buckets *, int64_t, int64_t);
	int (*observe_n_double)(struct percpu_region *, uint64_t, const struct percpu_buckets *, int64_t, int64_t);
	int (*observe_bucket_double)(struct percpu_region *, uint64_t, uint64_t, int64_t, int64_t);
};

/* Starts the library in this process. index is "cpu_id" or "mm_cid". Ends the program on an error. */
const struct path *path_open(const char *name, const char *index);

/* The same from the arguments of main(): PATH INDEX. */
const struct path *path_of_arguments(int argc, char **argv);

/* Registers the thread when the result of a record call asks for it, as Java does. */
static inline void path_answer(int recorded)
{
	if (recorded == PERCPU_RECORDED_UNREGISTERED)
		(void)percpu_thread_register();
}

/* Registers the calling thread, on paths that need it. */
void path_enter(void);

struct percpu_region *path_region(uint32_t shards, enum percpu_sum_kind kind);
struct percpu_buckets *path_buckets(const int64_t *bounds, uint32_t count, enum percpu_sum_kind kind);

int64_t bits_of_double(double value);
double double_of_bits(int64_t bits);

/* Reads __rseq_size and __rseq_offset. Returns false when libc has no such symbols. */
bool libc_rseq(uint32_t *size, int64_t *offset);

/* AT_RSEQ_FEATURE_SIZE and AT_RSEQ_ALIGN, bytes, with the defaults of kernels without them. */
uint32_t kernel_feature_size(void);
uint32_t kernel_alignment(void);

/* The number of areas that the library has allocated and freed. */
extern long path_areas_taken;
extern long path_areas_freed;
/* The area that the library allocated last on this thread. */
extern __thread void *path_last_area;
/* Checks that no freed area was written, neither by the kernel nor by a record. */
void path_check_freed(void);
/* When true, posix_memalign or pthread_setspecific of the library fails with ENOMEM. */
extern bool path_refuse_memory;
extern bool path_refuse_specific;

/* Facts of this process for an owner, with the functions of libc that count and fail as above. */
struct percpu_process path_process(enum percpu_owner owner);

#endif /* PATH_H */
