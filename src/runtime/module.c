/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Module: what the object declares plus what it has become in the kernel. Making one costs no
 * system call; global data is copied only when it is changed.
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

Module *runtime_new(const BpfObject *object, const RuntimeOptions *options)
{
	Arena *a = arena_new();
	Module *m = NEW(a, Module);

	m->arena = a;
	m->object = object;
	if (options)
		m->options = *options;
	m->btf_fd = m->epoll_fd = -1;
	m->maps = NEW_ARRAY(a, MapState, object->maps.n + 1);
	m->data = NEW_ARRAY(a, DataState, object->data.n + 1);
	m->programs = NEW_ARRAY(a, ProgramState, object->programs.n + 1);
	for (int i = 0; i < object->maps.n; i++)
		m->maps[i] = (MapState){ .fd = -1, .max_entries = object->maps.v[i].max_entries };
	for (int i = 0; i < object->data.n; i++)
		m->data[i].fd = -1;
	for (int i = 0; i < object->programs.n; i++) {
		const BpfProgram *p = &object->programs.v[i];

		m->programs[i] = (ProgramState){
			.fd = -1, .enabled = true, .type = p->type,
			.attach_type = p->expected_attach_type, .attach = p->attach,
			.target = p->attach_target,
		};
	}
	return m;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_buffers(Module *m)
{
	for (int i = 0; i < m->buffers.n; i++) {
		EventBuffer *b = m->buffers.v[i];

		for (int r = 0; r < b->n_rings; r++)
			if (b->rings[r].cpu < 0)
				runtime_ringbuf_close(&b->rings[r]);
			else
				runtime_perfbuf_close(&b->rings[r]);
	}
	m->buffers.n = 0;
	close_fd(&m->epoll_fd);
}

void runtime_free(Module *m)
{
	if (!m)
		return;
	runtime_detach(m, -1);
	close_buffers(m);
	for (int i = 0; i < m->object->programs.n; i++)
		close_fd(&m->programs[i].fd);
	for (int i = 0; i < m->object->maps.n; i++)
		close_fd(&m->maps[i].fd);
	for (int i = 0; i < m->object->data.n; i++)
		close_fd(&m->data[i].fd);
	close_fd(&m->btf_fd);
	sb_free(&m->notes);
	arena_free(m->arena);
}

const BpfObject *runtime_object(const Module *m)
{
	return m->object;
}

/* Look-ups ------------------------------------------------------------------------------------- */

int runtime_find_map(const Module *m, const char *name)
{
	for (int i = 0; i < m->object->maps.n; i++)
		if (!strcmp(m->object->maps.v[i].name, name))
			return i;
	return -1;
}

int runtime_find_program(const Module *m, const char *name)
{
	for (int i = 0; i < m->object->programs.n; i++)
		if (!strcmp(m->object->programs.v[i].name, name))
			return i;
	return -1;
}

static bool has_map(const Module *m, int map)
{
	return map >= 0 && map < m->object->maps.n;
}

static bool has_program(const Module *m, int program)
{
	return program >= 0 && program < m->object->programs.n;
}

int runtime_map_fd(const Module *m, int map)
{
	return has_map(m, map) ? m->maps[map].fd : -1;
}

int runtime_program_fd(const Module *m, int program)
{
	return has_program(m, program) ? m->programs[program].fd : -1;
}

const Btf *runtime_btf(Module *m)
{
	if (!m->btf && m->object->btf)
		m->btf = btf_open(m->arena, m->object->btf, m->object->btf_size, NULL, NULL);
	return m->btf;
}

/* Changes before load -------------------------------------------------------------------------- */

void runtime_set_max_entries(Module *m, int map, uint32_t n)
{
	if (has_map(m, map))
		m->maps[map].max_entries = n;
}

void runtime_use_map(Module *m, int map, int fd)
{
	if (!has_map(m, map))
		return;
	close_fd(&m->maps[map].fd);
	m->maps[map].fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

void runtime_enable(Module *m, int program, bool on)
{
	if (has_program(m, program))
		m->programs[program].enabled = on;
}

void runtime_set_program_type(Module *m, int program, int type, int expected_attach_type)
{
	if (!has_program(m, program))
		return;
	m->programs[program].type = type;
	m->programs[program].attach_type = expected_attach_type;
}

void runtime_set_target(Module *m, int program, AttachKind kind, const char *target)
{
	if (!has_program(m, program))
		return;
	if (kind != ATTACH_NONE)
		m->programs[program].attach = kind;
	if (target)
		m->programs[program].target = arena_strdup(m->arena, target);
}

/* Global data ---------------------------------------------------------------------------------- */

bool runtime_find_global(Module *m, const char *name, GlobalPlace *out)
{
	const Btf *b = runtime_btf(m);

	for (int i = 0; b && i < m->object->data.n; i++) {
		const struct btf_type *sec = btf_type(b, m->object->data.v[i].btf_datasec);
		const struct btf_var_secinfo *v;

		for (int k = 0; sec && (v = btf_secinfo_at(b, sec, k)); k++) {
			if (strcmp(btf_type_name(b, btf_type(b, v->type)), name))
				continue;
			*out = (GlobalPlace){ i, v->offset, v->size };
			return true;
		}
	}
	return false;
}

const uint8_t *runtime_section_bytes(const Module *m, int section)
{
	return m->data[section].bytes ? m->data[section].bytes : m->object->data.v[section].bytes;
}

static bool is_within(const Module *m, int section, uint32_t offset, uint32_t size)
{
	const BpfData *d;

	if (section < 0 || section >= m->object->data.n)
		return false;
	d = &m->object->data.v[section];
	return offset <= d->size && size <= d->size - offset;
}

static uint8_t *own_bytes(Module *m, int section)
{
	const BpfData *d = &m->object->data.v[section];
	DataState *s = &m->data[section];

	if (s->bytes)
		return s->bytes;
	s->bytes = arena_alloc(m->arena, d->size);
	if (d->bytes)
		memcpy(s->bytes, d->bytes, d->size);
	return s->bytes;
}

int runtime_set_data(Module *m, int section, uint32_t offset, const void *bytes, uint32_t size)
{
	uint32_t zero = 0;
	uint8_t *own;

	if (!is_within(m, section, offset, size))
		return -EINVAL;
	if (m->maps_created && m->object->data.v[section].read_only)
		return -EPERM;
	own = own_bytes(m, section);
	if (m->data[section].fd >= 0) {
		int error = bpf_map_lookup_elem(m->data[section].fd, &zero, own);

		if (error)
			return error;
	}
	memcpy(own + offset, bytes, size);
	if (m->data[section].fd < 0)
		return 0;
	return bpf_map_update_elem(m->data[section].fd, &zero, own, BPF_ANY);
}

int runtime_get_data(Module *m, int section, uint32_t offset, void *bytes, uint32_t size)
{
	uint32_t zero = 0;
	int error = 0;

	if (!is_within(m, section, offset, size))
		return -EINVAL;
	if (m->data[section].fd >= 0 && !m->object->data.v[section].read_only)
		error = bpf_map_lookup_elem(m->data[section].fd, &zero, own_bytes(m, section));
	if (error)
		return error;
	if (runtime_section_bytes(m, section))
		memcpy(bytes, runtime_section_bytes(m, section) + offset, size);
	else
		memset(bytes, 0, size);
	return 0;
}

int runtime_set_global(Module *m, const char *name, const void *value, size_t size)
{
	GlobalPlace g;

	if (!runtime_find_global(m, name, &g))
		return -ENOENT;
	return g.size == size ? runtime_set_data(m, g.section, g.offset, value, g.size) : -EINVAL;
}

int runtime_get_global(Module *m, const char *name, void *value, size_t size)
{
	GlobalPlace g;

	if (!runtime_find_global(m, name, &g))
		return -ENOENT;
	return g.size == size ? runtime_get_data(m, g.section, g.offset, value, g.size) : -EINVAL;
}

/* Rights --------------------------------------------------------------------------------------- */

int runtime_refused(Error *err, int code)
{
	const char *missing;

	if (!err || (code != EPERM && code != EACCES))
		return -code;
	missing = kernel_missing_capabilities();
	if (*missing)
		return error_remedy(err, "%s missing: run as root.", missing);
	if (strcmp(kernel_lockdown(), "none") && strcmp(kernel_lockdown(), "unknown"))
		return error_remedy(err, "The kernel is locked down (%s).", kernel_lockdown());
	return -code;
}
