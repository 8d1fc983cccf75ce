/* SPDX-License-Identifier: Apache-2.0 */
/* deny.h - seccomp filters, like those of sandboxes. Not reversible. */
#ifndef DENY_H
#define DENY_H

/* Makes a system call fail with `error` on this thread and on all that it starts. Returns 0 or -errno. */
int deny_call(unsigned int number, int error);

/* Makes rseq(2) fail with `error` on this thread and on all that it starts. Returns 0 or -errno. */
int deny_rseq(int error);

/* Makes every system call except exit, exit_group and write kill the process. Returns 0 or -errno. */
int deny_everything(void);

/* Returns the errno named "ENOSYS" or "EPERM", or 0 for another name. */
int deny_error_of(const char *name);

#endif /* DENY_H */
