/* SPDX-License-Identifier: Apache-2.0 */
/*
 * descriptors.c - reads every struct rseq_cs of built libraries, of either
 * architecture: version and flags 0, the section inside code, its abort
 * address outside of it, inside code, and after the signature.
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

/* Four operations of two kinds of owner, and the self-test. */
#define FEWEST_DESCRIPTORS 9
/* A section of this library is a dozen instructions. */
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

/* Where an address of the loaded library is in the file, if it is in a section
 * with these flags. */
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

/* What the dynamic linker does with addresses in data when the library is at 0.
 */
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

static void check_library(const char *name)
{
	struct image image;
	const Elf64_Shdr *descriptors, *pointers;
	int relocations;

	if (!open_image(&image, name)) {
		printf("%s is not there: not checked\n", name);
		return;
	}
	relocations = relocate(&image);
	descriptors = section(&image, "__rseq_cs");
	pointers = section(&image, "__rseq_cs_ptr_array");
	if (!descriptors || !pointers)
		die("%s has no sections __rseq_cs and __rseq_cs_ptr_array", name);
	CHECK(descriptors->sh_addralign >= 32, "__rseq_cs is aligned to %lu", descriptors->sh_addralign);
	CHECK(descriptors->sh_size % sizeof(struct descriptor) == 0, "__rseq_cs has %lu bytes", descriptors->sh_size);
	CHECK(descriptors->sh_size / sizeof(struct descriptor) >= FEWEST_DESCRIPTORS, "only %lu descriptors",
	      descriptors->sh_size / sizeof(struct descriptor));
	CHECK(pointers->sh_size / 8 == descriptors->sh_size / 32, "%lu pointers", pointers->sh_size / 8);
	for (uint64_t i = 0; i < descriptors->sh_size / sizeof(struct descriptor); i++) {
		uint64_t pointer;

		check_descriptor(&image, i, (const struct descriptor *)(image.bytes + descriptors->sh_offset) + i);
		memcpy(&pointer, image.bytes + pointers->sh_offset + 8 * i, sizeof(pointer));
		CHECK(pointer == descriptors->sh_addr + 32 * i, "pointer %lu is 0x%lx", i, pointer);
	}
	printf("%s: %lu descriptors, %d relocations\n", name, descriptors->sh_size / sizeof(struct descriptor),
	       relocations);
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
