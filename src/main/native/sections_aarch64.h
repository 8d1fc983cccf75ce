/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sections_aarch64.h - the critical sections of arm64; template and
 * conventions in sections.h.
 *
 * Registers:
 *
 *	x9		index, then shard
 *	x10-x13		scratch
 *	d16, d17	scratch
 *	[name]		chosen by the compiler, with the C variable `name`
 *
 * A read-modify-write takes three instructions here, of which the store
 * commits. The 16-byte commits need FEAT_LSE2 (Arm DDI 0487 B2.2.1.1).
 */
#ifndef PERCPU_SECTIONS_AARCH64_H
#define PERCPU_SECTIONS_AARCH64_H

/* Before every abort address: the instruction brk #0x45e0. */
#define PERCPU_RSEQ_SIG 0xd428bc00

/* clang-format off */
/*
 *	area->rseq_cs = &descriptor
 *   start:
 */
#define SECTION_START								\
	"adrp x9, 3b\n"								\
	"add x9, x9, :lo12:3b\n"						\
	"str x9, [%[area], %[rseq_cs]]\n"					\
	"1:\n"

/*
 *	w9 = u32[area + index_offset]
 *	if (w9 >= region->shard_count) goto use_shared
 *	x9 = region->shards + (x9 << shift)
 *	if (u8[x9 + dirty_byte] == 0) goto clean_block
 */
#define SECTION_FIND_SHARD							\
	SECTION_STEP(1)								\
	"ldr w9, [%[area], %[index]]\n"						\
	"ldr w10, [%[region], %[shard_count]]\n"				\
	"cmp w9, w10\n"								\
	"b.hs %l[use_shared]\n"							\
	SECTION_STEP(2)								\
	"lsl x9, x9, %[shift]\n"						\
	"ldr x10, [%[region], %[shards]]\n"					\
	"add x9, x9, x10\n"							\
	"ldrb w10, [x9, %[dirty_byte]]\n"					\
	"cbz w10, %l[clean_block]\n"						\
	SECTION_STEP(3)

/*
 *   post_commit:
 *	(falls through)
 *
 *	signature
 *   abort:
 *	goto restarted
 */
#define SECTION_END								\
	"2:\n"									\
	".pushsection __rseq_failure, \"ax\"\n"					\
	".inst " PERCPU_STRING(PERCPU_RSEQ_SIG) "\n"				\
	"4:\n"									\
	"b %l[restarted]\n"							\
	".popsection\n"

#define SECTION_FRAME(region, area, cell)					\
	[region] "r"(region),							\
	[area] "r"(area),							\
	[cell] "r"(cell),							\
	[dirty_byte] "r"(dirty_byte_of(cell)),					\
	[shift] "r"((uint64_t)(region)->stride_shift),				\
	[index] "r"((uint64_t)(region)->index_offset),				\
	[rseq_cs] "i"(RSEQ_CS),							\
	[shards] "i"(offsetof(struct percpu_region, shards)),			\
	[shard_count] "i"(offsetof(struct percpu_region, shard_count))

/* Operands of n observations. The amount is their sum. */
#define SECTION_MULTIPLE [amount] "r"(amount), [count] "r"(count)

/*
 * section_add_long: adds to the first word of the cell.
 *
 *	x10 = i64[x9 + cell]
 *	x10 = x10 + amount
 *	i64[x9 + cell] = x10					commit
 */
#define SECTION_NAME section_add_long
#define SECTION_OPERATION							\
	"ldr x10, [x9, %[cell]]\n"						\
	"add x10, x10, %[amount]\n"						\
	SECTION_STEP(4)								\
	"str x10, [x9, %[cell]]\n"				/* commit */
#define SECTION_OPERANDS [amount] "r"(amount)
#define SECTION_SCRATCH "x9", "x10"
#include "sections_template.h"

/*
 * section_add_double: adds to the second word of the cell.
 *
 *	x9 = x9 + cell
 *	d16 = amount						bits of a double
 *	d17 = f64[x9 + 8]
 *	d16 = d17 + d16
 *	f64[x9 + 8] = d16					commit
 */
#define SECTION_NAME section_add_double
#define SECTION_OPERATION							\
	"add x9, x9, %[cell]\n"							\
	"fmov d16, %[amount]\n"							\
	"ldr d17, [x9, #8]\n"							\
	"fadd d16, d17, d16\n"							\
	SECTION_STEP(4)								\
	"str d16, [x9, #8]\n"					/* commit */
#define SECTION_OPERANDS [amount] "r"(amount)
#define SECTION_SCRATCH "x9", "x10", "v16", "v17"
#include "sections_template.h"

/*
 * section_observe_long: {count, sum} += {1, amount}.
 * When the sum would overflow, the observation goes to the shared shard.
 *
 *	x11 = x9 + cell
 *	{x12, x13} = {i64[x11], i64[x11 + 8]}
 *	x12 = x12 + 1
 *	x13 = x13 + amount
 *	if (that overflows) goto use_shared
 *	{i64[x11], i64[x11 + 8]} = {x12, x13}			commit, 16 bytes
 */
#define SECTION_NAME section_observe_long
#define SECTION_OPERATION							\
	"add x11, x9, %[cell]\n"						\
	"ldp x12, x13, [x11]\n"							\
	"add x12, x12, #1\n"							\
	"adds x13, x13, %[amount]\n"						\
	"b.vs %l[use_shared]\n"							\
	SECTION_STEP(4)								\
	"stp x12, x13, [x11]\n"					/* commit */
#define SECTION_OPERANDS [amount] "r"(amount)
#define SECTION_SCRATCH "x9", "x10", "x11", "x12", "x13"
#include "sections_template.h"

