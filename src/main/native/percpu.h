/* SPDX-License-Identifier: Apache-2.0 */
/*
 * percpu.h - the calls that Java binds, and nothing else.
 *
 * Two kinds of call:
 *
 *   record calls    bound by FFM as critical downcalls. They make no system
 *                   call, take no lock, allocate nothing and end after a
 *                   bounded number of restarts. They may be called from any
 *                   thread at any time between percpu_region_create() and
 *                   percpu_region_destroy() of their region.
 *   control calls   bound by JNA: set-up, registration, sums, the self-test.
 *
 * No call aborts, prints or unloads anything. A call that can fail returns
 * 0 or more on success and -errno on failure. Any offset is forced into the
 * region before use, so a wrong one can spoil a figure but not the process.
 *
 * The library needs no symbol of any libc: what it uses of one is handed to
 * it in struct percpu_process, and system calls are made directly.
 */
#ifndef PERCPU_H
#define PERCPU_H

#include <stdint.h>

#define PERCPU_API __attribute__((visibility("default")))

struct percpu_region;
struct percpu_buckets;

/* ---- the process (process.c) ---------------------------------------- */

/* Who registered the rseq areas of this process' threads. */
enum percpu_owner {
	PERCPU_OWNER_NONE = 0,	 /* nobody: every record is atomic */
	PERCPU_OWNER_LIBC = 1,	 /* area at thread pointer + __rseq_offset */
	PERCPU_OWNER_LEGACY = 2, /* an exported __rseq_abi, one address a thread */
	PERCPU_OWNER_SELF = 3,	 /* this library registers each thread */
};

/* How records are committed; fixed before the first one. */
enum percpu_mode {
	PERCPU_MODE_ATOMIC = 0,
	PERCPU_MODE_RSEQ = 1,
};

/* What the caller found out about the process, handed over once. */
struct percpu_process {
	uint32_t owner; /* enum percpu_owner */
	uint32_t reserved;
	int64_t libc_offset;	 /* __rseq_offset, when libc is the owner */
	uint32_t area_length;	 /* registration length in bytes, when self */
	uint32_t area_alignment; /* of the area in bytes, a power of two */
	uint64_t hwcap;		 /* getauxval(AT_HWCAP) */
	/* From libc, needed for the owners legacy (dlsym) and self (the rest). */
	void *(*dlsym)(void *handle, const char *name);
	int (*posix_memalign)(void **out, unsigned long alignment, unsigned long size);
	void (*free)(void *memory);
	int (*pthread_key_create)(unsigned int *key, void (*destructor)(void *));
	int (*pthread_setspecific)(unsigned int key, const void *value);
};

/*
 * Fixes the owner for the life of the process. The first caller wins: a later
 * one (another class loader) changes nothing and gets -EALREADY (-114).
 * -EINVAL: an owner outside its enum, an area that is too short, or a function
 * that this owner needs is missing. MT-safe.
 */
PERCPU_API int percpu_process_start(const struct percpu_process *process);

/*
 * Fixes the mode, after percpu_process_start() and the self-test and before
 * the first record. -EALREADY as above; -EINVAL: a mode outside its enum, or
 * sections wanted without an owner or without 16-byte atomicity; -ENODATA: not
 * started. MT-safe.
 */
PERCPU_API int percpu_process_fix_mode(uint32_t mode);

/* What was fixed, or -ENODATA (-61) before it was. MT-safe. */
PERCPU_API int percpu_process_owner(void);
PERCPU_API int percpu_process_mode(void);

/*
 * 1 when this CPU reads and writes 16 aligned bytes as one by plain vector or
 * pair instructions, else 0: cells are then changed and read by a 16-byte
 * compare-and-swap, and only PERCPU_MODE_ATOMIC can be fixed. Intel SDM 3A
 * 9.1 and AMD APM 2 7.3.2 (AVX), Arm DDI 0487 B2.2.1.1 (FEAT_LSE2). MT-safe.
 */
PERCPU_API int percpu_pair_is_atomic(uint64_t hwcap);

/* ---- this thread (thread.c) ------------------------------------------ */

/*
 * Makes this thread known: registers its area (owner self) or looks it up
 * (owner legacy). Once a thread: after a failure, and once its area was
 * unregistered at thread exit, the thread stays with the shared shard.
 * Returns 0, or -errno of the registration. MT-safe.
 */
PERCPU_API int percpu_thread_register(void);

