/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cell_aarch64.h - 16-byte accesses of arm64, and a product; see cell.h.
 *
 * With FEAT_LSE2 (HWCAP_USCAT) an aligned load or store of a pair of 64-bit
 * registers is atomic (Arm DDI 0487 B2.2.1.1). Without it only an exclusive
 * pair is, and only when its store succeeds: otherwise the load may be torn.
 */
#ifndef PERCPU_CELL_AARCH64_H
#define PERCPU_CELL_AARCH64_H

#include "layout.h"

#define HWCAP_USCAT (1u << 25)

/*
 * On failure *expected becomes the value of the cell, which may be torn. Then
 * the next call with it fails too, and loads again.
 */
static inline bool cell_compare_exchange(struct percpu_cell *cell, struct percpu_cell *expected,
					 struct percpu_cell desired)
{
	int64_t first, second;
	uint32_t failed;

	do {
		__asm__ volatile(
			"ldaxp %[first], %[second], %[cell]\n\t"
			"mov %w[failed], #0\n\t"
			"cmp %[first], %[expected_first]\n\t"
			"ccmp %[second], %[expected_second], #0, eq\n\t"
			"b.ne 1f\n\t"
			"stlxp %w[failed], %[desired_first], %[desired_second], %[cell]\n"
			"1:"
			: [cell] "+Q"(*cell), [first] "=&r"(first), [second] "=&r"(second), [failed] "=&r"(failed)
			: [expected_first] "r"(expected->first), [expected_second] "r"(expected->second),
			  [desired_first] "r"(desired.first), [desired_second] "r"(desired.second)
			: "memory", "cc");
	} while (failed);
	if (first == expected->first && second == expected->second)
		return true;
	expected->first = first;
	expected->second = second;
	return false;
}

static inline cell_pair cell_load_vector(const struct percpu_cell *cell)
{
	uint64_t first, second;

	__asm__ volatile("ldp %[first], %[second], %[cell]"
			 : [first] "=&r"(first), [second] "=&r"(second)
			 : [cell] "Ump"(*cell)
			 : "memory");
	return (cell_pair){ first, second };
}

/* Stores the value that it loaded: the load is atomic only when that store succeeds. */
static inline cell_pair cell_load_exchange(const struct percpu_cell *cell)
{
	struct percpu_cell *writable = (struct percpu_cell *)cell;
	uint64_t first, second;
	uint32_t failed;

	do {
		__asm__ volatile(
			"ldaxp %[first], %[second], %[cell]\n\t"
			"stlxp %w[failed], %[first], %[second], %[cell]"
			: [cell] "+Q"(*writable), [first] "=&r"(first), [second] "=&r"(second), [failed] "=&r"(failed)
			:
			: "memory");
	} while (failed);
	return (cell_pair){ first, second };
}

/*
 * In assembly, so that no vector register is live before or after: the compiler
 * may move the code of a product across a TLS access (glibc bug 31372).
 */
static inline int64_t multiply_bits(int64_t bits, int64_t count)
{
	int64_t product;

	__asm__("scvtf d16, %[count]\n\t"
		"fmov d17, %[bits]\n\t"
		"fmul d16, d16, d17\n\t"
		"fmov %[product], d16"
		: [product] "=r"(product)
		: [bits] "r"(bits), [count] "r"(count)
		: "v16", "v17");
	return product;
}

static inline bool cell_pair_is_atomic(uint64_t hwcap)
{
	return (hwcap & HWCAP_USCAT) != 0;
}

#endif /* PERCPU_CELL_AARCH64_H */
