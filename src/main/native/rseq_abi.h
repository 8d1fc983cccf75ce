/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rseq_abi.h - the part of the kernel's rseq ABI that this library uses, by
 * offset and not by a header's struct: the struct grows, and the headers of
 * the build machine say nothing about the kernel it runs on.
 *
 * Source: include/uapi/linux/rseq.h and Documentation/userspace-api/rseq.rst
 * of the Linux kernel, up to 7.3.
 */
#ifndef PERCPU_RSEQ_ABI_H
#define PERCPU_RSEQ_ABI_H

#define RSEQ_CPU_ID_START 0
#define RSEQ_CPU_ID 4
#define RSEQ_CS 8
#define RSEQ_FLAGS 16
#define RSEQ_NODE_ID 20
#define RSEQ_MM_CID 24

#define RSEQ_ORIGINAL_LENGTH 32 /* of the first published struct rseq */
#define RSEQ_FLAG_UNREGISTER 1
#define RSEQ_CPU_ID_UNINITIALIZED (-1)

#define NEG_EPERM (-1)
#define NEG_EAGAIN (-11)
#define NEG_ENOMEM (-12)
#define NEG_EINVAL (-22)
#define NEG_ENODATA (-61)
#define NEG_EALREADY (-114)

#endif /* PERCPU_RSEQ_ABI_H */
