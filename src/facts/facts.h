/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts: what the eBPF target is, as tables. Compiler and runtime read the same ones, so this room
 * stands right above base: helpers (signature, program types, first kernel), map types, program
 * types with their section names and contexts, attach kinds.
 * Source of numbers and versions: the kernel's include/uapi/linux/bpf.h up to 6.18.
 */
#ifndef BCC_FACTS_H
#define BCC_FACTS_H

#include "base/base.h"

#define KVERSION(a, b) (((a) << 16) + ((b) << 8))

/* Attach types that are younger than the header of an old build machine. */
enum {
	ATTACH_TYPE_NETFILTER = 45, ATTACH_TYPE_TCX_INGRESS = 46, ATTACH_TYPE_TCX_EGRESS = 47,
	ATTACH_TYPE_UPROBE_MULTI = 48, ATTACH_TYPE_UNIX_CONNECT = 49, ATTACH_TYPE_UNIX_SENDMSG = 50,
	ATTACH_TYPE_UNIX_RECVMSG = 51, ATTACH_TYPE_UNIX_GETPEERNAME = 52,
	ATTACH_TYPE_UNIX_GETSOCKNAME = 53, ATTACH_TYPE_NETKIT_PRIMARY = 54,
	ATTACH_TYPE_NETKIT_PEER = 55, ATTACH_TYPE_KPROBE_SESSION = 56, ATTACH_TYPE_UPROBE_SESSION = 57,
};

/* How an OBJECT's program is attached. Names: attach_kind_name. */
typedef enum AttachKind {
	ATTACH_NONE,               /* the loader must say */
	ATTACH_KPROBE, ATTACH_KRETPROBE,          /* target "function" or "function+offset" */
	ATTACH_TRACEPOINT,                        /* "category:event" */
	ATTACH_RAW_TRACEPOINT,                    /* "event" */
	ATTACH_BTF_TRACEPOINT,                    /* "event"; TRACING program, attach type TRACE_RAW_TP */
	ATTACH_FENTRY, ATTACH_FEXIT, ATTACH_FMOD_RET, /* "function" or "module:function" */
	ATTACH_LSM, ATTACH_ITER,                  /* "hook"; what is iterated: "task", "bpf_map", ... */
	/* "FILE:symbol", "FILE:symbol+offset", "FILE:0xOFFSET"; FILE is a path, or the name of a library
	 * ("c", "libc.so.6") or program */
	ATTACH_UPROBE, ATTACH_URETPROBE,
	ATTACH_PERF_EVENT,                        /* "EVENT:99hz", "EVENT:1000"; perf_events.def */
	ATTACH_XDP, ATTACH_TC,                    /* network interface */
	ATTACH_SOCKET_FILTER,                     /* network interface, "any" for all */
	ATTACH_CGROUP,                            /* path, absolute or below the mount of cgroup2 */
	ATTACH_NETNS,                             /* sk_lookup, flow_dissector: network namespace: name
						   * (ip netns), path, "self" */
	ATTACH_KIND_COUNT
} AttachKind;

/* Classes of helper arguments, one character each in HelperInfo.args:
 *   i integer     m map            k pointer to a key of the map    v pointer to a value of the map
 *   c context     r memory read    w memory written (may be uninitialised)
 *   n size of the memory argument before it, not 0     z the same, may be 0
 *   p any pointer or number (an address that the kernel reads safely)
 *   o kernel object (BTF, trusted) f callback function  s struct bpf_sock and kin  d dynptr
 *   a ring-buffer record           u NULL or pointer to a value of the map  .  variable arguments
 *   b memory read and written (size: as r)             x room for a value of the map, written
 *   8 eight bytes, 4 four bytes: read and written      l lock, timer or kptr inside a map value
 *   e constant string in .rodata                       h NULL or stack memory, for the callback
 * r, w and b without n or z behind them mean one object of the declared pointee type.
 * Classes of the result, HelperInfo.result:
 *   i integer     v void     V map value or NULL     A ring-buffer record or NULL   M map value, never NULL
 *   S bpf_sock or NULL (must be released)  s bpf_sock or NULL  T trusted kernel object (may be NULL: t)
 *   K plain kernel address (an integer as C sees it) */
typedef struct HelperInfo {
	int id;
	const char *name;          /* without bpf_ */
	const char *declaration;   /* C declaration as programs see it */
	uint32_t since;            /* first kernel, KVERSION */
	bool gpl_only;
	char result;
	const char *args;
	/* Program types that may call it: set of groups, PT_* bits of helpers.c; PT_ALL: all types */
	uint32_t program_groups;
} HelperInfo;

const HelperInfo *helper_by_id(int id);          /* NULL if unknown */
const HelperInfo *helper_by_name(Str name);      /* with or without bpf_ */
int helper_count(void);
const HelperInfo *helper_at(int index);
bool helper_allowed(const HelperInfo *h, int program_type);

typedef struct MapTypeInfo {
	int type;                  /* enum bpf_map_type */
	const char *name;          /* "hash"; the string of BPF_TABLE */
	const char *enum_name;     /* "BPF_MAP_TYPE_HASH" */
	uint32_t since;
	bool per_cpu, no_key, no_value, preset_sizes;
} MapTypeInfo;

const MapTypeInfo *map_type_info(int type);
const MapTypeInfo *map_type_by_name(Str name);

typedef struct ProgramTypeInfo {
	int type;                  /* enum bpf_prog_type */
	const char *name;          /* "kprobe" */
	const char *enum_name;
	const char *context;       /* C name of the context struct, NULL: program's own */
	uint32_t since;
} ProgramTypeInfo;

const ProgramTypeInfo *program_type_info(int type);
const ProgramTypeInfo *program_type_by_name(Str name);

/* Function-name prefixes of the dialect and section names of libbpf, one table:
 * X("kprobe__", "kprobe/", BPF_PROG_TYPE_KPROBE, attach type or -1, ATTACH_KPROBE, auto) */
typedef struct ProbeKindInfo {
	const char *prefix;        /* of function names; NULL: none */
	const char *section;       /* ELF section, with the / if a target follows */
	int program_type, attach_type;
	AttachKind attach;
	bool attached_by_name;     /* `bcc run` attaches it without being told */
} ProbeKindInfo;

const ProbeKindInfo *probe_kind_by_prefix(const char *function_name);
const ProbeKindInfo *probe_kind_by_section(const char *section);
const ProbeKindInfo *probe_kind_of(AttachKind attach);
bool probe_kind_takes(AttachKind attach, int program_type); /* may such a program be attached so? */
int probe_kind_type(AttachKind attach);          /* program type it takes; 0: several */
/* The usual one of a program type, with that attach type if there is one (-1: any). NULL: none. */
const ProbeKindInfo *probe_kind_of_type(int program_type, int attach_type);
const char *attach_kind_name(AttachKind kind);   /* "kprobe", "tracepoint", ... */
AttachKind attach_kind_by_name(Str name);        /* ATTACH_NONE: there is none */

/* Events that a perf_event program can be attached to, by perf's names. */
typedef struct PerfEventInfo {
	const char *name;          /* "cpu-clock" */
	uint32_t type;             /* PERF_TYPE_* */
	uint64_t config;           /* PERF_COUNT_* */
} PerfEventInfo;

const PerfEventInfo *perf_event_by_name(Str name);   /* NULL if unknown */
const PerfEventInfo *perf_event_at(int index);       /* NULL behind the last one */

#endif
