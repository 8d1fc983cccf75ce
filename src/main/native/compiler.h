/* SPDX-License-Identifier: Apache-2.0 */
/* compiler.h - attributes and hints for the compiler (GCC and clang). */
#ifndef PERCPU_COMPILER_H
#define PERCPU_COMPILER_H

/* A function without a call of its own: an argument that is a constant selects code at compile time. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* A function off the record path: its stack frame and registers cost the record path nothing. */
#define COLD static __attribute__((noinline, cold))

/* Shared by the files of this library, not exported. */
#define HIDDEN __attribute__((visibility("hidden")))

/* A function that must not become a part of its caller. */
#define NOINLINE __attribute__((noinline))

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#endif /* PERCPU_COMPILER_H */
