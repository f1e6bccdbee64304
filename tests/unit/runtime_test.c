/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime: objects made by hand (instructions, maps, BTF) are loaded into the live kernel, attached,
 * fed by system calls of this process, read, and must leave nothing behind.
 */
#include "btf/btf.h"
#include "kernel/kernel.h"
#include "runtime/runtime.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { CALLS = 500, EVENT = 16 };

/* Instructions --------------------------------------------------------------------------------- */

#define I(op, dst, src, offset, value) \
	((struct bpf_insn){ .code = (op), .dst_reg = (dst), .src_reg = (src), .off = (offset), \
			    .imm = (value) })
#define MOV(dst, src) I(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define SET(dst, value) I(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define ADD(dst, value) I(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, value)
#define SHR(dst, value) I(BPF_ALU64 | BPF_RSH | BPF_K, dst, 0, 0, value)
#define CALL(id) I(BPF_JMP | BPF_CALL, 0, 0, 0, id)
#define EXIT I(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define STORE(size, dst, offset, src) I(BPF_STX | BPF_MEM | (size), dst, src, offset, 0)
#define LOAD(size, dst, src, offset) I(BPF_LDX | BPF_MEM | (size), dst, src, offset, 0)
#define JNE(a, b, offset) I(BPF_JMP | BPF_JNE | BPF_X, a, b, offset, 0)
#define ATOMIC_ADD(dst, src) I(BPF_STX | BPF_ATOMIC | BPF_DW, dst, src, 0, BPF_ADD)

/* An object being made: .rodata { u32 target; }, .bss { u64 calls; }, and programs. */
typedef struct Builder {
	BpfObject o;
	BtfWriter *w;
	uint32_t u32, u64, proto;
} Builder;

static void put(Builder *b, struct bpf_insn insn)
{
	vec_push(b->o.arena, &vec_last(&b->o.programs).insns, insn);
}

static void put_wide(Builder *b, int dst, BpfRelocKind kind, int index, int64_t addend)
{
	BpfProgram *p = &vec_last(&b->o.programs);

	vec_push(b->o.arena, &p->relocs, (BpfReloc){ kind, (uint32_t)p->insns.n, index, addend });
	put(b, I(BPF_LD | BPF_DW | BPF_IMM, dst, 0, 0, 0));
	put(b, I(0, 0, 0, 0, 0));
}

static void add_section(Builder *b, const char *name, const char *variable, uint32_t type, uint32_t size,
			bool read_only)
{
	uint32_t var = btf_add_var(b->w, variable, type, BTF_VAR_GLOBAL_ALLOCATED);
	uint32_t sec = btf_begin_datasec(b->w, name, size);

	btf_add_secinfo(b->w, var, 0, size);
	vec_push(b->o.arena, &b->o.data, (BpfData){
		.name = name, .size = size, .read_only = read_only, .btf_datasec = sec });
}

/* btf_add_param must follow its prototype, so the pointer has to exist first. */
static Builder *new_builder(void)
{
	Arena *a = arena_new();
	Builder *b = NEW(a, Builder);
	uint32_t pointer;

	b->o = (BpfObject){ .arena = a, .name = "test", .license = "GPL" };
	b->w = btf_writer_new(a);
	b->u32 = btf_add_int(b->w, "unsigned int", 4, 0, 32);
	b->u64 = btf_add_int(b->w, "unsigned long", 8, 0, 64);
	pointer = btf_add_ref(b->w, BTF_KIND_PTR, NULL, 0);
	b->proto = btf_begin_func_proto(b->w, b->u32);
	btf_add_param(b->w, "ctx", pointer);
	add_section(b, ".rodata", "target", b->u32, 4, true);
	add_section(b, ".bss", "calls", b->u64, 8, false);
	return b;
}

static int add_map(Builder *b, const char *name, int type, uint32_t key, uint32_t value, uint32_t entries)
{
	vec_push(b->o.arena, &b->o.maps, (BpfMap){
		.name = name, .type = type, .key_size = key, .value_size = value, .max_entries = entries,
		.entries_are_cpus = type == BPF_MAP_TYPE_PERF_EVENT_ARRAY, .inner = -1,
		.btf_key = key == 4 ? b->u32 : 0, .btf_value = value == 8 ? b->u64 : 0 });
	return b->o.maps.n - 1;
}

