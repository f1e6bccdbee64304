/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public interface (include/bcc/bcc.h) over the compiler and the runtime. A module goes through
 * two states: text compiled but not yet code, while constants can be bound; and an object with a
 * Module. need_object makes the step.
 */
#include "bcc/bcc.h"

#include "bpf/compile.h"
#include "internal.h"

#include <errno.h>
#include <stdlib.h>

struct bcc_error {
	Error e;
};

struct bcc_map {
	bcc_module *module;
	int index;
};

struct bcc_module {
	Arena *arena;
	char *name;
	char *text;                /* of the source; NULL for an object file */
	Host host;
	BpfCompileOptions compile_options;
	BpfCompilation *compilation;
	const BpfObject *object;   /* NULL: not yet generated */
	RuntimeOptions options;
	Module *m;
	bcc_map *maps;
	bool failed;               /* code could not be generated */
	StrBuf warnings;
	bcc_event_fn **callbacks;  /* by map */
	void **selves;
};

const char *bcc_version(void)
{
	return BCC_VERSION;
}

/* Errors --------------------------------------------------------------------------------------- */

static int report(bcc_error **error, Error *e)
{
	int code = e->code;

	if (error && !*error && (*error = malloc(sizeof(**error))))
		(*error)->e = *e;
	else
		error_clear(e);
	return -code;
}

int bcc_error_code(const bcc_error *error)
{
	return error->e.code;
}

const char *bcc_error_message(const bcc_error *error)
{
	return error->e.message;
}

const char *bcc_error_remedy(const bcc_error *error)
{
	return error->e.remedy;
}

const char *bcc_error_log(const bcc_error *error)
{
	return error->e.log ? error->e.log : "";
}

void bcc_error_free(bcc_error *error)
{
	if (!error)
		return;
	error_clear(&error->e);
	free(error);
}

/* Making --------------------------------------------------------------------------------------- */

static bcc_options known_options(const bcc_options *given)
{
	bcc_options o = { 0 };

	if (given)
		memcpy(&o, given, given->size < sizeof(o) ? given->size : sizeof(o));
	return o;
}

static bcc_module *new_module(const bcc_options *o, const char *name)
{
	Arena *a = arena_new();
	bcc_module *b = NEW(a, bcc_module);

	b->arena = a;
	b->name = arena_strdup(a, o->name ? o->name : name);
	b->options.perf_pages = o->perf_pages;
	return b;
}

static int diags_to_error(const bcc_module *b, Error *e)
{
	const Diags *d = bpf_compile_diags(b->compilation);
	StrBuf text = { 0 };

	if (!e)
		return -EINVAL;
	diags_render(d, &text, false);
	error_set(e, EINVAL, "%s does not compile: %d error%s", b->name, d->errors,
		  d->errors == 1 ? "" : "s");
	e->log = text.p;
	return -EINVAL;
}

static void keep_warnings(bcc_module *b)
{
	sb_clear(&b->warnings);
	diags_render(bpf_compile_diags(b->compilation), &b->warnings, false);
}

/* Copies the flags, which the compiler reads until code is generated. */
static void copy_flags(bcc_module *b, const bcc_options *o)
{
	const char **flags = NEW_ARRAY(b->arena, const char *, o->n_cflags + 1);

	for (int i = 0; i < o->n_cflags; i++)
		flags[i] = arena_strdup(b->arena, o->cflags[i]);
	b->compile_options = (BpfCompileOptions){
		.lang = { .name = b->name, .cflags = flags, .n_cflags = o->n_cflags }, .optimise = 2,
	};
}

bcc_module *bcc_module_from_text(const char *text, size_t length, const bcc_options *options,
				 bcc_error **error)
{
	bcc_options o = known_options(options);
	bcc_module *b = new_module(&o, "program");
	Error e = { 0 };

	b->text = arena_strndup(b->arena, text, length);
	copy_flags(b, &o);
	kernel_host(&b->host);
	b->compilation = bpf_compile_begin(b->text, length, &b->compile_options, &b->host);
	if (!bpf_compile_diags(b->compilation)->errors) {
		keep_warnings(b);
		return b;
	}
	diags_to_error(b, &e);
	report(error, &e);
	bcc_module_free(b);
	return NULL;
}

