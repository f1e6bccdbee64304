/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs onto their hooks. Everything hangs on one descriptor: a BPF link or a perf event, never an
 * entry in tracefs' kprobe_events, so the kernel itself undoes an attachment when the process ends.
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct Attaching {
	Module *m;
	int program;
	AttachTarget t;            /* kind and target filled in */
	const char *name;          /* of the program */
} Attaching;

static int keep(Attaching *a, int fd)
{
	vec_push(a->m->arena, &a->m->attachments, (Attachment){ a->program, fd });
	return 0;
}

static int keep_perf(Attaching *a, int event_fd, Error *err)
{
	int fd = runtime_perf_attach(event_fd, a->m->programs[a->program].fd);

	if (fd >= 0)
		return keep(a, fd);
	error_errno(err, -fd, "cannot attach program %s to %s", a->name, a->t.target ? a->t.target : "");
	return runtime_refused(err, -fd);
}

/* Events of the whole system are opened on one CPU, which must be online. */
static int open_anywhere(struct perf_event_attr *attr)
{
	int fd = runtime_perf_open(attr, -1, 0);

	for (int cpu = 1; fd == -ENODEV && cpu < kernel_possible_cpus(); cpu++)
		fd = runtime_perf_open(attr, -1, cpu);
	return fd;
}

/* Splits "category:event" into two strings of the module's arena. */
static bool split_target(Attaching *a, const char **left, const char **right)
{
	const char *colon = strchr(a->t.target, ':');

	if (!colon)
		return false;
	*left = arena_strndup(a->m->arena, a->t.target, (size_t)(colon - a->t.target));
	*right = colon + 1;
	return true;
}

/* Tracepoints ---------------------------------------------------------------------------------- */

static int attach_tracepoint(Attaching *a, Error *err)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .sample_period = 1 };
	const char *category, *event;
	int id, fd;

	if (!split_target(a, &category, &event))
		return error_set(err, EINVAL, "program %s: \"%s\" is not category:event", a->name,
				 a->t.target);
	id = kernel_tracepoint_id(category, event, err);
	if (id < 0)
		return error_context(err, "program %s", a->name);
	attr.config = (uint64_t)id;
	fd = open_anywhere(&attr);
	if (fd >= 0)
		return keep_perf(a, fd, err);
	error_errno(err, -fd, "cannot open tracepoint %s for program %s", a->t.target, a->name);
	return runtime_refused(err, -fd);
}

static int attach_raw_tracepoint(Attaching *a, Error *err)
{
	const char *event = strchr(a->t.target, ':') ? strchr(a->t.target, ':') + 1 : a->t.target;
	int fd = bpf_raw_tracepoint_open(event, a->m->programs[a->program].fd);

	if (fd >= 0)
		return keep(a, fd);
	if (fd == -ENOENT)
		return error_set(err, ENOENT, "program %s: there is no raw tracepoint %s in this kernel",
				 a->name, event);
	if (fd == -EINVAL)
		return error_set(err, EINVAL,
				 "program %s reads arguments that raw tracepoint %s does not have",
				 a->name, event);
	error_errno(err, -fd, "cannot attach program %s to raw tracepoint %s", a->name, event);
	return runtime_refused(err, -fd);
}

/* Programs whose target was fixed when they were loaded: fentry, fexit, BTF tracepoints, LSM. */
static int attach_trampoline(Attaching *a, Error *err)
{
	int fd = bpf_raw_tracepoint_open(NULL, a->m->programs[a->program].fd);

	if (fd >= 0)
		return keep(a, fd);
	error_errno(err, -fd, "cannot attach program %s to %s", a->name, a->t.target);
	if (fd == -EBUSY)
		return error_remedy(err, "Something else (a live patch, another tracer) holds the function.");
	return runtime_refused(err, -fd);
}

static int attach_iterator(Attaching *a, Error *err)
{
	int fd = bpf_link_create(a->m->programs[a->program].fd, 0, BPF_TRACE_ITER, NULL);

	if (fd >= 0)
		return keep(a, fd);
	return error_errno(err, -fd, "cannot attach program %s to iterator %s", a->name, a->t.target);
}

/* Probes --------------------------------------------------------------------------------------- */

