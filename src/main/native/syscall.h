/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syscall.h - system calls without a libc. The result is a value or -errno.
 * Control calls only: a record call makes no system call.
 */
#ifndef PERCPU_SYSCALL_H
#define PERCPU_SYSCALL_H

#include <stdint.h>

#if defined(__x86_64__)
enum {
	NR_close = 3,
	NR_mmap = 9,
	NR_munmap = 11,
	NR_mincore = 27,
	NR_madvise = 28,
	NR_nanosleep = 35,
	NR_socket = 41,
	NR_connect = 42,
	NR_shutdown = 48,
	NR_bind = 49,
	NR_getsockname = 51,
	NR_setsockopt = 54,
	NR_getsockopt = 55,
	NR_gettid = 186,
	NR_sched_setaffinity = 203,
	NR_clock_gettime = 228,
	NR_newfstatat = 262,
	NR_unlinkat = 263,
	NR_fchmodat = 268,
	NR_recvmmsg = 299,
	NR_membarrier = 324,
	NR_rseq = 334,
};

static inline long syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
enum {
	NR_unlinkat = 35,
	NR_fchmodat = 53,
	NR_close = 57,
	NR_newfstatat = 79,
	NR_nanosleep = 101,
	NR_clock_gettime = 113,
	NR_sched_setaffinity = 122,
	NR_gettid = 178,
	NR_socket = 198,
	NR_bind = 200,
	NR_connect = 203,
	NR_getsockname = 204,
	NR_setsockopt = 208,
	NR_getsockopt = 209,
	NR_shutdown = 210,
	NR_munmap = 215,
	NR_mmap = 222,
	NR_mincore = 232,
	NR_madvise = 233,
	NR_recvmmsg = 243,
	NR_membarrier = 283,
	NR_rseq = 293,
};

static inline long syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
}
#else
#error "libpercpu has critical sections for x86-64 and arm64 only"
#endif

/* Offset of st_mode in struct stat. */
#if defined(__x86_64__)
#define STAT_MODE 24
#else
#define STAT_MODE 16
#endif

/* struct timespec of both architectures. */
struct timespec64 {
	int64_t seconds;
	int64_t nanos;
};

static inline long syscall4(long nr, long a, long b, long c, long d)
{
	return syscall6(nr, a, b, c, d, 0, 0);
}

#endif /* PERCPU_SYSCALL_H */
