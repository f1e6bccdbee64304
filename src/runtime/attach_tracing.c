/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs onto what the kernel itself offers by name: tracepoints, raw and BTF tracepoints,
 * trampolines (fentry, fexit, fmod_ret, LSM) and iterators.
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/perf_event.h>

/* Splits "category:event" into two strings, the left one in the module's arena. */
static bool split_target(Attaching *a, const char **left, const char **right)
{
	const char *colon = strchr(a->t.target, ':');

	if (!colon)
		return false;
	*left = arena_strndup(a->m->arena, a->t.target, (size_t)(colon - a->t.target));
	*right = colon + 1;
	return true;
}

int runtime_attach_tracepoint(Attaching *a, Error *err)
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
	fd = runtime_perf_open_anywhere(&attr);
	if (fd >= 0)
		return runtime_keep_event(a, fd, err);
	error_errno(err, -fd, "cannot open tracepoint %s for program %s", a->t.target, a->name);
	return runtime_refused(err, -fd);
}

int runtime_attach_raw_tracepoint(Attaching *a, Error *err)
{
	const char *event = strchr(a->t.target, ':') ? strchr(a->t.target, ':') + 1 : a->t.target;
	int fd = bpf_raw_tracepoint_open(event, runtime_program_of(a));

	if (fd >= 0)
		return runtime_keep(a, fd);
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

/* Not among user space's errno values, but what trampolines answer on some architectures. */
enum { KERNEL_ENOTSUPP = 524 };

/* Programs whose target was fixed when they were loaded: fentry, fexit, BTF tracepoints, LSM. */
int runtime_attach_trampoline(Attaching *a, Error *err)
{
	const char *loaded = a->m->programs[a->program].loaded_target;
	int fd;

	if (loaded && strcmp(loaded, a->t.target))
		return error_set(err, EBUSY, "program %s is loaded for %s and cannot be attached to %s; "
				 "load it once more in another module", a->name, loaded, a->t.target);
	fd = bpf_raw_tracepoint_open(NULL, runtime_program_of(a));
	if (fd >= 0)
		return runtime_keep(a, fd);
	if (fd == -KERNEL_ENOTSUPP || fd == -EOPNOTSUPP) {
		error_set(err, EOPNOTSUPP, "cannot attach program %s to %s: this kernel has no BPF "
			  "trampolines for this architecture", a->name, a->t.target);
		return error_remedy(err, "Use a kprobe or a tracepoint instead.");
	}
	error_errno(err, -fd, "cannot attach program %s to %s", a->name, a->t.target);
	if (fd == -EBUSY)
		return error_remedy(err, "Something else (a live patch, another tracer) holds the function.");
	return runtime_refused(err, -fd);
}

int runtime_attach_iterator(Attaching *a, Error *err)
{
	int fd = bpf_link_create(runtime_program_of(a), 0, BPF_TRACE_ITER, NULL);

	if (fd >= 0)
		return runtime_keep(a, fd);
	error_errno(err, -fd, "cannot attach program %s to iterator %s", a->name, a->t.target);
	if (fd == -EINVAL || fd == -EBADF)
		return error_remedy(err, "Iterators over the elements of a map need that map, which is not "
				    "supported.");
	return runtime_refused(err, -fd);
}

int runtime_read_iterator(Module *m, int program, Error *err)
{
	int link = runtime_attachment_fd(m, program, 0), fd;

	if (link < 0)
		return error_set(err, EINVAL, "program %s is not attached",
				 m->object->programs.v[program].name);
	fd = bpf_iter_create(link);
	if (fd >= 0)
		return fd;
	error_errno(err, -fd, "cannot run iterator %s", m->object->programs.v[program].name);
	return runtime_refused(err, -fd);
}
