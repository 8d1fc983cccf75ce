/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inject.h - what a test build does at every step inside the sections. Included
 * before every source of the library, so that it comes before the empty
 * SECTION_STEP; built with -ffixed-r11, which leaves that register to us.
 *
 * At step n, in pseudocode:
 *
 *	if percpu_inject.defeat: area->rseq_cs = 0	the kernel will not
 *restart it for percpu_inject.loops[n] rounds: nothing	a delay if
 *percpu_inject.traps[n] and --percpu_inject.left[n] <= 0: percpu_inject.left[n]
 *= percpu_inject.traps[n] int3					SIGTRAP, every
 *traps[n]-th time
 *
 * A trap is a signal that arrives at exactly this instruction: its handler can
 * yield, sleep, move the thread or record, and the kernel must restart the
 * section. Threads that count down `left` at once make traps rarer or more
 * frequent, which is all the same.
 */
#ifndef INJECT_H
#define INJECT_H

#include <stdint.h>

#define INJECT_STEPS 7 /* 1 to 5 in record sections, 6 in that of the self-test */

struct percpu_inject {
	int32_t defeat;
	int32_t loops[INJECT_STEPS];
	int32_t traps[INJECT_STEPS];
	int32_t left[INJECT_STEPS];
};

/* The library's own, which the sections reach by rip. */
extern __attribute__((visibility("hidden"))) struct percpu_inject percpu_inject;

/* The same, for tests. */
__attribute__((visibility("default"))) struct percpu_inject *percpu_injected(void);

/* For tests: ends the program where the sections have no steps. */
#if defined(__x86_64__)
#define inject_or_skip() ((void)0)
#else
#define inject_or_skip() skip("steps are injected into the sections of x86-64 only")
#endif

#if defined(__x86_64__)
/* clang-format off */
#define SECTION_STEP(n)							\
	"cmpl $0, percpu_inject(%%rip)\n"				\
	"je 91f\n"							\
	"movq $0, %c[rseq_cs](%[area])\n"				\
	"91:\n"								\
	"movl percpu_inject+4+4*" #n "(%%rip), %%r11d\n"		\
	"testl %%r11d, %%r11d\n"					\
	"jz 93f\n"							\
	"92:\n"								\
	"decl %%r11d\n"							\
	"jnz 92b\n"							\
	"93:\n"								\
	"movl percpu_inject+32+4*" #n "(%%rip), %%r11d\n"		\
	"testl %%r11d, %%r11d\n"					\
	"jz 94f\n"							\
	"decl percpu_inject+60+4*" #n "(%%rip)\n"			\
	"jg 94f\n"							\
	"movl %%r11d, percpu_inject+60+4*" #n "(%%rip)\n"		\
	"int3\n"							\
	"94:\n"
/* clang-format on */
_Static_assert(__builtin_offsetof(struct percpu_inject, loops) == 4, "as written in SECTION_STEP");
_Static_assert(__builtin_offsetof(struct percpu_inject, traps) == 32, "as written in SECTION_STEP");
_Static_assert(__builtin_offsetof(struct percpu_inject, left) == 60, "as written in SECTION_STEP");
#endif

#endif /* INJECT_H */
