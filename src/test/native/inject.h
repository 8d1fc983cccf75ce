/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inject.h - the code of a test build at each step inside the sections.
 *
 * Included before every source of the library, so before the empty SECTION_STEP
 * of sections.h. Built with -ffixed-r11: that register belongs to the steps.
 *
 * A trap is a signal at exactly this instruction. Its handler can yield, sleep,
 * move the thread or record; the kernel must then restart the section. Threads
 * share the countdown `left` without atomics, so traps may be rarer or more
 * frequent than traps[n] says.
 */
#ifndef INJECT_H
#define INJECT_H

#include <stdint.h>

#define INJECT_STEPS 6 /* steps 1 to 5 of sections.h */

struct percpu_inject {
	int32_t defeat;		     /* not 0: disarm the section, so that the kernel does not restart it */
	int32_t loops[INJECT_STEPS]; /* rounds of an empty loop */
	int32_t traps[INJECT_STEPS]; /* trap at every traps[n]-th time, 0 never */
	int32_t left[INJECT_STEPS];  /* times until the next trap */
};

/* The library's own. The sections access it relative to rip. */
extern __attribute__((visibility("hidden"))) struct percpu_inject percpu_inject;

/* Returns it to tests. */
__attribute__((visibility("default"))) struct percpu_inject *percpu_injected(void);

/* Skips the test where the sections have no steps. */
#if defined(__x86_64__)
#define inject_or_skip() ((void)0)
#else
#define inject_or_skip() skip("steps are injected into the sections of x86-64 only")
#endif

#if defined(__x86_64__)
/* clang-format off */
/*
 * Registers: r11 scratch; [area] as in the section.
 *
 *	if (percpu_inject.defeat)
 *		area->rseq_cs = 0
 *	for (r11 = percpu_inject.loops[n]; r11 != 0; r11--)
 *		;
 *	r11 = percpu_inject.traps[n]
 *	if (r11 != 0 && --percpu_inject.left[n] <= 0) {
 *		percpu_inject.left[n] = r11
 *		int3						SIGTRAP
 *	}
 */
#define SECTION_STEP(n)								\
	"cmpl $0, percpu_inject(%%rip)\n"					\
	"je 91f\n"								\
	"movq $0, %c[rseq_cs](%[area])\n"					\
	"91:\n"									\
	"movl percpu_inject+4+4*" #n "(%%rip), %%r11d\n"			\
	"testl %%r11d, %%r11d\n"						\
	"jz 93f\n"								\
	"92:\n"									\
	"decl %%r11d\n"								\
	"jnz 92b\n"								\
	"93:\n"									\
	"movl percpu_inject+28+4*" #n "(%%rip), %%r11d\n"			\
	"testl %%r11d, %%r11d\n"						\
	"jz 94f\n"								\
	"decl percpu_inject+52+4*" #n "(%%rip)\n"				\
	"jg 94f\n"								\
	"movl %%r11d, percpu_inject+52+4*" #n "(%%rip)\n"			\
	"int3\n"								\
	"94:\n"
/* clang-format on */
_Static_assert(__builtin_offsetof(struct percpu_inject, loops) == 4, "as written in SECTION_STEP");
_Static_assert(__builtin_offsetof(struct percpu_inject, traps) == 28, "as written in SECTION_STEP");
_Static_assert(__builtin_offsetof(struct percpu_inject, left) == 52, "as written in SECTION_STEP");
#endif

#endif /* INJECT_H */