static BpfProgram *add_program(Builder *b, const char *name, int type, AttachKind kind, const char *target)
{
	uint32_t func = btf_add_func(b->w, name, b->proto, BTF_FUNC_GLOBAL);

	vec_push(b->o.arena, &b->o.programs, (BpfProgram){
		.name = name, .kernel_name = name, .type = type, .expected_attach_type = -1,
		.attach = kind, .attach_target = target, .attached_by_name = true });
	vec_push(b->o.arena, &vec_last(&b->o.programs).funcs, (BpfFuncInfo){ 0, func });
	return &vec_last(&b->o.programs);
}

/* Leaves the program unless the process is `target`; then calls++ and stack[-16] = calls before. */
static void put_filter(Builder *b)
{
	put(b, MOV(6, 1));
	put(b, CALL(BPF_FUNC_get_current_pid_tgid));
	put(b, SHR(0, 32));
	put_wide(b, 1, RELOC_DATA, 0, 0);
	put(b, LOAD(BPF_W, 1, 1, 0));
	put(b, I(BPF_JMP | BPF_JEQ | BPF_X, 0, 1, 2, 0));
	put(b, SET(0, 0));
	put(b, EXIT);
	put(b, STORE(BPF_DW, 10, -8, 0));
	put_wide(b, 7, RELOC_DATA, 1, 0);
	put(b, LOAD(BPF_DW, 2, 7, 0));
	put(b, STORE(BPF_DW, 10, -16, 2));
	put(b, SET(1, 1));
	put(b, ATOMIC_ADD(7, 1));
}

static void put_perf_output(Builder *b, int map)
{
	put(b, MOV(1, 6));
	put_wide(b, 2, RELOC_MAP, map, 0);
	put(b, I(BPF_ALU | BPF_MOV | BPF_K, 3, 0, 0, -1));
	put(b, MOV(4, 10));
	put(b, ADD(4, -EVENT));
	put(b, SET(5, EVENT));
	put(b, CALL(BPF_FUNC_perf_event_output));
	put(b, SET(0, 0));
	put(b, EXIT);
}

static void put_ring_output(Builder *b, int map)
{
	put_wide(b, 1, RELOC_MAP, map, 0);
	put(b, MOV(2, 10));
	put(b, ADD(2, -EVENT));
	put(b, SET(3, EVENT));
	put(b, SET(4, 0));
	put(b, CALL(BPF_FUNC_ringbuf_output));
	put(b, SET(0, 0));
	put(b, EXIT);
}

static const BpfObject *finish(Builder *b)
{
	b->o.btf = btf_finish(b->w, &b->o.btf_size);
	return &b->o;
}

static bool may_load(void)
{
	return !*kernel_missing_capabilities() && kernel_has_tracepoint("syscalls", "sys_enter_getppid");
}

/* One map "events" and one program "rt_emit" on getppid. */
static Builder *emitter(int map_type)
{
	Builder *b = new_builder();
	int map = map_type == BPF_MAP_TYPE_RINGBUF ? add_map(b, "rt_events", map_type, 0, 0, 64 << 10) :
		  add_map(b, "rt_events", map_type, 4, 4, 0);

	add_program(b, "rt_emit", BPF_PROG_TYPE_TRACEPOINT, ATTACH_TRACEPOINT, "syscalls:sys_enter_getppid");
	put_filter(b);
	if (map_type == BPF_MAP_TYPE_RINGBUF)
		put_ring_output(b, map);
	else
		put_perf_output(b, map);
	return b;
}

static void target_this_process(Module *m)
{
	uint32_t pid = (uint32_t)getpid();

	assert_int_equal(runtime_set_global(m, "target", &pid, sizeof(pid)), 0);
}

static void cause(int calls)
{
	for (int i = 0; i < calls; i++)
		syscall(SYS_getppid);
}

