/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs onto kernel functions. One function: a perf event of the kprobe PMU. Many (a pattern, or a
 * section kprobe.multi): one kprobe.multi link where the kernel has it (5.18, CONFIG_FPROBE), for
 * which the program must be loaded with that attach type; else one perf event each. What cannot be
 * probed is left out and noted.
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Explaining ----------------------------------------------------------------------------------- */

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
	if (code == ENOENT || code == EINVAL || code == ESRCH)
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

/* One ------------------------------------------------------------------------------------------ */

static int open_kprobe(const Attaching *a, const char *function, uint64_t offset)
{
	struct perf_event_attr attr = {
		.sample_period = 1, .type = (uint32_t)kernel_kprobe_pmu(),
		.config1 = (uintptr_t)function, .config2 = offset,
	};
	int bit = 0;

	if (a->t.kind == ATTACH_KRETPROBE) {
		kernel_pmu_retprobe_bit("kprobe", &bit);
		attr.config |= 1ull << bit;
	}
	return runtime_perf_open_anywhere(&attr);
}

static int attach_one(Attaching *a, Error *err)
{
	const char *plus = strchr(a->t.target, '+'), *function = a->t.target;
	int fd;

	if (plus)
		function = arena_strndup(a->m->arena, function, (size_t)(plus - function));
	function = kernel_syscall_function(function);
	fd = open_kprobe(a, function, plus ? strtoull(plus + 1, NULL, 0) : 0);
	return fd < 0 ? explain_kprobe(a, function, -fd, err) : runtime_keep_event(a, fd, err);
}

/* Many ----------------------------------------------------------------------------------------- */

typedef struct Many {
	Attaching *a;
	const char **names;
	int attached, skipped;
	const char *first_skipped;
	int code;                  /* why */
} Many;

static void skip(Many *many, const char *name, int code)
{
	if (!many->skipped++) {
		many->first_skipped = name;
		many->code = code;
	}
}

/* Not through libbpf, which may be older than the session kind. */
static int multi_link(const Many *many, int from, int n)
{
	const ProgramState *s = &many->a->m->programs[many->a->program];
	union bpf_attr attr = { 0 };
	int fd;

	attr.link_create.prog_fd = (uint32_t)s->fd;
	attr.link_create.attach_type = (uint32_t)s->attach_type;
	attr.link_create.kprobe_multi.syms = (uintptr_t)(many->names + from);
	attr.link_create.kprobe_multi.cnt = (uint32_t)n;
	if (many->a->t.kind == ATTACH_KRETPROBE)
		attr.link_create.kprobe_multi.flags = BPF_F_KPROBE_MULTI_RETURN;
	fd = (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
	return fd < 0 ? -errno : fd;
}

/* One name that the kernel does not take spoils the whole link: it is found by halving. */
static int attach_range(Many *many, int from, int n, Error *err)
{
	int fd = multi_link(many, from, n), error;

	if (fd >= 0) {
		many->attached += n;
		return runtime_keep(many->a, fd);
	}
	if (!runtime_can_skip(-fd))
		return explain_kprobe(many->a, many->a->t.target, -fd, err);
	if (n == 1) {
		skip(many, many->names[from], -fd);
		return 0;
	}
	error = attach_range(many, from, n / 2, err);
	return error ? error : attach_range(many, from + n / 2, n - n / 2, err);
}

/* Each takes a descriptor. */
static bool raise_file_limit(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) || l.rlim_cur >= l.rlim_max)
		return false;
	l.rlim_cur = l.rlim_max;
	return !setrlimit(RLIMIT_NOFILE, &l);
}

static int attach_singly(Many *many, int n, Error *err)
{
	for (int i = 0; i < n; i++) {
		int fd = open_kprobe(many->a, many->names[i], 0), error;

		if (fd == -EMFILE && raise_file_limit())
			fd = open_kprobe(many->a, many->names[i], 0);
		if (fd < 0 && runtime_can_skip(-fd)) {
			skip(many, many->names[i], -fd);
			continue;
		}
		if (fd < 0)
			return explain_kprobe(many->a, many->names[i], -fd, err);
		error = runtime_keep_event(many->a, fd, err);
		if (error)
			return error;
		many->attached++;
	}
	return 0;
}

static int attach_many(Attaching *a, Error *err)
{
	const char *single = kernel_syscall_function(a->t.target);
	bool pattern = runtime_is_pattern(a->t.target);
	Many many = { .a = a };
	int n = 1, attach_type = a->m->programs[a->program].attach_type, error;

	many.names = pattern ? kernel_match_functions(a->t.target, &n, err) : &single;
	if (!many.names)
		return error_context(err, "program %s", a->name);
	if (attach_type == BPF_TRACE_KPROBE_MULTI || attach_type == ATTACH_TYPE_KPROBE_SESSION)
		error = attach_range(&many, 0, n, err);
	else
		error = attach_singly(&many, n, err);
	if (!error && !many.attached)
		error = explain_kprobe(a, many.first_skipped, many.code, err);
	else if (!error && many.skipped)
		runtime_note(a->m, "program %s: %d of %d functions that match %s cannot be probed (%s: %s)",
			     a->name, many.skipped, n, a->t.target, many.first_skipped,
			     strerror(many.code));
	if (pattern)
		free(many.names);
	return error;
}

int runtime_attach_kprobe(Attaching *a, Error *err)
{
	int attach_type = a->m->programs[a->program].attach_type;
	bool multi = attach_type == BPF_TRACE_KPROBE_MULTI || attach_type == ATTACH_TYPE_KPROBE_SESSION;
	const char *why;

	if (!kernel_has_kprobes(&why))
		return no_kprobes(a, why, err);
	if (attach_type == ATTACH_TYPE_KPROBE_SESSION && !kernel_has_kprobe_session(&why)) {
		error_set(err, EOPNOTSUPP, "program %s: %s", a->name, why);
		return error_remedy(err, "Take two programs, a kprobe and a kretprobe.");
	}
	if (multi && strchr(a->t.target, '+')) {
		error_set(err, EINVAL, "program %s: kprobe.multi takes no offset", a->name);
		return error_remedy(err, "Take the section kprobe/%s.", a->t.target);
	}
	return multi || runtime_is_pattern(a->t.target) ? attach_many(a, err) : attach_one(a, err);
}

/* The attach type ------------------------------------------------------------------------------ */

void runtime_choose_multi(Module *m, int program, AttachKind kind, const char *target)
{
	ProgramState *s = &m->programs[program];
	bool pattern = target && runtime_is_pattern(target);

	if (s->type != BPF_PROG_TYPE_KPROBE || s->fd >= 0)
		return;
	if (kind == ATTACH_KPROBE || kind == ATTACH_KRETPROBE) {
		bool has = kernel_has_kprobes(NULL) && kernel_has_kprobe_multi(NULL);

		if (pattern && has && s->attach_type < 0)
			s->attach_type = BPF_TRACE_KPROBE_MULTI;
		else if (!has && s->attach_type == BPF_TRACE_KPROBE_MULTI)
			s->attach_type = -1;
	} else if (kind == ATTACH_UPROBE || kind == ATTACH_URETPROBE) {
		if (pattern && s->attach_type < 0 && kernel_has_uprobe_multi(NULL))
			s->attach_type = ATTACH_TYPE_UPROBE_MULTI;
		else if (s->attach_type == ATTACH_TYPE_UPROBE_MULTI && !kernel_has_uprobe_multi(NULL))
			s->attach_type = -1;
	}
}
