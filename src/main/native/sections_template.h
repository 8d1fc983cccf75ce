/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sections_template.h - the section of one record call; pseudocode in
 * sections.h. No include guard: included once per operation, after
 *
 *	SECTION_NAME		name of the function
 *	SECTION_OPERATION	assembly; its last instruction is the committing store
 *	SECTION_OPERANDS	operands of that assembly, besides SECTION_FRAME
 *	SECTION_SCRATCH		registers that the section changes
 *
 * The architecture provides SECTION_START, SECTION_FIND_SHARD, SECTION_END and
 * SECTION_FRAME.
 */
#if !defined(SECTION_NAME) || !defined(SECTION_OPERATION) || !defined(SECTION_OPERANDS) || !defined(SECTION_SCRATCH)
#error "sections_template.h: a parameter is missing"
#endif

ALWAYS_INLINE enum section_result SECTION_NAME(const struct percpu_region *region, char *area, uint64_t cell,
					       int64_t amount, int64_t count)
{
	(void)count; /* n observations only */
	/* clang-format off */
	__asm__ goto(
		SECTION_DESCRIPTOR
		SECTION_EXIT_POINT(use_shared)
		SECTION_EXIT_POINT(clean_block)
		SECTION_START
		SECTION_FIND_SHARD
		SECTION_OPERATION
		SECTION_END
		: /* no outputs */
		: SECTION_FRAME(region, area, cell),
		  SECTION_OPERANDS
		: "memory", "cc", SECTION_SCRATCH
		: use_shared, clean_block, restarted);
	/* clang-format on */
	return SECTION_COMMITTED;
restarted:
	return SECTION_RESTARTED;
use_shared:
	return SECTION_USE_SHARED;
clean_block:
	return SECTION_CLEAN_BLOCK;
}

#undef SECTION_NAME
#undef SECTION_OPERATION
#undef SECTION_OPERANDS
#undef SECTION_SCRATCH
