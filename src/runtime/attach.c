/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs onto their hooks: what is to be attached to what, and which provider does it (attach_*.c,
 * perf_event.c). Attachments hang on one descriptor: a BPF link, a socket or a perf event, never an
 * entry in tracefs' kprobe_events, so the kernel itself undoes them when the process ends. The one
 * exception is the filter of a clsact qdisc on kernels without tcx (attach_network.c).
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

/* For providers -------------------------------------------------------------------------------- */

int runtime_program_of(const Attaching *a)
{
	return a->m->programs[a->program].fd;
}

int runtime_keep(Attaching *a, int fd)
{
	vec_push(a->m->arena, &a->m->attachments,
		 (Attachment){ .program = a->program, .fd = fd, .kind = a->t.kind });
	return 0;
}

int runtime_keep_event(Attaching *a, int event_fd, Error *err)
{
	int fd = runtime_perf_attach(event_fd, runtime_program_of(a));

	if (fd >= 0)
		return runtime_keep(a, fd);
	error_errno(err, -fd, "cannot attach program %s to %s", a->name, a->t.target ? a->t.target : "");
	return runtime_refused(err, -fd);
}

void runtime_note(Module *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sb_puts(&m->notes, arena_vprintf(m->arena, fmt, ap));
	sb_putc(&m->notes, '\n');
	va_end(ap);
}

const char *runtime_notes(const Module *m)
{
	return m->notes.n ? m->notes.p : "";
}

bool runtime_is_pattern(const char *target)
{
	return strpbrk(target, "*?[");
}

bool runtime_can_skip(int code)
{
	enum { KERNEL_ENOTSUPP = 524 };    /* what uprobes answer to instructions they cannot step over */

	return code == ENOENT || code == EINVAL || code == ESRCH || code == EADDRNOTAVAIL ||
	       code == EOPNOTSUPP || code == EILSEQ || code == EBUSY || code == KERNEL_ENOTSUPP;
}

/* What to what --------------------------------------------------------------------------------- */

static const struct {
	AttachFn *attach;
	bool needs_target;
	const char *example;       /* of a target */
} providers[ATTACH_KIND_COUNT] = {
	[ATTACH_KPROBE] = { runtime_attach_kprobe, true, "vfs_read" },
	[ATTACH_KRETPROBE] = { runtime_attach_kprobe, true, "vfs_read" },
	[ATTACH_TRACEPOINT] = { runtime_attach_tracepoint, true, "sched:sched_switch" },
	[ATTACH_RAW_TRACEPOINT] = { runtime_attach_raw_tracepoint, true, "sched_switch" },
	[ATTACH_BTF_TRACEPOINT] = { runtime_attach_trampoline, true, "sched_switch" },
	[ATTACH_FENTRY] = { runtime_attach_trampoline, true, "vfs_read" },
	[ATTACH_FEXIT] = { runtime_attach_trampoline, true, "vfs_read" },
	[ATTACH_FMOD_RET] = { runtime_attach_trampoline, true, "security_file_open" },
	[ATTACH_LSM] = { runtime_attach_trampoline, true, "file_open" },
	[ATTACH_ITER] = { runtime_attach_iterator, true, "task" },
	[ATTACH_UPROBE] = { runtime_attach_uprobe, true, "/bin/bash:readline" },
	[ATTACH_URETPROBE] = { runtime_attach_uprobe, true, "/bin/bash:readline" },
	[ATTACH_PERF_EVENT] = { runtime_attach_perf_event, false, "cpu-clock:99hz" },
	[ATTACH_XDP] = { runtime_attach_xdp, true, "eth0" },
	[ATTACH_TC] = { runtime_attach_tc, true, "eth0" },
	[ATTACH_SOCKET_FILTER] = { runtime_attach_socket, true, "eth0" },
	[ATTACH_CGROUP] = { runtime_attach_cgroup, true, "/system.slice" },
	[ATTACH_NETNS] = { runtime_attach_netns, true, "self" },
};

const char *runtime_target_example(AttachKind kind)
{
	return (unsigned)kind < ATTACH_KIND_COUNT ? providers[kind].example : NULL;
}

/* The kind where neither the caller nor the program says more than its type. */
static AttachKind kind_of_type(const ProgramState *s, const char *target)
{
	const ProbeKindInfo *info;

	if (s->type == BPF_PROG_TYPE_KPROBE && target && strchr(target, ':'))
		return ATTACH_UPROBE;
	info = s->type ? probe_kind_of_type(s->type, s->attach_type) : NULL;
	return info ? info->attach : ATTACH_NONE;
}

static const char *program_type_name(int type)
{
	const ProgramTypeInfo *info = program_type_info(type);

	return info ? info->name : "unknown";
}

/* Gives the program the type that the kind asks for, or says that it has another one. */
static int agree_on_type(Module *m, int program, AttachKind kind, Error *err)
{
	const ProbeKindInfo *info = probe_kind_of(kind);
	ProgramState *s = &m->programs[program];
	const char *name = m->object->programs.v[program].name;

	if (!info || !providers[kind].attach) {
		error_set(err, ENOTSUP, "program %s: %s programs are attached by nothing here", name,
			  s->type ? program_type_name(s->type) : "such");
		return error_remedy(err, "They are called by other programs, or attached through maps.");
	}
	if (!s->type && !probe_kind_type(kind)) {
		error_set(err, EINVAL, "program %s: its type is not known from its name or section", name);
		return error_remedy(err, "Several types are attached as %s: give it a section, such as "
				    "SEC(\"%s\").", attach_kind_name(kind),
				    kind == ATTACH_CGROUP ? "cgroup_skb/ingress" : "sk_lookup");
	}
	if (!s->type) {
		s->type = info->program_type;
		s->attach_type = info->attach_type;
	}
	if (!probe_kind_takes(kind, s->type)) {
		error_set(err, EINVAL, "program %s is of type %s, which cannot be attached as %s", name,
			  program_type_name(s->type), attach_kind_name(kind));
		return error_remedy(err, "A %s takes a program of type %s.", attach_kind_name(kind),
				    program_type_name(info->program_type));
	}
	if (runtime_needs_btf_target(s) && s->fd < 0 && s->attach != kind)
		s->attach_type = info->attach_type;
	if (s->fd < 0)
		s->attach = kind;
	return 0;
}

