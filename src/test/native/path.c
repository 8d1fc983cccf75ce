/* SPDX-License-Identifier: Apache-2.0 */
/* path.c - see path.h. */
#define _GNU_SOURCE
#include "path.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "harness.h"
#include "legacy_owner.h"
#include "rseq_abi.h"

#define AT_RSEQ_FEATURE_SIZE_ 27
#define AT_RSEQ_ALIGN_ 28

long path_areas_taken;
long path_areas_freed;
__thread void *path_last_area;
bool path_refuse_memory;
bool path_refuse_specific;

static struct path opened;

/* The start of struct rseq. The bytes after it link freed areas. */
struct freed_area {
	int32_t cpu_id_start;
	int32_t cpu_id;
	uint64_t rseq_cs;
	struct freed_area *next;
};

static struct freed_area *freed_areas;

#define USE(variant)                                                                    \
	do {                                                                            \
		opened.add_long = percpu_add_long__##variant;                           \
		opened.add_double = percpu_add_double__##variant;                       \
		opened.observe_long = percpu_observe_long__##variant;                   \
		opened.observe_double = percpu_observe_double__##variant;               \
		opened.observe_n_long = percpu_observe_n_long__##variant;               \
		opened.observe_n_double = percpu_observe_n_double__##variant;           \
		opened.observe_bucket_double = percpu_observe_bucket_double__##variant; \
	} while (0)

uint32_t kernel_feature_size(void)
{
	unsigned long size = getauxval(AT_RSEQ_FEATURE_SIZE_);

	return size ? (uint32_t)size : 20;
}

uint32_t kernel_alignment(void)
{
	unsigned long alignment = getauxval(AT_RSEQ_ALIGN_);

	return alignment > RSEQ_ORIGINAL_LENGTH ? (uint32_t)alignment : RSEQ_ORIGINAL_LENGTH;
}

bool libc_rseq(uint32_t *size, int64_t *offset)
{
	const unsigned int *libc_size = dlsym(RTLD_DEFAULT, "__rseq_size");
	const long *libc_offset = dlsym(RTLD_DEFAULT, "__rseq_offset");

	if (!libc_size || !libc_offset)
		return false;
	*size = *libc_size;
	*offset = *libc_offset;
	return true;
}

static int take_area(void **out, unsigned long alignment, unsigned long size)
{
	int error = path_refuse_memory ? ENOMEM : posix_memalign(out, alignment, size);

	if (!error) {
		__atomic_fetch_add(&path_areas_taken, 1, __ATOMIC_RELAXED);
		path_last_area = *out;
	}
	return error;
}

/*
 * The kernel resets cpu_id when it unregisters an area. Until then it may write
 * there. A freed area stays readable and is filled like an area of CPU 0: a
 * record through it uses the wrong shard and leaves its rseq_cs.
 */
static void free_area(void *area)
{
	struct freed_area *freed = area;

	CHECK(freed->cpu_id == RSEQ_CPU_ID_UNINITIALIZED, "an area is freed while it is registered: cpu_id %d",
	      freed->cpu_id);
	memset(freed, 0, sizeof(*freed));
	freed->next = __atomic_load_n(&freed_areas, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&freed_areas, &freed->next, freed, true, __ATOMIC_ACQ_REL,
					    __ATOMIC_RELAXED))
		;
	__atomic_fetch_add(&path_areas_freed, 1, __ATOMIC_RELAXED);
}

void path_check_freed(void)
{
	struct freed_area *freed = __atomic_load_n(&freed_areas, __ATOMIC_ACQUIRE);

	for (; freed; freed = freed->next)
		CHECK(freed->cpu_id_start == 0 && freed->cpu_id == 0 && freed->rseq_cs == 0,
		      "an area was used after it was freed: cpu_id %d, rseq_cs 0x%lx", freed->cpu_id, freed->rseq_cs);
}

static int set_specific(unsigned int key, const void *value)
{
	return path_refuse_specific && value ? ENOMEM : pthread_setspecific(key, value);
}

struct percpu_process path_process(enum percpu_owner owner)
{
	uint32_t feature_size = kernel_feature_size();

	return (struct percpu_process){
		.owner = owner,
		.area_length = feature_size > RSEQ_ORIGINAL_LENGTH ? feature_size : RSEQ_ORIGINAL_LENGTH,
		.area_alignment = kernel_alignment(),
		.hwcap = getauxval(AT_HWCAP),
		.dlsym = dlsym,
		.posix_memalign = take_area,
		.free = free_area,
		.pthread_key_create = pthread_key_create,
		.pthread_setspecific = set_specific,
	};
}

static enum percpu_owner owner_of(const char *name)
{
	uint32_t size = 0;
	int64_t offset;
	bool has_symbols = libc_rseq(&size, &offset);
	bool by_libc = has_symbols && size != 0;

