/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe.c - the state of rseq in a process of this libc, found without the
 * library: tests compare the status of the service with it.
 *
 *	probe [PID]
 *
 * Prints "key=value" words on one line. Length and signature of a registration
 * come from the kernel (PTRACE_GET_RSEQ_CONFIGURATION, Linux 5.13): of a child
 * that does the same as this process, and, as service.*, of all threads of PID.
 * service.TID is the registered length of one thread, in bytes.
 */
#define _GNU_SOURCE
#define ANYLIBC_MAIN
#include "anylibc.h"

#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define GET_RSEQ_CONFIGURATION 0x420f
#define SEIZE 0x4206
#define INTERRUPT 0x4207
#define WAIT_ALL 0x40000000 /* __WALL: threads too */
#define UNREGISTER 1
#define OWN_AREA_BYTES 256

struct configuration {
  uint64_t area;
  uint32_t length;
  uint32_t signature;
  uint32_t flags;
  uint32_t unused;
};

/* The symbols that libc and other libraries export. */
struct exported {
  const unsigned int *size;
  const ptrdiff_t *offset;
  const unsigned int *flags;
  const char *legacy;
};

static char own_area[OWN_AREA_BYTES] __attribute__((aligned(OWN_AREA_BYTES)));

static struct exported exported(void) {
  struct exported found = {
      .size = dlsym(NULL, "__rseq_size"),
      .offset = dlsym(NULL, "__rseq_offset"),
      .flags = dlsym(NULL, "__rseq_flags"),
      .legacy = dlsym(NULL, "__rseq_abi"),
  };

  return found;
}

static unsigned int own_length(void) {
  unsigned long feature = getauxval(AT_RSEQ_FEATURE_SIZE);

  return feature > 32 ? (unsigned int)feature : 32;
}

/* Registering a private area fails when this thread has another. */
static int register_own(int flags) {
  return (int)raw_syscall(SYS_rseq, (long)own_area, own_length(), flags,
                          RSEQ_SIGNATURE);
}

static const char *owner(const struct exported *found) {
  if (found->size && *found->size)
    return "libc";
  if (found->legacy)
    return "legacy";
  if (register_own(0) != 0)
    return "none";
  (void)register_own(UNREGISTER);
  return "self";
}

/* Reads the configuration of a stopped thread. Returns 0, or -1 on an error. */
static int ask_kernel(int tid, struct configuration *out) {
  memset(out, 0, sizeof(*out));
  return raw_syscall(SYS_ptrace, GET_RSEQ_CONFIGURATION, tid, sizeof(*out),
                     (long)out) > 0
             ? 0
             : -1;
}

/* A child inherits the registration of its parent. Without one it registers an
 * area as the library should. */