static int no_target(Attaching *a, Error *err)
{
	error_set(err, EINVAL, "program %s: nothing to attach it to is given", a->name);
	return error_remedy(err, "A program of kind %s needs a target such as \"%s\".",
			    attach_kind_name(a->t.kind), providers[a->t.kind].example);
}

/* Kind and target from what the caller gave, then from the program. */
static int fill_in(Attaching *a, const AttachTarget *t, Error *err)
{
	ProgramState *s = &a->m->programs[a->program];
	int error;

	if (t)
		a->t = *t;
	if (!a->t.target)
		a->t.target = s->target;
	if (a->t.kind == ATTACH_NONE)
		a->t.kind = s->attach;
	if (a->t.kind == ATTACH_NONE)
		a->t.kind = kind_of_type(s, a->t.target);
	if (!s->type && a->t.kind == ATTACH_NONE) {
		error_set(err, EINVAL, "program %s: its type is not known from its name or section", a->name);
		return error_remedy(err, "Say what to attach it as: kprobe, xdp, tc, ...");
	}
	error = agree_on_type(a->m, a->program, a->t.kind, err);
	if (error)
		return error;
	if (!a->t.target && providers[a->t.kind].needs_target)
		return no_target(a, err);
	if (s->fd < 0 && a->t.target) {
		if (!s->target)
			s->target = arena_strdup(a->m->arena, a->t.target);
		runtime_choose_multi(a->m, a->program, a->t.kind, a->t.target);
	}
	return 0;
}

static void detach_one(const Attachment *a)
{
	if (a->filter)
		runtime_remove_filter(a->filter);
	if (a->fd >= 0)
		close(a->fd);
}

static void detach_from(Module *m, int first)
{
	while (m->attachments.n > first)
		detach_one(&vec_pop(&m->attachments));
}

int runtime_attach(Module *m, int program, const AttachTarget *t, Error *err)
{
	Attaching a = { .m = m, .program = program, .name = m->object->programs.v[program].name };
	int before = m->attachments.n, error;

	error = fill_in(&a, t, err);
	/* What cannot be attached here need not be loaded first to say so. */
	if (!error && (a.t.kind == ATTACH_KPROBE || a.t.kind == ATTACH_KRETPROBE) &&
	    !kernel_has_kprobes(NULL))
		return runtime_attach_kprobe(&a, err);
	if (!error)
		error = runtime_load_program(m, program, err);
	if (!error)
		error = providers[a.t.kind].attach(&a, err);
	if (error)
		detach_from(m, before);
	return error;
}

/* All ------------------------------------------------------------------------------------------ */

static const char *copy_text(Arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

int runtime_attach_later(Module *m, int program, const AttachTarget *t, Error *err)
{
	Attaching a = { .m = m, .program = program, .name = m->object->programs.v[program].name };
	ProgramState *s = &m->programs[program];
	int error;

	/* Programs whose target is fixed at load take this one, not their own. (The hook of lsm_cgroup is
	 * no target of that kind: the group is.) */
	if (t->target && s->fd < 0 && s->attach != ATTACH_CGROUP)
		s->target = NULL;
	error = fill_in(&a, t, err);
	if (error)
		return error;
	a.t.target = copy_text(m->arena, a.t.target);
	vec_push(m->arena, &m->plans, (Plan){ program, a.t });
	return 0;
}

static bool is_planned(const Module *m, int program)
{
	for (int i = 0; i < m->plans.n; i++)
		if (m->plans.v[i].program == program)
			return true;
	return false;
}

static bool attaches_itself(const Module *m, int program)
{
	const ProgramState *s = &m->programs[program];

	return s->enabled && m->object->programs.v[program].attached_by_name && s->target &&
	       !is_planned(m, program);
}

int runtime_attach_all(Module *m, Error *err)
{
	int before = m->attachments.n, n = 0, error = 0;

	for (int i = 0; i < m->object->programs.n && !error; i++) {
		if (!attaches_itself(m, i))
			continue;
		error = runtime_attach(m, i, NULL, err);
		n++;
	}
	for (int i = 0; i < m->plans.n && !error; i++) {
		if (!m->programs[m->plans.v[i].program].enabled)
			continue;
		error = runtime_attach(m, m->plans.v[i].program, &m->plans.v[i].t, err);
		n++;
	}
	if (error)
		detach_from(m, before);
	return error ? error : n;
}

void runtime_detach(Module *m, int program)
{
	int kept = 0;

	for (int i = 0; i < m->attachments.n; i++) {
		Attachment a = m->attachments.v[i];

		if (program < 0 || a.program == program)
			detach_one(&a);
		else
			m->attachments.v[kept++] = a;
	}
	m->attachments.n = kept;
}

int runtime_attached(const Module *m)
{
	return m->attachments.n;
}

int runtime_attachment_fd(const Module *m, int program, int n)
{
	for (int i = 0; i < m->attachments.n; i++)
		if (m->attachments.v[i].program == program && n-- == 0)
			return m->attachments.v[i].fd;
	return -1;
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
