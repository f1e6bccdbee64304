/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contexts of program types: which of their fields are pointers that the verifier knows, which
 * may be written, and what the kernel's BTF says about the arguments of trampoline programs.
 * Offsets are those of include/uapi/linux/bpf.h, which never change.
 */
#include "btf/btf.h"
#include "ir/spaces.h"

/* Fields that the verifier loads as pointers. */
static const struct ContextPointer {
	const char *context;
	uint16_t offset;
	uint8_t width;
	Space space;
} pointers[] = {
	{ "__sk_buff", 76, 4, SPACE_PACKET },           /* data */
	{ "__sk_buff", 80, 4, SPACE_PACKET_END },       /* data_end */
	{ "__sk_buff", 140, 4, SPACE_PACKET },          /* data_meta */
	{ "__sk_buff", 144, 8, SPACE_HELPER_OBJECT },   /* flow_keys */
	{ "__sk_buff", 168, 8, SPACE_HELPER_OBJECT },   /* sk */
	{ "xdp_md", 0, 4, SPACE_PACKET },
	{ "xdp_md", 4, 4, SPACE_PACKET_END },
	{ "xdp_md", 8, 4, SPACE_PACKET },
	{ "sk_msg_md", 0, 8, SPACE_PACKET },
	{ "sk_msg_md", 8, 8, SPACE_PACKET_END },
	{ "sk_msg_md", 72, 8, SPACE_HELPER_OBJECT },
	{ "sk_reuseport_md", 0, 8, SPACE_PACKET },
	{ "sk_reuseport_md", 8, 8, SPACE_PACKET_END },
	{ "sk_reuseport_md", 40, 8, SPACE_HELPER_OBJECT },
	{ "sk_reuseport_md", 48, 8, SPACE_HELPER_OBJECT },
	{ "bpf_sockopt", 0, 8, SPACE_HELPER_OBJECT },
	{ "bpf_sockopt", 8, 8, SPACE_PACKET },
	{ "bpf_sockopt", 16, 8, SPACE_PACKET_END },
	{ "bpf_sock_ops", 184, 8, SPACE_HELPER_OBJECT },
	{ "bpf_sock_ops", 192, 8, SPACE_PACKET },
	{ "bpf_sock_ops", 200, 8, SPACE_PACKET_END },
	{ "bpf_sock_addr", 64, 8, SPACE_HELPER_OBJECT },
	{ "bpf_sk_lookup", 0, 8, SPACE_HELPER_OBJECT },
};

/* Contexts of fixed size. __sk_buff grows with kernels: the size is that of 6.18. */
static const struct ContextSize { const char *context; uint32_t size; } sizes[] = {
#if defined(__x86_64__)
	{ "pt_regs", 168 },
#endif
	{ "__sk_buff", 192 },
	{ "xdp_md", 24 },
};

/* Fields of __sk_buff that some program type may store to. */
static const struct { uint16_t first, end; bool tc_only; } skb_writable[] = {
	{ 8, 12, false },          /* mark */
	{ 12, 16, true },          /* queue_mapping */
	{ 32, 36, false },         /* priority */
	{ 44, 48, false },         /* tc_index */
	{ 48, 68, false },         /* cb */
	{ 72, 76, false },         /* tc_classid */
	{ 152, 160, false },       /* tstamp */
};

Space spaces_context_field(const char *context, int64_t offset, int width)
{
	for (size_t i = 0; context && i < ARRAY_LEN(pointers); i++)
		if (pointers[i].offset == offset && pointers[i].width == width &&
		    strcmp(pointers[i].context, context) == 0)
			return pointers[i].space;
	return SPACE_NONE;
}

uint32_t spaces_context_size(const char *context)
{
	for (size_t i = 0; context && i < ARRAY_LEN(sizes); i++)
		if (strcmp(sizes[i].context, context) == 0)
			return sizes[i].size;
	return 0;
}

bool spaces_context_writable(const char *context, int program_type, int64_t offset, int width)
{
	bool tc = program_type == PROG_SCHED_CLS || program_type == PROG_SCHED_ACT;

	switch (program_type) {
	case PROG_KPROBE:
	case PROG_TRACEPOINT:
	case PROG_PERF_EVENT:
	case PROG_RAW_TRACEPOINT:
	case PROG_TRACING:
	case PROG_LSM:
		return false;
	}
	if (context && strcmp(context, "xdp_md") == 0)
		return false;
	if (!context || strcmp(context, "__sk_buff") != 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(skb_writable); i++)
		if (offset >= skb_writable[i].first && offset + width <= skb_writable[i].end)
			return !program_type || tc || !skb_writable[i].tc_only;
	return false;
}

