/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Once a tool is attached, the compiler is not needed again. The pages of code and constants that
 * it used are given back to the page cache (read-only segments lose nothing by that: what is
 * touched is mapped again), and freed heap memory to the kernel.
 */
#include "cmd.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

static int forget_segments(struct dl_phdr_info *info, size_t size, void *self)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	(void)self;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + p->p_vaddr, end = start + p->p_memsz;

		start = start & ~(page - 1);
		end = (end + page - 1) & ~(page - 1);
		if (p->p_type == PT_LOAD && !(p->p_flags & PF_W))
			madvise((void *)start, end - start, MADV_DONTNEED);
	}
	return 0;
}

void forget_compiler(void *self)
{
	(void)self;
	malloc_trim(0);
	dl_iterate_phdr(forget_segments, NULL);
}
