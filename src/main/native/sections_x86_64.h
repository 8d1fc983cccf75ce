/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sections_x86_64.h - the rseq critical sections of x86-64.
 *
 * Every section has the same frame. In pseudocode, with `area` this thread's
 * struct rseq and `offset`, `group` offsets inside a shard:
 *
 *	area->rseq_cs = &descriptor(start, commit, abort)
 *   start:
 *	index = *(area + region->index_offset)		cpu_id or mm_cid
 *	if index >= region->shard_count goto no_shard	unregistered, or too many
 *	shard = region->shards + (index << region->stride_shift)
 *	if !shard->dirty[offset / 4096] goto clean_block	first record into this block
 *	... the operation; its last instruction is the one committing store ...
 *   commit:
 *
 * When the thread was preempted, migrated or got a signal between start and
 * commit, the kernel resumes it at `abort` instead, and nothing was recorded:
 * what was stored before the commit (a max) may be stored again.
 *
 * The signature before `abort` (RSEQ_SIG, 0x53053053) is the operand of a ud1
 * instruction, so that disassemblers stay in step.
 *
 * Registers: rax the shard; rdx, xmm0, xmm1, xmm2 scratch; rcx the shift. No
 * vector register is used by the C code around a section.
 */
#ifndef PERCPU_SECTIONS_X86_64_H
#define PERCPU_SECTIONS_X86_64_H

#include "layout.h"
#include "rseq_abi.h"

#define PERCPU_RSEQ_SIG 0x53053053

/* Test builds stop here for a while, or trap; see inject.h of the tests. */
#ifndef SECTION_STEP
#define SECTION_STEP(n) ""
#endif

/* clang-format off */
#define SECTION_BEGIN								\
	".pushsection __rseq_cs, \"aw\"\n"					\
	".balign 32\n"								\
	"3:\n"									\
	".long 0, 0\n"				/* version, flags */		\
	".quad 1f, 2f - 1f, 4f\n"		/* start, length, abort */	\
	".popsection\n"								\
	".pushsection __rseq_cs_ptr_array, \"aw\"\n"				\
	".quad 3b\n"								\
	".popsection\n"								\
	"leaq 3b(%%rip), %%rax\n"						\
	"movq %%rax, %c[rseq_cs](%[area])\n"					\
	"1:\n"									\
	SECTION_STEP(1)								\
	"movl (%[area], %[index]), %%eax\n"					\
	"cmpl %c[shard_count](%[region]), %%eax\n"				\
	"jae %l[no_shard]\n"							\
	SECTION_STEP(2)								\
	"shlq %%cl, %%rax\n"							\
	"addq %c[shards](%[region]), %%rax\n"					\
	"cmpb $0, %c[dirty_map](%%rax, %[block])\n"					\
	"je %l[clean_block]\n"							\
	SECTION_STEP(3)

#define SECTION_COMMITTED							\
	"2:\n"									\
	".pushsection __rseq_failure, \"ax\"\n"					\
	".byte 0x0f, 0xb9, 0x3d\n"		/* ud1 sig(%rip), %edi */	\
	".long " PERCPU_STRING(PERCPU_RSEQ_SIG) "\n"				\
	"4:\n"									\
	"jmp %l[restarted]\n"							\
	".popsection\n"

/* if amount > group->max: group->max = amount. May be repeated. */
#define SECTION_RAISE_MAX							\
	"cmpq %[amount], (%%rax, %[group])\n"					\
	"jge 6f\n"								\
	"movq %[amount], (%%rax, %[group])\n"					\
	"6:\n"									\
	SECTION_STEP(4)

#define SECTION_FRAME(region, area, offset)					\
	[region] "r"(region), [area] "r"(area), [offset] "r"(offset),		\
	[block] "r"(block_of(offset)), [dirty_map] "i"(PERCPU_DIRTY_MAP),		\
	"c"((region)->stride_shift),						\
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
	__asm__ goto(SECTION_BEGIN "addq %[amount], (%%rax, %[offset])\n" /* commit */
		     SECTION_COMMITTED
		     :
		     : SECTION_FRAME(region, area, offset), [amount] "r"(amount)
		     : "memory", "cc", "rax"
		     : no_shard, clean_block, restarted);
	SECTION_RESULTS;
}

/* cell->second += amount, as doubles */
SECTION section_add_double(const struct percpu_region *region, char *area, uint64_t offset, int64_t bits)
{
	__asm__ goto(SECTION_BEGIN "movq %[amount], %%xmm0\n"
				   "addsd 8(%%rax, %[offset]), %%xmm0\n" SECTION_STEP(
					   5) "movsd %%xmm0, 8(%%rax, %[offset])\n" /* commit */
		     SECTION_COMMITTED
		     :
		     : SECTION_FRAME(region, area, offset), [amount] "r"(bits)
		     : "memory", "cc", "rax", "xmm0"
		     : no_shard, clean_block, restarted);
	SECTION_RESULTS;
}

