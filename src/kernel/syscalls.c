/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of the functions that system calls enter through. They follow from the architecture: all
 * kernels from 5.10 on that have wrappers for an architecture have them always (riscv since 6.6).
 */
#include "internal.h"

#include <sys/utsname.h>

static const char *const prefixes[] = {
	"sys_", "__x64_sys_", "__x32_compat_sys_", "__ia32_compat_sys_", "__arm64_sys_",
	"__s390x_sys_", "__s390_sys_", "__riscv_sys_",
};

const char *kernel_syscall_prefix(void)
{
	static const struct { const char *machine, *prefix; uint32_t since; } wrappers[] = {
		{ "x86_64", "__x64_sys_", KVERSION(4, 17) },
		{ "aarch64", "__arm64_sys_", KVERSION(4, 19) },
		{ "s390x", "__s390x_sys_", KVERSION(4, 20) },
		{ "riscv64", "__riscv_sys_", KVERSION(6, 6) },
	};
	struct utsname u;

	uname(&u);
	for (size_t i = 0; i < ARRAY_LEN(wrappers); i++)
		if (!strcmp(u.machine, wrappers[i].machine) && kernel_version() >= wrappers[i].since)
			return wrappers[i].prefix;
	return "sys_";
}

const char *kernel_syscall_function(const char *function)
{
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		const char *prefix;

		if (!starts_with(function, prefixes[i]))
			continue;
		prefix = kernel_syscall_prefix();
		if (!strcmp(prefix, prefixes[i]))
			return function;
		return arena_printf(kernel_arena(), "%s%s", prefix, function + strlen(prefixes[i]));
	}
	return function;
}