	if (strcmp(name, "libc") == 0 && !has_symbols)
		skip("this libc has no rseq (glibc before 2.35, or musl)");
	if (strcmp(name, "libc") == 0 && !by_libc)
		die("libc has not registered this process' threads");
	if (strcmp(name, "atomic") == 0)
		return by_libc ? PERCPU_OWNER_LIBC : PERCPU_OWNER_SELF;
	if (strcmp(name, "libc") == 0)
		return PERCPU_OWNER_LIBC;
	if (strcmp(name, "none") == 0)
		return PERCPU_OWNER_NONE;
	if (by_libc)
		die("libc has registered this process' threads: start with GLIBC_TUNABLES=glibc.pthread.rseq=0");
	if (strcmp(name, "dlopened") == 0 && !dlopen(LEGACY_OWNER_FILE, RTLD_NOW | RTLD_GLOBAL))
		die("dlopen: %s", dlerror());
	if (strcmp(name, "self") == 0)
		return PERCPU_OWNER_SELF;
	if (!dlsym(RTLD_DEFAULT, "__rseq_abi"))
		die("no library exports __rseq_abi: preload " LEGACY_OWNER_FILE);
	return PERCPU_OWNER_LEGACY;
}

/* One more than the last CPU in the kernel's list of ranges, such as 0-3,8. */
static uint32_t possible_cpus(void)
{
	char line[256] = "";
	FILE *file = fopen("/sys/devices/system/cpu/possible", "r");
	const char *last;

	if (!file || !fgets(line, sizeof(line), file))
		die("/sys/devices/system/cpu/possible");
	fclose(file);
	last = line + strlen(line);
	while (last > line && last[-1] != '-' && last[-1] != ',')
		last--;
	return (uint32_t)atoi(last) + 1;
}

const struct path *path_open(const char *name, const char *index)
{
	struct percpu_process process;
	uint32_t size;
	int error;

	opened.name = name;
	opened.owner = owner_of(name);
	opened.mode = strcmp(name, "atomic") == 0 || strcmp(name, "none") == 0 ? PERCPU_MODE_ATOMIC : PERCPU_MODE_RSEQ;
	opened.index_offset = strcmp(index, "mm_cid") == 0 ? RSEQ_MM_CID : RSEQ_CPU_ID;
	opened.shards = possible_cpus();
	if (opened.index_offset == RSEQ_MM_CID && kernel_feature_size() < RSEQ_MM_CID + 4)
		skip("this kernel has no mm_cid (AT_RSEQ_FEATURE_SIZE %u)", kernel_feature_size());
	process = path_process(opened.owner);
	libc_rseq(&size, &process.libc_offset);
	error = percpu_process_start(&process);
	if (!error)
		error = percpu_process_fix_mode(opened.mode);
	if (error)
		die("the library does not start on path %s: %d", name, error);
	if (opened.mode == PERCPU_MODE_ATOMIC)
		USE(atomic);
	else if (opened.owner == PERCPU_OWNER_LIBC)
		USE(libc);
	else
		USE(thread);
	return &opened;
}

const struct path *path_of_arguments(int argc, char **argv)
{
	if (argc < 3)
		die("usage: %s libc|self|legacy|dlopened|atomic|none cpu_id|mm_cid", argv[0]);
	return path_open(argv[1], argv[2]);
}

void path_enter(void)
{
	if (opened.owner == PERCPU_OWNER_LEGACY) {
		int (*own)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, LEGACY_OWNER_REGISTER);
		int error = own ? own() : -EINVAL;

		CHECK(error == 0, "the legacy owner registers this thread: %d", error);
	}
	if (opened.owner != PERCPU_OWNER_NONE) {
		int error = percpu_thread_register();

		if (error == -ENOSYS || error == -EPERM)
			skip("this kernel or a sandbox denies rseq(2): %s", strerror(-error));
		CHECK(error == 0, "percpu_thread_register: %d", error);
	}
}

struct percpu_region *path_region(uint32_t shards, enum percpu_sum_kind kind)
{
	struct percpu_region *region = NULL;
	int error = percpu_region_create(shards, 16, kind, opened.index_offset, &region);

	if (error)
		die("percpu_region_create: %d", error);
	return region;
}

struct percpu_buckets *path_buckets(const int64_t *bounds, uint32_t count, enum percpu_sum_kind kind)
{
	struct percpu_buckets *buckets = malloc((size_t)percpu_buckets_size(bounds, count, kind));

	if (!buckets || percpu_buckets_init(buckets, bounds, count, kind))
		die("percpu_buckets_init");
	return buckets;
}

int64_t bits_of_double(double value)
{
	int64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

double double_of_bits(int64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}
