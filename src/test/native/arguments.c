/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arguments.c - every call with invalid arguments: no byte outside of the region
 * changes, and no call crashes.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "harness.h"
#include "layout.h"
#include "path.h"
#include "rseq_abi.h"

#define GUARD_BYTES (64u << 10)
#define CANARY 0x5a
#define ROUNDS 20000
#define RANGES 5

/* A region with bytes of a known value on both sides. */
struct guarded {
	struct percpu_region *region;
	char *before;
	char *after;
	char header[offsetof(struct percpu_region, used)]; /* written at creation only */
};

static uint64_t state = 1;

/* Unmaps a hole of the region's size between two guards. The first regions may be mapped into other holes. */
static struct guarded guard(uint32_t shards, enum percpu_sum_kind kind)
{
	size_t bytes = PERCPU_HEADER + (((size_t)shards + 1) << PERCPU_MIN_STRIDE_SHIFT);
	char *start =
		mmap(NULL, bytes + 2 * (size_t)GUARD_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct guarded guarded = { .before = start, .after = start + GUARD_BYTES + bytes };

	if (start == MAP_FAILED || munmap(start + GUARD_BYTES, bytes))
		die("mmap");
	memset(guarded.before, CANARY, GUARD_BYTES);
	memset(guarded.after, CANARY, GUARD_BYTES);
	for (int attempt = 0; attempt < 1000; attempt++) {
		guarded.region = path_region(shards, kind);
		memcpy(guarded.header, (char *)guarded.region, sizeof(guarded.header));
		if (mapping_of(guarded.region) == start + GUARD_BYTES)
			return guarded;
	}
	die("no region was mapped between the guards");
}

static bool is_untouched(const char *bytes)
{
	for (uint32_t i = 0; i < GUARD_BYTES; i++) {
		if (bytes[i] != CANARY)
			return false;
	}
	return true;
}

static void check_untouched(const struct guarded *guarded)
{
	CHECK(is_untouched(guarded->before), "bytes before the region changed");
	CHECK(is_untouched(guarded->after), "bytes after the region changed");
	CHECK(memcmp((char *)guarded->region, guarded->header, sizeof(guarded->header)) == 0,
	      "the region's header changed");
}

/* Returns powers of two and their neighbours, sign bits, ends of a shard, and random bits. */
static uint64_t garbage(void)
{
	static const uint64_t ends[] = { 0, 1, 15, 16, 4095, 4096, 65520, 65535, 65536, 131072 };
	uint64_t random = next_random(&state);
	uint64_t power = UINT64_C(1) << (random >> 58);

	switch (random % 6) {
	case 0:
		return ends[(random >> 8) % COUNT_OF(ends)];
	case 1:
		return power;
	case 2:
		return power - 1;
	case 3:
		return -power;
	case 4:
		return next_random(&state) >> (random >> 58);
	default:
		return next_random(&state);
	}
}

static void should_not_write_outside_the_region(const struct path *path, const struct guarded *guarded,
						const struct percpu_buckets *buckets)
{
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t offset = garbage();
		int64_t amount = (int64_t)garbage(), count = (int64_t)garbage();

		path_answer(path->add_long(guarded->region, offset, amount));
		path_answer(path->add_double(guarded->region, offset, amount));
		path_answer(path->observe_long(guarded->region, offset, NULL, amount));
		path_answer(path->observe_double(guarded->region, offset, NULL, amount));
		/* Negative amounts and NaN, and buckets of the other kind. */
		path_answer(path->observe_long(guarded->region, offset, buckets, amount));
		path_answer(path->observe_double(guarded->region, offset, buckets, amount));
		/* Counts of 0 or less, and products that overflow. */
		path_answer(path->observe_n_long(guarded->region, offset, NULL, amount, count));
		path_answer(path->observe_n_double(guarded->region, offset, NULL, amount, count));
		path_answer(path->observe_n_long(guarded->region, offset, buckets, amount, count));
		path_answer(path->observe_n_double(guarded->region, offset, buckets, amount, count));
		/* Buckets of other groups, and outside of the region. */
		path_answer(path->observe_bucket_double(guarded->region, offset, garbage(), count, amount));
		if (i % 1000 == 0)
			check_untouched(guarded);
	}
	check_untouched(guarded);
}

static bool is_range(uint64_t from, uint64_t to, uint64_t first, uint64_t end)
{
	return from % 16 == 0 && to % 16 == 0 && from <= to && from >= first && to <= end;
}

