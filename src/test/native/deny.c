/* SPDX-License-Identifier: Apache-2.0 */
/* deny.c - see deny.h. */
#include "deny.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD_CALL_NUMBER BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define SKIP_IF(number, then_skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), (then_skip), 0)
#define RESULT(value) BPF_STMT(BPF_RET | BPF_K, (value))

static int install(struct sock_filter *filter, unsigned short length)
{
	struct sock_fprog program = { length, filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return -errno;
	return 0;
}

int deny_call(unsigned int number, int error)
{
	struct sock_filter filter[] = {
		LOAD_CALL_NUMBER,
		SKIP_IF(number, 1),
		RESULT(SECCOMP_RET_ALLOW),
		RESULT(SECCOMP_RET_ERRNO | (unsigned int)error),
	};

	return install(filter, sizeof(filter) / sizeof(filter[0]));
}

int deny_rseq(int error)
{
	return deny_call(SYS_rseq, error);
}

int deny_everything(void)
{
	struct sock_filter filter[] = {
		LOAD_CALL_NUMBER,
		SKIP_IF(SYS_exit, 3),
		SKIP_IF(SYS_exit_group, 2),
		SKIP_IF(SYS_write, 1),
		RESULT(SECCOMP_RET_KILL_PROCESS),
		RESULT(SECCOMP_RET_ALLOW),
	};

	return install(filter, sizeof(filter) / sizeof(filter[0]));
}

int deny_error_of(const char *name)
{
	if (strcmp(name, "ENOSYS") == 0)
		return ENOSYS;
	return strcmp(name, "EPERM") == 0 ? EPERM : 0;
}
