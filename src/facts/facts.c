/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of facts.h, made from the .def files, and the look-ups in them.
 * Everything is constant data; a look-up by number is an index, one by name a scan of a short list
 * that only the first use of a name in a program causes.
 */
#include "facts/facts.h"

#include <linux/bpf.h>
#include <linux/perf_event.h>

/* Numbers of the program types, and one bit for each: number 32 takes the bit of number 0. */
enum {
#define X(number, suffix, name, context, major, minor) TYPE_##suffix = number,
#include "program_types.def"
#undef X
};
enum {
#define X(number, suffix, name, context, major, minor) PT_BIT_##suffix = number & 31,
#include "program_types.def"
#undef X
};
#define PT(suffix) (1u << PT_BIT_##suffix)
#define PT_SOCKET_FILTER PT(SOCKET_FILTER)
#define PT_KPROBE PT(KPROBE)
#define PT_TC (PT(SCHED_CLS) | PT(SCHED_ACT))
#define PT_XDP PT(XDP)
#define PT_PERF_EVENT PT(PERF_EVENT)
#define PT_CGROUP_SKB PT(CGROUP_SKB)
#define PT_LWT_IN PT(LWT_IN)
#define PT_LWT_XMIT PT(LWT_XMIT)
#define PT_LWT_SEG6LOCAL PT(LWT_SEG6LOCAL)
#define PT_LWT (PT(LWT_IN) | PT(LWT_OUT) | PT(LWT_XMIT) | PT(LWT_SEG6LOCAL))
#define PT_SOCK_OPS PT(SOCK_OPS)
#define PT_SK_SKB PT(SK_SKB)
#define PT_SK_MSG PT(SK_MSG)
#define PT_CGROUP_SOCK_ADDR PT(CGROUP_SOCK_ADDR)
#define PT_LIRC_MODE2 PT(LIRC_MODE2)
#define PT_SK_REUSEPORT PT(SK_REUSEPORT)
#define PT_FLOW_DISSECTOR PT(FLOW_DISSECTOR)
#define PT_CGROUP_SYSCTL PT(CGROUP_SYSCTL)
#define PT_TRACING PT(TRACING)
#define PT_STRUCT_OPS PT(STRUCT_OPS)
#define PT_LSM PT(LSM)
#define PT_SK_LOOKUP PT(SK_LOOKUP)
#define PT_SYSCALL PT(SYSCALL)
#define PT_CGROUP (PT(CGROUP_SKB) | PT(CGROUP_SOCK) | PT(CGROUP_DEVICE) | PT(CGROUP_SOCK_ADDR) | \
		   PT(CGROUP_SYSCTL) | PT(CGROUP_SOCKOPT))
#define PT_SKB (PT_SOCKET_FILTER | PT_TC | PT_CGROUP_SKB | PT_LWT | PT_SK_SKB)
#define PT_NET (PT_SKB | PT_XDP | PT_SOCK_OPS | PT_SK_MSG | PT_FLOW_DISSECTOR | PT_SK_REUSEPORT | \
		PT_SK_LOOKUP | PT_CGROUP | PT(NETFILTER))
#define PT_TRACE (PT_KPROBE | PT(TRACEPOINT) | PT_PERF_EVENT | PT(RAW_TRACEPOINT) | \
		  PT(RAW_TRACEPOINT_WRITABLE) | PT_TRACING | PT_LSM | PT_SYSCALL | PT_STRUCT_OPS)
#define PT_ALL UINT32_MAX