bcc_module *bcc_module_from_object(const char *path, const bcc_options *options, bcc_error **error)
{
	bcc_options o = known_options(options);
	bcc_module *b = new_module(&o, path);
	Error e = { 0 };

	b->object = bpf_object_read(b->arena, path, &e);
	if (b->object)
		return b;
	report(error, &e);
	bcc_module_free(b);
	return NULL;
}

bcc_module *bcc_module_from_file(const char *path, const bcc_options *options, bcc_error **error)
{
	bcc_options o = known_options(options);
	Error e = { 0 };
	bcc_module *b;
	size_t size;
	char *text = file_read(path, &size);

	if (!text) {
		error_errno(&e, errno, "cannot read %s", path);
		report(error, &e);
		return NULL;
	}
	o.size = sizeof(o);
	if (!o.name)
		o.name = path;
	if (size >= 4 && !memcmp(text, "\177ELF", 4))
		b = bcc_module_from_object(path, &o, error);
	else
		b = bcc_module_from_text(text, size, &o, error);
	free(text);
	return b;
}

void bcc_module_free(bcc_module *b)
{
	if (!b)
		return;
	runtime_free(b->m);
	if (b->compilation)
		bpf_compile_free(b->compilation);
	sb_free(&b->warnings);
	arena_free(b->arena);
}

const char *bcc_module_warnings(bcc_module *b)
{
	return b->warnings.p ? b->warnings.p : "";
}

/* From text to object -------------------------------------------------------------------------- */

static void make_maps(bcc_module *b)
{
	int n = b->object->maps.n;

	b->maps = NEW_ARRAY(b->arena, bcc_map, n + 1);
	b->callbacks = NEW_ARRAY(b->arena, bcc_event_fn *, n + 1);
	b->selves = NEW_ARRAY(b->arena, void *, n + 1);
	for (int i = 0; i < n; i++)
		b->maps[i] = (bcc_map){ b, i };
}

/* The runtime's module, with code generated if need be. NULL with e set after compile errors. */
static Module *need_module(bcc_module *b, Error *e)
{
	if (b->m)
		return b->m;
	if (!b->object && !b->failed) {
		b->object = bpf_compile_finish(b->compilation);
		keep_warnings(b);
		kernel_release_btf();
	}
	b->failed = !b->object;
	if (b->failed) {
		diags_to_error(b, e);
		return NULL;
	}
	b->m = runtime_new(b->object, &b->options);
	make_maps(b);
	return b->m;
}

int bcc_module_bind(bcc_module *b, const char *global, int64_t value)
{
	GlobalPlace g;

	if (b->compilation && !b->object)
		return bpf_compile_bind(b->compilation, global, value) ? 0 : -ENOENT;
	if (b->compilation || (b->m && b->m->maps_created))
		return -EBUSY;
	if (!need_module(b, NULL) || !runtime_find_global(b->m, global, &g) || g.size > sizeof(value))
		return -ENOENT;
	return runtime_set_data(b->m, g.section, g.offset, &value, g.size);
}

int bcc_module_set_global(bcc_module *b, const char *global, const void *value, size_t size)
{
	return need_module(b, NULL) ? runtime_set_global(b->m, global, value, size) : -EINVAL;
}

int bcc_module_get_global(bcc_module *b, const char *global, void *value, size_t size)
{
	return need_module(b, NULL) ? runtime_get_global(b->m, global, value, size) : -EINVAL;
}

const char *bcc_module_program(bcc_module *b, int index)
{
	if (!need_module(b, NULL) || index < 0 || index >= b->object->programs.n)
		return NULL;
	return b->object->programs.v[index].name;
}

int bcc_module_program_fd(bcc_module *b, const char *program)
{
	int fd = need_module(b, NULL) ? runtime_program_fd(b->m, runtime_find_program(b->m, program)) : -1;

	return fd < 0 ? -ENOENT : fd;
}

