/* SPDX-License-Identifier: Apache-2.0 */
/*
 * descriptors.c - checks the critical sections of built libraries, of both
 * architectures, by their ELF sections:
 *
 *   __rseq_cs			each descriptor: version and flags are 0, the
 *				section is code, the abort address is code
 *				outside of it and follows the signature
 *   __rseq_cs_ptr_array	one pointer per descriptor
 *   __rseq_exit_point_array	pairs {start, exit}: each start is that of a
 *				section, each exit is code outside of it, and
 *				each record section has its two exits
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

/* Six operations in two variants, and the self-test. The compiler may copy sections. */
#define FEWEST_DESCRIPTORS 13
/* use_shared and clean_block; the self-test has none. */
#define EXITS_OF_A_RECORD_SECTION 2
#define SECTIONS_WITHOUT_EXITS 1
/* A section of this library has a dozen instructions. */
#define LONGEST_SECTION 512
#define R_RELATIVE_X86_64 8
#define R_RELATIVE_AARCH64 1027

/* include/uapi/linux/rseq.h */
struct descriptor {
	uint32_t version;
	uint32_t flags;
	uint64_t start;
	uint64_t length;
	uint64_t abort;
};

/* As librseq defines it: RSEQ_ASM_DEFINE_EXIT_POINT. */
struct exit_point {
	uint64_t start;
	uint64_t exit;
};

struct image {
	const char *name;
	char *bytes;
	size_t size;
	const Elf64_Ehdr *header;
	const Elf64_Shdr *sections;
};

static bool open_image(struct image *image, const char *name)
{
	struct stat status;
	int file = open(name, O_RDONLY);

	if (file < 0 || fstat(file, &status))
		return false;
	image->name = name;
	image->size = (size_t)status.st_size;
	/* Private and writable: relocations are applied to it. */
	image->bytes = mmap(NULL, image->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	close(file);
	if (image->bytes == MAP_FAILED || image->size < sizeof(Elf64_Ehdr))
		die("%s cannot be read", name);
	image->header = (const Elf64_Ehdr *)image->bytes;
	image->sections = (const Elf64_Shdr *)(image->bytes + image->header->e_shoff);
	if (memcmp(image->header->e_ident, ELFMAG, SELFMAG) != 0 || image->header->e_ident[EI_CLASS] != ELFCLASS64)
		die("%s is no 64-bit ELF file", name);
	return true;
}

static const Elf64_Shdr *section(const struct image *image, const char *name)
{
	const char *names = image->bytes + image->sections[image->header->e_shstrndx].sh_offset;

	for (int i = 0; i < image->header->e_shnum; i++) {
		if (strcmp(names + image->sections[i].sh_name, name) == 0)
			return &image->sections[i];
	}
	return NULL;
}

/* Returns the byte of the file that is loaded at an address; NULL when no section with these flags holds it. */
static char *at(const struct image *image, uint64_t address, uint64_t length, uint64_t flags)
{
	for (int i = 0; i < image->header->e_shnum; i++) {
		const Elf64_Shdr *candidate = &image->sections[i];

		if ((candidate->sh_flags & flags) == flags && candidate->sh_type != SHT_NOBITS &&
		    address >= candidate->sh_addr && length <= candidate->sh_size &&
		    address - candidate->sh_addr <= candidate->sh_size - length)
			return image->bytes + candidate->sh_offset + (address - candidate->sh_addr);
	}
	return NULL;
}

/* Relocates addresses in data as the dynamic linker does for a library at address 0. */
static int relocate(const struct image *image)
{
	uint32_t relative = image->header->e_machine == EM_AARCH64 ? R_RELATIVE_AARCH64 : R_RELATIVE_X86_64;
	int applied = 0;

	for (int i = 0; i < image->header->e_shnum; i++) {
		const Elf64_Shdr *relocations = &image->sections[i];
		const Elf64_Rela *entries = (const Elf64_Rela *)(image->bytes + relocations->sh_offset);

		if (relocations->sh_type != SHT_RELA)
			continue;
		for (uint64_t j = 0; j < relocations->sh_size / sizeof(Elf64_Rela); j++) {
			char *word = at(image, entries[j].r_offset, sizeof(uint64_t), SHF_ALLOC);

			if (ELF64_R_TYPE(entries[j].r_info) != relative || !word)
				continue;
			memcpy(word, &entries[j].r_addend, sizeof(uint64_t));
			applied++;
		}
	}
	return applied;
}

static uint32_t signature_of(const struct image *image)
{
	switch (image->header->e_machine) {
	case EM_X86_64:
		return 0x53053053;
	case EM_AARCH64:
		return 0xd428bc00;
	default:
		die("%s is of an unknown architecture: %d", image->name, image->header->e_machine);
	}
}

static void check_descriptor(const struct image *image, uint64_t i, const struct descriptor *it)
{
	uint32_t signature = 0;
	char *before_abort = at(image, it->abort - sizeof(signature), 2 * sizeof(signature), SHF_EXECINSTR);

	CHECK(it->version == 0, "descriptor %lu: version %u", i, it->version);
	CHECK(it->flags == 0, "descriptor %lu: flags 0x%x", i, it->flags);
	CHECK(it->length > 0 && it->length <= LONGEST_SECTION, "descriptor %lu: %lu bytes", i, it->length);
	CHECK(at(image, it->start, it->length, SHF_EXECINSTR), "descriptor %lu: start 0x%lx is not in code", i,
	      it->start);
	CHECK(it->abort - it->start >= it->length, "descriptor %lu: abort 0x%lx is inside the section", i, it->abort);
	CHECK(before_abort, "descriptor %lu: abort 0x%lx is not in code", i, it->abort);
	if (before_abort)
		memcpy(&signature, before_abort, sizeof(signature));
	CHECK(signature == signature_of(image), "descriptor %lu: 0x%x before its abort address", i, signature);
}

static void check_exit_point(const struct image *image, uint64_t i, const struct descriptor *section,
			     const struct exit_point *it)
{
	CHECK(section != NULL, "exit point %lu: no section starts at 0x%lx", i, it->start);
	CHECK(at(image, it->exit, 1, SHF_EXECINSTR), "exit point %lu: 0x%lx is not in code", i, it->exit);
	if (!section)
		return;
	CHECK(it->exit - section->start >= section->length, "exit point %lu: 0x%lx is inside the section", i, it->exit);
	CHECK(it->exit != section->abort, "exit point %lu: 0x%lx is the abort address", i, it->exit);
}

static const struct descriptor *descriptor_of(const struct descriptor *descriptors, uint64_t count, uint64_t start)
{
	for (uint64_t i = 0; i < count; i++) {
		if (descriptors[i].start == start)
			return &descriptors[i];
	}
	return NULL;
}

/* Returns the number of exit points that the section at this address has, each at another address. */
static uint64_t exits_of(const struct exit_point *points, uint64_t count, uint64_t start)
{
	uint64_t exits = 0;

	for (uint64_t i = 0; i < count; i++) {
		bool repeated = false;

		for (uint64_t j = 0; j < i; j++)
			repeated = repeated || (points[j].start == start && points[j].exit == points[i].exit);
		exits += points[i].start == start && !repeated;
	}
	return exits;
}

static uint64_t check_exit_points(const struct image *image, const struct descriptor *descriptors, uint64_t count)
{
	const Elf64_Shdr *array = section(image, "__rseq_exit_point_array");
	const struct exit_point *points;
	uint64_t pairs, without = 0;

	if (!array)
		die("%s has no section __rseq_exit_point_array", image->name);
	points = (const struct exit_point *)(image->bytes + array->sh_offset);
	pairs = array->sh_size / sizeof(*points);
	CHECK(array->sh_size % sizeof(*points) == 0, "__rseq_exit_point_array has %lu bytes", array->sh_size);
	for (uint64_t i = 0; i < pairs; i++)
		check_exit_point(image, i, descriptor_of(descriptors, count, points[i].start), &points[i]);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t exits = exits_of(points, pairs, descriptors[i].start);

		CHECK(exits == 0 || exits == EXITS_OF_A_RECORD_SECTION, "descriptor %lu: %lu exit points", i, exits);
		without += exits == 0;
	}
	CHECK(without == SECTIONS_WITHOUT_EXITS, "%lu sections have no exit point", without);
	return pairs;
}

