/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps and global data into the kernel. BTF for a map is left out in a second try if the kernel
 * refuses it. The memory-lock limit, which kernels before 5.11 charge maps to, is raised only after
 * a refusal.
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <sys/resource.h>

/* Kernel names hold letters, digits, '_' and '.'. */
static const char *kernel_map_name(char out[BPF_OBJ_NAME_LEN], const char *name)
{
	size_t n = 0;

	for (; *name && n < BPF_OBJ_NAME_LEN - 1; name++)
		out[n++] = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
			   (*name >= '0' && *name <= '9') || *name == '.' ? *name : '_';
	out[n] = '\0';
	return out;
}

bool runtime_raise_memlock(void)
{
	static bool tried;
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	if (tried)
		return false;
	tried = true;
	return !setrlimit(RLIMIT_MEMLOCK, &limit);
}

static int create(int type, const char *name, uint32_t key, uint32_t value, uint32_t entries,
		  struct bpf_map_create_opts *opts)
{
	int fd = bpf_map_create((enum bpf_map_type)type, name, key, value, entries, opts);

	if (fd == -EPERM && runtime_raise_memlock())
		fd = bpf_map_create((enum bpf_map_type)type, name, key, value, entries, opts);
	if (fd < 0 && fd != -EPERM && opts->btf_fd) {
		opts->btf_fd = opts->btf_key_type_id = opts->btf_value_type_id = 0;
		fd = bpf_map_create((enum bpf_map_type)type, name, key, value, entries, opts);
	}
	return fd;
}

/* Map types whose entries the kernel lets BTF describe. */
static bool takes_btf(int type)
{
	switch (type) {
	case BPF_MAP_TYPE_HASH: case BPF_MAP_TYPE_PERCPU_HASH: case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH: case BPF_MAP_TYPE_ARRAY: case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_LPM_TRIE: case BPF_MAP_TYPE_SK_STORAGE: case BPF_MAP_TYPE_INODE_STORAGE:
	case BPF_MAP_TYPE_TASK_STORAGE:
		return true;
	default:
		return false;
	}
}

static int explain_map(const Module *m, int map, int code, Error *err)
{
	const BpfMap *d = &m->object->maps.v[map];
	const MapTypeInfo *info = map_type_info(d->type);
	uint32_t version = kernel_version();

	error_errno(err, code, "cannot create map %s (%s, key %u, value %u bytes, %u entries)", d->name,
		    info ? info->name : "unknown type", d->key_size, d->value_size,
		    m->maps[map].max_entries);
	if (info && info->since > version)
		return error_remedy(err, "Maps of type %s came with Linux %u.%u; this is %s.", info->name,
				    info->since >> 16, info->since >> 8 & 255, kernel_release());
	if (code == E2BIG || code == ENOMEM)
		return error_remedy(err, "Declare fewer entries.");
	return runtime_refused(err, code);
}

static int reuse_pinned(Module *m, int map)
{
	const BpfMap *d = &m->object->maps.v[map];

	m->maps[map].fd = d->pin_path ? bpf_obj_get(d->pin_path) : -1;
	return m->maps[map].fd;
}

static int create_map(Module *m, int map, int depth, Error *err)
{
	const BpfMap *d = &m->object->maps.v[map];
	MapState *s = &m->maps[map];
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = d->flags);
	char name[BPF_OBJ_NAME_LEN];
	int error;

	if (s->fd >= 0 || reuse_pinned(m, map) >= 0)
		return 0;
	if (d->inner >= 0 && d->inner < m->object->maps.n) {
		error = depth ? -EINVAL : create_map(m, d->inner, depth + 1, err);
		if (error)
			return error;
		opts.inner_map_fd = (uint32_t)m->maps[d->inner].fd;
	}
	if (d->entries_are_cpus && !s->max_entries)
		s->max_entries = (uint32_t)kernel_possible_cpus();
	if (m->btf_fd >= 0 && takes_btf(d->type) && (d->btf_key || d->btf_value)) {
		opts.btf_fd = (uint32_t)m->btf_fd;
		opts.btf_key_type_id = d->btf_key;
		opts.btf_value_type_id = d->btf_value;
	}
	s->fd = create(d->type, kernel_map_name(name, d->name), d->key_size, d->value_size,
		       s->max_entries, &opts);
	if (s->fd < 0)
		return explain_map(m, map, -s->fd, err);
	if (d->pin_path && (error = bpf_obj_pin(s->fd, d->pin_path)))
		return error_errno(err, -error, "cannot pin map %s at %s", d->name, d->pin_path);
	return 0;
}