static int explain_no_function(Attaching *a, const char *function, Error *err)
{
	char near[256];
	KernelSymbol s = { .name = function };
	int found = kernel_find_symbols(&s, 1);

	error_set(err, ENOENT, "program %s: kernel function %s cannot be probed", a->name, function);
	if (found > 0)
		return error_remedy(err, "The function exists, but the kernel forbids probes in it.");
	if (found < 0 || !kernel_similar_functions(function, near, sizeof(near)))
		return error_remedy(err, "The kernel has no function of this name; it may be inlined or "
				    "renamed, or its module not loaded.");
	return error_remedy(err, "The kernel has no function of this name; it may be inlined or renamed. "
			    "There are: %s", near);
}

static int explain_kprobe(Attaching *a, const char *function, int code, Error *err)
{
	if (code == ENOENT || code == EINVAL)
		return explain_no_function(a, function, err);
	if (code == EADDRNOTAVAIL) {
		error_set(err, code, "program %s: several kernel functions are named %s", a->name, function);
		return error_remedy(err, "Probe its caller, or a tracepoint near it.");
	}
	error_errno(err, code, "cannot probe kernel function %s for program %s", function, a->name);
	return runtime_refused(err, code);
}

static int no_kprobes(Attaching *a, const char *why, Error *err)
{
	error_set(err, ENODEV, "program %s: cannot probe kernel function %s: %s", a->name, a->t.target, why);
	return error_remedy(err, "Use a tracepoint instead: tracepoint__CATEGORY__EVENT, TRACEPOINT_PROBE or "
			    "RAW_TRACEPOINT_PROBE.");
}

static int attach_kprobe(Attaching *a, bool is_return, Error *err)
{
	const char *plus = strchr(a->t.target, '+'), *why, *function = a->t.target;
	struct perf_event_attr attr = { .sample_period = 1 };
	int bit = 0, fd;

	if (!kernel_has_kprobes(&why))
		return no_kprobes(a, why, err);
	if (plus)
		function = arena_strndup(a->m->arena, function, (size_t)(plus - function));
	function = kernel_syscall_function(function);
	attr.type = (uint32_t)kernel_kprobe_pmu();
	attr.config1 = (uintptr_t)function;
	attr.config2 = plus ? strtoull(plus + 1, NULL, 0) : 0;
	if (is_return) {
		kernel_pmu_retprobe_bit("kprobe", &bit);
		attr.config |= 1ull << bit;
	}
	fd = open_anywhere(&attr);
	return fd < 0 ? explain_kprobe(a, function, -fd, err) : keep_perf(a, fd, err);
}

/* "path" with AttachTarget.offset, or "path:0xOFFSET". */
static int attach_uprobe(Attaching *a, bool is_return, Error *err)
{
	const char *colon = strrchr(a->t.target, ':'), *path = a->t.target;
	struct perf_event_attr attr = { .sample_period = 1, .config2 = a->t.offset };
	int bit = 0, fd, pmu = kernel_uprobe_pmu();
	char *end;

	if (pmu < 0)
		return error_set(err, ENODEV, "program %s: this kernel is built without uprobes", a->name);
	if (colon) {
		path = arena_strndup(a->m->arena, path, (size_t)(colon - path));
		attr.config2 += strtoull(colon + 1, &end, 0);
		if (end == colon + 1 || *end)
			return error_set(err, EINVAL, "program %s: \"%s\" is not an offset in %s", a->name,
					 colon + 1, path);
	}
	attr.type = (uint32_t)pmu;
	attr.config1 = (uintptr_t)path;
	if (is_return) {
		kernel_pmu_retprobe_bit("uprobe", &bit);
		attr.config |= 1ull << bit;
	}
	fd = a->t.pid > 0 ? runtime_perf_open(&attr, a->t.pid, -1) : open_anywhere(&attr);
	if (fd >= 0)
		return keep_perf(a, fd, err);
	error_errno(err, -fd, "cannot probe %s at offset 0x%llx for program %s", path,
		    (unsigned long long)attr.config2, a->name);
	return runtime_refused(err, -fd);
}

/* Perf events ---------------------------------------------------------------------------------- */