static void should_reject_ranges_outside(const struct guarded *guarded, uint32_t shards)
{
	static char out[64 << 10] __attribute__((aligned(16)));
	uint64_t first = percpu_region_first_cell(guarded->region);

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t from = garbage() & (i % 2 ? ~UINT64_C(0) : 0x1fff0);
		uint64_t to = garbage() & (i % 2 ? ~UINT64_C(0) : 0x1fff0);
		uint32_t low = (uint32_t)garbage(), high = (uint32_t)garbage();
		bool right = is_range(from, to, first, 65536);
		int result = percpu_sum(guarded->region, low, high, from, to, out);

		CHECK((result == 0) == (right && low <= high && high <= shards + 1),
		      "sum of [%lu, %lu) of shards [%u, %u): %d", from, to, low, high, result);
		result = percpu_clear(guarded->region, from, to);
		CHECK((result == 0) == right, "clear of [%lu, %lu): %d", from, to, result);
		CHECK((percpu_shard_restarts(guarded->region, low) == NEG_EINVAL) == (low > shards) || low <= shards,
		      "restarts of shard %u", low);
	}
	check_untouched(guarded);
	CHECK(percpu_region_resident(guarded->region, 4096) > 0, "nothing is resident");
}

/* Ranges of random size and offset, also equal ones, over clean and dirty blocks: the same sums as one by one. */
static void should_add_up_many_ranges_as_one_by_one(const struct path *path, const struct guarded *guarded,
						    uint32_t shards)
{
	static struct percpu_cell whole[4096], ranges[RANGES * 4096];
	uint64_t first = percpu_region_first_cell(guarded->region), offsets[RANGES];

	for (int i = 0; i < 500; i++) {
		uint64_t bytes = (1 + garbage() % (i % 2 ? 80 : 1000)) * PERCPU_CELL;
		uint32_t low = (uint32_t)(garbage() % (shards + 2)),
			 high = low + (uint32_t)(garbage() % (shards + 2 - low));

		if (i % 100 == 0)
			path_answer(path->add_long(guarded->region, next_random(&state), 1));
		for (int k = 0; k < RANGES; k++)
			offsets[k] = first + garbage() % (65536 - first - bytes + 1) / PERCPU_CELL * PERCPU_CELL;
		memset(ranges, CANARY, sizeof(ranges));
		CHECK(percpu_sum_ranges(guarded->region, low, high, RANGES, offsets, bytes, ranges) == 0, "ranges");
		for (int k = 0; k < RANGES; k++) {
			CHECK(percpu_sum(guarded->region, low, high, offsets[k], offsets[k] + bytes, whole) == 0,
			      "sum");
			CHECK(memcmp(whole, ranges + (uint64_t)k * bytes / PERCPU_CELL, bytes) == 0,
			      "%lu bytes at %lu of shards [%u, %u) differ", bytes, offsets[k], low, high);
		}
		CHECK(*((char *)ranges + RANGES * bytes) == CANARY, "written after the end of the ranges");
	}
}

static void should_reject_many_ranges_outside(const struct guarded *guarded, uint32_t shards)
{
	static char out[RANGES * 1024] __attribute__((aligned(16)));
	uint64_t first = percpu_region_first_cell(guarded->region);

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t bytes = garbage() & 0x3ff, offsets[RANGES];
		uint32_t low = (uint32_t)garbage(), high = (uint32_t)garbage();
		bool right = bytes % PERCPU_CELL == 0 && low <= high && high <= shards + 1;

		for (int k = 0; k < RANGES; k++) {
			offsets[k] = i % 8 == k ? garbage() : first;
			right = right && is_range(offsets[k], offsets[k] + bytes, first, 65536);
		}
		memset(out, CANARY, sizeof(out));
		CHECK((percpu_sum_ranges(guarded->region, low, high, RANGES, offsets, bytes, out) == 0) == right,
		      "%lu bytes at %lu, %lu, ... of shards [%u, %u)", bytes, offsets[0], offsets[1], low, high);
		CHECK(right || (out[0] == CANARY && out[sizeof(out) - 1] == CANARY), "a rejected call has written");
	}
	CHECK(percpu_sum_ranges(guarded->region, 0, 1, UINT64_C(1) << 60, &first, PERCPU_CELL, out) == NEG_EINVAL,
	      "ranges of 2^64 bytes");
	check_untouched(guarded);
}

static void should_reject_invalid_regions(void)
{
	struct percpu_region *region = NULL;
	const struct {
		uint32_t shards, shift, kind, index;
	} cases[] = {
		{ 0, 16, 0, RSEQ_CPU_ID },
		{ PERCPU_MAX_SHARDS + 1, 16, 0, RSEQ_CPU_ID },
		{ UINT32_MAX, 16, 0, RSEQ_CPU_ID },
		{ 1, 15, 0, RSEQ_CPU_ID },
		{ 1, 41, 0, RSEQ_CPU_ID },
		{ 1, UINT32_MAX, 0, RSEQ_CPU_ID },
		{ 1, 16, 2, RSEQ_CPU_ID },
		{ 1, 16, 0, 0 },
		{ 1, 16, 0, RSEQ_CS },
		{ 1, 16, 0, UINT32_MAX },
	};

	for (unsigned int i = 0; i < COUNT_OF(cases); i++)
		CHECK(percpu_region_create(cases[i].shards, cases[i].shift, cases[i].kind, cases[i].index, &region) ==
				      NEG_EINVAL &&
			      !region,
		      "case %u", i);
	CHECK(percpu_region_create(PERCPU_MAX_SHARDS, PERCPU_MAX_STRIDE_SHIFT, 0, RSEQ_CPU_ID, &region) == NEG_ENOMEM,
	      "8 PiB were reserved");
}

