/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tracing programs (fentry, fexit, BTF tracepoints, LSM, iterators) attach to: a BTF id, which
 * the kernel wants when the program is loaded. Targets are "name" or "module:name".
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

bool runtime_needs_btf_target(const ProgramState *s)
{
	return s->type == BPF_PROG_TYPE_TRACING || s->type == BPF_PROG_TYPE_LSM;
}

/* Descriptor of a module's BTF in the kernel, which the load must name. */
static int module_btf_fd(const char *module)
{
	uint32_t id = 0;

	while (!bpf_btf_get_next_id(id, &id)) {
		char name[64] = "";
		struct bpf_btf_info info = { .name = (uintptr_t)name, .name_len = sizeof(name) };
		uint32_t size = sizeof(info);
		int fd = bpf_btf_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &size) && info.kernel_btf && !strcmp(name, module))
			return fd;
		close(fd);
	}
	return -ENOENT;
}

static int explain_target(const BpfProgram *p, const char *what, const char *name, const char *where,
			  Error *err)
{
	char near[256];

	error_set(err, ENOENT, "program %s: %s %s is not in the BTF of %s", p->name, what, name, where);
	if (!strcmp(what, "function") && kernel_similar_functions(name, near, sizeof(near)))
		return error_remedy(err, "It may be inlined or renamed in this kernel. There are: %s", near);
	return -ENOENT;
}

int runtime_find_btf_target(Module *m, int program, BtfTarget *out,
			    Error *err)
{
	const BpfProgram *p = &m->object->programs.v[program];
	const ProgramState *s = &m->programs[program];
	const char *target = s->target, *colon = strchr(target, ':'), *what = "function";
	char name[192], module[64] = "vmlinux";
	int kind = BTF_KIND_FUNC;
	const Btf *b;

	if (colon) {
		snprintf(module, sizeof(module), "%.*s", (int)(colon - target), target);
		target = colon + 1;
	}
	snprintf(name, sizeof(name), "%s", kernel_syscall_function(target));
	if (s->attach_type == BPF_TRACE_RAW_TP) {
		snprintf(name, sizeof(name), "btf_trace_%s", target);
		kind = BTF_KIND_TYPEDEF;
		what = "tracepoint";
	} else if (s->type == BPF_PROG_TYPE_LSM) {
		snprintf(name, sizeof(name), "bpf_lsm_%s", target);
		what = "security hook";
	} else if (s->attach_type == BPF_TRACE_ITER) {
		snprintf(name, sizeof(name), "bpf_iter_%s", target);
		what = "iterator";
	}
	b = kernel_module_btf(module, err);
	if (!b)
		return error_context(err, "program %s", p->name);
	out->id = btf_find(b, name, kind);
	if (!out->id)
		return explain_target(p, what, target, module, err);
	if (!strcmp(module, "vmlinux"))
		return 0;
	out->module_fd = module_btf_fd(module);
	if (out->module_fd < 0)
		return error_set(err, ENOENT, "program %s: the kernel has no BTF of module %s", p->name,
				 module);
	return 0;
}