ContextKind spaces_context_kind(const Function *f)
{
	const Func *source = f->source;
	int type = ir_program_type(f);

	if (!source || !f->is_program)
		return CONTEXT_PLAIN;
	if (source->attach_kind == ATTACH_ITER)
		return CONTEXT_ITERATOR;
	if (type == PROG_TRACING || type == PROG_LSM || type == PROG_STRUCT_OPS)
		return CONTEXT_TRAMPOLINE;
	return CONTEXT_PLAIN;
}

bool spaces_context_is_memory(const Function *f)
{
	const char *context;

	if (!f->is_program)
		return false;
	switch (ir_program_type(f)) {
	case PROG_KPROBE:
	case PROG_TRACEPOINT:
	case PROG_RAW_TRACEPOINT:
	case PROG_TRACING:
	case PROG_LSM:
		return true;
	case 0:
		context = ir_context_name(f);
		return context && strcmp(context, "pt_regs") == 0;
	default:
		return false;
	}
}

/* Arguments of trampolines, by BTF ------------------------------------------------------------ */

static ArgumentKind kind_of_type(const Btf *b, uint32_t id)
{
	const struct btf_type *t = btf_type(b, btf_skip(b, id));
	const struct btf_type *tag;

	if (!t)
		return ARGUMENT_OTHER;
	if (btf_kind(t) != BTF_KIND_PTR)
		return ARGUMENT_OTHER;
	tag = btf_type(b, t->type);
	if (tag && btf_kind(tag) == BTF_KIND_TYPE_TAG)
		return strcmp(btf_type_name(b, tag), "user") == 0 ? ARGUMENT_USER : ARGUMENT_OTHER;
	t = btf_type(b, btf_skip(b, t->type));
	return t && (btf_kind(t) == BTF_KIND_STRUCT || btf_kind(t) == BTF_KIND_UNION) ?
	       ARGUMENT_OBJECT : ARGUMENT_OTHER;
}

/* The prototype behind the attach target; *first is the parameter that word 0 of the context is. */
static const struct btf_type *target_prototype(const Btf *b, const Func *source, int *first)
{
	const char *target = source->attach_target, *colon = strchr(target, ':');
	const struct btf_type *t;
	char name[256];

	*first = 0;
	if (colon)
		target = colon + 1;
	if (source->attach_kind == ATTACH_BTF_TRACEPOINT) {
		*first = 1;
		snprintf(name, sizeof(name), "btf_trace_%s", target);
		t = btf_type(b, btf_find(b, name, BTF_KIND_TYPEDEF));
		t = t ? btf_type(b, btf_skip(b, t->type)) : NULL;
		if (!t || btf_kind(t) != BTF_KIND_PTR)
			return NULL;
	} else {
		snprintf(name, sizeof(name), "%s%s",
			 source->attach_kind == ATTACH_LSM ? "bpf_lsm_" : "", target);
		t = btf_type(b, btf_find(b, name, BTF_KIND_FUNC));
		if (!t)
			return NULL;
	}
	t = btf_type(b, btf_skip(b, t->type));
	return t && btf_kind(t) == BTF_KIND_FUNC_PROTO ? t : NULL;
}

static const Btf *target_btf(const Host *host, const char *target)
{
	const char *colon = strchr(target, ':');
	char module[64];

	if (colon && !starts_with(target, "vmlinux:") && host->module_btf) {
		snprintf(module, sizeof(module), "%.*s", (int)(colon - target), target);
		return host->module_btf(host->self, module);
	}
	return host->btf ? host->btf(host->self) : NULL;
}

ArgumentKind spaces_trampoline_argument(const Function *f, int index)
{
	const Host *host = f->module->unit ? f->module->unit->host : NULL;
	const struct btf_type *proto;
	const struct btf_param *param;
	const Btf *b;
	int first;

	if (!host || !f->source->attach_target || index < 0)
		return ARGUMENT_UNKNOWN;
	b = target_btf(host, f->source->attach_target);
	proto = b ? target_prototype(b, f->source, &first) : NULL;
	if (!proto)
		return ARGUMENT_UNKNOWN;
	if (index + first == btf_vlen(proto))
		return kind_of_type(b, proto->type);
	param = btf_param_at(b, proto, index + first);
	return param ? kind_of_type(b, param->type) : ARGUMENT_UNKNOWN;
}
