/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The features of features.def: each has a probe that answers yes, no or unknown, with a reason or a
 * detail. Run on demand only (`bcc doctor`), once per process.
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static FeatureState answer(bool yes)
{
	return yes ? FEATURE_YES : FEATURE_NO;
}

static FeatureState with_reason(bool yes, const char *reason, char *why, size_t size)
{
	if (!yes && reason)
		snprintf(why, size, "%s", reason);
	return answer(yes);
}

static FeatureState by_version(uint32_t since, char *why, size_t size)
{
	if (kernel_version() >= since)
		return FEATURE_YES;
	snprintf(why, size, "came with Linux %u.%u; this is %s", since >> 16, since >> 8 & 255,
		 kernel_release());
	return FEATURE_NO;
}

static FeatureState from_error(int code, char *why, size_t size)
{
	if (!code)
		return FEATURE_YES;
	snprintf(why, size, "%s", strerror(code));
	return code == EPERM || code == EACCES ? FEATURE_UNKNOWN : FEATURE_NO;
}

/* The process ---------------------------------------------------------------------------------- */

static FeatureState probe_capabilities(char *why, size_t size)
{
	const char *missing = kernel_missing_capabilities();

	if (*missing)
		snprintf(why, size, "%s missing: run as root", missing);
	else if (!kernel_capable(CAP_SYS_RESOURCE))
		snprintf(why, size, "all but CAP_SYS_RESOURCE (limits cannot be raised)");
	return answer(!*missing);
}

static FeatureState probe_bpf_syscall(char *why, size_t size)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 8, 1, NULL);

	if (fd >= 0)
		close(fd);
	return from_error(fd < 0 ? -fd : 0, why, size);
}

static FeatureState probe_unprivileged(char *why, size_t size)
{
	const char *text = kernel_file_text("/proc/sys/kernel/unprivileged_bpf_disabled");

	if (!text)
		return FEATURE_UNKNOWN;
	snprintf(why, size, "kernel.unprivileged_bpf_disabled = %s", text);
	return answer(!strcmp(text, "0"));
}

static FeatureState probe_lockdown(char *why, size_t size)
{
	const char *mode = kernel_lockdown();

	snprintf(why, size, "%s", mode);
	if (!strcmp(mode, "unknown"))
		return FEATURE_UNKNOWN;
	return answer(!strcmp(mode, "none"));
}

static FeatureState probe_memlock(char *why, size_t size)
{
	FeatureState state = by_version(KVERSION(5, 11), why, size);
	struct rlimit limit;

	if (state == FEATURE_YES || getrlimit(RLIMIT_MEMLOCK, &limit))
		return state;
	snprintf(why, size, "RLIMIT_MEMLOCK is %llu KB", (unsigned long long)limit.rlim_cur >> 10);
	return state;
}

static FeatureState probe_jit(char *why, size_t size)
{
	const char *text = kernel_file_text("/proc/sys/net/core/bpf_jit_enable");
	const char *always = kernel_config("BPF_JIT_ALWAYS_ON");

	if (always)
		return FEATURE_YES;
	if (!text)
		return FEATURE_UNKNOWN;
	return with_reason(strcmp(text, "0"), "net.core.bpf_jit_enable = 0", why, size);
}

/* Knowledge ------------------------------------------------------------------------------------ */

static FeatureState probe_btf(char *why, size_t size)
{
	Error err = { 0 };
	const Btf *b = kernel_btf(&err);

	if (b)
		snprintf(why, size, "%u types", btf_type_count(b));
	else
		snprintf(why, size, "%s", err.message);
	return answer(b);
}

static FeatureState probe_module_btf(char *why, size_t size)
{
	DIR *d = opendir("/sys/kernel/btf");
	struct dirent *e;
	int n = 0;

	if (!d)
		return with_reason(false, "no /sys/kernel/btf", why, size);
	while ((e = readdir(d)))
		n += e->d_name[0] != '.' && strcmp(e->d_name, "vmlinux");
	closedir(d);
	if (n)
		snprintf(why, size, "%d modules", n);
	else if (kernel_version() < KVERSION(5, 11))
		return by_version(KVERSION(5, 11), why, size);
	else
		snprintf(why, size, "no loaded module has any");
	return n ? FEATURE_YES : FEATURE_UNKNOWN;
}

static FeatureState probe_kallsyms(char *why, size_t size)
{
	KernelSymbol s = { .name = "bpf_prog_put" };
	int n = kernel_find_symbols(&s, 1);

	if (n < 0)
		return from_error(-n, why, size);
	if (!n)
		return with_reason(false, "/proc/kallsyms is empty", why, size);
	return with_reason(s.address, "addresses are hidden (kernel.kptr_restrict, not root)", why, size);
}

static FeatureState probe_tracefs(char *why, size_t size)
{
	Error err = { 0 };
	int fd = kernel_tracefs_open("events", 0, &err);

	if (fd >= 0)
		close(fd);
	return with_reason(fd >= 0, err.message, why, size);
}

static FeatureState probe_config(char *why, size_t size)
{
	return with_reason(kernel_config("BPF") || kernel_config("NET"),
			   "neither /proc/config.gz nor a copy in /boot", why, size);
}

/* Hooks ---------------------------------------------------------------------------------------- */

static FeatureState probe_kprobes(char *why, size_t size)
{
	const char *reason = NULL;
	bool yes = kernel_has_kprobes(&reason);

	return with_reason(yes, reason, why, size);
}

static FeatureState ask(bool (*has)(const char **why), char *why, size_t size)
{
	const char *reason = NULL;
	bool yes = has(&reason);

	return with_reason(yes, reason, why, size);
}