static void check_library(const char *name)
{
	struct image image;
	const Elf64_Shdr *descriptors, *pointers;
	const struct descriptor *table;
	uint64_t count, exits;
	int relocations;

	if (!open_image(&image, name)) {
		printf("%s does not exist: not checked\n", name);
		return;
	}
	relocations = relocate(&image);
	descriptors = section(&image, "__rseq_cs");
	pointers = section(&image, "__rseq_cs_ptr_array");
	if (!descriptors || !pointers)
		die("%s has no sections __rseq_cs and __rseq_cs_ptr_array", name);
	CHECK(descriptors->sh_addralign >= 32, "__rseq_cs is aligned to %lu", descriptors->sh_addralign);
	CHECK(descriptors->sh_size % sizeof(*table) == 0, "__rseq_cs has %lu bytes", descriptors->sh_size);
	table = (const struct descriptor *)(image.bytes + descriptors->sh_offset);
	count = descriptors->sh_size / sizeof(*table);
	CHECK(count >= FEWEST_DESCRIPTORS, "only %lu descriptors", count);
	CHECK(pointers->sh_size == count * sizeof(uint64_t), "%lu pointers", pointers->sh_size / sizeof(uint64_t));
	for (uint64_t i = 0; i < count; i++) {
		uint64_t pointer;

		check_descriptor(&image, i, &table[i]);
		memcpy(&pointer, image.bytes + pointers->sh_offset + sizeof(pointer) * i, sizeof(pointer));
		CHECK(pointer == descriptors->sh_addr + sizeof(*table) * i, "pointer %lu is 0x%lx", i, pointer);
	}
	exits = check_exit_points(&image, table, count);
	printf("%s: %lu descriptors, %lu exit points, %d relocations\n", name, count, exits, relocations);
	munmap(image.bytes, image.size);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		die("usage: %s LIBRARY...", argv[0]);
	for (int i = 1; i < argc; i++)
		check_library(argv[i]);
	return finish();
}