typedef struct Seen { uint64_t events, wrong, limit; Module *m; } Seen;

static void see(void *self, int cpu, const void *data, uint32_t size)
{
	const uint64_t *event = data;
	Seen *s = self;

	(void)cpu;
	s->wrong += size < EVENT || event[1] != (uint64_t)getpid() || (uintptr_t)data % 8;
	s->events++;
	if (s->events == s->limit)
		runtime_stop_polling(s->m);
}

/* Events --------------------------------------------------------------------------------------- */

static void events_arrive(int map_type)
{
	Builder *b = emitter(map_type);
	Module *m = runtime_new(finish(b), NULL);
	uint64_t calls = 0;
	Seen seen = { .m = m };
	Error err = { 0 };

	target_this_process(m);
	assert_int_equal(runtime_on_events(m, 0, see, &seen, &err), 0);
	assert_string_equal(err.message, "");
	assert_int_equal(runtime_load(m, &err), 0);
	assert_string_equal(err.message, "");
	assert_int_equal(runtime_attach_all(m, &err), 1);
	assert_string_equal(err.message, "");
	cause(CALLS);
	runtime_detach(m, -1);
	while (runtime_poll(m, 0) > 0)
		;
	assert_int_equal(runtime_get_global(m, "calls", &calls, sizeof(calls)), 0);
	assert_int_equal(calls, CALLS);
	assert_int_equal(seen.events + runtime_lost(m, -1), CALLS);
	assert_int_equal(seen.wrong, 0);
	assert_int_equal(runtime_set_global(m, "target", &calls, 4), -EPERM);
	calls = 7;
	assert_int_equal(runtime_set_global(m, "calls", &calls, 8), 0);
	calls = 0;
	runtime_get_global(m, "calls", &calls, 8);
	assert_int_equal(calls, 7);
	runtime_free(m);
	arena_free(b->o.arena);
}

static void perf_events_arrive(void **state)
{
	(void)state;
	if (!may_load())
		skip();
	events_arrive(BPF_MAP_TYPE_PERF_EVENT_ARRAY);
}

static void ring_events_arrive(void **state)
{
	(void)state;
	if (!may_load() || kernel_version() < KVERSION(5, 8))
		skip();
	events_arrive(BPF_MAP_TYPE_RINGBUF);
}

static void full_perf_buffer_counts_what_it_drops(void **state)
{
	RuntimeOptions options = { .perf_pages = 1 };
	Builder *b = emitter(BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	Module *m = runtime_new(finish(b), &options);
	Seen seen = { .m = m };

	(void)state;
	if (!may_load())
		skip();
	target_this_process(m);
	assert_int_equal(runtime_on_events(m, 0, see, &seen, NULL), 0);
	assert_int_equal(runtime_attach_all(m, NULL), 1);
	cause(3000);
	if (kernel_version() < KVERSION(6, 0)) {
		/* the loss is told with the next record that fits */
		runtime_poll(m, 0);
		cause(1);
	}
	runtime_detach(m, -1);
	while (runtime_poll(m, 0) > 0)
		;
	assert_true(runtime_lost(m, 0) > 0);
	assert_int_equal(seen.events + runtime_lost(m, -1), kernel_version() < KVERSION(6, 0) ? 3001 : 3000);
	runtime_free(m);
	arena_free(b->o.arena);
}

static void a_poll_can_be_stopped_and_resumed(void **state)
{
	Builder *b = emitter(BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	Module *m = runtime_new(finish(b), NULL);
	Seen seen = { .m = m, .limit = 3 };

	(void)state;
	if (!may_load())
		skip();
	target_this_process(m);
	runtime_on_events(m, 0, see, &seen, NULL);
	assert_int_equal(runtime_attach_all(m, NULL), 1);
	cause(10);
	runtime_detach(m, -1);
	assert_int_equal(runtime_poll(m, 100), 3);
	while (runtime_poll(m, 100) > 0)
		;
	assert_int_equal(seen.events, 10);
	runtime_free(m);
	arena_free(b->o.arena);
}

/* Raw tracepoint and socket filter by test run ------------------------------------------------- */

static void programs_run_by_test_run(void **state)
{
	Builder *b = new_builder();
	Module *m;
	char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet));

	(void)state;
	if (!may_load())
		skip();
	add_program(b, "rt_filter", BPF_PROG_TYPE_SOCKET_FILTER, ATTACH_SOCKET_FILTER, NULL);
	put_wide(b, 1, RELOC_DATA, 0, 0);
	put(b, LOAD(BPF_W, 0, 1, 0));
	put(b, EXIT);
	m = runtime_new(finish(b), NULL);
	target_this_process(m);
	assert_int_equal(runtime_load(m, NULL), 0);
	assert_int_equal(bpf_prog_test_run_opts(runtime_program_fd(m, 0), &run), 0);
	assert_int_equal(run.retval, getpid());
	runtime_free(m);
	arena_free(b->o.arena);
}

