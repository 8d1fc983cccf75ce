/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sections_aarch64.h - the rseq critical sections of arm64. Frame and
 * pseudocode are those of sections_x86_64.h; here one read-modify-write takes
 * three instructions, of which the store commits.
 *
 * The signature before `abort` is a brk instruction, 0xd428bc00.
 *
 * Registers: x9 the shard, x10 to x13, v16 and v17 scratch.
 */
#ifndef PERCPU_SECTIONS_AARCH64_H
#define PERCPU_SECTIONS_AARCH64_H

#include "layout.h"
#include "rseq_abi.h"

#define PERCPU_RSEQ_SIG 0xd428bc00

/* Test builds stop here for a while. */
#ifndef SECTION_STEP
#define SECTION_STEP(n) ""
#endif

/* clang-format off */
#define SECTION_DESCRIPTOR							\
	".pushsection __rseq_cs, \"aw\"\n"					\
	".balign 32\n"								\
	"3:\n"									\
	".long 0, 0\n"				/* version, flags */		\
	".quad 1f, 2f - 1f, 4f\n"		/* start, length, abort */	\
	".popsection\n"								\
	".pushsection __rseq_cs_ptr_array, \"aw\"\n"				\
	".quad 3b\n"								\
	".popsection\n"								\
	"adrp x9, 3b\n"								\
	"add x9, x9, :lo12:3b\n"						\
	"str x9, [%[area], %[rseq_cs]]\n"					\
	"1:\n"

#define SECTION_BEGIN								\
	SECTION_DESCRIPTOR							\
	SECTION_STEP(1)								\
	"ldr w9, [%[area], %[index]]\n"						\
	"ldr w10, [%[region], %[shard_count]]\n"				\
	"cmp w9, w10\n"								\
	"b.hs %l[no_shard]\n"							\
	SECTION_STEP(2)								\
	"lsl x9, x9, %[shift]\n"						\
	"ldr x10, [%[region], %[shards]]\n"					\
	"add x9, x9, x10\n"							\
	"ldrb w10, [x9, %[dirty_byte]]\n"						\
	"cbz w10, %l[clean_block]\n"						\
	SECTION_STEP(3)

#define SECTION_COMMITTED							\
	"2:\n"									\
	".pushsection __rseq_failure, \"ax\"\n"					\
	".inst " PERCPU_STRING(PERCPU_RSEQ_SIG) "\n"				\
	"4:\n"									\
	"b %l[restarted]\n"							\
	".popsection\n"

/* if amount > group->max: group->max = amount. May be repeated. */
#define SECTION_RAISE_MAX							\
	"ldr x10, [x9, %[group]]\n"						\
	"cmp x10, %[amount]\n"							\
	"b.ge 6f\n"								\
	"str %[amount], [x9, %[group]]\n"					\
	"6:\n"									\
	SECTION_STEP(4)

#define SECTION_FRAME(region, area, offset)					\
	[region] "r"(region), [area] "r"(area), [offset] "r"(offset),		\
	[dirty_byte] "r"(dirty_byte_of(offset)), [shift] "r"((uint64_t)(region)->stride_shift), \
	[index] "r"((uint64_t)(region)->index_offset),				\
	[rseq_cs] "i"(RSEQ_CS),							\
	[shards] "i"(offsetof(struct percpu_region, shards)),			\
	[shard_count] "i"(offsetof(struct percpu_region, shard_count))
/* clang-format on */

#define PERCPU_STRING_(x) #x
#define PERCPU_STRING(x) PERCPU_STRING_(x)

enum section_result {
	SECTION_COMMIT,
	SECTION_RESTART,
	SECTION_NO_SHARD,
	SECTION_CLEAN_BLOCK,
};

#define SECTION_RESULTS          \
	return SECTION_COMMIT;   \
	restarted:               \
	return SECTION_RESTART;  \
	no_shard:                \
	return SECTION_NO_SHARD; \
	clean_block:             \
	return SECTION_CLEAN_BLOCK

#define SECTION static inline __attribute__((always_inline)) enum section_result

