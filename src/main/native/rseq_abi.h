/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rseq_abi.h - the part of the kernel's rseq ABI that this library uses.
 *
 * Fields are accessed by offset, not by a struct of a system header: the struct
 * grows, and the headers of the build machine do not describe the kernel that
 * the library runs on.
 *
 * Source: Linux up to 7.3, include/uapi/linux/rseq.h and
 * Documentation/userspace-api/rseq.rst. All facts are in RSEQ-ABI.md.
 */
#ifndef PERCPU_RSEQ_ABI_H
#define PERCPU_RSEQ_ABI_H

/* Offsets in struct rseq. */
#define RSEQ_CPU_ID 4
#define RSEQ_CS 8
#define RSEQ_MM_CID 24

#define RSEQ_ORIGINAL_LENGTH 32 /* bytes of the first published struct rseq, with its padding */
#define RSEQ_FLAG_UNREGISTER 1
#define RSEQ_CPU_ID_UNINITIALIZED (-1)

/* Error results (-errno). The library does not include <errno.h>. */
#define NEG_EINTR (-4)
#define NEG_EAGAIN (-11)
#define NEG_ENOMEM (-12)
#define NEG_EINVAL (-22)
#define NEG_ENODATA (-61)
#define NEG_ENOPROTOOPT (-92)
#define NEG_EADDRINUSE (-98)
#define NEG_ENOTCONN (-107)
#define NEG_ECONNREFUSED (-111)
#define NEG_EALREADY (-114)

#endif /* PERCPU_RSEQ_ABI_H */