static void raw_tracepoints_attach(void **state)
{
	Builder *b = new_builder();
	Module *m;
	uint64_t calls = 0;
	Error err = { 0 };

	(void)state;
	if (!may_load())
		skip();
	add_program(b, "rt_raw", BPF_PROG_TYPE_RAW_TRACEPOINT, ATTACH_RAW_TRACEPOINT, "sys_enter");
	put_filter(b);
	put(b, SET(0, 0));
	put(b, EXIT);
	add_program(b, "rt_none", BPF_PROG_TYPE_RAW_TRACEPOINT, ATTACH_RAW_TRACEPOINT, "no_such_event");
	put(b, SET(0, 0));
	put(b, EXIT);
	m = runtime_new(finish(b), NULL);
	target_this_process(m);
	assert_int_equal(runtime_attach(m, 0, NULL, &err), 0);
	cause(10);
	runtime_get_global(m, "calls", &calls, sizeof(calls));
	assert_true(calls >= 10);
	assert_int_equal(runtime_attach(m, 1, NULL, &err), -ENOENT);
	assert_non_null(strstr(err.message, "no_such_event"));
	assert_int_equal(runtime_attached(m), 1);
	assert_true(runtime_attach_all(m, &err) < 0);
	assert_int_equal(runtime_attached(m), 1);
	runtime_enable(m, 1, false);
	assert_int_equal(runtime_attach_all(m, NULL), 1);
	runtime_free(m);
	arena_free(b->o.arena);
}

static void btf_tracepoints_attach(void **state)
{
	Builder *b = new_builder();
	uint64_t calls = 0;
	Error err = { 0 };
	Module *m;

	(void)state;
	if (!may_load() || !kernel_btf(NULL))
		skip();
	add_program(b, "rt_btf", BPF_PROG_TYPE_TRACING, ATTACH_BTF_TRACEPOINT, "sys_enter")
		->expected_attach_type = BPF_TRACE_RAW_TP;
	put_filter(b);
	put(b, SET(0, 0));
	put(b, EXIT);
	m = runtime_new(finish(b), NULL);
	target_this_process(m);
	assert_int_equal(runtime_attach_all(m, &err), 1);
	cause(10);
	runtime_get_global(m, "calls", &calls, sizeof(calls));
	assert_true(calls >= 10);
	runtime_free(m);
	m = runtime_new(&b->o, NULL);
	runtime_set_target(m, 0, ATTACH_NONE, "no_such_event");
	assert_int_equal(runtime_load(m, &err), -ENOENT);
	assert_non_null(strstr(err.message, "no_such_event"));
	runtime_free(m);
	arena_free(b->o.arena);
	kernel_release_btf();
}

/* Maps ----------------------------------------------------------------------------------------- */

static Builder *with_map(int type, uint32_t key, uint32_t value, uint32_t entries)
{
	Builder *b = new_builder();

	add_map(b, "rt_map", type, key, value, entries);
	return b;
}