static int attach_perf_event(Attaching *a, Error *err)
{
	struct perf_event_attr attr = {
		.type = a->t.perf_type, .config = a->t.perf_config,
		.freq = a->t.frequency != 0,
		.sample_period = a->t.frequency ? a->t.frequency : a->t.period,
	};
	int from = a->t.cpu_only ? a->t.cpu : 0, error = 0;
	int to = a->t.cpu_only ? a->t.cpu + 1 : kernel_possible_cpus();

	if (!attr.sample_period)
		return error_set(err, EINVAL, "program %s: a perf event needs a period or a frequency",
				 a->name);
	for (int cpu = from; cpu < to && !error; cpu++) {
		int fd = runtime_perf_open(&attr, a->t.pid > 0 ? a->t.pid : -1, cpu);

		if (fd == -ENODEV && !a->t.cpu_only)
			continue;
		if (fd < 0) {
			error_errno(err, -fd, "cannot open perf event %u:%llu on CPU %d for program %s",
				    attr.type, (unsigned long long)attr.config, cpu, a->name);
			return runtime_refused(err, -fd);
		}
		error = keep_perf(a, fd, err);
	}
	return error;
}

/* All ------------------------------------------------------------------------------------------ */

static int attach_kind(Attaching *a, Error *err)
{
	switch (a->t.kind) {
	case ATTACH_KPROBE: case ATTACH_KRETPROBE:
		return attach_kprobe(a, a->t.kind == ATTACH_KRETPROBE, err);
	case ATTACH_UPROBE: case ATTACH_URETPROBE:
		return attach_uprobe(a, a->t.kind == ATTACH_URETPROBE, err);
	case ATTACH_TRACEPOINT:
		return attach_tracepoint(a, err);
	case ATTACH_RAW_TRACEPOINT:
		return attach_raw_tracepoint(a, err);
	case ATTACH_BTF_TRACEPOINT: case ATTACH_FENTRY: case ATTACH_FEXIT: case ATTACH_FMOD_RET:
	case ATTACH_LSM:
		return attach_trampoline(a, err);
	case ATTACH_ITER:
		return attach_iterator(a, err);
	case ATTACH_PERF_EVENT:
		return attach_perf_event(a, err);
	default:
		return error_set(err, ENOTSUP, "program %s: %s programs are not attached by name", a->name,
				 attach_kind_name(a->t.kind));
	}
}

static void detach_from(Module *m, int first)
{
	while (m->attachments.n > first)
		close(vec_pop(&m->attachments).fd);
}

int runtime_attach(Module *m, int program, const AttachTarget *t, Error *err)
{
	ProgramState *s = &m->programs[program];
	Attaching a = { .m = m, .program = program, .name = m->object->programs.v[program].name };
	int before = m->attachments.n, error;

	if (t)
		a.t = *t;
	if (a.t.kind == ATTACH_NONE)
		a.t.kind = s->attach;
	if (!a.t.target)
		a.t.target = s->target;
	if (!a.t.target && a.t.kind != ATTACH_PERF_EVENT)
		return error_set(err, EINVAL, "program %s: nothing to attach it to is given", a.name);
	/* What cannot be attached here need not be loaded first to say so. */
	if (a.t.kind == ATTACH_KPROBE || a.t.kind == ATTACH_KRETPROBE) {
		const char *why;

		if (!kernel_has_kprobes(&why))
			return no_kprobes(&a, why, err);
	}
	if (!s->target && a.t.target)
		s->target = arena_strdup(m->arena, a.t.target);
	error = runtime_load_program(m, program, err);
	if (!error)
		error = attach_kind(&a, err);
	if (error)
		detach_from(m, before);
	return error;
}

int runtime_attach_all(Module *m, Error *err)
{
	int before = m->attachments.n, n = 0, error;

	for (int i = 0; i < m->object->programs.n; i++) {
		const BpfProgram *p = &m->object->programs.v[i];

		if (!m->programs[i].enabled || !p->attached_by_name || !m->programs[i].target)
			continue;
		error = runtime_attach(m, i, NULL, err);
		if (error) {
			detach_from(m, before);
			return error;
		}
		n++;
	}
	return n;
}

void runtime_detach(Module *m, int program)
{
	int kept = 0;

	for (int i = 0; i < m->attachments.n; i++) {
		Attachment a = m->attachments.v[i];

		if (program < 0 || a.program == program)
			close(a.fd);
		else
			m->attachments.v[kept++] = a;
	}
	m->attachments.n = kept;
}

int runtime_attached(const Module *m)
{
	return m->attachments.n;
}

uint64_t runtime_missed(Module *m)
{
	uint64_t sum = 0;

	for (int i = 0; i < m->object->programs.n; i++) {
		struct bpf_prog_info info = { 0 };
		uint32_t size = sizeof(info);

		if (m->programs[i].fd >= 0 && !bpf_obj_get_info_by_fd(m->programs[i].fd, &info, &size))
			sum += info.recursion_misses;
	}
	return sum;
}
