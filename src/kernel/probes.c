/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be attached to, and what programs may use. Cheap evidence first (a directory, a version);
 * where that does not decide, the kernel is asked with a tiny program that is thrown away.
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Not among user space's errno values, but what trampolines answer on some architectures. */
enum { KERNEL_ENOTSUPP = 524 };

static bool no(const char **why, const char *reason)
{
	if (why)
		*why = reason;
	return false;
}

/* PMUs ----------------------------------------------------------------------------------------- */

static int pmu_type(const char *name)
{
	char path[128];
	const char *text;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", name);
	text = kernel_file_text(path);
	return text ? atoi(text) : -1;
}

int kernel_kprobe_pmu(void)
{
	return pmu_type("kprobe");
}

int kernel_uprobe_pmu(void)
{
	return pmu_type("uprobe");
}

bool kernel_pmu_retprobe_bit(const char *pmu, int *bit)
{
	char path[128];
	const char *text;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/format/retprobe", pmu);
	text = kernel_file_text(path);
	return text && sscanf(text, "config:%d", bit) == 1;
}

/* Functions ------------------------------------------------------------------------------------ */

bool kernel_has_kprobes(const char **why)
{
	if (kernel_kprobe_pmu() >= 0)
		return true;
	return no(why, "this kernel is built without kprobes (CONFIG_KPROBE_EVENTS)");
}

static bool in_btf(const char *function)
{
	const Btf *b = kernel_btf(NULL);

	return b && btf_find(b, function, BTF_KIND_FUNC);
}

static bool is_blacklisted(const char *function)
{
	const char *text = kernel_file_text("/sys/kernel/debug/kprobes/blacklist"), *p = text;
	size_t n = strlen(function);

	while (p && (p = strstr(p, function))) {
		if (p > text && p[-1] == '\t' && (p[n] == '\n' || !p[n]))
			return true;
		p += n;
	}
	return false;
}

/* Functions that ftrace does not know are forbidden without being on the list: one try tells. */
static int try_kprobe(const char *function)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr), .type = (uint32_t)kernel_kprobe_pmu(), .sample_period = 1,
		.disabled = 1, .config1 = (uint64_t)(uintptr_t)function,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

bool kernel_has_kprobe(const char *function, const char **why)
{
	int code;

	if (!function || !kernel_has_kprobes(why))
		return !function && kernel_has_kprobes(why);
	function = kernel_syscall_function(function);
	if (!in_btf(function) && !kernel_has_function(function))
		return no(why, "the kernel has no function of this name; it may be inlined here");
	if (is_blacklisted(function))
		return no(why, "the kernel forbids probes in this function");
	code = try_kprobe(function);
	if (code == EADDRNOTAVAIL)
		return no(why, "several functions have this name");
	if (code == EINVAL || code == ENOENT || code == ESRCH)
		return no(why, "the kernel forbids probes in this function");
	return true;
}

/* Trampolines depend on the kernel as a whole; one try answers for all functions. */
static int try_trampoline(uint32_t function_id)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY,
		    .attach_btf_id = function_id, .attempts = 1);
	int fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", insns, ARRAY_LEN(insns), &opts);
	int link, code;

	if (fd < 0)
		return -fd;
	link = bpf_raw_tracepoint_open(NULL, fd);
	code = link < 0 ? -link : 0;
	if (link >= 0)
		close(link);
	close(fd);
	return code;
}

bool kernel_has_fentry(const char *function, const char **why)
{
	static int outcome = -1;           /* errno of the try */
	const Btf *b = outcome > 0 ? NULL : kernel_btf(NULL);
	uint32_t id = 0;

	if (outcome <= 0 && !b)
		return no(why, "this kernel has no BTF");
	if (b)
		id = btf_find(b, function ? kernel_syscall_function(function) : "vfs_read",
			      BTF_KIND_FUNC);
	if (b && !id)
		return no(why, "the function is not in the kernel's BTF; it may be inlined here");
	if (outcome < 0)
		outcome = try_trampoline(id);
	switch (outcome) {
	case 0:
		return true;
	case EPERM:
		return no(why, *kernel_missing_capabilities() ? "CAP_BPF and CAP_PERFMON are missing" :
			  "this kernel refuses trampolines (EPERM)");
	case EOPNOTSUPP: case KERNEL_ENOTSUPP:
		return no(why, "this kernel has no BPF trampolines for this architecture");
	default:
		return no(why, "this kernel refuses trampolines");
	}
}

bool kernel_has_raw_tracepoint(const char *event, const char **why)
{
	char name[160];

	if (kernel_has_event_of_any_category(event))
		return true;
	snprintf(name, sizeof(name), "btf_trace_%s", event);
	if (kernel_btf(NULL) && btf_find(kernel_btf(NULL), name, BTF_KIND_TYPEDEF))
		return true;
	snprintf(name, sizeof(name), "__tracepoint_%s", event);
	if (!kernel_btf(NULL) && kernel_has_symbol(name))
		return true;
	return no(why, "the kernel has no tracepoint of this name");
}

bool kernel_has_perf_link(void)
{
	return kernel_version() >= KVERSION(5, 15);
}

/* What programs use ---------------------------------------------------------------------------- */

static int try_map(const MapTypeInfo *info)
{
	bool ring = !strcmp(info->name, "ringbuf");
	uint32_t entries = ring ? (uint32_t)sysconf(_SC_PAGESIZE) : 1;

	return bpf_map_create((enum bpf_map_type)info->type, NULL, info->no_key ? 0 : 4,
			      info->no_value ? 0 : 8, entries, NULL);
}

bool kernel_has_map_type(int type, const char **why)
{
	const MapTypeInfo *info = map_type_info(type);
	int fd;

	if (!info)
		return no(why, "no such map type is known");
	if (kernel_version() >= info->since)
		return true;
	fd = try_map(info);
	if (fd >= 0)
		close(fd);
	return fd >= 0 || no(why, "this kernel is too old for the map type");
}

/* An older kernel may have the helper from its distributor. The verifier names unknown ones in words. */
static bool try_helper(int id)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = id },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	char log[2048] = "";
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .log_buf = log, .log_size = sizeof(log), .log_level = 1,
		    .attempts = 1);
	int fd = bpf_prog_load(BPF_PROG_TYPE_KPROBE, NULL, "GPL", insns, ARRAY_LEN(insns), &opts);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || (*log && !strstr(log, "invalid func") && !strstr(log, "unknown func") &&
			   !strstr(log, "cannot use helper"));
}

bool kernel_has_helper(const char *name, const char **why)
{
	const HelperInfo *h = helper_by_name(str_of(name));

	if (!h)
		return no(why, "no such helper is known");
	if (kernel_version() >= h->since || try_helper(h->id))
		return true;
	return no(why, "this kernel is too old for the helper");
}
