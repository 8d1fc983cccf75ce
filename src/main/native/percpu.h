/* SPDX-License-Identifier: Apache-2.0 */
/*
 * percpu.h - all exported functions of libpercpu.so. Java calls them.
 *
 * Record calls add to the shard of this CPU. FFM binds them as critical
 * downcalls. A record call makes no system call, takes no lock, allocates
 * nothing and ends after at most 64 restarts. Any thread may make one at any
 * time between percpu_region_create() and percpu_region_destroy() of its
 * region.
 *
 * Control calls set up, register, sum and test. JNA binds them.
 *
 * percpu_receive() waits for datagrams. FFM binds it as an ordinary downcall.
 *
 * No function aborts, prints or unloads anything. A function that can fail
 * returns a value >= 0, or -errno, and documents each errno. Offsets are forced
 * into the region before they are used: a wrong offset changes other cells of
 * the region, but no other memory.
 *
 * The library needs no symbol of any libc. The caller passes the functions of
 * libc that are needed in struct percpu_process. System calls are made
 * directly.
 *
 * Thread-safety is stated for each function:
 *
 *   MT-safe	any number of threads may call it at the same time, with any other function
 *   exclusive	the caller must make sure that no other call uses the object
 *
 * The memory is drawn in layout.h. The rseq ABI is described in RSEQ-ABI.md
 * and in libpercpu(7).
 */
#ifndef PERCPU_H
#define PERCPU_H

#include <stdint.h>

#define PERCPU_API __attribute__((visibility("default")))

struct percpu_region;
struct percpu_buckets;

/* ---- the process (process.c) ------------------------------------------- */

/* The owner: the part of the process that registers the rseq areas of its threads. */
enum percpu_owner {
	PERCPU_OWNER_NONE = 0,	 /* no area: every record is atomic */
	PERCPU_OWNER_LIBC = 1,	 /* libc; area at thread pointer + __rseq_offset */
	PERCPU_OWNER_LEGACY = 2, /* a library that exports the TLS symbol __rseq_abi */
	PERCPU_OWNER_SELF = 3,	 /* this library, in percpu_thread_register() */
};

/* How records are committed. */
enum percpu_mode {
	PERCPU_MODE_ATOMIC = 0, /* by atomic instructions, in all shards */
	PERCPU_MODE_RSEQ = 1,	/* by rseq sections in per-CPU shards */
};

/* Facts about the process, for percpu_process_start(). */
struct percpu_process {
	uint32_t owner; /* enum percpu_owner */
	uint32_t reserved;
	int64_t libc_offset;	 /* owner libc: the value of __rseq_offset, bytes */
	uint32_t area_length;	 /* owner self: registered length, bytes, at least 32 */
	uint32_t area_alignment; /* owner self: of the area, bytes, a power of two, at least 32 */
	uint64_t hwcap;		 /* getauxval(AT_HWCAP) */
	/* Functions of libc. Owner legacy needs dlsym, owner self needs all others; otherwise NULL. */
	void *(*dlsym)(void *handle, const char *name);
	int (*posix_memalign)(void **out, unsigned long alignment, unsigned long size);
	void (*free)(void *memory);
	int (*pthread_key_create)(unsigned int *key, void (*destructor)(void *));
	int (*pthread_setspecific)(unsigned int key, const void *value);
};

/*
 * percpu_process_start: Fixes the owner for the life of the process.
 *
 * @process: copied. The caller keeps ownership.
 *
 * The first successful call sets the owner. A later call, for example from
 * another class loader, changes nothing. It returns after the first call is
 * complete.
 *
 * Returns 0, or:
 *
 *   -EALREADY (-114): The owner is fixed already.
 *   -EINVAL (-22): The owner is outside of its enum, or a field that it needs
 *           is out of range or NULL.
 *
 * or -errno of pthread_key_create; the owner then is not fixed. MT-safe.
 */
PERCPU_API int percpu_process_start(const struct percpu_process *process);

/*
 * percpu_process_fix_mode: Fixes the mode for the life of the process.
 *
 * @mode: enum percpu_mode.
 *
 * Comes after percpu_process_start() and the self-test, and before the first
 * record. The record calls do not check it: the caller binds the variant of the
 * mode.
 *
 * Returns 0, or:
 *
 *   -EALREADY (-114): The mode is fixed already.
 *   -EINVAL (-22): The mode is outside of its enum; or it is PERCPU_MODE_RSEQ
 *           without an owner or without 16-byte atomicity.
 *   -ENODATA (-61): The owner is not fixed yet.
 *
 * MT-safe.
 */
