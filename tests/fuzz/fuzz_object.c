/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: any bytes as an ELF object. What can be read is disassembled, its declarations and
 * views are read as of a tool, and it is written and read again.
 */
#include "fuzz.h"
#include "bpf/compile.h"
#include "toolkit/toolkit.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int memory_file(const uint8_t *data, size_t size, char path[32])
{
	int fd = memfd_create("object", MFD_CLOEXEC);

	if (fd < 0 || (size && write(fd, data, size) != (ssize_t)size))
		abort();
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

static const char program[] =
	"#include <bcc/tool.h>\n"
	"TOOL(\"seed\", \"A seed.\");\n"
	"FLAG(timestamp, 'T', \"time\");\n"
	"struct event { ktime_ns_t ts COLUMN_IF(timestamp, \"TIME\", \"%-9.3f\"); pid_t pid\n"
	"COLUMN(\"PID\", \"%-6d\"); comm_t comm COLUMN(\"COMM\", \"%-16s\"); };\n"
	"EVENTS(events, struct event);\n"
	"BPF_HASH(seen, u32, u64);\n"
	"static int counter = 3;\n"
	"static __noinline int add(u64 *n) { counter++; return n ? *n + 1 : 0; }\n"
	"TRACEPOINT_PROBE(sched, sched_switch) {\n"
	"	u32 key = args->next_pid; u64 *n = seen.lookup(&key);\n"
	"	struct event *e = EVENT_RESERVE(events, struct event);\n"
	"	if (!e) return 0;\n"
	"	e->ts = bpf_ktime_get_ns(); e->pid = add(n);\n"
	"	bpf_get_current_comm(&e->comm, sizeof(e->comm));\n"
	"	EVENT_SUBMIT(events, e); return 0; }\n"
	"int xdp(struct xdp_md *ctx) { u64 one = 1; return add(&one); }\n";

/* The program above, as the compiler writes it. */
static const uint8_t *seed(size_t *size)
{
	static uint8_t *bytes;
	static size_t n;
	BpfCompileOptions options = { .lang.name = "seed.c", .optimise = 2 };
	BpfCompilation *c;
	const BpfObject *o;
	char path[32];
	Host host;
	int fd;

	if (!bytes) {
		fuzz_host(&host, 0);
		c = bpf_compile_begin(program, sizeof(program) - 1, &options, &host);
		o = bpf_compile_finish(c);
		fd = memory_file(NULL, 0, path);
		if (!o || bpf_object_write(o, path, NULL))
			abort();
		bytes = (uint8_t *)file_read(path, &n);
		close(fd);
		bpf_compile_free(c);
	}
	*size = n;
	return bytes;
}

const FuzzTarget fuzz_target = { .seed = seed };

static void read_tool(Arena *arena, const BpfObject *o)
{
	StrBuf out = { 0 };
	Tool *t = tool_read(arena, o, NULL, NULL);

	if (t && !tool_views(t, o, NULL))
		tool_default_views(t);
	if (t)
		tool_help(t, &out);
	for (int i = 0; t && i < t->views.n; i++) {
		uint8_t event[64] = { 1, 2, 3 };

		if (t->views.v[i].kind == VIEW_EVENTS) {
			rows_heading(t, &t->views.v[i], &out);
			rows_event(t, &t->views.v[i], event, sizeof(event), &out);
		}
	}
	sb_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena *arena = arena_new();
	char path[32];
	int fd = memory_file(data, size, path);
	Error err = { 0 };
	BpfObject *o = bpf_object_read(arena, path, &err);
	StrBuf out = { 0 };

	for (int i = 0; o && i < o->programs.n; i++)
		bpf_disassemble(o, &o->programs.v[i], NULL, &out);
	if (o)
		read_tool(arena, o);
	if (o && !bpf_object_write(o, path, &err))
		bpf_object_read(arena, path, &err);
	error_clear(&err);
	sb_free(&out);
	close(fd);
	arena_free(arena);
	return 0;
}
