/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of events: columns by condition, formats, meanings of types, filters; text and JSON. */
#include "toolkit_fixture.h"

#include <arpa/inet.h>

struct event {
	uint64_t ts;
	uint32_t uid;
	int32_t pid;
	char comm[16];
	int32_t fd;
	uint32_t disk;
	uint64_t latency;
	int32_t nr;
	int32_t exit_code;
	uint8_t address[16];
	uint32_t family;
	int32_t mode;
	uint8_t write;
	char path[4096];
};

typedef struct State {
	Fixture f;
	Tool *t;
	View *v;
	StrBuf out, errors;
	struct event e;
} State;

static const char *test_disk(void *self, uint32_t dev)
{
	(void)self;
	return dev == 8 << 20 ? "sda" : NULL;
}

typedef struct Member { const char *name; uint32_t type; size_t offset; const char *const *tags; } Member;

static uint32_t declare_event(Fixture *f)
{
	uint32_t address_type = btf_begin_struct(f->w, BTF_KIND_STRUCT, "ipaddr", 20), id;
	const Member members[] = {
#define AT(m) offsetof(struct event, m)
		{ "time", fixture_chars(f, "walltime_t", 0), 0,
		  TAGS("heading:TIME", "format:%-9s", "shown:time", "tight:") },
		{ "ts", fixture_typedef(f, "ktime_ns_t", f->t_u64), AT(ts),
		  TAGS("heading:TIME(s)", "format:%-9.3f", "shown:timestamp", "tight:") },
		{ "uid", fixture_typedef(f, "uid_t", f->t_u32), AT(uid),
		  TAGS("heading:UID", "format:%-6d", "shown:print_uid", "tight:") },
		{ "pid", fixture_typedef(f, "pid_t", f->t_int), AT(pid),
		  TAGS("heading:PID", "heading?tid:TID", "format:%-6d") },
		{ "comm", fixture_chars(f, "comm_t", 16), AT(comm),
		  TAGS("heading:COMM", "format:%-16s", "contains:name") },
		{ "fd", f->t_int, AT(fd), TAGS("heading:FD", "format:%4d") },
		{ "disk", fixture_typedef(f, "disk_t", f->t_u32), AT(disk),
		  TAGS("heading:DISK", "format:%-9s", "only_if:all") },
		{ "latency", fixture_typedef(f, "ns_t", f->t_u64), AT(latency),
		  TAGS("heading:LAT(ms)", "format:%7.2f", "in:ms", "only_if:all") },
		{ "nr", fixture_typedef(f, "syscall_t", f->t_int), AT(nr),
		  TAGS("heading:SYSCALL", "format:%-8s", "only_if:all") },
		{ "exit_code", fixture_typedef(f, "exit_code_t", f->t_int), AT(exit_code),
		  TAGS("heading:EXIT", "format:%-10s", "only_if:all") },
		{ "address", address_type, AT(address),
		  TAGS("heading:ADDR", "format:%-16s", "only_if:all") },
		{ "mode", f->t_int, AT(mode), TAGS("heading:MODE", "format:%04o", "none:-1 n/a") },
		{ "write", f->t_u8, AT(write),
		  TAGS("heading:T", "format:%-1s", "names:R,W", "only_if:all") },
		{ "path", fixture_chars(f, "path_t", 4096), AT(path),
		  TAGS("heading:PATH", "format:%s") },
	};

	id = btf_begin_struct(f->w, BTF_KIND_STRUCT, "event", sizeof(struct event));
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		btf_add_member(f->w, members[i].name, members[i].type,
			       (uint32_t)members[i].offset * 8, 0);
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		fixture_tags(f, id, (int)i, members[i].tags);
	return id;
}

static int setup(void **state)
{
	static const char *const flags[] = { "time", "timestamp", "print_uid", "tid", "all" };
	State *s = calloc(1, sizeof(*s));
	ToolNames names = { .disk = test_disk };
	Fixture *f = &s->f;
	uint32_t event;

	fixture_begin(f);
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		fixture_option(f, flags[i], f->t_bool, TAGS("flag:", "letter:0", "help:x"));
	fixture_option(f, "name", fixture_typedef(f, "text_t", f->t_u8),
		       TAGS("option:NAME", "letter:'n'", "help:x"));
	event = declare_event(f);
	fixture_map(f, "events", BPF_MAP_TYPE_RINGBUF, 0, 0, 0, 0,
		    TAGS("view:events", "struct:struct event"));
	f->object.maps.v[0].btf_event = event;
	fixture_unit_tag(f, "tool:probe");
	s->t = fixture_tool(f, &names);
	s->e = (struct event){ .ts = 5000000000, .uid = 1000, .pid = 42, .comm = "bash", .fd = -1,
			       .disk = 8 << 20, .latency = 1234567, .nr = 0, .exit_code = 11 | 0x80,
			       .address = { 127, 0, 0, 1 }, .family = AF_INET, .mode = -1,
			       .write = 1, .path = "/etc/passwd" };
	setenv("TZ", "UTC", 1);
	tzset();
	column_set_clock(&(struct timespec){ 3600 * 24 * 365 + 3723, 0 });
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	State *s = *state;

	sb_free(&s->out);
	sb_free(&s->errors);
	arena_free(s->f.arena);
	free(s);
	return 0;
}