PERCPU_API int percpu_process_fix_mode(uint32_t mode);

/*
 * percpu_process_owner, percpu_process_mode: The fixed owner and mode.
 *
 * Return a value of the enum, or -ENODATA (-61) before it is fixed. MT-safe.
 */
PERCPU_API int percpu_process_owner(void);
PERCPU_API int percpu_process_mode(void);

/*
 * percpu_pair_is_atomic: Whether one vector load or store of 16 aligned bytes
 * is single-copy atomic on this CPU.
 *
 * @hwcap: getauxval(AT_HWCAP); used on arm64.
 *
 * If not, cells are read and changed by a 16-byte compare-and-swap, and the
 * mode must be PERCPU_MODE_ATOMIC.
 *
 * Returns 1 or 0. The type is int because foreign callers read 32 bits.
 * MT-safe.
 *
 * Source: Intel SDM 3A 9.1 and AMD APM 2 7.3.2 for CPUs with AVX; Arm DDI 0487
 * B2.2.1.1 for FEAT_LSE2.
 */
PERCPU_API int percpu_pair_is_atomic(uint64_t hwcap);

/* ---- this thread (thread.c) -------------------------------------------- */

/*
 * percpu_thread_register: Registers or finds the rseq area of the calling
 * thread, and stores its address.
 *
 * Owner self allocates and registers an area. A pthread key unregisters and
 * frees it at thread exit. Owner legacy gets the address from dlsym. The other
 * owners need nothing. A thread is registered once: after a failure, or after
 * its exit has begun, its records go to the shared shard.
 *
 * Returns 0, also when the thread is registered already, or:
 *
 *   -ENODATA (-61): The registration failed before or the thread is exiting;
 *           or the legacy owner has no area for this thread.
 *   -ENOMEM (-12): No memory for the area.
 *   -EINVAL (-22), -EBUSY (-16): Another owner has registered this thread.
 *   -EPERM (-1), -ENOSYS (-38): A sandbox denies rseq(2), or the kernel has none.
 *
 * MT-safe.
 */
PERCPU_API int percpu_thread_register(void);

/*
 * percpu_thread_last_errno: The latest error of percpu_thread_register().
 *
 * Returns the positive errno, of any thread, or 0 when none has failed.
 * MT-safe.
 */
PERCPU_API int percpu_thread_last_errno(void);

/*
 * percpu_thread_view: Copies the rseq area of the calling thread.
 *
 * @out: @length bytes, aligned to 4.
 * @length: bytes to copy. At most the readable bytes of the area and at most 64
 *	are copied, in words of 4.
 *
 * Returns the number of copied bytes, or -ENODATA (-61) when the thread has no
 * area. MT-safe.
 */
PERCPU_API int percpu_thread_view(void *out, uint32_t length);

/*
 * percpu_rseq_try: Registers an area on the calling thread and unregisters it.
 *
 * @memory: at least @length bytes, aligned as the kernel demands. It is zeroed.
 *	The caller keeps ownership.
 * @length: bytes, at least 32.
 *
 * It detects an owner that exports no symbol, because rseq(2) allows one area
 * per thread.
 *
 * Returns 0 when the thread has no owner, or:
 *
 *   -EINVAL (-22): The thread has an owner; or length or alignment is wrong.
 *   -EBUSY (-16): The thread has an owner that registered this very memory.
 *   -ENOSYS (-38): The kernel has no rseq(2), or a sandbox denies it with this
 *           error.
 *   -EPERM (-1): A sandbox denies rseq(2).
 *   -EFAULT (-14): @memory is not mapped.
 *
 * MT-safe.
 */
PERCPU_API int percpu_rseq_try(void *memory, uint32_t length);

/*
 * percpu_membarrier: The system call membarrier(2).
 *
 * Returns its result, or -errno. MT-safe.
 */
PERCPU_API int percpu_membarrier(int command, uint32_t flags, int cpu);

/* ---- regions (region.c) ------------------------------------------------ */

