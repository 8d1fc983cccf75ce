/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slow.h - delays in critical sections, so that most interruptions hit one.
 *
 * Included before every source of the library, which is otherwise built as
 * usual. Built with -ffixed-r11 or -ffixed-x15: that register belongs to the
 * delays.
 *
 *	for (r11 or w15 = 200; r11 or w15 != 0; r11 or w15 -= 1)
 *		;
 */
#ifndef MATRIX_SLOW_H
#define MATRIX_SLOW_H

#if defined(__x86_64__)
/* clang-format off */
#define SECTION_STEP(n)                                                        \
  "movl $200, %%r11d\n"                                                        \
  "91:\n"                                                                      \
  "decl %%r11d\n"                                                              \
  "jnz 91b\n"
/* clang-format on */
#elif defined(__aarch64__)
/* clang-format off */
#define SECTION_STEP(n)                                                        \
  "mov w15, #200\n"                                                            \
  "91:\n"                                                                      \
  "subs w15, w15, #1\n"                                                        \
  "b.ne 91b\n"
/* clang-format on */
#endif

#endif /* MATRIX_SLOW_H */