static void start(State *s, const char *const *words)
{
	Error err = { 0 };

	assert_int_equal(fixture_parse(s->t, &s->out, &s->errors, words), PARSE_RUN);
	assert_int_equal(tool_views(s->t, &s->f.object, &err), 0);
	s->v = tool_view_of(s->t, VIEW_EVENTS);
	assert_non_null(s->v);
	rows_heading(s->t, s->v, &s->out);
}

static bool show(State *s)
{
	return rows_event(s->t, s->v, (const uint8_t *)&s->e,
			  offsetof(struct event, path) + strlen(s->e.path) + 1, &s->out);
}

#define NOTHING ((const char *const[]){ NULL })

static void columns_without_options(void **state)
{
	State *s = *state;

	start(s, NOTHING);
	assert_true(show(s));
	assert_string_equal(s->out.p, "PID    COMM               FD MODE PATH\n"
				      "42     bash               -1 n/a  /etc/passwd\n");
}

static void optional_columns_and_other_heading(void **state)
{
	State *s = *state;

	start(s, TAGS("--time", "--timestamp", "--print-uid", "--tid"));
	assert_true(show(s));
	s->e.ts += 1500000000;
	s->e.mode = 0644;
	assert_true(show(s));
	assert_string_equal(s->out.p,
		"TIME     TIME(s)  UID   TID    COMM               FD MODE PATH\n"
		"01:02:03 0.000    1000  42     bash               -1 n/a  /etc/passwd\n"
		"01:02:03 1.500    1000  42     bash               -1 0644 /etc/passwd\n");
}

static void meanings_of_types(void **state)
{
	State *s = *state;

	start(s, TAGS("--all"));
	assert_true(show(s));
	assert_non_null(strstr(s->out.p,
		"-1 sda          1.23 read     signal 11 (SEGV), core dumped  127.0.0.1        n/a  W /etc"));
	s->e.disk = 3;
	s->e.exit_code = 2 << 8;
	s->e.nr = 100000;
	memset(s->e.address, 0, 15);
	s->e.address[15] = 1;
	s->e.family = AF_INET6;
	assert_true(show(s));
	assert_non_null(strstr(s->out.p, "<unknown>    1.23 [unknown: 100000] code 2     ::1  "));
}

static void filter_on_text(void **state)
{
	State *s = *state;

	start(s, TAGS("-n", "as"));
	assert_true(show(s));
	strcpy(s->e.comm, "cron");
	assert_false(show(s));
}

static void terminal_control_characters_are_not_printed(void **state)
{
	State *s = *state;

	start(s, NOTHING);
	strcpy(s->e.path, "/tmp/\33[31mred\n");
	assert_true(show(s));
	assert_non_null(strstr(s->out.p, "/tmp/?[31mred?\n"));
}

static void json_has_all_members_with_raw_values(void **state)
{
	State *s = *state;

	start(s, TAGS("--json", "--all"));
	assert_true(show(s));
	assert_string_equal(s->out.p,
		"{\"time\":\"01:02:03\",\"ts\":5000000000,\"uid\":1000,\"pid\":42,\"comm\":\"bash\","
		"\"fd\":-1,\"disk\":\"sda\",\"latency\":1234567,\"nr\":\"read\",\"exit_code\":139,"
		"\"address\":\"127.0.0.1\",\"mode\":null,\"write\":\"W\",\"path\":\"/etc/passwd\"}\n");
}

static void short_records_are_not_read_beyond_their_end(void **state)
{
	State *s = *state;
	uint8_t *tight = malloc(10);

	start(s, TAGS("--all"));
	memset(tight, 1, 10);
	assert_true(rows_event(s->t, s->v, tight, 10, &s->out));
	assert_true(rows_event(s->t, s->v, tight, 0, &s->out));
	s->t->json = true;
	assert_true(rows_event(s->t, s->v, tight, 10, &s->out));
	free(tight);
}

static void formats(void **state)
{
	Format f;

	(void)state;
	assert_true(format_parse("%-14.9f", &f));
	assert_true(f.left);
	assert_int_equal(f.width, 14);
	assert_int_equal(f.precision, 9);
	assert_true(format_parse("%08lo", &f));
	assert_true(f.zero);
	assert_false(format_parse("%n", &f));
	assert_false(format_parse("x%d", &f));
	assert_false(format_parse("%d ", &f));
	assert_false(format_parse("%", &f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(columns_without_options), T(optional_columns_and_other_heading),
		T(meanings_of_types), T(filter_on_text),
		T(terminal_control_characters_are_not_printed),
		T(json_has_all_members_with_raw_values),
		T(short_records_are_not_read_beyond_their_end), T(formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