/* The second word of every cell of a region. */
enum percpu_sum_kind {
	PERCPU_SUM_LONG = 0,   /* a 64-bit integer of at least 0, at most INT64_MAX */
	PERCPU_SUM_DOUBLE = 1, /* an IEEE 754 double */
};

/*
 * percpu_region_create: Reserves address space for shards.
 *
 * @shard_count: per-CPU shards, 1 to 8192. The shared shard is added to them.
 * @stride_shift: each shard has 2^stride_shift bytes, 16 to 40.
 * @sum_kind: enum percpu_sum_kind.
 * @index_offset: offset in struct rseq of the field that selects the shard: 4
 *	for cpu_id, 24 for mm_cid.
 * @out: receives the region. The caller owns it, until percpu_region_destroy().
 *
 * Memory becomes resident page by page, when it is written.
 *
 * Returns 0, or:
 *
 *   -EINVAL (-22): An argument is out of range.
 *   -ENOMEM (-12): The kernel refuses the reservation; a smaller one may work.
 *
 * or another -errno of mmap(2). Then *out is unchanged. MT-safe.
 */
PERCPU_API int percpu_region_create(uint32_t shard_count, uint32_t stride_shift, uint32_t sum_kind,
				    uint32_t index_offset, struct percpu_region **out);

/*
 * percpu_region_destroy: Unmaps a region.
 *
 * The caller must make sure that no thread uses the region any more.
 *
 * Returns 0, or -errno of munmap(2). Exclusive.
 */
PERCPU_API int percpu_region_destroy(struct percpu_region *region);

/*
 * percpu_region_first_cell: The offset of the first cell in every shard.
 *
 * Returns bytes, a multiple of 4096. MT-safe.
 */
PERCPU_API uint64_t percpu_region_first_cell(const struct percpu_region *region);

/*
 * percpu_region_reserved: The address space of a region.
 *
 * Returns bytes. MT-safe.
 */
PERCPU_API int64_t percpu_region_reserved(const struct percpu_region *region);

/*
 * percpu_region_resident: The part of a region that is in memory now.
 *
 * @page: getauxval(AT_PAGESZ), bytes.
 *
 * Returns bytes, or -EINVAL (-22) when @page is not a power of two or is below
 * 4096, or -errno of mincore(2). MT-safe.
 */
PERCPU_API int64_t percpu_region_resident(const struct percpu_region *region, uint32_t page);

/*
 * percpu_shard_restarts: The number of restarted sections on a shard.
 *
 * @shard: 0 to shard_count; shard_count is the shared shard.
 *
 * Returns the number, or -EINVAL (-22) when @shard is out of range. MT-safe.
 */
PERCPU_API int64_t percpu_shard_restarts(const struct percpu_region *region, uint32_t shard);

/*
 * percpu_shared_records: The records that went to the shared shard because no
 * section could commit them.
 *
 * Returns the number; 0 in PERCPU_MODE_ATOMIC, which commits none. MT-safe.
 */
PERCPU_API int64_t percpu_shared_records(const struct percpu_region *region);

/*
 * percpu_layout: Sizes and offsets that Java has too, for tests.
 *
 * @out: receives at most @capacity values.
 *
 * Returns the number of values, also when it is above @capacity. MT-safe.
 */
PERCPU_API int percpu_layout(uint32_t *out, uint32_t capacity);

/*
 * percpu_layout_names: The names of these values, in the same order.
 *
 * Returns a constant string. A space follows each name. MT-safe.
 */
PERCPU_API const char *percpu_layout_names(void);

/* ---- record calls (record.c, record_atomic.c) -------------------------- */

/* The result of a record call. In both cases the record is made. */
enum percpu_recorded {
	PERCPU_RECORDED = 0,
	PERCPU_RECORDED_UNREGISTERED = 1, /* this thread is unknown; call percpu_thread_register() */
};