/* A space follows each word. */
static int words_of(const char *text)
{
	int words = 0;

	for (; *text; text++)
		words += *text == ' ';
	return words;
}

static void should_reject_an_invalid_start(void)
{
	struct percpu_process wrong = path_process(PERCPU_OWNER_SELF);
	char view[80];
	uint32_t layout[64];
	int values = percpu_layout(layout, 0);

	CHECK(percpu_process_start(&wrong) == NEG_EALREADY, "started twice");
	CHECK(percpu_process_fix_mode(PERCPU_MODE_ATOMIC) == NEG_EALREADY, "fixed twice");
	CHECK(percpu_process_fix_mode(7) == NEG_EINVAL, "mode 7");
	wrong.area_length = 31;
	CHECK(percpu_process_start(&wrong) == NEG_EINVAL, "an area of 31 bytes");
	wrong = path_process(PERCPU_OWNER_SELF);
	wrong.area_alignment = 48;
	CHECK(percpu_process_start(&wrong) == NEG_EINVAL, "an alignment of 48");
	wrong = path_process(PERCPU_OWNER_SELF);
	wrong.free = NULL;
	CHECK(percpu_process_start(&wrong) == NEG_EINVAL, "self without free");
	wrong = path_process(PERCPU_OWNER_LEGACY);
	wrong.dlsym = NULL;
	CHECK(percpu_process_start(&wrong) == NEG_EINVAL, "legacy without dlsym");
	wrong.owner = 4;
	CHECK(percpu_process_start(&wrong) == NEG_EINVAL, "owner 4");
	memset(view, CANARY, sizeof(view));
	for (uint32_t length = 0; length < 200; length++)
		CHECK(percpu_thread_view(view, length) <= 64, "more than 64 bytes");
	CHECK(percpu_thread_view(view, UINT32_MAX) <= 64, "more than 64 bytes");
	CHECK(view[64] == CANARY, "written after 64 bytes");
	memset(layout, 0xff, sizeof(layout));
	CHECK(words_of(percpu_layout_names()) == values, "%d names of %d values", words_of(percpu_layout_names()),
	      values);
	CHECK(percpu_layout(layout, 3) == values && layout[2] != UINT32_MAX && layout[3] == UINT32_MAX, "capacity");
}

static int create_key_slowly(unsigned int *key, void (*destructor)(void *))
{
	const struct timespec pause = { 0, 20000000 };

	nanosleep(&pause, NULL);
	return pthread_key_create(key, destructor);
}

static int first_callers;

static void start(int number, void *argument)
{
	struct percpu_process process = path_process(PERCPU_OWNER_SELF);
	int result;

	(void)number;
	(void)argument;
	process.pthread_key_create = create_key_slowly;
	result = percpu_process_start(&process);
	CHECK(result == 0 || result == NEG_EALREADY, "start: %d", result);
	CHECK(percpu_process_owner() == PERCPU_OWNER_SELF, "after start the owner is %d", percpu_process_owner());
	if (result == 0)
		__atomic_fetch_add(&first_callers, 1, __ATOMIC_RELAXED);
}

/* Concurrent class loaders: each call returns after the first has fixed the owner. */
static void start_from_several_threads(void *argument)
{
	struct crew crew;

	(void)argument;
	CHECK(percpu_process_owner() == NEG_ENODATA, "an owner before the start");
	crew_start(&crew, 8, start, NULL);
	crew_join(&crew);
	CHECK(first_callers == 1, "%d callers were first", first_callers);
}

int main(int argc, char **argv)
{
	int status = in_child(start_from_several_threads, NULL);
	const struct path *path = path_of_arguments(argc, argv);
	const int64_t bounds[] = { 1, 100, 10000, INT64_MAX - 1 };

	CHECK(status == 0, "several starts: wait status 0x%x", status);
	path_enter();
	for (uint32_t shards = 1; shards <= 3; shards += 2) {
		for (int kind = PERCPU_SUM_LONG; kind <= PERCPU_SUM_DOUBLE; kind++) {
			struct guarded guarded = guard(shards, (enum percpu_sum_kind)kind);
			struct percpu_buckets *buckets = path_buckets(bounds, COUNT_OF(bounds), PERCPU_SUM_LONG);

			should_add_up_many_ranges_as_one_by_one(path, &guarded, shards);
			should_not_write_outside_the_region(path, &guarded, buckets);
			should_add_up_many_ranges_as_one_by_one(path, &guarded, shards);
			should_reject_ranges_outside(&guarded, shards);
			should_reject_many_ranges_outside(&guarded, shards);
			free(buckets);
		}
	}
	should_reject_invalid_regions();
	should_reject_an_invalid_start();
	return finish();
}