static void hashes_are_read_and_cleared(void **state)
{
	Builder *b = with_map(BPF_MAP_TYPE_HASH, 4, 8, 5000);
	Module *m = runtime_new(finish(b), NULL);
	uint64_t sum = 0;
	MapEntries e;

	(void)state;
	if (!may_load())
		skip();
	assert_int_equal(runtime_create_maps(m, NULL), 0);
	for (uint32_t i = 0; i < 3000; i++) {
		uint64_t value = i * 2;

		assert_int_equal(runtime_map_update(m, 0, &i, &value, BPF_ANY), 0);
	}
	assert_int_equal(runtime_map_read(m, 0, 0, &e, NULL), 0);
	assert_int_equal(e.n, 3000);
	for (uint32_t i = 0; i < e.n; i++) {
		uint64_t value;
		uint32_t key;

		memcpy(&key, map_key(&e, i), 4);
		memcpy(&value, map_value(&e, i), 8);
		assert_int_equal(value, key * 2ull);
		sum += key;
	}
	assert_int_equal(sum, 2999ull * 3000 / 2);
	runtime_map_entries_free(&e);
	assert_int_equal(runtime_map_read(m, 0, MAP_CLEAR | MAP_SKIP_ZERO, &e, NULL), 0);
	assert_int_equal(e.n, 2999);
	runtime_map_entries_free(&e);
	assert_int_equal(runtime_map_read(m, 0, 0, &e, NULL), 0);
	assert_int_equal(e.n, 0);
	runtime_map_entries_free(&e);
	runtime_free(m);
	arena_free(b->o.arena);
}

static void per_cpu_values_are_added(void **state)
{
	Builder *b = with_map(BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 10);
	Module *m = runtime_new(finish(b), NULL);
	uint32_t key = 5, bytes = runtime_map_value_bytes(m, 0), cpus = bytes / 8;
	uint64_t *values = calloc(1, bytes);
	MapEntries e;

	(void)state;
	if (!may_load())
		skip();
	for (uint32_t i = 0; i < cpus; i++)
		values[i] = i + 1;
	assert_int_equal(runtime_create_maps(m, NULL), 0);
	assert_int_equal(runtime_map_update(m, 0, &key, values, BPF_ANY), 0);
	assert_int_equal(runtime_map_read(m, 0, 0, &e, NULL), 0);
	assert_int_equal(e.n, 1);
	assert_int_equal(e.cpus, cpus);
	assert_int_equal(*(uint64_t *)((char *)map_value(&e, 0) + (cpus - 1) * e.cpu_stride), cpus);
	runtime_map_entries_free(&e);
	assert_int_equal(runtime_map_read(m, 0, MAP_SUM, &e, NULL), 0);
	assert_int_equal(*(uint64_t *)map_value(&e, 0), cpus * (cpus + 1) / 2);
	assert_int_equal(e.cpus, 1);
	runtime_map_entries_free(&e);
	free(values);
	runtime_free(m);
	arena_free(b->o.arena);
}

static void arrays_are_zeroed_by_clear(void **state)
{
	Builder *b = with_map(BPF_MAP_TYPE_ARRAY, 4, 8, 300);
	Module *m = runtime_new(finish(b), NULL);
	uint32_t key = 299;
	uint64_t value = 9;
	MapEntries e;

	(void)state;
	if (!may_load())
		skip();
	assert_int_equal(runtime_create_maps(m, NULL), 0);
	assert_int_equal(runtime_map_update(m, 0, &key, &value, BPF_ANY), 0);
	assert_int_equal(runtime_map_read(m, 0, MAP_SKIP_ZERO, &e, NULL), 0);
	assert_int_equal(e.n, 1);
	assert_int_equal(*(const uint32_t *)map_key(&e, 0), 299);
	runtime_map_entries_free(&e);
	assert_int_equal(runtime_map_clear(m, 0, NULL), 0);
	assert_int_equal(runtime_map_read(m, 0, 0, &e, NULL), 0);
	assert_int_equal(e.n, 300);
	assert_int_equal(*(uint64_t *)map_value(&e, 299), 0);
	runtime_map_entries_free(&e);
	runtime_free(m);
	arena_free(b->o.arena);
}