/*
 * Each record call has three variants. They differ in how they find the rseq
 * area of the calling thread:
 *
 *   __libc	thread pointer + __rseq_offset: PERCPU_MODE_RSEQ, owner libc
 *   __thread	a pointer in TLS: PERCPU_MODE_RSEQ, owners legacy and self
 *   __atomic	any owner or none: PERCPU_MODE_ATOMIC
 *
 * All record calls of a process must be of one variant: the one of its mode and
 * owner.
 *
 * Doubles are passed as their bits (IEEE 754 binary64), so that no vector
 * register is live across a TLS access (glibc bug 31372).
 *
 * All are MT-safe.
 *
 * Ordering: the commit is one store, with release semantics on x86-64 and in
 * the variant __atomic. percpu_sum() on another thread includes the record at
 * the latest when that thread has synchronised with this one.
 *
 * Source of the sections: Linux, Documentation/userspace-api/rseq.rst.
 */

/*
 * percpu_add_long: Adds to the first word of a cell.
 *
 * @offset: of the cell in a shard, bytes, a multiple of 16.
 * @amount: any value; the sum wraps around.
 *
 * Returns enum percpu_recorded.
 */
PERCPU_API int percpu_add_long__libc(struct percpu_region *region, uint64_t offset, int64_t amount);
PERCPU_API int percpu_add_long__thread(struct percpu_region *region, uint64_t offset, int64_t amount);
PERCPU_API int percpu_add_long__atomic(struct percpu_region *region, uint64_t offset, int64_t amount);

/*
 * percpu_add_double: Adds to the second word of a cell, in a region of doubles.
 *
 * @offset: of the cell in a shard, bytes, a multiple of 16.
 * @bits: of any double.
 *
 * Returns enum percpu_recorded.
 */
PERCPU_API int percpu_add_double__libc(struct percpu_region *region, uint64_t offset, int64_t bits);
PERCPU_API int percpu_add_double__thread(struct percpu_region *region, uint64_t offset, int64_t bits);
PERCPU_API int percpu_add_double__atomic(struct percpu_region *region, uint64_t offset, int64_t bits);

/*
 * percpu_observe_long: Records one observation, in a region of integers.
 *
 * @offset: of the group in a shard, bytes, a multiple of 16.
 * @buckets: the index of the group's buckets, of integers; or NULL for a group
 *	of one bucket.
 * @amount: at least 0. A negative amount corrupts values inside the region, but
 *	no other memory.
 *
 * Adds {1, amount} to {count, sum} of the bucket by one 16-byte store: the
 * commit. When the sum of the bucket would overflow, the observation goes to the
 * shared shard, where a sum stays at INT64_MAX.
 *
 * Returns enum percpu_recorded.
 */
PERCPU_API int percpu_observe_long__libc(struct percpu_region *region, uint64_t offset,
					 const struct percpu_buckets *buckets, int64_t amount);
PERCPU_API int percpu_observe_long__thread(struct percpu_region *region, uint64_t offset,
					   const struct percpu_buckets *buckets, int64_t amount);
PERCPU_API int percpu_observe_long__atomic(struct percpu_region *region, uint64_t offset,
					   const struct percpu_buckets *buckets, int64_t amount);

/*
 * percpu_observe_double: Records one observation, in a region of doubles.
 *
 * @bits: of a double, at least +0.0 and not NaN. Any other double corrupts values
 *	inside the region, but no other memory.
 *
 * Otherwise as percpu_observe_long, with an index of doubles.
 *
 * Returns enum percpu_recorded.
 */
PERCPU_API int percpu_observe_double__libc(struct percpu_region *region, uint64_t offset,
					   const struct percpu_buckets *buckets, int64_t bits);
PERCPU_API int percpu_observe_double__thread(struct percpu_region *region, uint64_t offset,
					     const struct percpu_buckets *buckets, int64_t bits);
PERCPU_API int percpu_observe_double__atomic(struct percpu_region *region, uint64_t offset,
					     const struct percpu_buckets *buckets, int64_t bits);

/*
 * percpu_observe_n_long: Records n observations of one amount, in a region of
 * integers.
 *
 * @offset, @buckets, @amount: as for percpu_observe_long().
 * @count: observations, 1 to INT64_MAX. Any other count corrupts values inside
 *	the region, but no other memory. The count of a bucket wraps around.
 *
 * Adds {count, count * amount} to {count, sum} of the bucket by one 16-byte
 * store: the commit. When the sum of the bucket would overflow, the observations
 * go to the shared shard, where a sum stays at INT64_MAX. A product that
 * overflows counts as INT64_MAX.
 *
 * Returns enum percpu_recorded.
 */
