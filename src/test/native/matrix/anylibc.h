/* SPDX-License-Identifier: Apache-2.0 */
/*
 * anylibc.h - for programs that are built once and run on every libc.
 *
 * Such a program names its libraries (DT_NEEDED) but no symbol version, and has
 * its own start code. glibc 2.31 and later then bind the oldest version of each
 * function; musl accepts these library names as its own. So a program may use
 * only functions whose oldest version is right, and neither errno nor variables
 * of a libc. The file with main() must define ANYLIBC_MAIN first.
 */
#ifndef MATRIX_ANYLIBC_H
#define MATRIX_ANYLIBC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#define AT_RSEQ_FEATURE_SIZE 27
#define AT_RSEQ_ALIGN 28

/* Raw system calls: their result is a value or -errno on every libc. */
#if defined(__x86_64__)
#define RSEQ_SIGNATURE 0x53053053u
#ifdef ANYLIBC_MAIN
__asm__(".globl _start\n_start:\n"
        "xorl %ebp, %ebp\n\t"
        "movq %rdx, %r9\n\t" /* the dynamic linker's own exit function */
        "popq %rsi\n\t"
        "movq %rsp, %rdx\n\t"
        "andq $-16, %rsp\n\t"
        "pushq %rax\n\t"
        "pushq %rsp\n\t"
        "xorl %ecx, %ecx\n\t"
        "xorl %r8d, %r8d\n\t"
        "leaq main(%rip), %rdi\n\t"
        "call *__libc_start_main@GOTPCREL(%rip)\n\t"
        "hlt");
#endif

static inline long raw_syscall(long nr, long a, long b, long c, long d) {
  register long r10 __asm__("r10") = d;
  long result;

  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
#define RSEQ_SIGNATURE 0xd428bc00u
#ifdef ANYLIBC_MAIN
__asm__(".globl _start\n_start:\n"
        "mov x29, #0\n\t"
        "mov x30, #0\n\t"
        "mov x5, x0\n\t" /* the dynamic linker's own exit function */
        "ldr x1, [sp]\n\t"
        "add x2, sp, #8\n\t"
        "mov x6, sp\n\t"
        "adrp x0, main\n\t"
        "add x0, x0, :lo12:main\n\t"
        "mov x3, #0\n\t"
        "mov x4, #0\n\t"
        "bl __libc_start_main\n\t"
        "brk #0");
#endif

static inline long raw_syscall(long nr, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = nr;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;

  __asm__ volatile("svc #0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3)
                   : "memory");
  return x0;
}
#endif

#ifndef SYS_rseq
#error "these kernel headers have no SYS_rseq"
#endif

int main(int argc, char **argv);

static inline long parse_number(const char *text) {
  long value = 0;

  for (; *text >= '0' && *text <= '9'; text++)
    value = value * 10 + (*text - '0');
  return value;
}

#endif /* MATRIX_ANYLIBC_H */
