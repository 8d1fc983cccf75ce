/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oracle.c - compares the registration of a thread, as the library made or found
 * it, with the kernel's answer to PTRACE_GET_RSEQ_CONFIGURATION (Linux 5.13):
 * address, length, signature.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "path.h"
#include "sections.h"

#define PTRACE_GET_RSEQ_CONFIGURATION_ 0x420f

/* include/uapi/linux/ptrace.h. Older glibc headers have no name for it. */
struct configuration {
	uint64_t pointer;
	uint32_t length;
	uint32_t signature;
	uint32_t flags;
	uint32_t pad;
};

static struct configuration *expected;

static void describe(const struct path *path)
{
	struct percpu_process process = path_process(path->owner);
	uint32_t size = 0;
	int64_t offset = 0;

	*expected = (struct configuration){ .signature = PERCPU_RSEQ_SIG };
	switch (path->owner) {
	case PERCPU_OWNER_LIBC:
		libc_rseq(&size, &offset);
		expected->pointer = (uint64_t)((char *)__builtin_thread_pointer() + offset);
		expected->length = size > 32 ? size : 32;
		break;
	case PERCPU_OWNER_SELF:
		expected->pointer = (uint64_t)path_last_area;
		expected->length = process.area_length;
		CHECK(expected->pointer % process.area_alignment == 0, "misaligned");
		break;
	case PERCPU_OWNER_LEGACY:
		expected->pointer = (uint64_t)dlsym(RTLD_DEFAULT, "__rseq_abi");
		expected->length = 32;
		break;
	default:
		expected->signature = 0;
	}
}

static void be_traced(char **argv)
{
	const struct path *path = path_open(argv[1], argv[2]);

	path_enter();
	describe(path);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(77);
	raise(SIGSTOP);
	_exit(0);
}

int main(int argc, char **argv)
{
	struct configuration seen = { 0 };
	int status = 0;
	long answer;
	pid_t child;

	if (argc < 3)
		die("usage: %s PATH INDEX", argv[0]);
	expected = mmap(NULL, sizeof(*expected), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	child = fork();
	if (child == 0)
		be_traced(argv);
	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
		skip("ptrace is not allowed here: wait status 0x%x", status);
	answer = ptrace((enum __ptrace_request)PTRACE_GET_RSEQ_CONFIGURATION_, child, sizeof(seen), &seen);
	if (answer < 0)
		skip("PTRACE_GET_RSEQ_CONFIGURATION: %s", strerror(errno));
	ptrace(PTRACE_CONT, child, NULL, NULL);
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the traced process: wait status 0x%x", status);
	CHECK(answer == sizeof(seen), "%ld bytes", answer);
	CHECK(seen.pointer == expected->pointer, "0x%lx, expected 0x%lx", seen.pointer, expected->pointer);
	CHECK(seen.length == expected->length, "%u bytes, expected %u", seen.length, expected->length);
	CHECK(seen.signature == expected->signature, "0x%x, expected 0x%x", seen.signature, expected->signature);
	CHECK(seen.flags == 0, "flags 0x%x", seen.flags);
	printf("%s: the kernel says 0x%lx, %u bytes, signature 0x%x\n", argv[1], seen.pointer, seen.length,
	       seen.signature);
	return finish();
}