PERCPU_API int percpu_observe_n_long__libc(struct percpu_region *region, uint64_t offset,
					   const struct percpu_buckets *buckets, int64_t amount, int64_t count);
PERCPU_API int percpu_observe_n_long__thread(struct percpu_region *region, uint64_t offset,
					     const struct percpu_buckets *buckets, int64_t amount, int64_t count);
PERCPU_API int percpu_observe_n_long__atomic(struct percpu_region *region, uint64_t offset,
					     const struct percpu_buckets *buckets, int64_t amount, int64_t count);

/*
 * percpu_observe_n_double: Records n observations of one amount, in a region of
 * doubles.
 *
 * @bits: as for percpu_observe_double().
 * @count: as for percpu_observe_n_long(); above 2^53 it is rounded in the sum.
 *
 * Otherwise as percpu_observe_n_long, with an index of doubles. The product is
 * rounded once, before the section. A sum may become infinite.
 *
 * Returns enum percpu_recorded.
 */
PERCPU_API int percpu_observe_n_double__libc(struct percpu_region *region, uint64_t offset,
					     const struct percpu_buckets *buckets, int64_t bits, int64_t count);
PERCPU_API int percpu_observe_n_double__thread(struct percpu_region *region, uint64_t offset,
					       const struct percpu_buckets *buckets, int64_t bits, int64_t count);
PERCPU_API int percpu_observe_n_double__atomic(struct percpu_region *region, uint64_t offset,
					       const struct percpu_buckets *buckets, int64_t bits, int64_t count);

/*
 * percpu_observe_bucket_double: Adds observations that another process has
 * counted, in a region of doubles.
 *
 * @offset: of the group in a shard, bytes, a multiple of 16.
 * @bucket: index in the group. The caller makes sure that the group has it: any
 *	other index corrupts values inside the region, but no other memory.
 * @count: observations, 1 to INT64_MAX. The count of a bucket wraps around.
 * @bits: of the sum of their amounts, a double.
 *
 * Adds {count, sum} to {count, sum} of the bucket by one 16-byte store: the
 * commit.
 *
 * Returns enum percpu_recorded.
 */
PERCPU_API int percpu_observe_bucket_double__libc(struct percpu_region *region, uint64_t offset, uint64_t bucket,
						  int64_t count, int64_t bits);
PERCPU_API int percpu_observe_bucket_double__thread(struct percpu_region *region, uint64_t offset, uint64_t bucket,
						    int64_t count, int64_t bits);
PERCPU_API int percpu_observe_bucket_double__atomic(struct percpu_region *region, uint64_t offset, uint64_t bucket,
						    int64_t count, int64_t bits);

/* ---- buckets (buckets.c) ----------------------------------------------- */

/*
 * percpu_buckets_size: The size of an index for these buckets.
 *
 * @bounds: inclusive upper bounds, strictly ascending, at least 0; bits of
 *	doubles for PERCPU_SUM_DOUBLE. The last bucket, without a bound, is added to
 *	them.
 * @count: bounds, 0 to 4095.
 * @sum_kind: enum percpu_sum_kind.
 *
 * Returns bytes: about 2 KiB, 8 per bound, and up to 64 KiB more for bounds that
 * are close to each other. Or -EINVAL (-22) when an argument is out of range.
 * MT-safe.
 */
PERCPU_API int64_t percpu_buckets_size(const int64_t *bounds, uint32_t count, uint32_t sum_kind);

/*
 * percpu_buckets_init: Builds an index.
 *
 * @memory: percpu_buckets_size() bytes, aligned to 8. The caller keeps ownership
 *	and must keep it as long as record calls use it.
 *
 * The other arguments are those of percpu_buckets_size(). @bounds is copied.
 *
 * Returns 0, or -EINVAL (-22) when an argument is out of range. MT-safe for
 * different @memory. The index is read-only from then on.
 */
PERCPU_API int percpu_buckets_init(struct percpu_buckets *memory, const int64_t *bounds, uint32_t count,
				   uint32_t sum_kind);

/*
 * percpu_buckets_index: The bucket of an amount, for tests.
 *
 * @amount: an integer, or the bits of a double, as the index.
 *
 * Returns 0 to count. MT-safe.
 */
PERCPU_API int percpu_buckets_index(const struct percpu_buckets *buckets, int64_t amount);