int bcc_module_load(bcc_module *b, bcc_error **error)
{
	Error e = { 0 };
	int result = need_module(b, &e) ? runtime_load(b->m, &e) : -EINVAL;

	kernel_release_btf();
	return result < 0 ? report(error, &e) : result;
}

/* Attaching ------------------------------------------------------------------------------------ */

int bcc_module_attach_all(bcc_module *b, bcc_error **error)
{
	Error e = { 0 };
	int result = need_module(b, &e) ? runtime_load(b->m, &e) : -EINVAL;

	if (!result)
		result = runtime_attach_all(b->m, &e);
	kernel_release_btf();
	return result < 0 ? report(error, &e) : result;
}

_Static_assert((int)BCC_XDP_GENERIC == (int)ATTACH_GENERIC && (int)BCC_XDP_NATIVE == (int)ATTACH_NATIVE &&
	       (int)BCC_XDP_OFFLOAD == (int)ATTACH_OFFLOAD && (int)BCC_EGRESS == (int)ATTACH_EGRESS &&
	       (int)BCC_CLSACT == (int)ATTACH_CLSACT, "public flags are the runtime's");

/* Index of the program with *t filled in, or -errno. */
static int take_options(bcc_module *b, const char *program, const bcc_attach_options *given, AttachTarget *t,
			Error *e)
{
	bcc_attach_options o = { 0 };
	int index = runtime_find_program(b->m, program);

	if (given)
		memcpy(&o, given, given->size < sizeof(o) ? given->size : sizeof(o));
	if (index < 0)
		return error_set(e, ENOENT, "%s has no program %s", b->name, program);
	*t = (AttachTarget){
		.target = o.target, .pid = o.pid, .offset = o.offset, .perf_type = o.perf_type,
		.perf_config = o.perf_config, .period = o.period, .frequency = o.frequency,
		.cpu = o.cpu, .cpu_only = o.cpu_only, .flags = o.flags,
	};
	if (!o.kind)
		return index;
	t->kind = attach_kind_by_name(str_of(o.kind));
	if (t->kind == ATTACH_NONE)
		return error_set(e, EINVAL, "\"%s\" is no kind of attachment", o.kind);
	return index;
}

int bcc_module_attach(bcc_module *b, const char *program, const bcc_attach_options *options,
		      bcc_error **error)
{
	Error e = { 0 };
	AttachTarget t;
	int result = need_module(b, &e) ? take_options(b, program, options, &t, &e) : -EINVAL;

	if (result >= 0)
		result = runtime_attach(b->m, result, &t, &e);
	kernel_release_btf();
	return result < 0 ? report(error, &e) : result;
}

int bcc_module_attach_later(bcc_module *b, const char *program, const bcc_attach_options *options,
			    bcc_error **error)
{
	Error e = { 0 };
	AttachTarget t;
	int result = need_module(b, &e) ? take_options(b, program, options, &t, &e) : -EINVAL;

	if (result >= 0)
		result = runtime_attach_later(b->m, result, &t, &e);
	return result < 0 ? report(error, &e) : result;
}

int bcc_module_attachment_fd(bcc_module *b, const char *program, int index)
{
	int p = b->m ? runtime_find_program(b->m, program) : -1;
	int fd = p < 0 ? -1 : runtime_attachment_fd(b->m, p, index);

	return fd < 0 ? -ENOENT : fd;
}

int bcc_module_read_iterator(bcc_module *b, const char *program, bcc_error **error)
{
	Error e = { 0 };
	int p = b->m ? runtime_find_program(b->m, program) : -1, result;

	result = p < 0 ? error_set(&e, ENOENT, "%s has no attached program %s", b->name, program) :
		 runtime_read_iterator(b->m, p, &e);
	return result < 0 ? report(error, &e) : result;
}

const char *bcc_module_notes(bcc_module *b)
{
	return b->m ? runtime_notes(b->m) : "";
}