/* errno of the latest registration of any thread that failed, 0 if none did. MT-safe. */
PERCPU_API int percpu_thread_last_errno(void);

/*
 * Copies the first length bytes of this thread's rseq area, as far as it goes
 * and at most 64.
 * Returns the bytes copied, or -ENODATA when this thread has none. MT-safe.
 */
PERCPU_API int percpu_thread_view(void *out, uint32_t length);

/*
 * One attempt to register a private area on this thread, taken back at once:
 * tells who owns the thread. 0: nobody did, registration works. -EINVAL or
 * -EBUSY: somebody did. -ENOSYS: no such system call. -EPERM: denied.
 * Memory: at least length bytes, aligned, zeroed.
 */
PERCPU_API int percpu_rseq_try(void *memory, uint32_t length);

/* membarrier(2), directly. Returns its result or -errno. */
PERCPU_API int percpu_membarrier(int command, uint32_t flags, int cpu);

/* ---- regions (region.c) ---------------------------------------------- */

/* What the second word of every cell of a region is. */
enum percpu_sum_kind {
	PERCPU_SUM_LONG = 0,   /* a 64-bit integer, wrapping */
	PERCPU_SUM_DOUBLE = 1, /* an IEEE 754 double */
};

/*
 * Reserves shard_count shards and the shared one, each of 2^stride_shift
 * bytes (16 to 40), and hands the region out in *out. index_offset is the
 * offset in struct rseq of the shard index: that of cpu_id or mm_cid.
 * -EINVAL: an argument is out of range; -ENOMEM or another -errno of mmap(2):
 * the reservation was refused, nothing was changed. MT-safe.
 */
PERCPU_API int percpu_region_create(uint32_t shard_count, uint32_t stride_shift, uint32_t sum_kind,
				    uint32_t index_offset, struct percpu_region **out);

/* Unmaps it. The caller has made sure that no thread can still record. */
PERCPU_API int percpu_region_destroy(struct percpu_region *region);

/* Offset of the first cell in every shard, bytes. */
PERCPU_API uint64_t percpu_region_first_cell(const struct percpu_region *region);

/* Bytes of address space, and of those in memory now (mincore(2)), in pages of getauxval(AT_PAGESZ) bytes. */
PERCPU_API int64_t percpu_region_reserved(const struct percpu_region *region);
PERCPU_API int64_t percpu_region_resident(const struct percpu_region *region, uint32_t page);

/* Restarts of sections on this shard, and records it took as shared shard. */
PERCPU_API int64_t percpu_shard_restarts(const struct percpu_region *region, uint32_t shard);
PERCPU_API int64_t percpu_shared_records(const struct percpu_region *region);

/* Writes sizes and offsets that Java mirrors; see region.c. Returns their number. */
PERCPU_API int percpu_layout(uint32_t *out, uint32_t capacity);

/* ---- record calls (record.c, record_atomic.c) ------------------------- */

/* What a record call returns. Either way the record has been made. */
enum percpu_recorded {
	PERCPU_RECORDED = 0,
	PERCPU_RECORDED_REGISTER = 1, /* thread unknown: call percpu_thread_register() */
};

/*
 * One set of four calls for each way to find this thread's area: __libc at
 * thread pointer + offset, __thread through this library's own pointer, and
 * __atomic without sections.
 *
 *   add_long        adds amount to the first word of the cell at offset
 *   add_double      adds the double whose bits are given to its second word
 *   observe_long    one observation of amount >= 0 into the group at offset:
 *   observe_double  the bucket's {count, sum} by one store, and the group's max
 *
 * buckets may be NULL: a group of one bucket. The doubles come as raw bits so
 * that no vector register is live across a TLS access (glibc bug 31372).
 */
#define PERCPU_DECLARE_RECORD_CALLS(variant)                                                                      \
	PERCPU_API int percpu_add_long__##variant(struct percpu_region *region, uint64_t offset, int64_t amount); \
	PERCPU_API int percpu_add_double__##variant(struct percpu_region *region, uint64_t offset, int64_t bits); \
	PERCPU_API int percpu_observe_long__##variant(struct percpu_region *region, uint64_t offset,              \
						      const struct percpu_buckets *buckets, int64_t amount);      \
	PERCPU_API int percpu_observe_double__##variant(struct percpu_region *region, uint64_t offset,            \
							const struct percpu_buckets *buckets, int64_t bits)

PERCPU_DECLARE_RECORD_CALLS(libc);
PERCPU_DECLARE_RECORD_CALLS(thread);
PERCPU_DECLARE_RECORD_CALLS(atomic);