static const HelperInfo helpers[] = {
#define X(id, name, declaration, major, minor, gpl, result, args, groups) \
	{ id, #name, declaration, KVERSION(major, minor), gpl, result, args, groups },
#include "helpers.def"
#undef X
};

enum { MT_PER_CPU = 1, MT_NO_KEY = 2, MT_NO_VALUE = 4, MT_PRESET = 8 };

static const MapTypeInfo map_types[] = {
#define X(number, suffix, name, major, minor, flags) \
	{ number, name, "BPF_MAP_TYPE_" #suffix, KVERSION(major, minor), ((flags) & MT_PER_CPU) != 0, \
	  ((flags) & MT_NO_KEY) != 0, ((flags) & MT_NO_VALUE) != 0, ((flags) & MT_PRESET) != 0 },
#include "map_types.def"
#undef X
};

static const ProgramTypeInfo program_types[] = {
#define X(number, suffix, name, context, major, minor) \
	{ number, name, "BPF_PROG_TYPE_" #suffix, context, KVERSION(major, minor) },
#include "program_types.def"
#undef X
};

static const ProbeKindInfo probe_kinds[] = {
#define X(prefix, section, type, attach_type, kind, by_name) \
	{ prefix, section, TYPE_##type, attach_type, kind, by_name },
#include "probe_kinds.def"
#undef X
};

static const char *const attach_names[] = {
	[ATTACH_NONE] = "none", [ATTACH_KPROBE] = "kprobe", [ATTACH_KRETPROBE] = "kretprobe",
	[ATTACH_TRACEPOINT] = "tracepoint", [ATTACH_RAW_TRACEPOINT] = "raw_tracepoint",
	[ATTACH_BTF_TRACEPOINT] = "tp_btf", [ATTACH_FENTRY] = "fentry", [ATTACH_FEXIT] = "fexit",
	[ATTACH_FMOD_RET] = "fmod_ret", [ATTACH_LSM] = "lsm", [ATTACH_ITER] = "iter",
	[ATTACH_UPROBE] = "uprobe", [ATTACH_URETPROBE] = "uretprobe",
	[ATTACH_PERF_EVENT] = "perf_event", [ATTACH_XDP] = "xdp", [ATTACH_TC] = "tc",
	[ATTACH_SOCKET_FILTER] = "socket_filter", [ATTACH_CGROUP] = "cgroup",
	[ATTACH_NETNS] = "netns",
};

static const PerfEventInfo perf_events[] = {
#define X(name, type, config) { name, PERF_TYPE_##type, PERF_COUNT_##config },
#include "perf_events.def"
#undef X
};
_Static_assert(ARRAY_LEN(attach_names) == ATTACH_KIND_COUNT, "every attach kind has a name");
_Static_assert(TYPE_LSM == (int)BPF_PROG_TYPE_LSM &&
	       TYPE_SYSCALL == (int)BPF_PROG_TYPE_SYSCALL,
	       "numbers of program types are the kernel's");

const HelperInfo *helper_by_id(int id)
{
	/* the list is dense and in order of id, from 1 */
	if (id < 1 || id > (int)ARRAY_LEN(helpers))
		return NULL;
	return &helpers[id - 1];
}

const HelperInfo *helper_by_name(Str name)
{
	if (str_starts(name, "bpf_"))
		name = (Str){ name.p + 4, name.n - 4 };
	for (size_t i = 0; i < ARRAY_LEN(helpers); i++)
		if (helpers[i].name[0] == (name.n ? name.p[0] : 0) && str_is(name, helpers[i].name))
			return &helpers[i];
	return NULL;
}

int helper_count(void)
{
	return ARRAY_LEN(helpers);
}

const HelperInfo *helper_at(int index)
{
	return index >= 0 && index < (int)ARRAY_LEN(helpers) ? &helpers[index] : NULL;
}

bool helper_allowed(const HelperInfo *h, int program_type)
{
	/* an extension may call what the program it replaces a function of may call */
	if (program_type <= 0 || program_type == TYPE_EXT)
		return true;
	return (h->program_groups >> (program_type & 31)) & 1;
}

const MapTypeInfo *map_type_info(int type)
{
	if (type < 1 || type > (int)ARRAY_LEN(map_types))
		return NULL;
	return &map_types[type - 1];
}

const MapTypeInfo *map_type_by_name(Str name)
{
	for (size_t i = 0; i < ARRAY_LEN(map_types); i++)
		if (str_is(name, map_types[i].name))
			return &map_types[i];
	return NULL;
}

const ProgramTypeInfo *program_type_info(int type)
{
	if (type < 1 || type > (int)ARRAY_LEN(program_types))
		return NULL;
	return &program_types[type - 1];
}

const ProgramTypeInfo *program_type_by_name(Str name)
{
	for (size_t i = 0; i < ARRAY_LEN(program_types); i++)
		if (str_is(name, program_types[i].name))
			return &program_types[i];
	return NULL;
}

const ProbeKindInfo *probe_kind_by_prefix(const char *function_name)
{
	for (size_t i = 0; i < ARRAY_LEN(probe_kinds); i++) {
		const char *prefix = probe_kinds[i].prefix;
		if (prefix && starts_with(function_name, prefix) && function_name[strlen(prefix)])
			return &probe_kinds[i];
	}
	return NULL;
}

/* "kprobe/" matches "kprobe" and "kprobe/x"; a name without '/' at its end only itself. */
static bool section_matches(const char *pattern, const char *section)
{
	size_t n = strlen(pattern);

	if (pattern[n - 1] != '/')
		return strcmp(pattern, section) == 0;
	return strncmp(pattern, section, n - 1) == 0 && (section[n - 1] == '/' || !section[n - 1]);
}

const ProbeKindInfo *probe_kind_by_section(const char *section)
{
	/* a leading '?' asks libbpf not to load the program by itself */
	if (*section == '?')
		section++;
	for (size_t i = 0; i < ARRAY_LEN(probe_kinds); i++)
		if (probe_kinds[i].section && section_matches(probe_kinds[i].section, section))
			return &probe_kinds[i];
	return NULL;
}

const ProbeKindInfo *probe_kind_of(AttachKind attach)
{
	for (size_t i = 0; i < ARRAY_LEN(probe_kinds); i++)
		if (probe_kinds[i].attach == attach && attach != ATTACH_NONE)
			return &probe_kinds[i];
	return NULL;
}

bool probe_kind_takes(AttachKind attach, int program_type)
{
	for (size_t i = 0; i < ARRAY_LEN(probe_kinds); i++)
		if (probe_kinds[i].attach == attach && probe_kinds[i].program_type == program_type)
			return true;
	return false;
}

int probe_kind_type(AttachKind attach)
{
	const ProbeKindInfo *info = probe_kind_of(attach);

	return !info || attach == ATTACH_CGROUP || attach == ATTACH_NETNS ? 0 : info->program_type;
}

const ProbeKindInfo *probe_kind_of_type(int program_type, int attach_type)
{
	const ProbeKindInfo *any = NULL;

	for (size_t i = 0; i < ARRAY_LEN(probe_kinds); i++) {
		const ProbeKindInfo *kind = &probe_kinds[i];

		if (kind->program_type != program_type || !kind->section || !program_type)
			continue;
		if (kind->attach_type == attach_type)
			return kind;
		if (!any)
			any = kind;
	}
	return any;
}

const char *attach_kind_name(AttachKind kind)
{
	return (unsigned)kind < ATTACH_KIND_COUNT ? attach_names[kind] : "unknown";
}

AttachKind attach_kind_by_name(Str name)
{
	for (int k = ATTACH_NONE + 1; k < ATTACH_KIND_COUNT; k++)
		if (str_is(name, attach_names[k]))
			return (AttachKind)k;
	return ATTACH_NONE;
}

const PerfEventInfo *perf_event_at(int index)
{
	return index >= 0 && index < (int)ARRAY_LEN(perf_events) ? &perf_events[index] : NULL;
}

const PerfEventInfo *perf_event_by_name(Str name)
{
	for (size_t i = 0; i < ARRAY_LEN(perf_events); i++)
		if (str_is(name, perf_events[i].name))
			return &perf_events[i];
	return NULL;
}