/* cell->first += amount */
SECTION section_add_long(const struct percpu_region *region, char *area, uint64_t offset, int64_t amount)
{
	__asm__ goto(SECTION_BEGIN "ldr x10, [x9, %[offset]]\n"
				   "add x10, x10, %[amount]\n" SECTION_STEP(5) "str x10, [x9, %[offset]]\n" /* commit */
		     SECTION_COMMITTED
		     :
		     : SECTION_FRAME(region, area, offset), [amount] "r"(amount)
		     : "memory", "cc", "x9", "x10"
		     : no_shard, clean_block, restarted);
	SECTION_RESULTS;
}

/* cell->second += amount, as doubles */
SECTION section_add_double(const struct percpu_region *region, char *area, uint64_t offset, int64_t bits)
{
	__asm__ goto(SECTION_BEGIN "add x9, x9, %[offset]\n"
				   "fmov d16, %[amount]\n"
				   "ldr d17, [x9, #8]\n"
				   "fadd d16, d17, d16\n" SECTION_STEP(5) "str d16, [x9, #8]\n" /* commit */
		     SECTION_COMMITTED
		     :
		     : SECTION_FRAME(region, area, offset), [amount] "r"(bits)
		     : "memory", "cc", "x9", "x10", "v16", "v17"
		     : no_shard, clean_block, restarted);
	SECTION_RESULTS;
}

/* group->max = max(group->max, amount); {cell->count, cell->sum} += {1, amount} */
SECTION section_observe_long(const struct percpu_region *region, char *area, uint64_t offset, uint64_t group,
			     int64_t amount)
{
	__asm__ goto(SECTION_BEGIN SECTION_RAISE_MAX
		     "add x11, x9, %[offset]\n"
		     "ldp x12, x13, [x11]\n"
		     "add x12, x12, #1\n"
		     "add x13, x13, %[amount]\n" SECTION_STEP(5) "stp x12, x13, [x11]\n" /* commit */
		     SECTION_COMMITTED
		     :
		     : SECTION_FRAME(region, area, offset), [group] "r"(group), [amount] "r"(amount)
		     : "memory", "cc", "x9", "x10", "x11", "x12", "x13"
		     : no_shard, clean_block, restarted);
	SECTION_RESULTS;
}

/* The same with a sum of doubles. The max of doubles >= 0 is that of their bits. */
SECTION section_observe_double(const struct percpu_region *region, char *area, uint64_t offset, uint64_t group,
			       int64_t bits)
{
	__asm__ goto(SECTION_BEGIN SECTION_RAISE_MAX
		     "add x11, x9, %[offset]\n"
		     "ldr x12, [x11]\n"
		     "ldr d17, [x11, #8]\n"
		     "fmov d16, %[amount]\n"
		     "add x12, x12, #1\n"
		     "fadd d16, d17, d16\n"
		     "fmov x13, d16\n" SECTION_STEP(5) "stp x12, x13, [x11]\n" /* commit */
		     SECTION_COMMITTED
		     :
		     : SECTION_FRAME(region, area, offset), [group] "r"(group), [amount] "r"(bits)
		     : "memory", "cc", "x9", "x10", "x11", "x12", "x13", "v16", "v17"
		     : no_shard, clean_block, restarted);
	SECTION_RESULTS;
}

/* The section of the self-test; pseudocode in sections_x86_64.h. */
SECTION section_self_test(char *area, const int64_t *stamp, uint32_t *violations, uint64_t rounds)
{
	__asm__ goto(SECTION_DESCRIPTOR SECTION_STEP(6) "ldr w9, [%[area], %[cpu_id]]\n"
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
							"str w12, [%[violations]]\n" /* commit */
		     SECTION_COMMITTED
		     :
		     : [area] "r"(area), [stamp] "r"(stamp), [violations] "r"(violations), [rounds] "r"(rounds),
		       [rseq_cs] "i"(RSEQ_CS), [cpu_id] "i"(RSEQ_CPU_ID)
		     : "memory", "cc", "x9", "x10", "x11", "x12"
		     : restarted);
	return SECTION_COMMIT;
restarted:
	return SECTION_RESTART;
}

#endif /* PERCPU_SECTIONS_AARCH64_H */
