/* SPDX-License-Identifier: Apache-2.0 */
/* deny_rseq.c - runs a command in a sandbox that denies rseq(2): deny_rseq ENOSYS|EPERM COMMAND... */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "deny.h"

int main(int argc, char **argv)
{
	int error = argc > 2 ? deny_error_of(argv[1]) : 0;

	if (error == 0) {
		fprintf(stderr, "usage: %s ENOSYS|EPERM COMMAND...\n", argv[0]);
		return 2;
	}
	error = deny_rseq(error);
	if (error) {
		fprintf(stderr, "the seccomp filter was refused: %s\n", strerror(-error));
		return 77;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 2;
}
