/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's build configuration: /proc/config.gz, or the distribution's copy beside the kernel.
 * The text (250 KB) is unpacked at the first question and dropped by kernel_release_btf; answers stay.
 * Unpacking takes a millisecond, so what follows from the machine is answered without. Where there is
 * no text, a few options are inferred from the symbols that they bring.
 */
#include "internal.h"

#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

static char *config_text;
static bool config_sought;

static char *unpack(const char *path)
{
	gzFile f = gzopen(path, "re");
	size_t cap = 64 << 10, n = 0;
	char *text;
	int got;

	if (!f)
		return NULL;
	text = malloc(cap + 1);
	while (text && (got = gzread(f, text + n, (unsigned int)(cap - n))) > 0) {
		n += (size_t)got;
		if (n == cap)
			text = realloc(text, (cap *= 2) + 1);
	}
	gzclose(f);
	if (text)
		text[n] = '\0';
	if (text && !strstr(text, "CONFIG_")) {
		free(text);
		text = NULL;
	}
	return text;
}

static const char *need_text(void)
{
	static const char *const forms[] = {
		"/boot/config-%s", "/usr/lib/kernel/config-%s", "/lib/modules/%s/config",
		"/lib/modules/%s/build/.config",
	};
	char path[256];

	if (config_text || config_sought)
		return config_text;
	config_sought = true;
	config_text = unpack("/proc/config.gz");
	for (size_t i = 0; i < ARRAY_LEN(forms) && !config_text; i++) {
		snprintf(path, sizeof(path), forms[i], kernel_release());
		config_text = unpack(path);
	}
	return config_text;
}

void kernel_release_config(void)
{
	if (config_text)
		config_sought = false;
	free(config_text);
	config_text = NULL;
}

bool kernel_find_config_value(const char *text, const char *name, Str *value)
{
	char key[128];
	int n = snprintf(key, sizeof(key), "\nCONFIG_%s=", name);
	const char *p;

	if (n >= (int)sizeof(key) || !(p = strstr(text, key)))
		return false;
	p += n;
	value->p = p;
	value->n = strcspn(p, "\n");
	return true;
}

/* Options that the machine decides: true, with *answer NULL if the option is unset. */
static bool follows_from_machine(const char *name, const char **answer)
{
	static const struct { const char *name, *machine; long page; } options[] = {
		{ "PAGE_SIZE_4KB", "", 4096 }, { "PAGE_SIZE_16KB", "", 16384 },
		{ "PAGE_SIZE_64KB", "", 65536 }, { "ARM64_4K_PAGES", "aarch64", 4096 },
		{ "ARM64_16K_PAGES", "aarch64", 16384 }, { "ARM64_64K_PAGES", "aarch64", 65536 },
		{ "PPC_4K_PAGES", "ppc", 4096 }, { "PPC_64K_PAGES", "ppc", 65536 },
		{ "X86_64", "x86_64", 0 }, { "ARM64", "aarch64", 0 }, { "PPC64", "ppc64", 0 },
		{ "S390", "s390x", 0 }, { "RISCV", "riscv", 0 },
	};
	struct utsname u;

	if (!strcmp(name, "ARCH_HAS_SYSCALL_WRAPPER")) {
		*answer = strcmp(kernel_syscall_prefix(), "sys_") ? "y" : NULL;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		if (strcmp(options[i].name, name))
			continue;
		uname(&u);
		*answer = starts_with(u.machine, options[i].machine) &&
			  (!options[i].page || options[i].page == sysconf(_SC_PAGESIZE)) ? "y" : NULL;
		return true;
	}
	return false;
}

static const char *infer(const char *name)
{
	static const struct { const char *name, *symbol; } signs[] = {
		{ "KPROBES", "register_kprobe" },
		{ "UPROBES", "uprobe_register" },
		{ "BPF_SYSCALL", "bpf_prog_load" },
		{ "BPF_EVENTS", "bpf_get_trace_printk_proto" },
		{ "FUNCTION_TRACER", "ftrace_set_filter_ip" },
	};

	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (!strcmp(signs[i].name, name) && kernel_has_symbol(signs[i].symbol))
			return "y";
	return NULL;
}

const char *kernel_config(const char *name)
{
	static HashMap kept;
	static const char unset[] = "";
	const char *text, *answer;
	Str value;

	if (follows_from_machine(name, &answer))
		return answer;
	kept.arena = kernel_arena();
	answer = hashmap_get(&kept, str_of(name));
	if (answer)
		return answer == unset ? NULL : answer;
	text = need_text();
	if (!text)
		answer = infer(name);
	else if (kernel_find_config_value(text, name, &value))
		answer = arena_strndup(kernel_arena(), value.p, value.n);
	name = arena_strdup(kernel_arena(), name);
	hashmap_put(&kept, str_of(name), (void *)(answer ? answer : unset));
	return answer;
}
