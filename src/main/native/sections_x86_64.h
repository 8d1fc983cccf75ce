/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sections_x86_64.h - the critical sections of x86-64; template and
 * conventions in sections.h.
 *
 * Registers:
 *
 *	rax		index, then shard
 *	rcx		stride_shift: a shift by a variable takes it from cl
 *	rdx, xmm0-1	scratch
 *	[name]		chosen by the compiler, with the C variable `name`
 *
 * The C code around a section uses no vector register: none has to survive the
 * TLS access that finds the area (glibc bug 31372).
 */
#ifndef PERCPU_SECTIONS_X86_64_H
#define PERCPU_SECTIONS_X86_64_H

/*
 * Before every abort address, as the operand of a ud1 instruction, so that
 * disassemblers decode the next instruction correctly.
 */
#define PERCPU_RSEQ_SIG 0x53053053

/* clang-format off */
/*
 *	area->rseq_cs = &descriptor
 *   start:
 */
#define SECTION_START								\
	"leaq 3b(%%rip), %%rax\n"						\
	"movq %%rax, %c[rseq_cs](%[area])\n"					\
	"1:\n"

/*
 *	eax = u32[area + index_offset]
 *	if (eax >= region->shard_count) goto use_shared
 *	rax = region->shards + (rax << cl)
 *	if (u8[rax + DIRTY_MAP + block] == 0) goto clean_block
 */
#define SECTION_FIND_SHARD							\
	SECTION_STEP(1)								\
	"movl (%[area], %[index]), %%eax\n"					\
	"cmpl %c[shard_count](%[region]), %%eax\n"				\
	"jae %l[use_shared]\n"							\
	SECTION_STEP(2)								\
	"shlq %%cl, %%rax\n"							\
	"addq %c[shards](%[region]), %%rax\n"					\
	"cmpb $0, %c[dirty_map](%%rax, %[block])\n"				\
	"je %l[clean_block]\n"							\
	SECTION_STEP(3)

/*
 *   post_commit:
 *	(falls through)
 *
 *	ud1 signature(%rip), %edi
 *   abort:
 *	goto restarted
 */
#define SECTION_END								\
	"2:\n"									\
	".pushsection __rseq_failure, \"ax\"\n"					\
	".byte 0x0f, 0xb9, 0x3d\n"						\
	".long " PERCPU_STRING(PERCPU_RSEQ_SIG) "\n"				\
	"4:\n"									\
	"jmp %l[restarted]\n"							\
	".popsection\n"

#define SECTION_FRAME(region, area, cell)					\
	[region] "r"(region),							\
	[area] "r"(area),							\
	[cell] "r"(cell),							\
	[block] "r"(block_of(cell)),						\
	[dirty_map] "i"(PERCPU_DIRTY_MAP),					\
	"c"((region)->stride_shift),						\
	[index] "r"((uint64_t)(region)->index_offset),				\
	[rseq_cs] "i"(RSEQ_CS),							\
	[shards] "i"(offsetof(struct percpu_region, shards)),			\
	[shard_count] "i"(offsetof(struct percpu_region, shard_count))

/* Operands of n observations. The amount is their sum. */
#define SECTION_MULTIPLE [amount] "r"(amount), [count] "r"(count)

/*
 * section_add_long: adds to the first word of the cell.
 *
 *	i64[rax + cell] += amount				commit
 */
#define SECTION_NAME section_add_long
#define SECTION_OPERATION							\
	"addq %[amount], (%%rax, %[cell])\n"			/* commit */
#define SECTION_OPERANDS [amount] "r"(amount)
#define SECTION_SCRATCH "rax"
#include "sections_template.h"

/*
 * section_add_double: adds to the second word of the cell.
 *
 *	xmm0 = amount						bits of a double
 *	xmm0 = xmm0 + f64[rax + cell + 8]
 *	f64[rax + cell + 8] = xmm0				commit
 */
#define SECTION_NAME section_add_double
#define SECTION_OPERATION							\
	"movq %[amount], %%xmm0\n"						\
	"addsd 8(%%rax, %[cell]), %%xmm0\n"					\
	SECTION_STEP(4)								\
	"movsd %%xmm0, 8(%%rax, %[cell])\n"			/* commit */
#define SECTION_OPERANDS [amount] "r"(amount)
#define SECTION_SCRATCH "rax", "xmm0"
#include "sections_template.h"

/*
 * section_observe_long: {count, sum} += {1, amount}.
 * When the sum would overflow, the observation goes to the shared shard.
 *
 *	xmm0 = {1, amount}
 *	xmm0 = xmm0 + {i64[rax + cell], i64[rax + cell + 8]}
 *	if (a sign bit of xmm0 is set) goto use_shared
 *	{i64[rax + cell], i64[rax + cell + 8]} = xmm0		commit, 16 bytes
 */
#define SECTION_NAME section_observe_long
#define SECTION_OPERATION							\
	"movl $1, %%edx\n"							\
	"vmovq %%rdx, %%xmm0\n"							\
	"vpinsrq $1, %[amount], %%xmm0, %%xmm0\n"				\
	"vpaddq (%%rax, %[cell]), %%xmm0, %%xmm0\n"				\
	"vmovmskpd %%xmm0, %%edx\n"						\
	"testl %%edx, %%edx\n"							\
	"jnz %l[use_shared]\n"							\
	SECTION_STEP(4)								\
	"vmovdqa %%xmm0, (%%rax, %[cell])\n"			/* commit */
