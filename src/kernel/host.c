/* SPDX-License-Identifier: Apache-2.0 */
/* What the compiler may ask about this machine, answered by the rest of this room. */
#include "internal.h"

#include <stdlib.h>

static const Btf *answer_btf(void *self)
{
	(void)self;
	return kernel_btf(NULL);
}

static const Btf *answer_module_btf(void *self, const char *module)
{
	(void)self;
	return kernel_module_btf(module, NULL);
}

static const char *answer_format(void *self, const char *category, const char *event)
{
	(void)self;
	return kernel_tracepoint_format(category, event, NULL);
}

static const char *answer_config(void *self, const char *name)
{
	(void)self;
	return kernel_config(name);
}

static bool answer_has(void *self, HostQuestion q, const char *a, const char *b)
{
	const MapTypeInfo *map;

	(void)self;
	switch (q) {
	case HOST_TRACEPOINT:
		return kernel_has_tracepoint(a, b);
	case HOST_RAW_TRACEPOINT:
		return kernel_has_raw_tracepoint(a, NULL);
	case HOST_KPROBE:
		return kernel_has_kprobe(a, NULL);
	case HOST_FENTRY:
		return kernel_has_fentry(a, NULL);
	case HOST_KSYM:
		return kernel_has_symbol(a);
	case HOST_MAP_TYPE:
		map = map_type_by_name(str_of(a));
		return map && kernel_has_map_type(map->type, NULL);
	case HOST_HELPER:
		return kernel_has_helper(a, NULL);
	}
	return false;
}

static const char *answer_file(void *self, const char *path, size_t *size)
{
	char *text = file_read(path, size), *kept;

	(void)self;
	if (!text)
		return NULL;
	kept = arena_strndup(kernel_arena(), text, *size);
	free(text);
	return kept;
}

void kernel_host(Host *out)
{
	*out = (Host){
		.btf = answer_btf,
		.module_btf = answer_module_btf,
		.tracepoint_format = answer_format,
		.config = answer_config,
		.has = answer_has,
		.read_file = answer_file,
		.kernel_version = kernel_version(),
		.cpus_possible = kernel_possible_cpus(),
		.cpus_online = kernel_online_cpus(),
	};
}
