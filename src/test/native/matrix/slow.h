/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slow.h - makes critical sections take so long that most interruptions meet
 * one. Included before every source of the library, which then is otherwise
 * built as ever, with -ffixed-r11 or -ffixed-x15: that register belongs to the
 * delays.
 */
#ifndef MATRIX_SLOW_H
#define MATRIX_SLOW_H

#if defined(__x86_64__)
#define SECTION_STEP(n) "movl $200, %%r11d\n91:\n\tdecl %%r11d\n\tjnz 91b\n"
#elif defined(__aarch64__)
#define SECTION_STEP(n) "mov w15, #200\n91:\n\tsubs w15, w15, #1\n\tb.ne 91b\n"
#endif

#endif /* MATRIX_SLOW_H */