static int create_data(Module *m, int section, Error *err)
{
	const BpfData *d = &m->object->data.v[section];
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = d->read_only ? BPF_F_RDONLY_PROG : 0);
	const uint8_t *bytes = runtime_section_bytes(m, section);
	char name[BPF_OBJ_NAME_LEN];
	uint32_t zero = 0;
	int error = 0, fd;

	if (!d->size)
		return 0;
	if (m->btf_fd >= 0 && d->btf_datasec) {
		opts.btf_fd = (uint32_t)m->btf_fd;
		opts.btf_value_type_id = d->btf_datasec;
	}
	fd = create(BPF_MAP_TYPE_ARRAY, kernel_map_name(name, d->name), 4, d->size, 1, &opts);
	if (fd < 0) {
		error_errno(err, -fd, "cannot create the map of global data %s (%u bytes)", d->name,
			    d->size);
		return runtime_refused(err, -fd);
	}
	m->data[section].fd = fd;
	if (bytes)
		error = bpf_map_update_elem(fd, &zero, bytes, BPF_ANY);
	if (!error && d->read_only)
		error = bpf_map_freeze(fd);
	return error ? error_errno(err, -error, "cannot fill global data %s", d->name) : 0;
}

/* Is this map an entry of another one? */
static bool is_entry(const Module *m, int map)
{
	for (int i = 0; i < m->object->maps.n; i++)
		for (int k = 0; k < m->object->maps.v[i].entries.n; k++)
			if (m->object->maps.v[i].entries.v[k].map == map)
				return true;
	return false;
}

/* Does an enabled program refer to this map or data section? */
static bool is_used(const Module *m, BpfRelocKind kind, int index)
{
	for (int i = 0; i < m->object->programs.n; i++) {
		const BpfProgram *p = &m->object->programs.v[i];

		for (int j = 0; m->programs[i].enabled && j < p->relocs.n; j++)
			if (p->relocs.v[j].kind == kind && p->relocs.v[j].index == index)
				return true;
	}
	return !m->options.only_used;
}

int runtime_create_maps(Module *m, Error *err)
{
	int error = 0;

	if (m->maps_created)
		return 0;
	runtime_load_btf(m);
	for (int i = 0; i < m->object->maps.n && !error; i++)
		if (is_used(m, RELOC_MAP, i) || is_entry(m, i))
			error = create_map(m, i, 0, err);
	for (int i = 0; i < m->object->data.n && !error; i++)
		if (is_used(m, RELOC_DATA, i))
			error = create_data(m, i, err);
	m->maps_created = !error;
	return error;
}

static int fill_map(Module *m, int map, Error *err)
{
	const BpfMap *d = &m->object->maps.v[map];
	int error = 0;

	for (int k = 0; k < d->entries.n && !error && m->maps[map].fd >= 0; k++) {
		const BpfEntry *e = &d->entries.v[k];
		int fd = e->map >= 0 ? m->maps[e->map].fd : m->programs[e->program].fd;

		if (fd >= 0)
			error = bpf_map_update_elem(m->maps[map].fd, &e->index, &fd, BPF_ANY);
		if (error)
			return error_errno(err, -error, "cannot set entry %u of map %s", e->index,
					   d->name);
	}
	return error;
}

int runtime_fill_entries(Module *m, Error *err)
{
	int error = 0;

	for (int i = 0; i < m->object->maps.n && !error; i++)
		error = fill_map(m, i, err);
	return error;
}
