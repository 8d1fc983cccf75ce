/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cell.h - reading and changing a whole cell outside of a section: 16-byte
 * loads and compare-and-swap of the architecture.
 *
 *   cell_pair_is_atomic()	whether 16-byte vector loads and stores are atomic on this CPU
 *   cell_load_vector()		one 16-byte load, for CPUs where it is atomic
 *   cell_load_exchange()	a load by compare-and-swap, for CPUs where it is not
 *   cell_compare_exchange()	a 16-byte compare-and-swap
 *   multiply_bits()		the bits of a double times an integer
 */
#ifndef PERCPU_CELL_H
#define PERCPU_CELL_H

#include "layout.h"

/* Both words of a cell in one register. Unsigned, so that a sum may wrap. */
typedef uint64_t cell_pair __attribute__((vector_size(PERCPU_CELL)));

static inline double double_of(int64_t bits)
{
	double value;

	__builtin_memcpy(&value, &bits, sizeof(value));
	return value;
}

static inline int64_t bits_of(double value)
{
	int64_t bits;

	__builtin_memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* The bits of the sum of two doubles that are given as bits. */
static inline int64_t add_bits(int64_t sum, int64_t bits)
{
	return bits_of(double_of(sum) + double_of(bits));
}

/* The sum of two integers of at least 0, or INT64_MAX when it is larger. */
static inline int64_t add_saturated(int64_t sum, int64_t amount)
{
	int64_t result = (int64_t)((uint64_t)sum + (uint64_t)amount);

	return result < 0 ? INT64_MAX : result;
}

#if defined(__x86_64__)
#include "cell_x86_64.h"
#elif defined(__aarch64__)
#include "cell_aarch64.h"
#endif

#endif /* PERCPU_CELL_H */