int bcc_module_detach(bcc_module *b, const char *program)
{
	int index;

	if (!b->m)
		return program ? -ENOENT : 0;
	index = program ? runtime_find_program(b->m, program) : -1;
	if (program && index < 0)
		return -ENOENT;
	runtime_detach(b->m, index);
	return 0;
}

/* Events --------------------------------------------------------------------------------------- */

static void pass_on(void *self, int cpu, const void *data, uint32_t size)
{
	const bcc_map *map = self;

	map->module->callbacks[map->index](map->module->selves[map->index], cpu, data, size);
}

int bcc_module_on_events(bcc_module *b, const char *map, bcc_event_fn *callback, void *self,
			 bcc_error **error)
{
	int index, result = -EINVAL;
	Error e = { 0 };

	if (need_module(b, &e)) {
		index = runtime_find_map(b->m, map);
		if (index < 0) {
			result = error_set(&e, ENOENT, "%s has no map %s", b->name, map);
		} else {
			b->callbacks[index] = callback;
			b->selves[index] = self;
			result = runtime_on_events(b->m, index, pass_on, &b->maps[index], &e);
		}
	}
	return result < 0 ? report(error, &e) : result;
}

int bcc_module_poll(bcc_module *b, int timeout_ms)
{
	return b->m ? runtime_poll(b->m, timeout_ms) : -EINVAL;
}

void bcc_module_stop(bcc_module *b)
{
	if (b->m)
		runtime_stop_polling(b->m);
}

int bcc_module_fd(bcc_module *b)
{
	return b->m ? runtime_epoll_fd(b->m) : -1;
}

uint64_t bcc_module_lost(bcc_module *b)
{
	return b->m ? runtime_lost(b->m, -1) : 0;
}

/* Maps ----------------------------------------------------------------------------------------- */

bcc_map *bcc_module_map(bcc_module *b, const char *name)
{
	int index = need_module(b, NULL) ? runtime_find_map(b->m, name) : -1;

	return index < 0 ? NULL : &b->maps[index];
}

const char *bcc_map_name(const bcc_map *map)
{
	return map->module->object->maps.v[map->index].name;
}

int bcc_map_fd(const bcc_map *map)
{
	return runtime_map_fd(map->module->m, map->index);
}

size_t bcc_map_key_size(const bcc_map *map)
{
	return map->module->object->maps.v[map->index].key_size;
}

size_t bcc_map_value_size(const bcc_map *map)
{
	return runtime_map_value_bytes(map->module->m, map->index);
}

int bcc_map_lookup(const bcc_map *map, const void *key, void *value)
{
	return runtime_map_lookup(map->module->m, map->index, key, value);
}

int bcc_map_update(const bcc_map *map, const void *key, const void *value, uint64_t flags)
{
	return runtime_map_update(map->module->m, map->index, key, value, flags);
}

int bcc_map_delete(const bcc_map *map, const void *key)
{
	return runtime_map_delete(map->module->m, map->index, key);
}

_Static_assert((int)BCC_MAP_CLEAR == (int)MAP_CLEAR && (int)BCC_MAP_SUM == (int)MAP_SUM &&
	       (int)BCC_MAP_SKIP_ZERO == (int)MAP_SKIP_ZERO, "public flags are the runtime's");

int bcc_map_each(const bcc_map *map, int flags, bcc_map_fn *callback, void *self, bcc_error **error)
{
	MapEntries entries;
	Error e = { 0 };
	int n = 0;

	if (runtime_map_read(map->module->m, map->index, flags, &entries, &e) < 0)
		return report(error, &e);
	for (uint32_t i = 0; i < entries.n; i++) {
		n++;
		if (callback(self, map_key(&entries, i), map_value(&entries, i)))
			break;
	}
	runtime_map_entries_free(&entries);
	return n;
}

int bcc_map_clear(const bcc_map *map, bcc_error **error)
{
	Error e = { 0 };

	return runtime_map_clear(map->module->m, map->index, &e) < 0 ? report(error, &e) : 0;
}
