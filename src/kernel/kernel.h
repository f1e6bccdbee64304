/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel: facts about the running kernel. Each is asked on first need and then kept for the life of
 * the process; nothing is read that nobody asked for. Nothing is changed: no mounts, no sysctls, no
 * probes are left behind. Not being allowed to know is an answer like any other: "no", with a reason.
 * One thread at a time.
 */
#ifndef BCC_KERNEL_H
#define BCC_KERNEL_H

#include "base/base.h"
#include "btf/btf.h"
#include "facts/facts.h"
#include "lang/lang.h"

/* version.c: what needs no more than a system call or a short file ----------------------------- */

uint32_t kernel_version(void);                   /* LINUX_VERSION_CODE, of Debian's real version */
const char *kernel_release(void);                /* uname -r */
int kernel_possible_cpus(void);                  /* highest number + 1 */
int kernel_online_cpus(void);                    /* count */
bool kernel_cpu_online(int cpu);
bool kernel_capable(int capability);             /* CAP_*, effective */
/* Capabilities (CAP_BPF or CAP_SYS_ADMIN ...) that loading and tracing need and this process lacks,
 * as text: "CAP_BPF and CAP_PERFMON"; "" if it has all. */
const char *kernel_missing_capabilities(void);
const char *kernel_lockdown(void);               /* "none", "integrity", "confidentiality", "unknown" */
/* A short file below /proc or /sys without its end of line, kept; NULL if it cannot be read. */
const char *kernel_file_text(const char *path);
/* CONFIG_X without the prefix: "y", "m", value; NULL: unset or unknown. */
const char *kernel_config(const char *name);

/* vmlinux.c: BTF ------------------------------------------------------------------------------- */

const Btf *kernel_btf(Error *err);               /* NULL: none, with the reason */
const Btf *kernel_module_btf(const char *module, Error *err);
/* Drops BTF and other big caches; pointers from kernel_btf become invalid; the next call reads again. */
void kernel_release_btf(void);

/* kallsyms.c ----------------------------------------------------------------------------------- */

typedef struct KernelSymbol {
	const char *name;          /* asked for */
	uint64_t address;          /* 0 if hidden (kptr_restrict) */
	char type;                 /* as in kallsyms: 't', 'T', 'd', ...; 0: not found */
	char module[56];           /* "" = vmlinux */
	int count;                 /* symbols of that name */
} KernelSymbol;

/* Looks several names up in one pass. Number found, or -errno if kallsyms cannot be read. */
int kernel_find_symbols(KernelSymbol *symbols, int n);
bool kernel_has_symbol(const char *name);        /* any kind; kept */
bool kernel_has_function(const char *name);      /* a text symbol; kept */
/* Names of functions that look like `name` (variants of it first: name.isra.0, __name), comma
 * separated, into buf; false if there are none. */
bool kernel_similar_functions(const char *name, char *buf, size_t size);
/* Names for addresses (in any order), one pass: each(self, i, name, offset, module); name is valid
 * during the call and NULL if unknown. */
typedef void KernelNameFn(void *self, int i, const char *name, uint64_t offset, const char *module);
int kernel_name_addresses(const uint64_t *addresses, int n, KernelNameFn *each, void *self);

/* syscalls.c ----------------------------------------------------------------------------------- */

/* "__x64_sys_", "sys_", ...: of the functions that system calls enter through. */
const char *kernel_syscall_prefix(void);
/* The function of a system call on this kernel for a name with any known prefix ("sys_clone",
 * "__arm64_sys_clone") -> "__x64_sys_clone". A name without such a prefix is returned as it is. */
const char *kernel_syscall_function(const char *function);

/* tracefs.c ------------------------------------------------------------------------------------ */

/* Opens a file of tracefs ("trace_pipe", "events/…"): through an existing mount or, if there is
 * none, through a mount that only this process sees. fd, or -errno with the reason. */
int kernel_tracefs_open(const char *path, int flags, Error *err);
bool kernel_has_tracepoint(const char *category, const char *event);
/* The id for perf_event_open; -errno with err set: no such tracepoint, near names, no tracefs. */
int kernel_tracepoint_id(const char *category, const char *event, Error *err);
/* The text of the format file, kept; NULL with the reason. */
const char *kernel_tracepoint_format(const char *category, const char *event, Error *err);

/* probes.c: what can be attached to ------------------------------------------------------------ */

/* Each answers yes or no; a no puts the reason into *why (may be NULL), a text that stays valid. */
bool kernel_has_kprobes(const char **why);
int kernel_kprobe_pmu(void);                     /* perf type of dynamic kprobes, -1: none */
int kernel_uprobe_pmu(void);
bool kernel_pmu_retprobe_bit(const char *pmu, int *bit);
bool kernel_has_kprobe(const char *function, const char **why);
bool kernel_has_fentry(const char *function, const char **why);  /* NULL: trampolines at all */
bool kernel_has_raw_tracepoint(const char *event, const char **why);
bool kernel_has_map_type(int type, const char **why);            /* by version, then by asking */
bool kernel_has_helper(const char *name, const char **why);
bool kernel_has_perf_link(void);                 /* BPF links on perf events (5.15) */

/* links.c: which BPF links there are, as kernel_has_kprobes */
bool kernel_has_xdp_link(const char **why);
bool kernel_has_tcx(const char **why);
bool kernel_has_kprobe_multi(const char **why);
bool kernel_has_kprobe_session(const char **why);
bool kernel_has_uprobe_multi(const char **why);
const char *kernel_cgroup2_mount(void);          /* where cgroup2 is mounted; NULL: nowhere */
/* tracefs.c, kallsyms.c: names of the kernel functions that can be traced and match the pattern of a
 * shell (* ? []), each once; malloc'ed, with *n; NULL with err set. One block: free() it. */
const char **kernel_match_functions(const char *pattern, int *n, Error *err);

/* features.c ----------------------------------------------------------------------------------- */

typedef enum FeatureState { FEATURE_NO, FEATURE_YES, FEATURE_UNKNOWN } FeatureState;

typedef struct Feature {
	const char *name;          /* "kprobes" */
	const char *title;         /* "kernel function probes" */
	uint32_t since;            /* first kernel version, KVERSION */
	const char *lost;          /* what does not work without it */
	FeatureState (*probe)(char *why, size_t size); /* writes why not, or a detail if yes */
} Feature;

int kernel_feature_count(void);
const Feature *kernel_feature_at(int index);
const Feature *kernel_feature_by_name(const char *name);
/* Runs the probe (once per process). *why stays valid; "" if there is nothing to say. */
FeatureState kernel_feature_probe(const Feature *f, const char **why);

/* host.c --------------------------------------------------------------------------------------- */

/* The compiler's view of this machine. Answers are valid until kernel_release_btf. */
void kernel_host(Host *out);

#endif
