/* SPDX-License-Identifier: Apache-2.0 */
/* compiler.h - attributes and hints for the compiler (GCC and clang). */
#ifndef PERCPU_COMPILER_H
#define PERCPU_COMPILER_H

/* Inlined into each caller, so that constant arguments select code at compile time. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Never inlined, and placed apart. The record path then needs no stack frame and no registers for it. */
#define COLD static __attribute__((noinline, cold))

/* Shared by the files of this library, not exported. */
#define HIDDEN __attribute__((visibility("hidden")))

/* Never inlined. */
#define NOINLINE __attribute__((noinline))

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#endif /* PERCPU_COMPILER_H */