static void impossible_maps_are_explained(void **state)
{
	Builder *b = with_map(BPF_MAP_TYPE_HASH, 0, 8, 10);
	Module *m = runtime_new(finish(b), NULL);
	Error err = { 0 };

	(void)state;
	if (!may_load())
		skip();
	assert_true(runtime_create_maps(m, &err) < 0);
	assert_non_null(strstr(err.message, "map rt_map"));
	assert_non_null(strstr(err.message, "hash"));
	runtime_free(m);
	arena_free(b->o.arena);
}

/* Refusals ------------------------------------------------------------------------------------- */

static void add_line(Builder *b, uint32_t insn, uint32_t line, const char *text)
{
	vec_push(b->o.arena, &vec_last(&b->o.programs).lines, (BpfLineInfo){
		.insn = insn, .file_name_off = btf_add_string(b->w, "prog.c"),
		.line_off = btf_add_string(b->w, text), .line = line, .column = 3 });
}

static void the_verifier_is_explained_at_the_source_line(void **state)
{
	Builder *b = with_map(BPF_MAP_TYPE_HASH, 4, 8, 10);
	Error err = { 0 };
	Module *m;

	(void)state;
	if (!may_load())
		skip();
	add_program(b, "rt_bad", BPF_PROG_TYPE_SOCKET_FILTER, ATTACH_SOCKET_FILTER, NULL);
	put(b, I(BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, 1));
	put_wide(b, 1, RELOC_MAP, 0, 0);
	put(b, MOV(2, 10));
	put(b, ADD(2, -4));
	put(b, CALL(BPF_FUNC_map_lookup_elem));
	put(b, LOAD(BPF_DW, 0, 0, 0));
	put(b, EXIT);
	add_line(b, 0, 10, "	v = counts.lookup(&key);");
	add_line(b, 6, 11, "	return *v;");
	m = runtime_new(finish(b), NULL);
	assert_true(runtime_load(m, &err) < 0);
	assert_non_null(strstr(err.message, "prog.c:11:3: "));
	assert_non_null(strstr(err.message, "without a test for NULL"));
	assert_non_null(strstr(err.message, "\n    return *v;"));
	assert_non_null(strstr(err.remedy, "if (!p)"));
	assert_non_null(err.log);
	assert_non_null(strstr(err.log, "map_value_or_null"));
	error_clear(&err);
	runtime_free(m);
	arena_free(b->o.arena);
}

static Builder *only_target(int type, AttachKind kind, const char *target)
{
	Builder *b = new_builder();

	add_program(b, "rt_empty", type, kind, target);
	put(b, SET(0, 0));
	put(b, EXIT);
	return b;
}

static void a_missing_tracepoint_names_its_neighbour(void **state)
{
	Builder *b = only_target(BPF_PROG_TYPE_TRACEPOINT, ATTACH_TRACEPOINT, "syscalls:sys_enter_getpidd");
	Module *m = runtime_new(finish(b), NULL);
	Error err = { 0 };

	(void)state;
	if (!may_load())
		skip();
	assert_int_equal(runtime_attach_all(m, &err), -ENOENT);
	assert_non_null(strstr(err.message, "rt_empty"));
	assert_non_null(strstr(err.message, "syscalls:sys_enter_getpidd"));
	assert_non_null(strstr(err.remedy, "syscalls:sys_enter_getpid"));
	runtime_free(m);
	arena_free(b->o.arena);
}

static void a_kprobe_that_cannot_be_says_why(void **state)
{
	Builder *b = only_target(BPF_PROG_TYPE_KPROBE, ATTACH_KPROBE, "vfs_reed");
	Module *m = runtime_new(finish(b), NULL);
	Error err = { 0 };

	(void)state;
	if (!may_load())
		skip();
	assert_true(runtime_attach_all(m, &err) < 0);
	assert_non_null(strstr(err.message, "rt_empty"));
	assert_non_null(strstr(err.message, "vfs_reed"));
	if (kernel_has_kprobes(NULL))
		assert_non_null(strstr(err.remedy, "vfs_read"));
	else
		assert_non_null(strstr(err.message, "without kprobes"));
	runtime_free(m);
	arena_free(b->o.arena);
}

