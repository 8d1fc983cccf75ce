/* SPDX-License-Identifier: Apache-2.0 */
/* deny.h - seccomp filters, as sandboxes have them. */
#ifndef DENY_H
#define DENY_H

/* From now on rseq(2) answers `error` to this thread and all that it starts.
 * Returns 0 or -errno. */
int deny_rseq(int error);

/* From now on every system call but exit, exit_group and write kills the
 * process. Returns 0 or -errno. */
int deny_everything(void);

/* "ENOSYS" or "EPERM", else 0. */
int deny_error_of(const char *name);

#endif /* DENY_H */