/* group->max = max(group->max, amount); {cell->count, cell->sum} += {1, amount} */
SECTION section_observe_long(const struct percpu_region *region, char *area, uint64_t offset, uint64_t group,
			     int64_t amount)
{
	__asm__ goto(SECTION_BEGIN SECTION_RAISE_MAX "movl $1, %%edx\n"
						     "vmovq %%rdx, %%xmm0\n"
						     "vpinsrq $1, %[amount], %%xmm0, %%xmm0\n"
						     "vpaddq (%%rax, %[offset]), %%xmm0, %%xmm0\n" SECTION_STEP(
							     5) "vmovdqa %%xmm0, (%%rax, %[offset])\n" /* commit */
		     SECTION_COMMITTED
		     :
		     : SECTION_FRAME(region, area, offset), [group] "r"(group), [amount] "r"(amount)
		     : "memory", "cc", "rax", "rdx", "xmm0"
		     : no_shard, clean_block, restarted);
	SECTION_RESULTS;
}

/* The same with a sum of doubles. The max of doubles >= 0 is that of their bits. */
SECTION section_observe_double(const struct percpu_region *region, char *area, uint64_t offset, uint64_t group,
			       int64_t bits)
{
	__asm__ goto(SECTION_BEGIN SECTION_RAISE_MAX "movq (%%rax, %[offset]), %%rdx\n"
						     "incq %%rdx\n"
						     "vmovq %[amount], %%xmm1\n"
						     "vaddsd 8(%%rax, %[offset]), %%xmm1, %%xmm1\n"
						     "vmovq %%rdx, %%xmm0\n"
						     "vpunpcklqdq %%xmm1, %%xmm0, %%xmm0\n" SECTION_STEP(
							     5) "vmovdqa %%xmm0, (%%rax, %[offset])\n" /* commit */
		     SECTION_COMMITTED
		     :
		     : SECTION_FRAME(region, area, offset), [group] "r"(group), [amount] "r"(bits)
		     : "memory", "cc", "rax", "rdx", "xmm0", "xmm1"
		     : no_shard, clean_block, restarted);
	SECTION_RESULTS;
}

/*
 * The section of the self-test: goes round until something that must have
 * interrupted it has happened (*stamp changed by a thread of the same CPU, or
 * cpu_id changed), and commits that as a violation; or until `rounds` are over.
 *
 *   start:
 *	cpu = area->cpu_id; before = *stamp
 *	do {
 *		if *stamp != before or area->cpu_id != cpu goto violated
 *	} while --rounds
 *	goto commit
 *   violated:
 *	++*violations
 *   commit:
 */
SECTION section_self_test(char *area, const int64_t *stamp, uint32_t *violations, uint64_t rounds)
{
	/* clang-format off */
	__asm__ goto(
		".pushsection __rseq_cs, \"aw\"\n"
		".balign 32\n"
		"3:\n"
		".long 0, 0\n"
		".quad 1f, 2f - 1f, 4f\n"
		".popsection\n"
		".pushsection __rseq_cs_ptr_array, \"aw\"\n"
		".quad 3b\n"
		".popsection\n"
		"leaq 3b(%%rip), %%rax\n"
		"movq %%rax, %c[rseq_cs](%[area])\n"
		"1:\n"
		SECTION_STEP(6)
		"movl %c[cpu_id](%[area]), %%eax\n"
		"movq (%[stamp]), %%rdx\n"
		"movq %[rounds], %%rcx\n"
		"7:\n"
		"cmpq (%[stamp]), %%rdx\n"
		"jne 8f\n"
		"cmpl %c[cpu_id](%[area]), %%eax\n"
		"jne 8f\n"
		"decq %%rcx\n"
		"jnz 7b\n"
		"jmp 2f\n"
		"8:\n"
		"incl (%[violations])\n" /* commit */
		SECTION_COMMITTED
		:
		: [area] "r"(area), [stamp] "r"(stamp), [violations] "r"(violations), [rounds] "r"(rounds),
		  [rseq_cs] "i"(RSEQ_CS), [cpu_id] "i"(RSEQ_CPU_ID)
		: "memory", "cc", "rax", "rcx", "rdx"
		: restarted);
	/* clang-format on */
	return SECTION_COMMIT;
restarted:
	return SECTION_RESTART;
}

#endif /* PERCPU_SECTIONS_X86_64_H */