static void kprobes_count_where_there_are_any(void **state)
{
	Builder *b = new_builder();
	uint64_t calls = 0;
	Error err = { 0 };
	Module *m;

	(void)state;
	if (!may_load() || !kernel_has_kprobes(NULL)) {
		arena_free(b->o.arena);
		skip();
	}
	add_program(b, "rt_kprobe", BPF_PROG_TYPE_KPROBE, ATTACH_KPROBE, "sys_getppid");
	put_filter(b);
	put(b, SET(0, 0));
	put(b, EXIT);
	m = runtime_new(finish(b), NULL);
	target_this_process(m);
	assert_int_equal(runtime_attach_all(m, &err), 1);
	assert_int_equal(runtime_attach(m, 0, &(AttachTarget){ .kind = ATTACH_KRETPROBE }, &err), 0);
	cause(10);
	runtime_get_global(m, "calls", &calls, sizeof(calls));
	assert_int_equal(calls, 20);
	runtime_free(m);
	arena_free(b->o.arena);
}

static void sampling_attaches_to_every_cpu(void **state)
{
	Builder *b = only_target(BPF_PROG_TYPE_PERF_EVENT, ATTACH_PERF_EVENT, NULL);
	Module *m = runtime_new(finish(b), NULL);
	AttachTarget t = { .kind = ATTACH_PERF_EVENT, .perf_type = 1, .frequency = 49 };
	Error err = { 0 };

	(void)state;
	if (!may_load())
		skip();
	assert_int_equal(runtime_attach(m, 0, &t, &err), 0);
	assert_int_equal(runtime_attached(m), kernel_online_cpus());
	t.frequency = 0;
	assert_int_equal(runtime_attach(m, 0, &t, &err), -EINVAL);
	runtime_free(m);
	arena_free(b->o.arena);
}

static void only_if_drops_programs(void **state)
{
	Builder *b = new_builder();
	uint32_t one = 1;
	Module *m;

	(void)state;
	if (!may_load())
		skip();
	add_program(b, "rt_empty", BPF_PROG_TYPE_TRACEPOINT, ATTACH_TRACEPOINT, "syscalls:sys_enter_getppid");
	put(b, SET(0, 0));
	put(b, EXIT);
	btf_add_decl_tag(b->w, "only_if:target", vec_last(&b->o.programs).funcs.v[0].btf_id, -1);
	m = runtime_new(finish(b), NULL);
	assert_int_equal(runtime_load(m, NULL), 0);
	assert_int_equal(runtime_attach_all(m, NULL), 0);
	assert_int_equal(runtime_program_fd(m, 0), -1);
	runtime_free(m);
	m = runtime_new(&b->o, NULL);
	runtime_set_global(m, "target", &one, sizeof(one));
	assert_int_equal(runtime_load(m, NULL), 0);
	assert_int_equal(runtime_attach_all(m, NULL), 1);
	runtime_free(m);
	arena_free(b->o.arena);
}

/* What is left --------------------------------------------------------------------------------- */

static int count_programs(const char *name)
{
	uint32_t id = 0;
	int n = 0;

	while (!bpf_prog_get_next_id(id, &id)) {
		struct bpf_prog_info info = { 0 };
		uint32_t size = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(id);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
			n += !strcmp(info.name, name);
		if (fd >= 0)
			close(fd);
	}
	return n;
}

static int count_maps(const char *name)
{
	uint32_t id = 0;
	int n = 0;

	while (!bpf_map_get_next_id(id, &id)) {
		struct bpf_map_info info = { 0 };
		uint32_t size = sizeof(info);
		int fd = bpf_map_get_fd_by_id(id);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
			n += !strcmp(info.name, name);
		if (fd >= 0)
			close(fd);
	}
	return n;
}

/* The kernel frees after a grace period. */
static void nothing_is_left(void)
{
	for (int i = 0; i < 200 && (count_programs("rt_left") || count_maps("rt_events")); i++)
		usleep(10000);
	assert_int_equal(count_programs("rt_left"), 0);
	assert_int_equal(count_maps("rt_events"), 0);
}

