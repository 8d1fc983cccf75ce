/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cell_x86_64.h - 16-byte accesses of x86-64, and a product; see cell.h.
 *
 * On CPUs with AVX an aligned 16-byte vector load or store is atomic (Intel SDM
 * 3A 9.1, AMD APM 2 7.3.2). Without AVX only lock cmpxchg16b is. It takes the
 * cache line in exclusive state even to read.
 */
#ifndef PERCPU_CELL_X86_64_H
#define PERCPU_CELL_X86_64_H

#include "layout.h"

/* On failure *expected becomes the value of the cell. */
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

/* Compares with {0, 0} and exchanges by {0, 0}: the value does not change. */
static inline cell_pair cell_load_exchange(const struct percpu_cell *cell)
{
	struct percpu_cell value = { 0, 0 };

	cell_compare_exchange((struct percpu_cell *)cell, &value, value);
	return (cell_pair){ (uint64_t)value.first, (uint64_t)value.second };
}

/*
 * In assembly, so that no vector register is live before or after: the compiler
 * may move the code of a product across a TLS access (glibc bug 31372).
 */
static inline int64_t multiply_bits(int64_t bits, int64_t count)
{
	int64_t product;

	__asm__("cvtsi2sdq %[count], %%xmm0\n\t"
		"movq %[bits], %%xmm1\n\t"
		"mulsd %%xmm1, %%xmm0\n\t"
		"movq %%xmm0, %[product]"
		: [product] "=r"(product)
		: [bits] "r"(bits), [count] "r"(count)
		: "xmm0", "xmm1");
	return product;
}

/*
 * CPUID leaf 1, ecx bits 27 (OSXSAVE) and 28 (AVX); XCR0 bits 1 and 2: the
 * kernel saves the SSE and AVX state. Source: Intel SDM 1, 14.3.
 */
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
