/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BTF of the kernel and its modules. /sys/kernel/btf/vmlinux is mapped where the kernel can (since
 * 6.16; the pages are the kernel's own and cost this process nothing), else read. Kernels without
 * that file may have a debug image with a .BTF section on disk.
 */
#include "internal.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Mapping { void *p; size_t size; } Mapping;
typedef struct ModuleBtf { const char *name; const Btf *btf; } ModuleBtf;

static Arena *arena;               /* of everything that kernel_release_btf drops */
static VEC(Mapping) mappings;
static VEC(ModuleBtf) modules;
static const Btf *vmlinux;
static Error failure;              /* why there is no vmlinux BTF, once sought */

static void *keep(void *p, size_t size)
{
	vec_push(arena, &mappings, (Mapping){ p, size });
	return p;
}

static void *read_all(int fd, size_t size)
{
	uint8_t *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t n = 0;
	ssize_t got = 1;

	if (p == MAP_FAILED)
		return NULL;
	while (n < size && (got = read(fd, p + n, size - n)) > 0)
		n += (size_t)got;
	if (n == size)
		return p;
	munmap(p, size);
	return NULL;
}

/* A whole file as memory; NULL and errno. */
static void *open_blob(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) || st.st_size <= 0) {
		close(fd);
		errno = ENODATA;
		return NULL;
	}
	*size = (size_t)st.st_size;
	p = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		p = read_all(fd, *size);
	close(fd);
	return p ? keep(p, *size) : NULL;
}

/* The section of a 64-bit ELF image of this byte order; NULL if there is none or it is damaged. */
static const void *elf_section(const uint8_t *p, size_t size, const char *name, size_t *section_size)
{
	const Elf64_Ehdr *e = (const Elf64_Ehdr *)p;
	const Elf64_Shdr *s, *names;

	if (size < sizeof(*e) || memcmp(p, ELFMAG, SELFMAG) || e->e_ident[EI_CLASS] != ELFCLASS64 ||
	    e->e_shoff > size || e->e_shoff % 8 || e->e_shentsize != sizeof(*s) ||
	    e->e_shnum > (size - e->e_shoff) / sizeof(*s) || e->e_shstrndx >= e->e_shnum)
		return NULL;
	s = (const Elf64_Shdr *)(p + e->e_shoff);
	names = &s[e->e_shstrndx];
	if (names->sh_offset > size || names->sh_size > size - names->sh_offset)
		return NULL;
	for (int i = 0; i < e->e_shnum; i++) {
		if (s[i].sh_name >= names->sh_size || s[i].sh_type == SHT_NOBITS ||
		    strncmp((const char *)p + names->sh_offset + s[i].sh_name, name,
			    names->sh_size - s[i].sh_name) ||
		    s[i].sh_offset > size || s[i].sh_size > size - s[i].sh_offset)
			continue;
		*section_size = s[i].sh_size;
		return p + s[i].sh_offset;
	}
	return NULL;
}

static const Btf *open_debug_image(void)
{
	static const char *const forms[] = {
		"/boot/vmlinux-%s", "/lib/modules/%s/vmlinux-%s", "/lib/modules/%s/build/vmlinux",
		"/usr/lib/debug/boot/vmlinux-%s", "/usr/lib/debug/lib/modules/%s/vmlinux",
	};
	const char *release = kernel_release();

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		char path[512];
		const void *image, *btf;
		size_t size, btf_size;

		snprintf(path, sizeof(path), forms[i], release, release);
		image = open_blob(path, &size);
		btf = image ? elf_section(image, size, ".BTF", &btf_size) : NULL;
		if (btf)
			return btf_open(arena, btf, btf_size, NULL, NULL);
	}
	return NULL;
}

static void open_vmlinux(void)
{
	size_t size;
	const void *blob = open_blob("/sys/kernel/btf/vmlinux", &size);
	int cause = errno;

	vmlinux = blob ? btf_open(arena, blob, size, NULL, &failure) : open_debug_image();
	if (vmlinux)
		return;
	if (!failure.code && cause == ENOENT) {
		error_set(&failure, cause, "this kernel has no BTF (/sys/kernel/btf/vmlinux)");
		error_remedy(&failure, "Use a kernel built with CONFIG_DEBUG_INFO_BTF=y.");
	} else if (!failure.code) {
		error_errno(&failure, cause, "cannot read /sys/kernel/btf/vmlinux");
	}
}

const Btf *kernel_btf(Error *err)
{
	if (!arena)
		arena = arena_new();
	if (!vmlinux && !failure.code)
		open_vmlinux();
	if (!vmlinux && err)
		*err = failure;
	return vmlinux;
}

bool kernel_btf_is_open(void)
{
	return vmlinux;
}

const Btf *kernel_module_btf(const char *module, Error *err)
{
	const Btf *base = kernel_btf(err), *btf;
	const void *blob;
	size_t size;
	char *path;

	if (!base || !strcmp(module, "vmlinux"))
		return base;
	for (int i = 0; i < modules.n; i++)
		if (!strcmp(modules.v[i].name, module))
			return modules.v[i].btf;
	path = arena_printf(arena, "/sys/kernel/btf/%s", module);
	blob = strchr(module, '/') ? NULL : open_blob(path, &size);
	if (!blob) {
		error_errno(err, errno, "cannot read the BTF of kernel module %s", module);
		error_remedy(err, "Is the module loaded? Try: modprobe %s", module);
		return NULL;
	}
	btf = btf_open(arena, blob, size, base, err);
	vec_push(arena, &modules, (ModuleBtf){ arena_strdup(arena, module), btf });
	return btf;
}

void kernel_release_btf(void)
{
	kernel_release_config();
	for (int i = 0; i < mappings.n; i++)
		munmap(mappings.v[i].p, mappings.v[i].size);
	memset(&mappings, 0, sizeof(mappings));
	memset(&modules, 0, sizeof(modules));
	vmlinux = NULL;
	arena_free(arena);
	arena = NULL;
}