/* ---- buckets (buckets.c) ---------------------------------------------- */

/*
 * Bytes that percpu_buckets_init() writes for these upper bounds, which are as
 * there: 2 KiB and 8 a bound, and up to 64 KiB more where many are close to
 * each other. -EINVAL as there.
 */
PERCPU_API int64_t percpu_buckets_size(const int64_t *bounds, uint32_t count, uint32_t sum_kind);

/*
 * Builds the index of a histogram in memory of percpu_buckets_size() bytes.
 * Bounds are inclusive, strictly ascending, >= 0; doubles as raw bits. count
 * at most 4095. -EINVAL says that one of these does not hold.
 */
PERCPU_API int percpu_buckets_init(struct percpu_buckets *memory, const int64_t *bounds, uint32_t count,
				   uint32_t sum_kind);

/* The bucket of one amount, for tests. */
PERCPU_API int percpu_buckets_index(const struct percpu_buckets *buckets, int64_t amount);

/* ---- other CPUs' data (sum.c) ------------------------------------------ */

/*
 * Adds up the cells at [from, to) of the shards [first, last) into out, 16
 * bytes a cell: {sum of the first words, sum of the second words}. Each cell
 * is read by one 16-byte load, so that whatever was committed is in both words
 * or in none. Blocks which no CPU has written are not read. from and to are
 * multiples of 16 inside the shard; -EINVAL otherwise. MT-safe, also against
 * records.
 */
PERCPU_API int percpu_sum(const struct percpu_region *region, uint32_t first, uint32_t last, uint64_t from, uint64_t to,
			  void *out);

/*
 * The same for `count` ranges of `bytes` bytes each, wherever they are: the
 * one at offsets[i] goes to out + i * bytes, which is fastest while all of out
 * stays in the cache. bytes and every offset as from and to above, and count *
 * bytes is less than 2^64; -EINVAL otherwise, with out unchanged. MT-safe, also
 * against records.
 */
PERCPU_API int percpu_sum_ranges(const struct percpu_region *region, uint32_t first, uint32_t last, uint64_t count,
				 const uint64_t *offsets, uint64_t bytes, void *out);

/*
 * Takes the max of the group of `buckets` buckets at offset out of every
 * shard, leaving 0, and returns the largest (a long, or a double's bits).
 * Each is taken by an atomic exchange: a max that is recorded meanwhile is
 * either returned or left for the next call. MT-safe.
 */
PERCPU_API int64_t percpu_drain_max(struct percpu_region *region, uint64_t offset, uint32_t buckets);

/*
 * The same for many groups, one after the other: a scrape has thousands.
 * `groups` are `count` pairs of an offset and a number of buckets; the largest
 * of each goes to `out`. MT-safe.
 */
PERCPU_API void percpu_drain_maxima(struct percpu_region *region, uint64_t count, const uint64_t *groups, int64_t *out);

/*
 * Sets the cells at [from, to) of all shards to zero. Only for cells that no
 * thread can record into any more. -EINVAL as percpu_sum().
 */
PERCPU_API int percpu_clear(struct percpu_region *region, uint64_t from, uint64_t to);

/* ---- the self-test (self_test.c) --------------------------------------- */

/* Shared by the two threads of a self-test; zeroed before use. */
struct percpu_self_test {
	int64_t stamp;	     /* changed by the disturber when it has run */
	int32_t stop;	     /* set by the victim when it is done */
	int32_t victim_tid;  /* 0 until the victim is ready */
	uint32_t cpu;	     /* both run here; the victim starts here */
	uint32_t other_cpu;  /* where the victim is sent; == cpu: preempt only */
	uint32_t wanted;     /* restarts to see */
	uint32_t restarts;   /* sections that were interrupted and restarted */
	uint32_t violations; /* sections that went on after an interruption */
	uint32_t reserved;
	int64_t budget_nanos; /* give up after this long */
	int64_t unused;
};

/*
 * The two sides, each called on a thread of its own that ends afterwards (its
 * affinity is changed). The victim runs critical sections until `wanted` were
 * restarted, one went on (a violation), or the budget is spent. Returns 0 or
 * -errno (the affinity was refused, this thread has no area).
 */
PERCPU_API int percpu_self_test_victim(struct percpu_self_test *test);
PERCPU_API int percpu_self_test_disturb(struct percpu_self_test *test);

#endif /* PERCPU_H */