static Module *attach_left(Builder *b)
{
	Module *m;

	b->o.programs.v[0].kernel_name = "rt_left";
	m = runtime_new(finish(b), NULL);
	if (runtime_load(m, NULL) || runtime_attach_all(m, NULL) != 1)
		return NULL;
	return m;
}

static void nothing_is_left_after_free(void **state)
{
	Builder *b = emitter(BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	Module *m;

	(void)state;
	if (!may_load())
		skip();
	m = attach_left(b);
	assert_non_null(m);
	assert_int_equal(count_programs("rt_left"), 1);
	assert_int_equal(count_maps("rt_events"), 1);
	runtime_free(m);
	nothing_is_left();
	arena_free(b->o.arena);
}

static void nothing_is_left_after_kill(void **state)
{
	int ready[2];
	char ok = 0;
	pid_t child;

	(void)state;
	if (!may_load())
		skip();
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ok = attach_left(emitter(BPF_MAP_TYPE_PERF_EVENT_ARRAY)) ? 1 : 0;
		if (write(ready[1], &ok, 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &ok, 1), 1);
	assert_int_equal(ok, 1);
	assert_int_equal(count_programs("rt_left"), 1);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	nothing_is_left();
}

/* Trace pipe ----------------------------------------------------------------------------------- */

static void printed_lines_come_through_the_trace_pipe(void **state)
{
	Builder *b = new_builder();
	TraceLine line = { 0 };
	TracePipe *t;
	Module *m;
	int n, tries = 20;

	(void)state;
	if (!may_load())
		skip();
	add_program(b, "rt_print", BPF_PROG_TYPE_TRACEPOINT, ATTACH_TRACEPOINT, "syscalls:sys_enter_getppid");
	put_filter(b);
	put(b, I(BPF_ST | BPF_MEM | BPF_W, 10, 0, -8, 0x000a6968));   /* "hi\n" */
	put(b, MOV(1, 10));
	put(b, ADD(1, -8));
	put(b, SET(2, 4));
	put(b, CALL(BPF_FUNC_trace_printk));
	put(b, SET(0, 0));
	put(b, EXIT);
	m = runtime_new(finish(b), NULL);
	target_this_process(m);
	t = runtime_trace_open(NULL);
	assert_non_null(t);
	assert_int_equal(runtime_attach_all(m, NULL), 1);
	/* The pipe is shared: another reader may take a line away. */
	do {
		cause(1);
		n = runtime_trace_read(t, 300, &line);
	} while ((n == 0 || (n == 1 && line.pid != getpid())) && tries--);
	assert_int_equal(n, 1);
	assert_int_equal(line.pid, getpid());
	assert_string_equal(line.message, "hi");
	assert_true(line.time_ns > 0);
	assert_true(line.cpu >= 0);
	assert_string_equal(line.task, "runtime_test");
	runtime_trace_close(t);
	runtime_free(m);
	arena_free(b->o.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(perf_events_arrive),
		cmocka_unit_test(ring_events_arrive),
		cmocka_unit_test(full_perf_buffer_counts_what_it_drops),
		cmocka_unit_test(a_poll_can_be_stopped_and_resumed),
		cmocka_unit_test(programs_run_by_test_run),
		cmocka_unit_test(raw_tracepoints_attach),
		cmocka_unit_test(btf_tracepoints_attach),
		cmocka_unit_test(hashes_are_read_and_cleared),
		cmocka_unit_test(per_cpu_values_are_added),
		cmocka_unit_test(arrays_are_zeroed_by_clear),
		cmocka_unit_test(impossible_maps_are_explained),
		cmocka_unit_test(the_verifier_is_explained_at_the_source_line),
		cmocka_unit_test(a_missing_tracepoint_names_its_neighbour),
		cmocka_unit_test(a_kprobe_that_cannot_be_says_why),
		cmocka_unit_test(kprobes_count_where_there_are_any),
		cmocka_unit_test(sampling_attaches_to_every_cpu),
		cmocka_unit_test(only_if_drops_programs),
		cmocka_unit_test(nothing_is_left_after_free),
		cmocka_unit_test(nothing_is_left_after_kill),
		cmocka_unit_test(printed_lines_come_through_the_trace_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
