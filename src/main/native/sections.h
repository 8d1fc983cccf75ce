/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sections.h - the rseq critical sections: what both architectures share.
 *
 * A section is a short piece of assembly between `start` and `post_commit`.
 * When the kernel preempts or migrates the thread inside, or delivers a signal
 * to it, the thread continues at `abort` instead of at the next instruction.
 * The last instruction is the committing store: the only store into the shard.
 * So a section commits as a whole, on the CPU where it began, or not at all.
 *
 * Source: Linux, Documentation/userspace-api/rseq.rst and kernel/rseq.c.
 *
 * The sections of the record calls have one template (sections_template.h).
 * The header of the architecture fills it in once per operation.
 *
 * Pseudocode of the template:
 *
 *	area->rseq_cs = &descriptor			arms the section
 *   start:						step 1
 *	index = u32[area + region->index_offset]	cpu_id or mm_cid
 *	if (index >= region->shard_count)		not registered, or too large
 *		goto use_shared				exit point
 *							step 2
 *	shard = region->shards + (index << region->stride_shift)
 *	if (u8[shard + DIRTY_MAP + cell / 4096] == 0)	first record into this block
 *		goto clean_block			exit point
 *							step 3
 *	the operation					step 4; its only store commits
 *   post_commit:
 *	return SECTION_COMMITTED
 *
 *	signature
 *   abort:
 *	goto restarted
 *
 * Conventions: u8[a], u32[a], i64[a] and f64[a] are memory at address a, of
 * this type. `cell` is an offset inside a shard. The registers are in the
 * header of the architecture.
 */
#ifndef PERCPU_SECTIONS_H
#define PERCPU_SECTIONS_H

#include "compiler.h"
#include "layout.h"
#include "rseq_abi.h"

/* How a section ended. */
enum section_result {
	SECTION_COMMITTED,   /* recorded */
	SECTION_RESTARTED,   /* interrupted; nothing was recorded */
	SECTION_USE_SHARED,  /* no valid shard index, or a sum would overflow; nothing was recorded */
	SECTION_CLEAN_BLOCK, /* the caller must call set_dirty() first; nothing was recorded */
};

/*
 * Test builds define it first, to delay or to interrupt a section at step n:
 *
 *	1	after the start		4	before the commit
 *	2	before the shard	5	after the start of the self-test
 *	3	before the operation
 */
#ifndef SECTION_STEP
#define SECTION_STEP(n) ""
#endif

#define PERCPU_STRING_(x) #x
#define PERCPU_STRING(x) PERCPU_STRING_(x)

/* clang-format off */
/*
 * struct rseq_cs of this section, in the ELF section that debuggers and tests
 * read. Labels of every section: 1 start, 2 post_commit, 3 descriptor, 4 abort.
 */
#define SECTION_DESCRIPTOR							\
	".pushsection __rseq_cs, \"aw\"\n"					\
	".balign 32\n"								\
	"3:\n"									\
	".long 0\n"				/* version */			\
	".long 0\n"				/* flags */			\
	".quad 1f\n"				/* start_ip */			\
	".quad 2f - 1f\n"			/* post_commit_offset */	\
	".quad 4f\n"				/* abort_ip */			\
	".popsection\n"								\
	".pushsection __rseq_cs_ptr_array, \"aw\"\n"				\
	".quad 3b\n"								\
	".popsection\n"

/*
 * A label outside of the section that the section may jump to, besides
 * post_commit and abort. A debugger that steps over a section sets breakpoints
 * at its exit points. Pairs {start, exit}, as librseq emits them.
 */
#define SECTION_EXIT_POINT(label)						\
	".pushsection __rseq_exit_point_array, \"aw\"\n"			\
	".quad 1f\n"								\
	".quad %l[" #label "]\n"						\
	".popsection\n"
/* clang-format on */

#if defined(__x86_64__)
#include "sections_x86_64.h"
#elif defined(__aarch64__)
#include "sections_aarch64.h"
#endif

#endif /* PERCPU_SECTIONS_H */