#define SECTION_OPERANDS [amount] "r"(amount)
#define SECTION_SCRATCH "rax", "rdx", "xmm0"
#include "sections_template.h"

/*
 * section_observe_double: {count, sum} += {1, amount}.
 *
 *	rdx = i64[rax + cell] + 1
 *	xmm1 = amount						bits of a double
 *	xmm1 = xmm1 + f64[rax + cell + 8]
 *	xmm0 = {rdx, xmm1}
 *	{i64[rax + cell], f64[rax + cell + 8]} = xmm0		commit, 16 bytes
 */
#define SECTION_NAME section_observe_double
#define SECTION_OPERATION							\
	"movq (%%rax, %[cell]), %%rdx\n"					\
	"incq %%rdx\n"								\
	"vmovq %[amount], %%xmm1\n"						\
	"vaddsd 8(%%rax, %[cell]), %%xmm1, %%xmm1\n"				\
	"vmovq %%rdx, %%xmm0\n"							\
	"vpunpcklqdq %%xmm1, %%xmm0, %%xmm0\n"					\
	SECTION_STEP(4)								\
	"vmovdqa %%xmm0, (%%rax, %[cell])\n"			/* commit */
#define SECTION_OPERANDS [amount] "r"(amount)
#define SECTION_SCRATCH "rax", "rdx", "xmm0", "xmm1"
#include "sections_template.h"

/*
 * section_observe_n_long: {count, sum} += {count, amount}.
 * When a word would overflow, the observations go to the shared shard.
 *
 *	xmm0 = {count, amount}
 *	xmm0 = xmm0 + {i64[rax + cell], i64[rax + cell + 8]}
 *	if (a sign bit of xmm0 is set) goto use_shared
 *	{i64[rax + cell], i64[rax + cell + 8]} = xmm0		commit, 16 bytes
 */
#define SECTION_NAME section_observe_n_long
#define SECTION_OPERATION							\
	"vmovq %[count], %%xmm0\n"						\
	"vpinsrq $1, %[amount], %%xmm0, %%xmm0\n"				\
	"vpaddq (%%rax, %[cell]), %%xmm0, %%xmm0\n"				\
	"vmovmskpd %%xmm0, %%edx\n"						\
	"testl %%edx, %%edx\n"							\
	"jnz %l[use_shared]\n"							\
	SECTION_STEP(4)								\
	"vmovdqa %%xmm0, (%%rax, %[cell])\n"			/* commit */
#define SECTION_OPERANDS SECTION_MULTIPLE
#define SECTION_SCRATCH "rax", "rdx", "xmm0"
#include "sections_template.h"

/*
 * section_observe_n_double: {count, sum} += {count, amount}.
 *
 *	rdx = i64[rax + cell] + count
 *	xmm1 = amount						bits of a double
 *	xmm1 = xmm1 + f64[rax + cell + 8]
 *	xmm0 = {rdx, xmm1}
 *	{i64[rax + cell], f64[rax + cell + 8]} = xmm0		commit, 16 bytes
 */
#define SECTION_NAME section_observe_n_double
#define SECTION_OPERATION							\
	"movq (%%rax, %[cell]), %%rdx\n"					\
	"addq %[count], %%rdx\n"						\
	"vmovq %[amount], %%xmm1\n"						\
	"vaddsd 8(%%rax, %[cell]), %%xmm1, %%xmm1\n"				\
	"vmovq %%rdx, %%xmm0\n"							\
	"vpunpcklqdq %%xmm1, %%xmm0, %%xmm0\n"					\
	SECTION_STEP(4)								\
	"vmovdqa %%xmm0, (%%rax, %[cell])\n"			/* commit */
#define SECTION_OPERANDS SECTION_MULTIPLE
#define SECTION_SCRATCH "rax", "rdx", "xmm0", "xmm1"
#include "sections_template.h"

/*
 * section_self_test: loops until it sees the trace of an interruption, which a
 * section must never see, and commits a violation; or until `rounds` are over.
 * A trace is another value at `stamp`, which only a thread of the same CPU
 * changes, or another cpu_id.
 *
 *   start:
 *	eax = area->cpu_id
 *	rdx = i64[stamp]
 *	rcx = rounds
 *	do {
 *		if (i64[stamp] != rdx) goto violated
 *		if (area->cpu_id != eax) goto violated
 *	} while (--rcx)
 *	goto post_commit					no violation: no store
 *   violated:
 *	u32[violations] += 1					commit
 *   post_commit:
 */
ALWAYS_INLINE enum section_result section_self_test(char *area, const int64_t *stamp, uint32_t *violations,
						    uint64_t rounds)
{
	__asm__ goto(
		SECTION_DESCRIPTOR
		SECTION_START
		SECTION_STEP(5)
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
		"incl (%[violations])\n"			/* commit */
		SECTION_END
		: /* no outputs */
		: [area] "r"(area),
		  [stamp] "r"(stamp),
		  [violations] "r"(violations),
		  [rounds] "r"(rounds),
		  [rseq_cs] "i"(RSEQ_CS),
		  [cpu_id] "i"(RSEQ_CPU_ID)
		: "memory", "cc", "rax", "rcx", "rdx"
		: restarted);
	return SECTION_COMMITTED;
restarted:
	return SECTION_RESTARTED;
}
/* clang-format on */

#endif /* PERCPU_SECTIONS_X86_64_H */