static void print_kernels_view(const struct exported *found, int self) {
  struct configuration answer;
  const char *expected = NULL;
  int status;
  int child = fork();

  if (child == 0) {
    if (self)
      (void)register_own(0);
    (void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    (void)raise(SIGSTOP);
    _exit(0);
  }
  (void)waitpid(child, &status, 0);
  if (found->size && *found->size)
    expected = (char *)__builtin_thread_pointer() + *found->offset;
  else if (self)
    expected = own_area;
  if (ask_kernel(child, &answer) == 0)
    printf(" length=%u signature=0x%08x areaIsWhereSaid=%d", answer.length,
           answer.signature, answer.area == (uint64_t)(uintptr_t)expected);
  (void)kill(child, SIGKILL);
  (void)waitpid(child, &status, 0);
}

struct threads {
  unsigned int registered;
  unsigned int unregistered;
  unsigned int different; /* other length or signature than the first */
  unsigned int elsewhere; /* other offset than the first */
  struct configuration first;
  int64_t first_offset; /* from the thread pointer to the area */
};

/* Returns the thread pointer of a stopped thread. */
static uint64_t thread_pointer_of(int tid) {
  uint64_t pointer = 0;
#if defined(__x86_64__)
  (void)raw_syscall(SYS_ptrace, PTRACE_PEEKUSER, tid,
                    offsetof(struct user_regs_struct, fs_base), (long)&pointer);
#elif defined(__aarch64__)
  struct iovec whole = {&pointer, sizeof(pointer)};

  (void)raw_syscall(SYS_ptrace, PTRACE_GETREGSET, tid, NT_ARM_TLS,
                    (long)&whole);
#endif
  return pointer;
}

static void note_thread(int tid, const struct configuration *answer,
                        struct threads *seen) {
  int64_t offset = (int64_t)(answer->area - thread_pointer_of(tid));

  printf(" service.%d=%u", tid, answer->length);
  if (answer->length == 0) {
    seen->unregistered++;
  } else if (seen->registered++ == 0) {
    seen->first = *answer;
    seen->first_offset = offset;
  } else {
    seen->different += answer->length != seen->first.length ||
                       answer->signature != seen->first.signature;
    seen->elsewhere += offset != seen->first_offset;
  }
}

static void ask_thread(int tid, struct threads *seen) {
  struct configuration answer;
  int status;

  if (raw_syscall(SYS_ptrace, SEIZE, tid, 0, 0) != 0)
    return; /* the thread has ended */
  if (raw_syscall(SYS_ptrace, INTERRUPT, tid, 0, 0) == 0 &&
      waitpid(tid, &status, WAIT_ALL) == tid && ask_kernel(tid, &answer) == 0)
    note_thread(tid, &answer, seen);
  (void)raw_syscall(SYS_ptrace, PTRACE_DETACH, tid, 0, 0);
}

static void print_service(const char *pid) {
  struct threads seen = {0};
  char path[64];
  struct dirent *entry;
  DIR *tasks;

  (void)snprintf(path, sizeof(path), "/proc/%s/task", pid);
  tasks = opendir(path);
  while (tasks && (entry = readdir(tasks))) {
    if (entry->d_name[0] != '.')
      ask_thread((int)parse_number(entry->d_name), &seen);
  }
  if (tasks)
    (void)closedir(tasks);
  printf(" service.registered=%u service.unregistered=%u service.different=%u",
         seen.registered, seen.unregistered, seen.different);
  printf(" service.offset=%ld service.elsewhere=%u", (long)seen.first_offset,
         seen.elsewhere);
  printf(" service.length=%u service.signature=0x%08x", seen.first.length,
         seen.first.signature);
}

static void print_libc(const struct exported *found) {
  const char *(*version)(void) =
      (const char *(*)(void))dlsym(NULL, "gnu_get_libc_version");

  printf(" libc=%s", version ? "glibc" : "other");
  if (version)
    printf(" libcVersion=%s", version());
  if (found->size)
    printf(" rseqSize=%u rseqOffset=%ld rseqFlags=%u", *found->size,
           (long)*found->offset, *found->flags);
}

int main(int argc, char **argv) {
  const struct exported found = exported();
  const char *owner_name = owner(&found);
  const char *area = NULL;
  struct utsname kernel;

  (void)uname(&kernel);
  printf("kernel=%s machine=%s owner=%s", kernel.release, kernel.machine,
         owner_name);
  if (getauxval(AT_RSEQ_FEATURE_SIZE))
    printf(" featureSize=%lu", getauxval(AT_RSEQ_FEATURE_SIZE));
  if (getauxval(AT_RSEQ_ALIGN))
    printf(" align=%lu", getauxval(AT_RSEQ_ALIGN));
  printf(" membarrier=%ld", raw_syscall(SYS_membarrier, 0, 0, 0, 0));
  print_libc(&found);
  if (found.size && *found.size)
    area = (char *)__builtin_thread_pointer() + *found.offset;
  if (area)
    printf(" cpuId=%d flags=%u", *(const volatile int *)(area + 4),
           *(const volatile unsigned int *)(area + 16));
  print_kernels_view(&found, strcmp(owner_name, "self") == 0);
  if (argc > 1)
    print_service(argv[1]);
  printf("\n");
  return 0;
}