static FeatureState probe_kprobe_multi(char *why, size_t size)
{
	return ask(kernel_has_kprobe_multi, why, size);
}

static FeatureState probe_kprobe_session(char *why, size_t size)
{
	return ask(kernel_has_kprobe_session, why, size);
}

static FeatureState probe_fentry(char *why, size_t size)
{
	const char *reason = NULL;
	bool yes = kernel_has_fentry(NULL, &reason);

	return with_reason(yes, reason, why, size);
}

static FeatureState probe_lsm(char *why, size_t size)
{
	const char *list = kernel_file_text("/sys/kernel/security/lsm");

	if (list)
		return with_reason(strstr(list, "bpf"), "bpf is not in the lsm= list of the boot line", why,
				   size);
	if (!kernel_config("BPF_LSM"))
		return with_reason(false, "CONFIG_BPF_LSM is not set", why, size);
	return probe_fentry(why, size);
}

static FeatureState probe_tracepoints(char *why, size_t size)
{
	return with_reason(kernel_has_tracepoint("sched", "sched_switch"),
			   "sched:sched_switch is missing (or tracefs is)", why, size);
}

static FeatureState probe_syscall_tracepoints(char *why, size_t size)
{
	return with_reason(kernel_has_tracepoint("syscalls", "sys_enter_read"),
			   "syscalls:sys_enter_read is missing (CONFIG_FTRACE_SYSCALLS)", why, size);
}

static FeatureState probe_raw_tracepoints(char *why, size_t size)
{
	const char *reason = NULL;
	bool yes = kernel_has_raw_tracepoint("sched_switch", &reason);

	return with_reason(yes, reason, why, size);
}

static FeatureState probe_uprobes(char *why, size_t size)
{
	return with_reason(kernel_uprobe_pmu() >= 0, "built without CONFIG_UPROBE_EVENTS", why, size);
}

static FeatureState probe_uprobe_multi(char *why, size_t size)
{
	return ask(kernel_has_uprobe_multi, why, size);
}

static FeatureState open_counter(uint32_t type, uint64_t config, uint64_t format, char *why, size_t size)
{
	struct perf_event_attr attr = {
		.type = type, .size = sizeof(attr), .config = config, .read_format = format,
		.disabled = 1, .sample_period = format ? 1 : 0,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return from_error(fd < 0 ? errno : 0, why, size);
}

static FeatureState probe_perf_events(char *why, size_t size)
{
	return open_counter(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, 0, why, size);
}

static FeatureState probe_hardware_counters(char *why, size_t size)
{
	FeatureState s = open_counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, 0, why, size);

	if (s == FEATURE_NO)
		snprintf(why, size, "this machine has no cycle counter");
	return s;
}

static FeatureState probe_lost_counter(char *why, size_t size)
{
	const uint64_t format_lost = 1 << 4; /* PERF_FORMAT_LOST, younger than some headers */

	return open_counter(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_BPF_OUTPUT, format_lost, why, size);
}

static FeatureState probe_perf_link(char *why, size_t size)
{
	return by_version(KVERSION(5, 15), why, size);
}

static FeatureState probe_iterators(char *why, size_t size)
{
	const Btf *b = kernel_btf(NULL);

	if (!b)
		return with_reason(false, "this kernel has no BTF", why, size);
	return with_reason(btf_find(b, "bpf_iter_task", BTF_KIND_FUNC),
			   "this kernel has none (Linux 5.8, CONFIG_BPF_SYSCALL and CONFIG_PROC_FS)",
			   why, size);
}

static FeatureState probe_xdp(char *why, size_t size)
{
	return ask(kernel_has_xdp_link, why, size);
}

static FeatureState probe_tcx(char *why, size_t size)
{
	return ask(kernel_has_tcx, why, size);
}

static FeatureState probe_cgroup(char *why, size_t size)
{
	const char *mount = kernel_cgroup2_mount();

	if (kernel_version() < KVERSION(5, 7))
		return by_version(KVERSION(5, 7), why, size);
	if (kernel_config("BPF") && !kernel_config("CGROUP_BPF"))
		return with_reason(false, "CONFIG_CGROUP_BPF is not set", why, size);
	snprintf(why, size, "%s", mount ? mount : "no cgroup2 is mounted");
	return answer(mount);
}

static FeatureState probe_ringbuf(char *why, size_t size)
{
	const char *reason = NULL;
	bool yes = kernel_has_map_type(BPF_MAP_TYPE_RINGBUF, &reason);

	return with_reason(yes, reason, why, size);
}

static FeatureState probe_batch(char *why, size_t size)
{
	return by_version(KVERSION(5, 6), why, size);
}

/* The table ------------------------------------------------------------------------------------ */

static const Feature features[] = {
#define X(name, title, major, minor, lost) { #name, title, KVERSION(major, minor), lost, probe_##name },
#include "features.def"
#undef X
};

int kernel_feature_count(void)
{
	return ARRAY_LEN(features);
}

const Feature *kernel_feature_at(int index)
{
	return index >= 0 && index < (int)ARRAY_LEN(features) ? &features[index] : NULL;
}

const Feature *kernel_feature_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(features); i++)
		if (!strcmp(features[i].name, name))
			return &features[i];
	return NULL;
}

FeatureState kernel_feature_probe(const Feature *f, const char **why)
{
	static struct { bool done; FeatureState state; char why[160]; } kept[ARRAY_LEN(features)];
	size_t i = (size_t)(f - features);

	if (!kept[i].done) {
		kept[i].done = true;
		kept[i].state = f->probe(kept[i].why, sizeof(kept[i].why));
	}
	if (why)
		*why = kept[i].why;
	return kept[i].state;
}