/* ---- sums over all CPUs (sum.c) ---------------------------------------- */

/*
 * percpu_sum: Adds up cells over shards.
 *
 * @first, @last: the shards [first, last), 0 <= first <= last <= shard_count + 1.
 * @from, @to: the cells at the offsets [from, to), bytes, multiples of 16, from
 *	the first cell to the end of a shard.
 * @out: @to - @from bytes, aligned to 16: for each cell {sum of the first words,
 *	sum of the second words}. Overwritten. A sum of second words that are
 *	integers is at most INT64_MAX.
 *
 * Each cell is read by one 16-byte load: an observation is in both words or in
 * neither. Blocks that no CPU has written are not read.
 *
 * Returns 0, or -EINVAL (-22) when an argument is out of range; @out is then
 * unchanged. MT-safe, also against records.
 */
PERCPU_API int percpu_sum(const struct percpu_region *region, uint32_t first, uint32_t last, uint64_t from, uint64_t to,
			  void *out);

/*
 * percpu_sum_ranges: Adds up many ranges of cells over shards.
 *
 * @first, @last: as for percpu_sum().
 * @count: ranges.
 * @offsets: of the ranges, in any order, bytes.
 * @bytes: of each range; count * bytes < 2^64.
 * @out: @count * @bytes bytes, aligned to 16: the sums of range i are at out + i *
 *	bytes. Overwritten. Fast as long as it stays in the cache.
 *
 * Each range is [offset, offset + bytes) as in percpu_sum().
 *
 * Returns 0, or -EINVAL (-22) when an argument is out of range; @out is then
 * unchanged. MT-safe, also against records.
 */
PERCPU_API int percpu_sum_ranges(const struct percpu_region *region, uint32_t first, uint32_t last, uint64_t count,
				 const uint64_t *offsets, uint64_t bytes, void *out);

/*
 * percpu_clear: Sets cells to zero in all shards.
 *
 * @from, @to: the cells at the offsets [from, to), as for percpu_sum().
 *
 * The caller must make sure that no thread records into these cells any more.
 * Records into all other cells are allowed at the same time.
 *
 * Returns 0, or -EINVAL (-22) when the range is not inside a shard; nothing is
 * then changed. Exclusive for the cells of the range.
 */
PERCPU_API int percpu_clear(struct percpu_region *region, uint64_t from, uint64_t to);

/* ---- datagram sockets (receive.c) -------------------------------------- */

/*
 * A socket is a file descriptor, which the caller owns until
 * percpu_socket_close(). All sockets are closed on exec(3).
 *
 * A sandbox may deny a system call. Its errno is then returned, usually -EPERM
 * (-1) or -ENOSYS (-38).
 */

/* How a UDP socket is bound. */
enum percpu_sharing {
	PERCPU_UDP_FIRST = 0, /* no other socket may have the port */
	PERCPU_UDP_NEXT = 1,  /* shares the port of the first socket */
};

/*
 * percpu_udp_open: Opens a UDP socket that other sockets of this process can
 * share the port of (SO_REUSEPORT). The kernel selects one of them by a hash of
 * the sender's address and port: one sender uses one socket.
 *
 * @address: of this host, in network order.
 * @length: of the address, bytes: 4 for IPv4, 16 for IPv6. The IPv6 address ::
 *	receives IPv4 too.
 * @scope: interface of a link-local IPv6 address, otherwise 0.
 * @port: 0 to 65535; 0 selects a free one.
 * @buffer: receive buffer, bytes, 1 to 2^30; see percpu_socket_buffer().
 * @sharing: enum percpu_sharing.
 *
 * The kernel lets processes of one user share a port in silence. So the first
 * socket is bound without SO_REUSEPORT, which fails when any socket has the
 * port. SO_REUSEPORT is set afterwards. A process of the same user that binds
 * later, with SO_REUSEPORT, is not noticed.
 *
 * Returns the socket, or:
 *
 *   -EADDRINUSE (-98): Another socket has the port. For PERCPU_UDP_NEXT: one
 *           without SO_REUSEPORT, or of another user.
 *   -EADDRNOTAVAIL (-99): No interface of this host has the address.
 *   -EACCES (-13): The port is privileged.
 *   -EINVAL (-22): An argument is out of range.
 *   -EAFNOSUPPORT (-97): The kernel has no IPv6.
 *   -EMFILE (-24): The process has as many files as it may have.
 *
 * or another -errno of socket(2), bind(2) or setsockopt(2). MT-safe.
 */
