/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cell_x86_64.h - 16 bytes at once, outside of a section.
 *
 * With AVX an aligned 16-byte vector load is atomic (Intel SDM 3A 9.1, AMD APM
 * 2 7.3.2). Without it lock cmpxchg16b is the one instruction that reads or
 * changes 16 bytes as one; it needs the line in exclusive state also to read.
 */
#ifndef PERCPU_CELL_X86_64_H
#define PERCPU_CELL_X86_64_H

#include <stdbool.h>

#include "layout.h"

static inline bool cell_compare_exchange(struct percpu_cell *cell, struct percpu_cell *expected,
					 struct percpu_cell desired)
{
	bool done;

	__asm__ volatile("lock cmpxchg16b %[cell]"
			 : [cell] "+m"(*cell), "+a"(expected->first), "+d"(expected->second), "=@ccz"(done)
			 : "b"(desired.first), "c"(desired.second)
			 : "memory");
	return done;
}

static inline cell_pair cell_load_vector(const struct percpu_cell *cell)
{
	cell_pair value;

	__asm__ volatile("vmovdqa %[cell], %[value]" : [value] "=x"(value) : [cell] "m"(*cell) : "memory");
	return value;
}

static inline cell_pair cell_load_exchange(const struct percpu_cell *cell)
{
	struct percpu_cell value = { 0, 0 };

	cell_compare_exchange((struct percpu_cell *)cell, &value, value);
	return (cell_pair){ (uint64_t)value.first, (uint64_t)value.second };
}

/* CPUID leaf 1 and XCR0: AVX, and an operating system that saves its state. */
static inline bool cell_pair_is_atomic(uint64_t hwcap)
{
	uint32_t eax = 1, ebx, ecx = 0, edx, xcr0;

	(void)hwcap;
	__asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	if (!(ecx & (1u << 27)) || !(ecx & (1u << 28)))
		return false;
	__asm__("xgetbv" : "=a"(xcr0), "=d"(edx) : "c"(0));
	return (xcr0 & 6) == 6;
}

#endif /* PERCPU_CELL_X86_64_H */