/*
 * section_observe_double: {count, sum} += {1, amount}.
 *
 *	x11 = x9 + cell
 *	x12 = i64[x11]
 *	d17 = f64[x11 + 8]
 *	d16 = amount						bits of a double
 *	x12 = x12 + 1
 *	d16 = d17 + d16
 *	x13 = d16						bits of a double
 *	{i64[x11], i64[x11 + 8]} = {x12, x13}			commit, 16 bytes
 */
#define SECTION_NAME section_observe_double
#define SECTION_OPERATION							\
	"add x11, x9, %[cell]\n"						\
	"ldr x12, [x11]\n"							\
	"ldr d17, [x11, #8]\n"							\
	"fmov d16, %[amount]\n"							\
	"add x12, x12, #1\n"							\
	"fadd d16, d17, d16\n"							\
	"fmov x13, d16\n"							\
	SECTION_STEP(4)								\
	"stp x12, x13, [x11]\n"					/* commit */
#define SECTION_OPERANDS [amount] "r"(amount)
#define SECTION_SCRATCH "x9", "x10", "x11", "x12", "x13", "v16", "v17"
#include "sections_template.h"

/*
 * section_observe_n_long: {count, sum} += {count, amount}.
 * When the sum would overflow, the observations go to the shared shard.
 *
 *	x11 = x9 + cell
 *	{x12, x13} = {i64[x11], i64[x11 + 8]}
 *	x12 = x12 + count
 *	x13 = x13 + amount
 *	if (that overflows) goto use_shared
 *	{i64[x11], i64[x11 + 8]} = {x12, x13}			commit, 16 bytes
 */
#define SECTION_NAME section_observe_n_long
#define SECTION_OPERATION							\
	"add x11, x9, %[cell]\n"						\
	"ldp x12, x13, [x11]\n"							\
	"add x12, x12, %[count]\n"						\
	"adds x13, x13, %[amount]\n"						\
	"b.vs %l[use_shared]\n"							\
	SECTION_STEP(4)								\
	"stp x12, x13, [x11]\n"					/* commit */
#define SECTION_OPERANDS SECTION_MULTIPLE
#define SECTION_SCRATCH "x9", "x10", "x11", "x12", "x13"
#include "sections_template.h"

/*
 * section_observe_n_double: {count, sum} += {count, amount}.
 *
 *	x11 = x9 + cell
 *	x12 = i64[x11]
 *	d17 = f64[x11 + 8]
 *	d16 = amount						bits of a double
 *	x12 = x12 + count
 *	d16 = d17 + d16
 *	x13 = d16						bits of a double
 *	{i64[x11], i64[x11 + 8]} = {x12, x13}			commit, 16 bytes
 */
#define SECTION_NAME section_observe_n_double
#define SECTION_OPERATION							\
	"add x11, x9, %[cell]\n"						\
	"ldr x12, [x11]\n"							\
	"ldr d17, [x11, #8]\n"							\
	"fmov d16, %[amount]\n"							\
	"add x12, x12, %[count]\n"						\
	"fadd d16, d17, d16\n"							\
	"fmov x13, d16\n"							\
	SECTION_STEP(4)								\
	"stp x12, x13, [x11]\n"					/* commit */
#define SECTION_OPERANDS SECTION_MULTIPLE
#define SECTION_SCRATCH "x9", "x10", "x11", "x12", "x13", "v16", "v17"
#include "sections_template.h"

/*
 * section_self_test: loops until it sees the trace of an interruption, which a
 * section must never see, and commits a violation; or until `rounds` are over.
 * A trace is another value at `stamp`, which only a thread of the same CPU
 * changes, or another cpu_id.
 *
 *   start:
 *	w9 = area->cpu_id
 *	x10 = i64[stamp]
 *	x11 = rounds
 *	do {
 *		if (i64[stamp] != x10) goto violated
 *		if (area->cpu_id != w9) goto violated
 *	} while (--x11)
 *	goto post_commit					no violation: no store
 *   violated:
 *	w12 = u32[violations] + 1
 *	u32[violations] = w12					commit
 *   post_commit:
 */
ALWAYS_INLINE enum section_result section_self_test(char *area, const int64_t *stamp, uint32_t *violations,
						    uint64_t rounds)
{
	__asm__ goto(
		SECTION_DESCRIPTOR
		SECTION_START
		SECTION_STEP(5)
		"ldr w9, [%[area], %[cpu_id]]\n"
		"ldr x10, [%[stamp]]\n"
		"mov x11, %[rounds]\n"
		"7:\n"
		"ldr x12, [%[stamp]]\n"
		"cmp x12, x10\n"
		"b.ne 8f\n"
		"ldr w12, [%[area], %[cpu_id]]\n"
		"cmp w12, w9\n"
		"b.ne 8f\n"
		"subs x11, x11, #1\n"
		"b.ne 7b\n"
		"b 2f\n"
		"8:\n"
		"ldr w12, [%[violations]]\n"
		"add w12, w12, #1\n"
		"str w12, [%[violations]]\n"			/* commit */
		SECTION_END
		: /* no outputs */
		: [area] "r"(area),
		  [stamp] "r"(stamp),
		  [violations] "r"(violations),
		  [rounds] "r"(rounds),
		  [rseq_cs] "i"(RSEQ_CS),
		  [cpu_id] "i"(RSEQ_CPU_ID)
		: "memory", "cc", "x9", "x10", "x11", "x12"
		: restarted);
	return SECTION_COMMITTED;
restarted:
	return SECTION_RESTARTED;
}
/* clang-format on */

#endif /* PERCPU_SECTIONS_AARCH64_H */