PERCPU_API int percpu_udp_open(const void *address, uint32_t length, uint32_t scope, uint32_t port, uint32_t buffer,
			       uint32_t sharing);

/*
 * percpu_unix_open: Opens a Unix datagram socket at a path.
 *
 * @path: no byte of it is 0. It needs no 0 at its end.
 * @length: of the path, bytes, 1 to 107.
 * @mode: permissions of the file, at most 0777. A client needs to write. 0
 *	keeps those that the umask of the process gives.
 *
 * A socket file that an ended process left is removed: one whose connect(2)
 * fails with -ECONNREFUSED. Any other file stays, and so does the socket of a
 * live process. Two processes that find the same left file at the same time may
 * both open a socket; the file is then that of the second.
 *
 * The kernel never drops datagrams of a Unix socket: the client waits, or gets
 * EAGAIN, when net.unix.max_dgram_qlen datagrams (10, or 512) are in the queue.
 *
 * The caller removes the file before it closes the socket.
 *
 * Returns the socket, or:
 *
 *   -EADDRINUSE (-98): The path is the socket of a live process, or no socket.
 *   -ENOENT (-2): The folder does not exist.
 *   -EACCES (-13), -EROFS (-30): The process may not write in the folder.
 *   -EINVAL (-22): An argument is out of range.
 *   -EMFILE (-24): The process has as many files as it may have.
 *
 * or another -errno of socket(2), bind(2), connect(2), unlinkat(2) or
 * fchmodat(2). MT-safe.
 */
PERCPU_API int percpu_unix_open(const char *path, uint32_t length, uint32_t mode);

/*
 * percpu_socket_port: The port of a UDP socket.
 *
 * Returns 1 to 65535, or -EINVAL (-22) for a socket of another family, or -errno
 * of getsockname(2). MT-safe.
 */
PERCPU_API int percpu_socket_port(int socket);

/*
 * percpu_socket_buffer: The granted size of the receive buffer.
 *
 * The kernel grants at most net.core.rmem_max, and at least about 1 KiB. It adds
 * as much again for its overhead, which is not in this size.
 *
 * Returns bytes, or -errno of getsockopt(2). MT-safe.
 */
PERCPU_API int64_t percpu_socket_buffer(int socket);

/*
 * percpu_socket_drops: The datagrams that the kernel dropped because the receive
 * buffer was full or a checksum was wrong (SO_MEMINFO, Linux 4.12).
 *
 * Returns 0 to 2^32 - 1, after which it starts at 0 again; or -ENOPROTOOPT (-92)
 * when the kernel does not count, or another -errno of getsockopt(2). MT-safe.
 */
PERCPU_API int64_t percpu_socket_drops(int socket);

/*
 * percpu_socket_limit_wait: Sets how long percpu_receive() waits at most.
 *
 * @millis: milliseconds; 0 waits without limit.
 *
 * Returns 0, or -errno of setsockopt(2). MT-safe.
 */
PERCPU_API int percpu_socket_limit_wait(int socket, uint32_t millis);

/*
 * percpu_socket_wake: Ends the waits of percpu_receive() on a socket, now and
 * later: it then returns at once, with any number of empty datagrams that were
 * not sent.
 *
 * Returns 0, or -errno of shutdown(2). MT-safe.
 */
PERCPU_API int percpu_socket_wake(int socket);

/*
 * percpu_socket_close: Closes a socket.
 *
 * The caller must make sure that no other call uses the socket: its number may
 * be that of another file at once.
 *
 * Returns 0, or -errno of close(2). Exclusive.
 */
PERCPU_API int percpu_socket_close(int socket);

/* What the kernel fills in for one datagram, at the start of the packets' memory. */
struct percpu_packet {
	uint32_t length; /* bytes, at most those of a slot */
	uint32_t flags;	 /* PERCPU_PACKET_TRUNCATED */
	uint64_t sender; /* 0: unknown */
};

#define PERCPU_PACKET_TRUNCATED 1u /* the datagram was longer than its slot; the rest is lost */
#define PERCPU_BATCH_MAX 256u

struct percpu_batch;

/*
 * percpu_batch_size: The size of the control memory of a batch.
 *
 * @capacity: datagrams, 1 to 256.
 *
 * Returns bytes, about 112 per datagram, or -EINVAL (-22). MT-safe.
 */
PERCPU_API int64_t percpu_batch_size(uint32_t capacity);

/*
 * percpu_batch_init: Prepares the control memory of a batch.
 *
 * @batch: percpu_batch_size() bytes, aligned to 8.
 * @headers: capacity struct percpu_packet, aligned to 8.
 * @slots: the datagrams; capacity * @stride bytes.
 * @capacity: datagrams, 1 to 256.
 * @slot: bytes of a datagram at most, 1 to 65536.
 * @stride: bytes from one slot to the next, at least @slot and at most 2^20.
 *
 * The caller keeps ownership of all three, and must keep them as long as
 * percpu_receive() uses the batch.
 *
 * Returns 0, or -EINVAL (-22) when a number is out of range. Exclusive.
 */
PERCPU_API int percpu_batch_init(struct percpu_batch *batch, void *headers, void *slots, uint32_t capacity,
				 uint32_t slot, uint32_t stride);

/* Flags of percpu_receive(). */
enum percpu_receive_flag {
	PERCPU_RECEIVE_WAIT = 1,    /* waits for the first datagram, at most the time of percpu_socket_limit_wait() */
	PERCPU_RECEIVE_SENDERS = 2, /* stores the senders of datagrams of UDP, for about 60 ns each */
};

/*
 * percpu_receive: Receives the datagrams that are in the queue of a socket.
 *
 * @batch: prepared by percpu_batch_init(). Its headers and slots are overwritten.
 * @flags: enum percpu_receive_flag.
 *
 * The sender of a datagram is its IPv4 address as a number, also when it is
 * mapped into IPv6; or the first 64 bits of its IPv6 address, or the last 64
 * bits when those are 0. It is 0 without PERCPU_RECEIVE_SENDERS and for Unix
 * sockets: the process number of a client costs about 90 ns a datagram, and is
 * 0 for clients in other containers.
 *
 * Returns the number of datagrams; 0 after the time of percpu_socket_limit_wait()
 * without any, and after a signal; or -errno of recvmmsg(2). MT-safe for different
 * @batch.
 */
PERCPU_API int percpu_receive(int socket, struct percpu_batch *batch, uint32_t flags);

/* ---- the self-test (self_test.c) --------------------------------------- */

/* The state that the two threads of a self-test share. The caller zeroes it and sets the fields marked "in". */
struct percpu_self_test {
	int64_t stamp;	       /* changed by the disturber each time it runs */
	int32_t stop;	       /* set by the victim when it is done */
	int32_t victim_tid;    /* 0 until the victim is ready */
	uint32_t cpu;	       /* in: both threads run here; the victim starts here */
	uint32_t other_cpu;    /* in: where the victim is moved; equal to cpu: it is preempted only */
	uint32_t min_restarts; /* in: the test ends after this many */
	uint32_t restarts;     /* out: sections that were interrupted and restarted */
	uint32_t violations;   /* out: sections that were interrupted and went on */
	uint32_t reserved;
	int64_t budget_nanos; /* in: the test ends after this long, nanoseconds */
	int64_t unused;
};

/*
 * percpu_self_test_victim, percpu_self_test_disturb: The two sides of a test
 * that sections restart when they are interrupted.
 *
 * @test: the same for both. The caller keeps ownership until both have returned.
 *
 * Each side needs a thread of its own, which should end afterwards: its CPU
 * affinity is changed. The victim thread must be registered. The test ends after
 * min_restarts restarts, after the first violation, or after budget_nanos.
 *
 * Both return 0, or:
 *
 *   -ENODATA (-61): The victim's thread has no registered area.
 *   -EINVAL (-22): A CPU is out of range or offline, or outside of the cpuset.
 *
 * or another -errno of sched_setaffinity(2). MT-safe for different @test.
 */
PERCPU_API int percpu_self_test_victim(struct percpu_self_test *test);
PERCPU_API int percpu_self_test_disturb(struct percpu_self_test *test);

#endif /* PERCPU_H */
